//! What draws a tenant's mark anew, and what does not.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use tokio::sync::Notify;
use warifu_domain::{
    ids::{AuthenticatorId, TenantId, UserId},
    mail_window::{MAX_WINDOWS, MailWindow, SourceNetwork},
    password::PasswordTerm,
    time::Timestamp,
    token::TokenHash,
    user::{Login, Role},
};
use warifu_otp::Step;

use crate::{NewTotp, NewUser, Store, StoreError, Tx, testing};

const TENANT: TenantId = TenantId(1);
const HANA: UserId = UserId(7);
const NOW: Timestamp = Timestamp(1_000);

async fn mark(store: &Store) -> i64 {
    let glance = store.read_once(TENANT, async |tx| tx.glance_at_gate(None, &[]).await);
    glance.await.unwrap().expect("the tenant").gate.mark
}

/// Runs `job`; `draws` says whether the mark is another one then.
async fn check<F>(store: &Store, what: &str, draws: bool, job: F)
where
    F: AsyncFn(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
{
    let before = mark(store).await;
    store.write(TENANT, job).await.unwrap();
    assert_eq!(mark(store).await != before, draws, "{what}");
}

fn place(number: u32) -> (SourceNetwork, IpAddr) {
    let address = IpAddr::V4(Ipv4Addr::from_bits(number));
    (SourceNetwork::of(address, 64), address)
}

/// A window at a place, since 1,000.
async fn open(tx: &mut Tx<'_>, number: u32, until: i64) -> Result<(), StoreError> {
    let (network, address) = place(number);
    let window = MailWindow {
        since: NOW,
        until: Timestamp(until),
    };
    tx.open_mail_window(HANA, network, address, window).await
}

/// A tenant with one member.
async fn add_hana(store: &Store) {
    let added = store.write(TENANT, async |tx| {
        tx.insert_tenant("univ", "University", "", NOW).await?;
        let login = Login::parse("hana").expect("a login ID");
        tx.insert_user(
            &NewUser {
                id: HANA,
                login: &login,
                name: "",
                email: None,
                role: Role::Member,
                password: None,
                imported: None,
                password_term: PasswordTerm::Lasting,
                group: None,
            },
            NOW,
        )
        .await
    });
    added.await.unwrap();
}

#[tokio::test]
async fn sec_054_whatever_may_keep_a_mail_client_out_draws_the_mark_anew() {
    for store in testing::stores().await {
        let store: &Store = &store;
        add_hana(store).await;
        assert_eq!(mark(store).await, 0);

        check(store, "a set-up begins", false, async |tx| {
            let new = NewTotp {
                id: AuthenticatorId(1),
                sealed: b"sealed",
                started_by: &TokenHash([1; 16]),
                expires_at: Timestamp(9_000),
                paired: None,
            };
            tx.replace_pending_totp(HANA, &new, NOW).await
        })
        .await;
        check(store, "an app is confirmed", true, async |tx| {
            let id = AuthenticatorId(1);
            tx.confirm_totp(HANA, id, Step(1), NOW).await.map(drop)
        })
        .await;
        check(store, "a window opens", false, async |tx| {
            open(tx, 1, 5_000).await
        })
        .await;
        check(store, "it begins anew", false, async |tx| {
            open(tx, 1, 6_000).await
        })
        .await;
        check(store, "it becomes shorter", true, async |tx| {
            open(tx, 1, 5_500).await
        })
        .await;
        check(store, "it is used", false, async |tx| {
            tx.note_mail_use(HANA, place(1).0, 1, NOW, NOW).await
        })
        .await;
        check(store, "what is over goes", false, async |tx| {
            open(tx, 2, 1_500).await?;
            tx.end_mail_windows(Timestamp(2_000), NOW).await.map(drop)
        })
        .await;
        for (what, draws) in [("an app is suspended", true), ("it is so already", false)] {
            check(store, what, draws, async |tx| {
                tx.suspend_totp(HANA, NOW).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("an app is used again", true), ("it is so already", false)] {
            check(store, what, draws, async |tx| {
                tx.reactivate_totp(HANA).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("policy ends a window", true), ("there is none", false)] {
            check(store, what, draws, async |tx| {
                tx.end_mail_windows_since(NOW, NOW).await.map(drop)
            })
            .await;
        }
        check(
            store,
            "as many windows as there may be",
            false,
            async |tx| {
                for number in 1..=u32::try_from(MAX_WINDOWS).expect("few") {
                    open(tx, number, 5_000 + i64::from(number)).await?;
                }
                Ok(())
            },
        )
        .await;
        check(store, "one more, for which one goes", true, async |tx| {
            open(tx, 900, 9_000).await
        })
        .await;
        for (what, draws) in [("one is closed", true), ("it is not there", false)] {
            check(store, what, draws, async |tx| {
                tx.close_mail_window(HANA, place(900).0).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("all are closed", true), ("there are none", false)] {
            check(store, what, draws, async |tx| {
                tx.close_mail_windows(HANA).await.map(drop)
            })
            .await;
        }
        check(store, "everybody's are closed", true, async |tx| {
            open(tx, 1, 5_000).await?;
            tx.close_all_mail_windows().await.map(drop)
        })
        .await;
        check(store, "the own switch", true, async |tx| {
            tx.update_own_switch(HANA, true).await
        })
        .await;
        for (what, draws) in [("a set-up is demanded", true), ("it is so already", false)] {
            check(store, what, draws, async |tx| {
                tx.update_must_enrol(HANA, true).await
            })
            .await;
        }
        for (what, draws) in [
            ("an account is disabled", true),
            ("it is so already", false),
        ] {
            check(store, what, draws, async |tx| {
                tx.update_disabled(HANA, true).await.map(drop)
            })
            .await;
        }
        check(store, "a role", true, async |tx| {
            tx.update_role(HANA, Role::Administrator).await
        })
        .await;
        check(store, "a login", false, async |tx| {
            tx.note_login(HANA, NOW).await.map(drop)
        })
        .await;
        for (what, key, draws) in [("a key is removed", 5, true), ("there is none", 6, false)] {
            check(store, what, draws, async move |tx| {
                let secret = TokenHash([9; 16]);
                tx.insert_gate_key(5, &secret, "mail", NOW).await?;
                tx.delete_gate_key(key).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("another policy", true), ("somebody was first", false)] {
            check(store, what, draws, async |tx| {
                tx.update_policy(1, "another").await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("a tenant is suspended", true), ("it is so already", false)] {
            check(store, what, draws, async |tx| {
                tx.update_suspended(true).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [
            ("a tenant is to be deleted", true),
            ("it is already", false),
        ] {
            check(store, what, draws, async |tx| {
                tx.mark_for_deletion(NOW).await.map(drop)
            })
            .await;
        }
        for (what, draws) in [("an app is removed", true), ("there is none", false)] {
            check(store, what, draws, async |tx| {
                tx.delete_totp(HANA).await.map(drop)
            })
            .await;
        }
        check(store, "an account is deleted", true, async |tx| {
            let hana = tx.find_user(HANA).await?.expect("her");
            tx.delete_user(&hana).await
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_not_committed_draws_no_mark() {
    for store in testing::stores().await {
        let added = store.write(TENANT, async |tx| {
            tx.insert_tenant("univ", "University", "", NOW).await
        });
        added.await.unwrap();
        let taken_back = store.write(TENANT, async |tx| {
            tx.update_role(HANA, Role::Member).await?;
            Err::<(), _>(StoreError::Conflict)
        });
        assert!(taken_back.await.is_err());
        assert_eq!(mark(&store).await, 0, "{}", store.engine());
    }
}

#[tokio::test]
async fn sec_054_of_two_windows_opened_at_once_the_shorter_draws_the_mark() {
    for store in testing::stores().await {
        add_hana(&store).await;
        let opened = Arc::new(Notify::new());
        let (tell, is_server) = (opened.clone(), store.engine() == "postgres");
        let long = store.write(TENANT, async move |tx| {
            open(tx, 1, 9_000).await?;
            tell.notify_one();
            if is_server {
                // Time for the other one to come.
                tx.find("SELECT pg_sleep(0.3)", &[], |_| Ok(())).await?;
            }
            Ok(())
        });
        let short = async {
            opened.notified().await;
            let short = store.write(TENANT, async |tx| open(tx, 1, 2_000).await);
            short.await
        };
        let (long, short) = tokio::join!(long, short);
        long.and(short).unwrap();
        assert_ne!(mark(&store).await, 0, "{}", store.engine());
    }
}

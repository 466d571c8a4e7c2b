//! Keys are changed while people log in (SEC-77): everything is sealed again, nothing is lost when that is broken off, and no key
//! goes while something needs it.

use tokio::sync::watch;
use warifu_domain::{audit::EventKind, time::Span};
use warifu_flows::{
    By, Fault, audit, entrances,
    key_rotation::{
        self, GONE_AFTER, KeyChangeError, Resealed, Server, check_activation, check_retirement,
        take_ring,
    },
    login,
};
use warifu_storage::{ChainCheck, KeyRing, KeyRingError, KeyState, SealedColumn, SealedPlace};

use crate::support::{Person, Setting, World, on_both, refused};

/// Everything that can be sealed is there: apps, addresses, codes that can be looked at again, mail.
fn camera() -> Setting {
    Setting::preset("camera")
}

/// Two ages of the worlds' ring: a second key is known; a second key is in use.
pub(crate) fn ring(active: u32) -> KeyRing {
    let mut ring = KeyRing::generate([7; 32]);
    ring.add_key([8; 32]);
    ring.activate(active).unwrap();
    ring
}

/// What a file holds, read again.
fn again(ring: &KeyRing) -> KeyRing {
    KeyRing::from_env_text(&ring.to_text()).unwrap()
}

/// How many values of the tenant are sealed under a key.
async fn under(world: &World, key: u8) -> i64 {
    let key = world.database.bytes_literal(&[0, 0, 0, key]);
    let mut sum = 0;
    for (table, column) in [
        ("totp", "sealed"),
        ("person", "email"),
        ("backup_code_set", "sealed"),
        ("outbox", "recipient"),
        ("outbox", "enclosed"),
    ] {
        let condition = format!("substr({column}, 1, 4) = {key}");
        sum += world.rows(table, &condition).await;
    }
    sum
}

async fn reseal(world: &World) -> Result<Resealed, Fault> {
    let (teller, _listening) = watch::channel((0, 1));
    key_rotation::reseal(&world.ctx, &By::command_line(), teller).await
}

/// Logs in by password and app, and looks at what was sealed.
async fn everything_opens(world: &World, taro: &mut Person) {
    world.wait(Span::seconds(30));
    let mut browser = world.browser();
    browser.sign_in(taro).await;
    browser.prove(taro).await;
    let codes = browser.view_codes().await.unwrap();
    assert_eq!(codes.len(), 6);
    let tenant = world.tenant().await;
    let mails = warifu_flows::notices::list(&world.ctx, &tenant, 0, 100)
        .await
        .unwrap();
    assert!(!mails.is_empty());
    assert!(mails.iter().all(|mail| mail.recipient == taro.email));
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_everything_sealed_is_sealed_again_and_the_old_secret_can_go() {
    on_both(camera(), async |world| {
        let (mut taro, _) = world.member_with_app("taro").await;
        let before = under(&world, 1).await;
        assert!(before >= 4, "app, address, codes, mail: {before}");
        let world = world.with_keys(2, ring(2)).await;
        let refusal = check_retirement(&world.ctx, &world.ctx.keys(), 1).await;
        assert!(matches!(
            refusal,
            Err(KeyChangeError::StillNeeded { id: 1, .. })
        ));

        let (teller, heard) = watch::channel((0, 1));
        let done = key_rotation::reseal(&world.ctx, &By::command_line(), teller)
            .await
            .unwrap();
        assert_eq!((done.key, done.sealed), (2, before));
        assert!(done.total >= before);
        assert_eq!(*heard.borrow(), (before, done.total));
        assert_eq!(
            (under(&world, 1).await, under(&world, 2).await),
            (0, before)
        );
        everything_opens(&world, &mut taro).await;
        assert_eq!(
            reseal(&world).await.unwrap().sealed,
            0,
            "nothing is left to do"
        );
        let recorded = world.audit_rows().await;
        let resealed = recorded
            .iter()
            .filter(|row| row.kind == EventKind::KeysResealed);
        assert_eq!(
            resealed.count(),
            1,
            "told once a tenant, with the first slice"
        );

        // The secret goes; what checks passwords and the trail stays.
        let left = check_retirement(&world.ctx, &world.ctx.keys(), 1)
            .await
            .unwrap();
        assert_eq!(left, KeyState::Retired { pepper: true });
        let mut retired = ring(2);
        retired.retire(1, true).unwrap();
        let world = world.with_keys(3, again(&retired)).await;
        everything_opens(&world, &mut taro).await;
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_sealing_again_goes_on_after_a_failure_at_any_call() {
    on_both(camera(), async |world| {
        let (mut taro, _) = world.member_with_app("taro").await;
        let before = under(&world, 1).await;
        let (first, second) = (
            world.with_keys(2, ring(1)).await,
            world.with_keys(3, ring(2)).await,
        );
        for call in 1.. {
            // Back and forth, so that there is something to do each time.
            let (server, key) = match call % 2 {
                0 => (&first, 1),
                _ => (&second, 2),
            };
            world.fault.fail_at(call);
            let outcome = reseal(server).await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            assert_eq!(outcome.is_ok(), is_over, "call {call}");
            reseal(server).await.unwrap();
            assert_eq!(under(&world, key).await, before, "call {call}");
            if is_over {
                break;
            }
        }
        everything_opens(&second, &mut taro).await;
        second.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_a_value_that_changed_meanwhile_is_left_to_its_writer() {
    on_both(camera(), async |world| {
        world.member("taro").await;
        let tenant = world.tenant().await.id;
        let column = SealedColumn::Email;
        let (before, done) = world
            .ctx
            .store
            .write(tenant, async move |tx| {
                let rows = tx.list_sealed(column, SealedPlace::START, 10).await?;
                let (place, old) = (rows[0].place, rows[0].value.clone().unwrap());
                let late = tx
                    .replace_sealed(column, place, b"what it was long ago", b"new")
                    .await?;
                let now = tx.list_sealed(column, SealedPlace::START, 10).await?;
                assert_eq!(now[0].value, rows[0].value);
                Ok((late, tx.replace_sealed(column, place, &old, &old).await?))
            })
            .await
            .unwrap();
        assert!(!before && done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_the_trail_of_no_tenant_keeps_no_key_from_retiring() {
    on_both(camera(), async |world| {
        let nobodys = entrances::nobodys();
        // Enough for two in one of the chains: the newest of each stays.
        for number in 0..40 {
            let browser = world.browser();
            let form = browser.form(&format!("nobody{number}@nowhere.example"), "no", None);
            let guess = login::start(&world.ctx, &nobodys, &browser.request(), form).await;
            refused(guess);
        }
        world.wait(Span::days(5 * 365));
        world.sweep().await;
        let begun = world.number("SELECT COUNT(*) FROM audit_base WHERE tenant_id = 0");
        assert!(begun.await > 0, "old events went");

        let world = world.with_keys(2, ring(2)).await;
        reseal(&world).await.unwrap();
        let left = check_retirement(&world.ctx, &world.ctx.keys(), 1).await;
        left.expect("nothing needs the old secret");
        let trail = audit::check_chain(&world.ctx, &nobodys).await;
        assert!(matches!(trail.unwrap(), ChainCheck::Whole(_)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_what_cannot_be_opened_stays_and_is_counted() {
    on_both(camera(), async |world| {
        let taro = world.member("taro").await;
        let before = reseal(&world).await.unwrap().unreadable;
        let strange = world.database.bytes_literal(&[9; 60]);
        world
            .tamper(&format!(
                "UPDATE person SET email = {strange} WHERE tenant_id = 1 AND id = {}",
                taro.id
            ))
            .await;
        let done = reseal(&world).await.unwrap();
        assert_eq!(done.unreadable, before + 1);
        assert_eq!(world.rows("person", &format!("email = {strange}")).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_a_ring_without_a_needed_key_is_not_taken() {
    on_both(camera(), async |world| {
        world.member("taro").await;
        let ctx = &world.ctx;
        assert!(!take_ring(ctx, KeyRing::generate([7; 32])).await.unwrap(), "as it was");
        // Another ring altogether, with the same numbers.
        let other = take_ring(ctx, KeyRing::generate([9; 32])).await;
        assert!(matches!(other, Err(KeyChangeError::Ring(KeyRingError::ChangedKey { id: 1 }))));
        // The new key is known, used, and the old one forgotten too early: by its file, and by retiring.
        assert!(take_ring(ctx, ring(1)).await.unwrap());
        assert!(take_ring(ctx, ring(2)).await.unwrap());
        let text = "active = 2\n[[key]]\nid = 2\nsecret = \"CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\"\n";
        let without = KeyRing::from_env_text(text).unwrap();
        assert!(without.lost_since(&ring(2)).is_ok(), "it is the same key");
        let lost = take_ring(ctx, without).await;
        assert!(matches!(lost, Err(KeyChangeError::NeededByAudit { id: 1 })));
        for keep_pepper in [true, false] {
            let mut retired = ring(2);
            retired.retire(1, keep_pepper).unwrap();
            let lost = take_ring(ctx, retired).await;
            assert!(matches!(lost, Err(KeyChangeError::StillNeeded { id: 1, .. })));
        }
        assert_eq!(ctx.keys().state(1), Some(KeyState::Whole), "nothing was changed by that");
        // Sealed again, it may go, but not what checks passwords.
        reseal(&world).await.unwrap();
        let mut retired = ring(2);
        retired.retire(1, false).unwrap();
        let lost = take_ring(ctx, retired).await;
        assert!(matches!(lost, Err(KeyChangeError::StillNeeded { id: 1, .. })));
        let mut retired = ring(2);
        retired.retire(1, true).unwrap();
        assert!(take_ring(ctx, retired).await.unwrap());
        assert_eq!(ctx.keys().state(1), Some(KeyState::Retired { pepper: true }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_a_key_is_used_when_all_servers_know_it_and_goes_when_none_uses_it() {
    on_both(camera(), async |world| {
        let (ctx, two) = (&world.ctx, ring(2));
        // The first server has the new ring, the second one does not.
        let other = world.with_keys(2, KeyRing::generate([7; 32])).await;
        let (first, second) = (
            Server::new(ctx, "one".into()),
            Server::new(&other.ctx, "two".into()),
        );
        take_ring(ctx, ring(1)).await.unwrap();
        key_rotation::announce(ctx, &first).await.unwrap();
        key_rotation::announce(&other.ctx, &second).await.unwrap();
        match check_activation(ctx, &two, 2).await {
            Err(KeyChangeError::NotKnownToAll { id: 2, servers }) => {
                let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
                assert_eq!(names, ["two"]);
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            check_activation(ctx, &two, 3).await,
            Err(KeyChangeError::Ring(KeyRingError::NoSuchKey { id: 3 }))
        ));
        take_ring(&other.ctx, ring(1)).await.unwrap();
        key_rotation::announce(&other.ctx, &second).await.unwrap();
        check_activation(ctx, &two, 2).await.unwrap();

        // One uses the new key, the other one still the old.
        take_ring(ctx, ring(2)).await.unwrap();
        key_rotation::announce(ctx, &first).await.unwrap();
        assert!(matches!(
            check_retirement(ctx, &two, 1).await,
            Err(KeyChangeError::UsedByServers { id: 1, .. })
        ));
        assert!(matches!(
            check_retirement(ctx, &two, 2).await,
            Err(KeyChangeError::Ring(KeyRingError::ActiveKey { id: 2 }))
        ));
        // It stops without a word, and counts until it must be gone.
        world.wait(GONE_AFTER);
        assert!(check_retirement(ctx, &two, 1).await.is_err());
        world.wait(Span::seconds(1));
        assert!(check_retirement(ctx, &two, 1).await.is_ok());
        // One that stops in good order does not count.
        key_rotation::announce(&other.ctx, &second).await.unwrap();
        assert!(check_retirement(ctx, &two, 1).await.is_err());
        key_rotation::leave(&other.ctx, &second).await.unwrap();
        assert!(check_retirement(ctx, &two, 1).await.is_ok());
    })
    .await;
}

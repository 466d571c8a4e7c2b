//! Budgets of failures: what a guesser gets, what the owner keeps (SEC-45 to SEC-49).

use std::net::{IpAddr, Ipv6Addr};

use warifu_domain::{
    password::PasswordTerm,
    refusal::Refusal,
    throttle::{CLOSED_AT, LONGEST_WAIT, NETWORK_FAILURES, NETWORK_WINDOW},
    time::Span,
};
use warifu_flows::By;
use warifu_flows::manage_users;
use warifu_storage::BudgetKind;

use crate::support::{Asked, Setting, TypedProof, World, a_second_less, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// Guesses passwords from ever new addresses until the account takes no more, waiting out every pause.
pub(crate) async fn close_password_budget(world: &World, login: &str) {
    for guess in 0..60 {
        assert_eq!(
            refused(world.browser().guess_password(login, guess).await),
            Refusal::WrongLogin
        );
        world.wait(LONGEST_WAIT);
    }
}

fn address_in(network: u64, host: u64) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(u128::from(network) << 64 | u128::from(host)))
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_failures_of_the_app_slow_down_from_the_fifth_and_close_it_at_fifty() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let mut login = world.browser();
        login.checks_events = false;
        let mut judged = 0;
        let mut waits = Vec::new();
        while judged < CLOSED_AT {
            login.send_password(&taro).await.unwrap();
            match refused(login.send_code(&taro.phone().wrong_code(0)).await) {
                Refusal::WrongCode => judged += 1,
                Refusal::MethodPaused { until } => {
                    let wait = until - world.now();
                    waits.push(wait.0 / 1000);
                    // Not a moment earlier.
                    world.wait(a_second_less(wait));
                    login.send_password(&taro).await.unwrap();
                    let early = refused(login.send_code(&taro.phone().code()).await);
                    assert_eq!(early, Refusal::MethodPaused { until });
                    world.wait(Span::seconds(1));
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(waits[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        assert!(waits[10..].iter().all(|wait| *wait == 900), "{waits:?}");
        assert_eq!(waits.len() as i64, CLOSED_AT - 5);

        // Closed: the right code is refused too, for ever.
        world.wait(Span::days(30));
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&taro.phone().code()).await),
            Refusal::MethodDisabled
        );
        // Another factor opens it again.
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
        login.send_password(&taro).await.unwrap();
        login.send_code(&taro.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_failures_of_backup_codes_have_a_budget_of_their_own() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let mut login = world.browser();
        login.checks_events = false;
        let mut judged = 0;
        while judged < CLOSED_AT {
            login.send_password(&taro).await.unwrap();
            match refused(login.send_backup_code("not a code").await) {
                Refusal::MalformedBackupCode => judged += 1,
                Refusal::MethodPaused { until } => world.wait(until - world.now()),
                other => panic!("{other:?}"),
            }
        }
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_backup_code(&taro.backup_codes[0]).await),
            Refusal::MethodDisabled
        );
        login.send_code(&taro.phone().code()).await.unwrap();
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_the_budget_is_one_for_login_and_proof_and_for_a_restart() {
    on_both(workspace(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        let wrong = taro.phone().wrong_code(0);
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        for _ in 0..2 {
            assert_eq!(refused(login.send_code(&wrong).await), Refusal::WrongCode);
        }
        for _ in 0..3 {
            let proof = Some(TypedProof::Code(wrong.clone().into()));
            assert_eq!(
                refused(browser.send_proof(&taro.password, proof).await),
                Refusal::WrongCode
            );
        }
        let proof = Some(TypedProof::Code(taro.phone().code_of(1).into()));
        let paused = refused(browser.send_proof(&taro.password, proof).await);
        assert!(matches!(paused, Refusal::MethodPaused { .. }));
        let mut login = world.restarted(2).await.browser();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&taro.phone().code_of(1)).await),
            paused
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_password_failures_slow_down_and_close_and_all_look_alike() {
    on_both(workspace(), async |world| {
        let (mut taro, mut known) = world.member_with_app("taro").await;
        close_password_budget(&world, "taro").await;
        let mut stranger = world.browser();
        assert_eq!(
            refused(stranger.send_password(&taro).await),
            Refusal::WrongLogin
        );
        world.wait(Span::days(30));
        assert_eq!(
            refused(stranger.send_password(&taro).await),
            Refusal::WrongLogin,
            "closed for good"
        );

        // A known browser has its own budget, and opens the other one (SEC-48).
        known.sign_in(&mut taro).await;
        assert_eq!(
            stranger.send_password(&taro).await.unwrap(),
            Asked::Code(None)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_the_fifth_wrong_password_makes_the_right_one_wait_a_second() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        for guess in 0..5 {
            refused(world.browser().guess_password("taro", guess).await);
        }
        let mut browser = world.browser();
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
        world.wait(Span::seconds(1));
        assert_eq!(browser.send_password(&taro).await.unwrap(), Asked::Nothing);
        // The right one gave every guess back.
        for guess in 0..4 {
            refused(world.browser().guess_password("taro", guess).await);
        }
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Nothing
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_046_a_thousand_addresses_of_one_ipv6_network_share_one_budget() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let network = 0x2001_0db8_0000_0001;
        for host in 0..NETWORK_FAILURES {
            // Ever new login IDs: no account's budget is in the way.
            let mut browser = world.browser_at(address_in(network, host as u64));
            refused(browser.guess_password(&format!("person-{host}"), 0).await);
        }
        let mut browser = world.browser_at(address_in(network, 0xdead_beef_0000_0000));
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
        browser.address = address_in(network + 1, 0);
        assert_eq!(browser.send_password(&taro).await.unwrap(), Asked::Nothing);
        assert_eq!(
            world.rows("throttle", "kind = 4").await,
            2,
            "one row for each network"
        );

        // The window of an hour, to the second.
        let mut late = world.browser_at(address_in(network, 7));
        world.wait(a_second_less(NETWORK_WINDOW));
        assert_eq!(
            refused(late.send_password(&taro).await),
            Refusal::WrongLogin
        );
        world.wait(Span::seconds(1));
        assert_eq!(late.send_password(&taro).await.unwrap(), Asked::Nothing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_046_what_strangers_can_fill_is_swept_away() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        for number in 0..20 {
            refused(
                world
                    .browser()
                    .guess_password(&format!("person-{number}"), 0)
                    .await,
            );
        }
        refused(world.browser().guess_password("taro", 0).await);
        world.wait(Span::hours(25));
        assert!(world.sweep().await >= 41);
        assert_eq!(world.rows("throttle", "kind IN (3, 4)").await, 0);
        assert_eq!(
            world.rows("throttle", "TRUE").await,
            1,
            "an account's failures are not forgotten by waiting"
        );
        browser.sign_in(&mut taro).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_047_an_account_is_guessed_at_fifty_times_from_however_many_addresses() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let other = world.member("jiro").await;
        for guess in 0..300 {
            let mut stranger = world.browser();
            stranger.checks_events = false;
            refused(stranger.guess_password("taro", guess).await);
            world.wait(LONGEST_WAIT);
        }
        let failures = world.failures(BudgetKind::OtherBrowser).await;
        assert_eq!(failures, CLOSED_AT);
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        assert_eq!(
            world.browser().send_password(&other).await.unwrap(),
            Asked::Nothing
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_an_hour_of_attack_by_strangers_does_not_lock_the_owner_out() {
    on_both(workspace(), async |world| {
        let (mut taro, mut known) = world.member_with_app("taro").await;
        let neighbour = known.address;
        // From everywhere, and from the owner's own network (NAT, campus, carrier), hundreds of guesses in an hour.
        for guess in 0..200 {
            refused(world.browser().guess_password("taro", guess).await);
            refused(
                world
                    .browser_at(neighbour)
                    .guess_password("taro", guess)
                    .await,
            );
            refused(
                world
                    .browser_at(neighbour)
                    .guess_password(&format!("person-{guess}"), guess)
                    .await,
            );
            world.wait(Span::seconds(18));
        }
        let mut unknown = world.browser_at(neighbour);
        assert_eq!(
            refused(unknown.send_password(&taro).await),
            Refusal::WrongLogin
        );
        known.sign_in(&mut taro).await;
        assert!(known.is_signed_in().await);
        known.prove(&taro).await;

        // A reset by an administrator opens a closed budget too.
        close_password_budget(&world, "taro").await;
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        let tenant = world.tenant().await;
        taro.password = "a melon under the moon".to_owned();
        manage_users::set_password(
            &world.ctx,
            &tenant,
            &taro.typed_login(),
            &taro.password,
            PasswordTerm::Lasting,
        )
        .await
        .unwrap();
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Code(None)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_a_known_browser_is_known_to_its_owner_and_tenant_alone_and_can_be_used_up() {
    on_both(workspace(), async |world| {
        let (mut taro, known) = world.member_with_app("taro").await;
        let (_, hanas) = world.member_with_app("hana").await;
        close_password_budget(&world, "taro").await;
        let cookie = known.known_browser.clone().unwrap();
        let flipped: String = cookie
            .char_indices()
            .map(|(index, c)| {
                if index == 40 {
                    if c == 'A' { 'B' } else { 'A' }
                } else {
                    c
                }
            })
            .collect();
        for foreign in [
            hanas.known_browser.clone(),
            Some(String::new()),
            Some("A".repeat(43)),
            Some(flipped),
        ] {
            let mut thief = world.browser();
            thief.known_browser = foreign;
            assert_eq!(
                refused(thief.send_password(&taro).await),
                Refusal::WrongLogin
            );
        }

        // Stolen, it gives fifty guesses more, and the owner gets in from elsewhere once the account is open.
        let mut thief = world.browser();
        thief.known_browser = Some(cookie);
        for guess in 0..60 {
            refused(thief.guess_password("taro", guess).await);
            world.wait(LONGEST_WAIT);
        }
        assert_eq!(
            refused(thief.send_password(&taro).await),
            Refusal::WrongLogin
        );
        let tenant = world.tenant().await;
        manage_users::enable_user(
            &world.ctx,
            &tenant,
            &By::command_line(),
            &taro.typed_login(),
        )
        .await
        .unwrap();
        let mut owner = world.browser();
        owner.sign_in(&mut taro).await;
        owner.sign_in(&mut taro).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_the_right_password_from_elsewhere_opens_the_budget_of_known_browsers_again() {
    on_both(workspace(), async |world| {
        let (mut taro, mut known) = world.member_with_app("taro").await;
        for guess in 0..60 {
            refused(known.guess_password("taro", guess).await);
            world.wait(LONGEST_WAIT);
        }
        assert_eq!(
            refused(known.send_password(&taro).await),
            Refusal::WrongLogin
        );
        // Without the cookie the owner gets in; the new cookie must not lock out again.
        let mut fresh = world.browser();
        fresh.sign_in(&mut taro).await;
        fresh.sign_in(&mut taro).await;
        known.sign_in(&mut taro).await;
    })
    .await;
}

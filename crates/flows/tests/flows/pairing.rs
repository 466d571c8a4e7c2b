//! Pairing by two codes (K4, K8, SEC-31 to SEC-33): in both orders, and what nobody can do with half of it. Its limits stand in
//! `pairing_limits.rs`.

use warifu_domain::{
    audit::EventKind,
    pairing::{APP_CODES, Order, WRONG_CODES},
    policy::{Pairing, SetUpProof},
    refusal::Refusal,
    session::Level,
    time::Span,
};
use warifu_flows::manage_users;

use crate::support::{
    App, Asked, Browser, Person, Phone, Setting, TypedProof, World, a_second_less, on_both, refused,
};

pub(crate) fn campus() -> Setting {
    Setting::preset("campus-mail")
}

/// A member who is signed in and has nothing yet.
pub(crate) async fn signed_in(world: &World, login: &str) -> (Person, Browser) {
    let person = world.member(login).await;
    let mut browser = world.browser();
    assert_eq!(
        browser.send_password(&person).await.unwrap(),
        Asked::Nothing
    );
    (person, browser)
}

/// An app with whose code the browser's pairing goes on, and the phone that it is from then on.
pub(crate) async fn half_paired(world: &World, browser: &mut Browser) -> Phone {
    browser.start_pairing().await.unwrap();
    let app = App::add(world);
    browser.type_app_code(&app.code(), "").await.unwrap();
    app.type_user_code(&browser.user_code().await).0
}

/// Nothing is left of any pairing.
pub(crate) async fn is_erased(world: &World) -> bool {
    world.rows("pairing", "user_code IS NOT NULL").await == 0
        && world.rows("totp", "confirmed_at IS NULL").await == 0
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_033_from_inside_the_user_code_comes_first_and_both_sides_show_the_same_tag() {
    on_both(campus(), async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        assert!(browser.pairing().await.is_none());
        browser.start_pairing().await.unwrap();
        let begun = browser.pairing().await.unwrap();
        assert_eq!(begun.order, Order::UserCodeFirst);
        assert!(begun.user_code.is_some() && begun.paired.is_none());
        assert!(browser.overview().await.pairing_open);
        let user_code = browser.user_code().await;

        let app = App::add(&world);
        let (phone, tag) = app.type_user_code(&user_code);
        // Before the page knows the app code, there is nothing to confirm, and nothing is tried.
        assert_eq!(
            refused(browser.confirm_pairing(&phone.code()).await),
            Refusal::AppCodeMissing
        );
        let typed = app.code().to_lowercase().replace('-', " ");
        browser.type_app_code(&typed, " 青いスマホ ").await.unwrap();
        let derived = browser.pairing().await.unwrap();
        let name = derived.paired.unwrap();
        assert_eq!((&name.tag, &*name.device), (&tag, "青いスマホ"));
        assert_eq!((derived.app_codes_left, derived.tries_left), (4, 5));
        // Not active before its first code (SEC-33).
        assert!(browser.overview().await.totp.is_none());
        assert_eq!(
            world.browser().send_password(&hana).await.unwrap(),
            Asked::Nothing
        );

        let codes = browser.confirm_pairing(&phone.code()).await.unwrap();
        assert!(codes.is_none(), "the preset issues none");
        assert!(is_erased(&world).await);
        assert_eq!(world.rows("pairing", "1 = 1").await, 0);
        let app = browser.overview().await.totp.unwrap();
        assert_eq!(app.paired.unwrap(), name);
        let (tenant, login) = (world.tenant().await, hana.typed_login());
        let details = manage_users::show_user(&world.ctx, &tenant, &login).await;
        assert_eq!(details.unwrap().totp.unwrap().paired, Some(name));
        assert_eq!(world.mails_to(&hana).await, [EventKind::SetUpConfirmed]);
        let rows = world.audit_rows().await;
        let told = rows.iter().filter_map(|row| row.detail.clone());
        let told = told.collect::<Vec<_>>().join("\n");
        assert!(told.contains(&format!("paired, tag {tag}")), "{told}");
        assert!(!told.contains(&user_code), "{told}");

        // Its step is spent (SEC-12); the next one logs in.
        let mut away = world.browser();
        assert_eq!(away.send_password(&hana).await.unwrap(), Asked::Code(None));
        assert_eq!(
            refused(away.send_code(&phone.code()).await),
            Refusal::CodeAlreadyUsed
        );
        world.wait(Span::seconds(30));
        away.send_code(&phone.code()).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_k8_from_outside_the_app_code_comes_first_and_one_code_finishes_the_login() {
    on_both(campus(), async |world| {
        let (hana, mut inside) = signed_in(&world, "hana").await;
        inside.switch(true).await.unwrap();
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::SetUp);
        browser.start_pairing().await.unwrap();
        let begun = browser.pairing().await.unwrap();
        assert_eq!(begun.order, Order::AppCodeFirst);
        assert!(begun.user_code.is_none(), "not before the app code");
        let app = App::add(&world);
        browser.type_app_code(&app.code(), "").await.unwrap();
        let (phone, tag) = app.type_user_code(&browser.user_code().await);
        assert_eq!(browser.pairing().await.unwrap().paired.unwrap().tag, tag);
        assert_eq!(
            refused(browser.confirm_pairing(&phone.wrong_code(0)).await),
            Refusal::WrongCode
        );
        assert!(!browser.is_signed_in().await);
        browser.confirm_pairing(&phone.code()).await.unwrap();
        let sessions = browser.sessions().await;
        let this = sessions.iter().find(|session| session.is_this).unwrap();
        assert_eq!(this.level, Level::Mfa);
        // A second factor opens the window for mail programs from here, as any does (K9).
        assert_eq!(world.rows("mail_window", "1 = 1").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_the_policy_says_whether_apps_are_paired_and_which_code_comes_first() {
    on_both(campus(), async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        browser.switch(true).await.unwrap();
        for (knob, on_account, in_login) in [
            (
                Pairing::UserCodeFirst,
                Order::UserCodeFirst,
                Order::UserCodeFirst,
            ),
            (
                Pairing::AppCodeFirst,
                Order::AppCodeFirst,
                Order::AppCodeFirst,
            ),
            (Pairing::ByPlace, Order::UserCodeFirst, Order::AppCodeFirst),
        ] {
            world
                .change_policy(|policy| policy.enrolment.pairing = knob)
                .await;
            let mut login = world.browser();
            login.send_password(&hana).await.unwrap();
            for (browser, order) in [(&mut browser, on_account), (&mut login, in_login)] {
                browser.start_pairing().await.unwrap();
                let begun = browser.pairing().await.unwrap();
                assert_eq!(begun.order, order, "{knob:?}");
                let is_shown = order == Order::UserCodeFirst;
                assert_eq!(begun.user_code.is_some(), is_shown, "{knob:?}");
            }
        }
        let phone = half_paired(&world, &mut browser).await;
        let mut login = world.browser();
        login.send_password(&hana).await.unwrap();
        world
            .change_policy(|policy| policy.enrolment.pairing = Pairing::Off)
            .await;
        for browser in [&mut browser, &mut login] {
            assert!(browser.pairing().await.is_none());
            let app = App::add(&world).code();
            for refusal in [
                refused(browser.start_pairing().await),
                refused(browser.type_app_code(&app, "").await),
                refused(browser.confirm_pairing(&phone.code()).await),
            ] {
                assert_eq!(refusal, Refusal::NotOffered);
            }
        }
        assert!(!browser.overview().await.pairing_offered);
    })
    .await;
    // Elsewhere nobody is offered any of it.
    on_both(Setting::preset("workspace"), async |world| {
        let (_, mut browser) = signed_in(&world, "taro").await;
        assert_eq!(refused(browser.start_pairing().await), Refusal::NotOffered);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_a_pairing_lasts_ten_minutes_and_its_end_erases_what_was_derived() {
    on_both(campus(), async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        let phone = half_paired(&world, &mut browser).await;
        world.wait(a_second_less(Span::minutes(10)));
        assert!(browser.pairing().await.is_some());
        assert_eq!(world.sweep().await, 0);
        // The proof is older than five minutes: it is asked for again, and the pairing goes on (SEC-37).
        assert_eq!(
            refused(browser.confirm_pairing(&phone.code()).await),
            Refusal::ProofNeeded
        );
        browser.prove_and_pair(&hana.password, None).await.unwrap();
        let code = phone.code();
        assert!(browser.pairing().await.is_some());
        world.wait(Span::seconds(1));
        assert!(browser.pairing().await.is_none());
        assert_eq!(
            refused(browser.confirm_pairing(&code).await),
            Refusal::PairingOver
        );
        assert_eq!(
            refused(browser.type_app_code(&App::add(&world).code(), "").await),
            Refusal::PairingOver
        );
        world.wait(Span::seconds(1));
        assert!(world.sweep().await >= 2);
        assert!(is_erased(&world).await);

        // In a login, the attempt is what ends.
        browser.switch(true).await.unwrap();
        let mut login = world.browser();
        login.send_password(&hana).await.unwrap();
        let phone = half_paired(&world, &mut login).await;
        world.wait(Span::minutes(10));
        assert_eq!(
            refused(login.confirm_pairing(&phone.code()).await),
            Refusal::AttemptExpired
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_one_set_up_at_a_time_whichever_way_it_goes() {
    on_both(campus(), async |world| {
        let (_, mut browser) = signed_in(&world, "hana").await;
        let old = half_paired(&world, &mut browser).await;
        let new = half_paired(&world, &mut browser).await;
        assert_eq!(
            refused(browser.confirm_pairing(&old.code()).await),
            Refusal::WrongCode
        );
        // What is derived is shown nowhere, and its code confirms no other kind of set-up (SEC-39).
        assert!(browser.set_up_page().await.is_none());
        assert_eq!(
            refused(browser.confirm_set_up(&new.code()).await),
            Refusal::SetUpOver
        );
        assert_eq!(browser.pairing().await.unwrap().tries_left, 4);
        // A QR code ends the pairing, and the other way round.
        let pending = browser.start_set_up().await.unwrap();
        assert!(browser.pairing().await.is_none());
        assert_eq!(
            refused(browser.confirm_pairing(&new.code()).await),
            Refusal::PairingOver
        );
        let scanned = Phone::scan(&pending.uri, &world.clock);
        let last = half_paired(&world, &mut browser).await;
        assert_eq!(
            refused(browser.confirm_set_up(&scanned.code()).await),
            Refusal::SetUpOver
        );
        browser.abandon_pairing().await;
        assert!(is_erased(&world).await);
        assert_eq!(
            refused(browser.confirm_pairing(&last.code()).await),
            Refusal::PairingOver
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_031_a_pairing_belongs_to_one_person_and_one_browser() {
    on_both(campus(), async |world| {
        let (hana, mut here) = signed_in(&world, "hana").await;
        let mut there = world.browser();
        there.send_password(&hana).await.unwrap();
        let (_, mut jiro) = signed_in(&world, "jiro").await;
        let phone = half_paired(&world, &mut here).await;
        for stranger in [&mut there, &mut jiro] {
            assert!(stranger.pairing().await.is_none());
            let app = App::add(&world).code();
            for refusal in [
                refused(stranger.type_app_code(&app, "").await),
                refused(stranger.confirm_pairing(&phone.code()).await),
            ] {
                assert_eq!(refusal, Refusal::PairingOver);
            }
        }
        // Nor did any of it cost the owner anything.
        let open = here.pairing().await.unwrap();
        assert_eq!(
            (open.app_codes_left, open.tries_left),
            (APP_CODES - 1, WRONG_CODES)
        );
        here.confirm_pairing(&phone.code()).await.unwrap();
        // Used up: not even where it was begun.
        assert_eq!(
            refused(here.confirm_pairing(&phone.code_of(1)).await),
            Refusal::PairingOver
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_a_replacement_is_paired_after_both_proofs_and_the_old_app_is_void() {
    on_both(campus(), async |world| {
        let (mut hana, mut browser) = signed_in(&world, "hana").await;
        let old_tag = browser.pair(&mut hana, "old").await;
        world.wait(Span::minutes(6));
        assert_eq!(refused(browser.start_pairing().await), Refusal::ProofNeeded);
        let proof = TypedProof::Code(hana.phone().code().into());
        browser
            .prove_and_pair(&hana.password, Some(proof))
            .await
            .unwrap();
        let app = App::add(&world);
        browser.type_app_code(&app.code(), "new").await.unwrap();
        let (phone, tag) = app.type_user_code(&browser.user_code().await);
        // The old one counts until then.
        world.wait(Span::seconds(30));
        let mut away = world.browser();
        away.send_password(&hana).await.unwrap();
        away.send_code(&hana.phone().code()).await.unwrap();
        browser.confirm_pairing(&phone.code()).await.unwrap();
        let now = browser.overview().await.totp.unwrap().paired.unwrap();
        assert_eq!((now.tag, &*now.device), (tag.clone(), "new"));
        assert_ne!(tag, old_tag);
        assert!(!away.is_signed_in().await, "other sessions end (SEC-7)");
        world.wait(Span::seconds(30));
        away.send_password(&hana).await.unwrap();
        assert_eq!(
            refused(away.send_code(&hana.phone().code()).await),
            Refusal::WrongCode
        );
        away.send_code(&phone.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_k4_the_password_is_asked_for_again_where_the_policy_wants_it_for_a_first_app() {
    let setting = campus().with(|policy| policy.enrolment.reauthentication = SetUpProof::Password);
    on_both(setting, async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        assert_eq!(refused(browser.start_pairing().await), Refusal::ProofNeeded);
        assert_eq!(
            refused(browser.prove_and_pair("not the password", None).await),
            Refusal::WrongPassword
        );
        browser.prove_and_pair(&hana.password, None).await.unwrap();
        assert!(browser.pairing().await.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_backup_codes_come_with_the_end_where_the_policy_shows_them_there() {
    let setting = campus().with(|policy| policy.backup_codes.enabled = true);
    on_both(setting, async |world| {
        let (mut hana, mut browser) = signed_in(&world, "hana").await;
        browser.pair(&mut hana, "").await;
        assert_eq!(hana.backup_codes.len(), 10);
        let mut away = world.browser();
        away.send_password(&hana).await.unwrap();
        away.send_backup_code(&hana.backup_codes[3]).await.unwrap();
    })
    .await;
}

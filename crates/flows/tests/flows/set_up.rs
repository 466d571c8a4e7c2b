//! Registering an app: pending until its first code, bound to who began it, one at a time (G3, P2, SEC-38, SEC-70).

use warifu_domain::{policy::Enrolment, refusal::Refusal, time::Span, user::Role};

use crate::support::{Asked, Phone, Setting, a_second_less, on_both, refused, shown};

fn default() -> Setting {
    Setting::preset("default")
}

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_the_first_login_leads_through_the_set_up_and_one_code_finishes_both() {
    on_both(default(), async |world| {
        let mut hana = world.member("hana").await;
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::SetUp);
        assert!(!browser.is_signed_in().await);
        let pending = browser.forced_set_up().await.unwrap();
        let phone = Phone::scan(&pending.uri, &world.clock);
        assert_eq!(
            refused(browser.send_first_code(&phone.wrong_code(0)).await),
            Refusal::WrongCode
        );
        let codes = browser.send_first_code(&phone.code()).await.unwrap();
        hana.backup_codes = shown(codes.expect("they are shown with the end of the set-up"));
        hana.phone = Some(phone);
        assert!(browser.is_signed_in().await);
        assert_eq!(hana.backup_codes.len(), 10);
        assert_eq!(browser.overview().await.backup_codes.left, 10);

        // From then on a code is asked for, and the first one is spent (SEC-12).
        let first = hana.phone().code();
        assert_eq!(
            browser.send_password(&hana).await.unwrap(),
            Asked::Code(None)
        );
        assert_eq!(
            refused(browser.send_code(&first).await),
            Refusal::CodeAlreadyUsed
        );
        world.wait(Span::seconds(30));
        browser.send_code(&hana.phone().code()).await.unwrap();
        browser.send_password(&hana).await.unwrap();
        browser
            .send_backup_code(&hana.backup_codes[9].to_lowercase())
            .await
            .unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_an_administrator_sets_up_under_every_policy() {
    for enrolment in [Enrolment::Off, Enrolment::Optional] {
        let setting = workspace().with(|policy| policy.second_factor.enrolment = enrolment);
        on_both(setting, async |world| {
            let mut admin = world.person("admin", Role::Administrator).await;
            let mut browser = world.browser();
            assert_eq!(browser.send_password(&admin).await.unwrap(), Asked::SetUp);
            browser.sign_in(&mut admin).await;
            browser.prove(&admin).await;
            assert_eq!(refused(browser.remove().await), Refusal::OnlyAdministrator);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_off_offers_no_set_up_but_keeps_asking_for_what_there_is() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let mut jiro = world.member("jiro").await;
        world
            .change_policy(|policy| policy.second_factor.enrolment = Enrolment::Off)
            .await;
        let mut browser = world.browser();
        browser.sign_in(&mut jiro).await;
        assert_eq!(
            refused(browser.start_set_up().await.map(drop)),
            Refusal::NotOffered
        );
        assert_eq!(
            browser.send_password(&taro).await.unwrap(),
            Asked::Code(None)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_a_reload_shows_the_same_secret_until_it_expires() {
    on_both(default(), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        // The attempt and the secret live ten minutes each; this one is made in the third.
        world.wait(Span::minutes(2));
        let first = browser.forced_set_up().await.unwrap();
        world.wait(a_second_less(Span::minutes(8)));
        let reloaded = browser.forced_set_up().await.unwrap();
        assert_eq!(first.uri, reloaded.uri);
        assert_eq!(first.expires_at, reloaded.expires_at);
        let phone = Phone::scan(&reloaded.uri, &world.clock);
        browser.send_first_code(&phone.code()).await.unwrap();
    })
    .await;

    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        let pending = browser.start_set_up().await.unwrap();
        let phone = Phone::scan(&pending.uri, &world.clock);
        world.wait(a_second_less(Span::minutes(10)));
        assert_eq!(browser.set_up_page().await.unwrap().uri, pending.uri);
        world.wait(Span::seconds(1));
        assert!(browser.set_up_page().await.is_none(), "expired");
        browser.prove(&taro).await;
        assert_eq!(
            refused(browser.confirm_set_up(&phone.code()).await),
            Refusal::SetUpOver
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_every_visit_makes_a_new_key_where_the_policy_says_so_and_abandoned_ones_never_work() {
    let setting = workspace().with(|policy| policy.enrolment.keep_on_reload = false);
    on_both(setting, async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        let shown_first = browser.start_set_up().await.unwrap();
        let shown_last = browser.set_up_page().await.unwrap();
        assert_ne!(shown_first.uri, shown_last.uri);
        let (abandoned, last) = (
            Phone::scan(&shown_first.uri, &world.clock),
            Phone::scan(&shown_last.uri, &world.clock),
        );
        assert_eq!(
            refused(browser.confirm_set_up(&abandoned.code()).await),
            Refusal::WrongCode
        );
        browser.confirm_set_up(&last.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_a_new_start_voids_the_old_one_and_leaving_voids_both() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        let old = Phone::scan(&browser.start_set_up().await.unwrap().uri, &world.clock);
        let new = Phone::scan(&browser.start_set_up().await.unwrap().uri, &world.clock);
        assert_eq!(
            refused(browser.confirm_set_up(&old.code()).await),
            Refusal::WrongCode
        );

        browser.abandon_set_up().await;
        assert!(browser.set_up_page().await.is_none());
        assert_eq!(
            refused(browser.confirm_set_up(&new.code()).await),
            Refusal::SetUpOver
        );
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Nothing
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_a_set_up_is_finished_only_where_it_was_begun() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let (mut here, mut there) = (world.browser(), world.browser());
        here.sign_in(&mut taro).await;
        there.sign_in(&mut taro).await;
        let phone = Phone::scan(&here.start_set_up().await.unwrap().uri, &world.clock);
        assert!(there.set_up_page().await.is_none());
        assert_eq!(
            refused(there.confirm_set_up(&phone.code()).await),
            Refusal::SetUpOver
        );

        // A proof in between gives the session another token; the set-up is still its own (SEC-4).
        here.prove(&taro).await;
        here.confirm_set_up(&phone.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_a_pending_app_logs_nobody_in_and_replaces_nothing() {
    on_both(workspace(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        browser.prove(&taro).await;
        let pending = Phone::scan(&browser.start_set_up().await.unwrap().uri, &world.clock);
        world.wait(Span::seconds(30));
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&pending.code()).await),
            Refusal::WrongCode
        );
        login.send_code(&taro.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_012_the_code_that_confirms_an_app_does_not_log_in() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        browser.enrol(&mut taro).await;
        let code = taro.phone().code();
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&code).await),
            Refusal::CodeAlreadyUsed
        );
        assert_eq!(
            refused(login.send_code(&taro.phone().code_of(-1)).await),
            Refusal::CodeAlreadyUsed
        );
        login.send_code(&taro.phone().code_of(1)).await.unwrap();
        // The code of the step in between comes too late.
        browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(browser.send_code(&taro.phone().code()).await),
            Refusal::CodeAlreadyUsed
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_wrong_codes_end_a_set_up() {
    on_both(default(), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        let phone = Phone::scan(&browser.forced_set_up().await.unwrap().uri, &world.clock);
        for guess in 0..20 {
            assert_eq!(
                refused(browser.send_first_code(&phone.wrong_code(guess)).await),
                Refusal::WrongCode
            );
        }
        assert_eq!(
            refused(browser.send_first_code(&phone.code()).await),
            Refusal::SetUpOver
        );
        // The attempt is still open: its page offers a new secret.
        let phone = Phone::scan(&browser.forced_set_up().await.unwrap().uri, &world.clock);
        browser.send_first_code(&phone.code()).await.unwrap();
    })
    .await;
}

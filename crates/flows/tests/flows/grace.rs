//! The second factor becomes compulsory on a date (G1), for some groups later (W8), for administrators at once (SEC-70).

use warifu_domain::{attempt::Stage, policy::Enrolment, refusal::Refusal, time::Span, user::Role};

use crate::support::{Asked, Phone, Setting, a_second_less, on_both, refused};

fn required() -> Setting {
    Setting::preset("workspace").with(|policy| policy.second_factor.enrolment = Enrolment::Required)
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_from_the_operator_s_date_on_every_login_needs_the_second_factor() {
    on_both(required(), async |world| {
        let date = world.now() + Span::days(7);
        world
            .change_policy(|policy| policy.second_factor.required_from = Some(date))
            .await;
        let (hana, mut taro) = (world.member("hana").await, world.member("taro").await);
        let mut early = world.browser();
        assert_eq!(early.send_password(&hana).await.unwrap(), Asked::Nothing);
        assert!(!early.who().await.unwrap().must_enrol());
        // Until the date it is as optional as ever: it can be set up and switched off.
        let mut optional = world.browser();
        optional.sign_in(&mut taro).await;
        optional.enrol(&mut taro).await;
        optional.remove().await.unwrap();
        taro.phone = None;

        world.wait(a_second_less(Span::days(7)));
        let mut last = world.browser();
        assert_eq!(last.send_password(&hana).await.unwrap(), Asked::Nothing);
        world.wait(Span::seconds(1));
        assert!(
            last.who().await.unwrap().must_enrol(),
            "an open session is stopped, too"
        );
        let mut late = world.browser();
        assert_eq!(late.send_password(&taro).await.unwrap(), Asked::SetUp);
        assert_eq!(
            late.attempt_view().await.stage,
            Stage::Enrolment {
                may_skip_until: None
            }
        );
        assert_eq!(
            refused(late.skip_set_up().await),
            Refusal::NoLongerSkipped,
            "no button, but a form is sent easily"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_a_group_puts_the_set_up_off_until_its_date_and_no_longer() {
    on_both(required(), async |world| {
        let (hana, taro) = (world.member("hana").await, world.member("taro").await);
        let until = world.now() + Span::days(1);
        world.give_grace(&hana, until).await;

        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::SetUp);
        let stage = browser.attempt_view().await.stage;
        assert_eq!(
            stage,
            Stage::Enrolment {
                may_skip_until: Some(until)
            }
        );
        browser.skip_set_up().await.unwrap();
        let who = browser.who().await.unwrap();
        assert!(!who.must_enrol(), "the grace lets the session go on");
        assert!(
            world
                .events_of(&hana)
                .await
                .contains(&"set_up.skipped".to_owned())
        );
        // Nobody else's grace.
        let mut other = world.browser();
        assert_eq!(other.send_password(&taro).await.unwrap(), Asked::SetUp);
        assert_eq!(refused(other.skip_set_up().await), Refusal::NoLongerSkipped);

        // The last second, and the first one after it, in one attempt.
        world.wait(Span(Span::days(1).0 - Span::minutes(1).0));
        let mut late = world.browser();
        assert_eq!(late.send_password(&hana).await.unwrap(), Asked::SetUp);
        world.wait(Span::minutes(1));
        assert_eq!(refused(late.skip_set_up().await), Refusal::NoLongerSkipped);
        let phone = Phone::scan(&late.forced_set_up().await.unwrap().uri, &world.clock);
        late.send_first_code(&phone.code()).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_from_the_group_s_date_on_its_open_sessions_are_stopped() {
    on_both(required(), async |world| {
        let hana = world.member("hana").await;
        world
            .give_grace(&hana, world.now() + Span::minutes(30))
            .await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        browser.skip_set_up().await.unwrap();
        world.wait(a_second_less(Span::minutes(30)));
        assert!(!browser.who().await.unwrap().must_enrol());
        world.wait(Span::seconds(1));
        assert!(browser.who().await.unwrap().must_enrol());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_no_group_gives_an_administrator_a_grace() {
    on_both(required(), async |world| {
        let admin = world.person("admin", Role::Administrator).await;
        world.give_grace(&admin, world.now() + Span::days(7)).await;
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&admin).await.unwrap(), Asked::SetUp);
        assert_eq!(
            refused(browser.skip_set_up().await),
            Refusal::NoLongerSkipped
        );
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_an_attempt_that_waits_for_a_code_is_not_skipped() {
    on_both(required(), async |world| {
        let (hana, _) = {
            let mut hana = world.member("hana").await;
            let mut browser = world.browser();
            browser.sign_in(&mut hana).await;
            (hana, browser)
        };
        world.give_grace(&hana, world.now() + Span::days(7)).await;
        let mut thief = world.browser();
        assert_eq!(thief.send_password(&hana).await.unwrap(), Asked::Code(None));
        assert_eq!(refused(thief.skip_set_up().await), Refusal::AttemptOver);
        assert!(!thief.is_signed_in().await);
    })
    .await;
}

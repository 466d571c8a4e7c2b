//! The person's own switch: whether the second factor is used at all (K1), and what it leads to from outside (K8).

use warifu_domain::{
    audit::EventKind, policy::Enrolment, refusal::Refusal, time::Span, user::Role,
};

use crate::support::{Asked, Setting, on_both, refused};

fn campus() -> Setting {
    Setting::preset("campus-mail")
}

#[tokio::test(flavor = "multi_thread")]
async fn k1_the_owner_switches_the_second_factor_off_and_on_again() {
    on_both(campus(), async |world| {
        let (hana, mut home) = world.member_with_app("hana").await;
        assert!(home.overview().await.own_switch.unwrap().on);
        let mut other = world.browser();
        other.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        other.send_code(&hana.phone().code()).await.unwrap();
        home.switch(false).await.unwrap();
        assert!(!other.is_signed_in().await, "other sessions end (SEC-7)");
        let switch = home.overview().await.own_switch.unwrap();
        assert!(!switch.on && !switch.compulsory);
        assert!(home.overview().await.totp.is_some(), "the app stays");
        assert_eq!(other.send_password(&hana).await.unwrap(), Asked::Nothing);
        // The password alone switches nothing, not even on: the app is still registered (SEC-37).
        for on in [true, false] {
            assert_eq!(refused(other.switch(on).await), Refusal::ProofNeeded);
        }
        home.switch(true).await.unwrap();
        assert!(!other.is_signed_in().await);
        assert_eq!(other.send_password(&hana).await.unwrap(), Asked::Code(None));
        let told = world.mails_to(&hana).await;
        let changes = told
            .iter()
            .filter(|kind| **kind == EventKind::OwnSwitchChanged);
        assert_eq!(changes.count(), 2);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k1_it_is_not_there_where_the_policy_has_none_nor_off_where_it_demands_one() {
    on_both(campus(), async |world| {
        let (_, mut hana) = world.member_with_app("hana").await;
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut boss_at = world.browser();
        boss_at.sign_in(&mut boss).await;
        assert_eq!(
            refused(boss_at.switch(false).await),
            Refusal::OnlyAdministrator
        );
        assert!(boss_at.overview().await.own_switch.unwrap().compulsory);
        for enrolment in [Enrolment::Required, Enrolment::RequiredOffNetwork] {
            world
                .change_policy(|policy| policy.second_factor.enrolment = enrolment)
                .await;
            assert_eq!(
                refused(hana.switch(false).await),
                Refusal::OnlyAdministrator
            );
            assert!(hana.overview().await.own_switch.unwrap().compulsory);
        }
        world
            .change_policy(|policy| policy.second_factor.own_switch = false)
            .await;
        assert_eq!(refused(hana.switch(true).await), Refusal::NotOffered);
        assert!(hana.overview().await.own_switch.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k8_switched_on_with_nothing_registered_the_next_login_from_outside_leads_through_the_set_up()
 {
    on_both(campus(), async |world| {
        let mut hana = world.member("hana").await;
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::Nothing);
        browser.switch(true).await.unwrap();
        let mut again = world.browser();
        assert_eq!(again.send_password(&hana).await.unwrap(), Asked::SetUp);
        again.sign_in(&mut hana).await;
        assert!(again.overview().await.totp.is_some());
        // The proof is fresh, so the other method can be registered at once.
        again
            .register_address("hana@private.example")
            .await
            .unwrap();
    })
    .await;
}

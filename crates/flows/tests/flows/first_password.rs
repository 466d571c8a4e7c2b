//! A password that somebody else set is for one login: its owner chooses another before anything else (SEC-70).

use warifu_domain::{
    decide::Lacks,
    password::{BadPassword, PasswordTerm},
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::manage_users;

use crate::support::{Asked, Person, Setting, World, on_both, refused};

async fn set_password(world: &World, person: &Person, term: PasswordTerm) {
    let (tenant, login) = (world.tenant().await, person.typed_login());
    manage_users::set_password(&world.ctx, &tenant, &login, &person.password, term)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_a_password_that_was_set_for_somebody_is_replaced_before_anything_else() {
    on_both(Setting::preset("workspace"), async |world| {
        let (mut taro, _) = world.member_with_app("taro").await;
        set_password(&world, &taro, PasswordTerm::Temporary).await;
        world.wait(Span::minutes(1));
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        assert_eq!(browser.who().await.unwrap().lacks, Lacks::Password);

        // Nothing else, whatever page is asked.
        let temporary = Refusal::PasswordTemporary;
        assert_eq!(refused(browser.start_set_up().await.map(drop)), temporary);
        assert_eq!(refused(browser.remove().await), temporary);
        assert_eq!(refused(browser.issue_codes(0).await), temporary);
        // Nor the same password again, nor a bad one.
        let refusal = refused(browser.change_password(&taro.password).await);
        assert_eq!(refusal, Refusal::Password(BadPassword::Unchanged));
        let refusal = refused(browser.change_password("short").await);
        assert!(matches!(
            refusal,
            Refusal::Password(BadPassword::TooShort { .. })
        ));
        assert_eq!(browser.who().await.unwrap().lacks, Lacks::Password);
        // A later login with it comes no further, and an old proof has to be renewed first.
        world.wait(Span::minutes(6));
        let mut other = world.browser();
        other.sign_in(&mut taro).await;
        assert_eq!(other.who().await.unwrap().lacks, Lacks::Password);
        let chosen = "a melon under the moon";
        assert_eq!(
            refused(browser.change_password(chosen).await),
            Refusal::ProofNeeded
        );
        other.change_password(chosen).await.unwrap();
        assert_eq!(other.who().await.unwrap().lacks, Lacks::Nothing);
        assert!(!browser.is_signed_in().await);
        let used = world.browser().send_password(&taro).await;
        assert_eq!(refused(used), Refusal::WrongLogin);

        taro.password = chosen.to_owned();
        world.wait(Span::minutes(1));
        let mut again = world.browser();
        again.sign_in(&mut taro).await;
        assert_eq!(again.who().await.unwrap().lacks, Lacks::Nothing);
        // One that is meant to stay stays.
        set_password(&world, &taro, PasswordTerm::Lasting).await;
        world.wait(Span::minutes(1));
        again.sign_in(&mut taro).await;
        assert_eq!(again.who().await.unwrap().lacks, Lacks::Nothing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_a_first_operator_sets_up_the_second_factor_and_then_chooses_a_password() {
    on_both(Setting::preset("default"), async |world| {
        let mut boss = world.person("boss", Role::Operator).await;
        set_password(&world, &boss, PasswordTerm::Temporary).await;
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&boss).await.unwrap(), Asked::SetUp);
        assert!(!browser.is_signed_in().await);
        browser.sign_in(&mut boss).await;
        assert_eq!(browser.who().await.unwrap().lacks, Lacks::Password);
        browser
            .change_password("a melon under the moon")
            .await
            .unwrap();
        assert_eq!(browser.who().await.unwrap().lacks, Lacks::Nothing);
    })
    .await;
}

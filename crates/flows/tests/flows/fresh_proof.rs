//! What changes the keys of an account needs password and second factor within the last five minutes (SEC-37).

use warifu_domain::{
    audit::EventKind,
    policy::{Enrolment, Reauthentication},
    refusal::Refusal,
    session::FRESH_PROOF,
    time::Span,
};
use warifu_flows::FlowError;

use crate::support::{
    Asked, Browser, Phone, Setting, TypedProof, World, a_second_less, on_both, refused,
};

/// Everything asks for the proof, also where the preset is content with a confirmation.
fn strict() -> Setting {
    Setting::preset("workspace")
        .with(|policy| policy.removal.reauthentication = Reauthentication::Proof)
}

/// A sensitive act, as a browser does it.
#[derive(Clone, Copy, Debug)]
enum Act {
    Start,
    Confirm,
    Remove,
    IssueCodes,
    ChangePassword,
}

const ACTS: [Act; 5] = [
    Act::Start,
    Act::Confirm,
    Act::Remove,
    Act::IssueCodes,
    Act::ChangePassword,
];

impl Act {
    /// Brings the browser to where the act is one step away; then comes the wait.
    async fn prepare(self, world: &World, browser: &mut Browser) -> Option<Phone> {
        match self {
            Self::Confirm => {
                let pending = browser.start_set_up().await.unwrap();
                Some(Phone::scan(&pending.uri, &world.clock))
            }
            _ => None,
        }
    }

    async fn perform(self, browser: &mut Browser, phone: Option<Phone>) -> Result<(), FlowError> {
        match self {
            Self::Start => browser.start_set_up().await.map(drop),
            Self::Confirm => browser
                .confirm_set_up(&phone.unwrap().code())
                .await
                .map(drop),
            Self::Remove => browser.remove().await,
            Self::IssueCodes => browser.issue_codes(0).await.map(drop),
            Self::ChangePassword => browser.change_password("a melon under the moon").await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_each_sensitive_act_needs_a_proof_younger_than_five_minutes() {
    on_both(strict(), async |world| {
        for (number, act) in ACTS.into_iter().enumerate() {
            println!("{act:?}");
            let (person, mut browser) = world.member_with_app(&format!("person-{number}")).await;
            for (wait, refusal) in [
                (FRESH_PROOF, Some(Refusal::ProofNeeded)),
                (a_second_less(FRESH_PROOF), None),
            ] {
                browser.prove(&person).await;
                let phone = act.prepare(&world, &mut browser).await;
                world.wait(wait);
                let answer = act.perform(&mut browser, phone).await;
                match refusal {
                    None => answer.unwrap(),
                    Some(refusal) => assert_eq!(refused(answer), refusal),
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_with_no_factor_yet_the_password_is_the_proof() {
    on_both(strict(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        world.wait(FRESH_PROOF);
        assert_eq!(
            refused(browser.start_set_up().await.map(drop)),
            Refusal::ProofNeeded
        );
        browser.send_proof(&taro.password, None).await.unwrap();
        browser.start_set_up().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_with_a_factor_neither_the_password_nor_a_code_alone_is_one() {
    on_both(strict(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        world.wait(Span::minutes(6));
        let code = || TypedProof::Code(taro.phone().code().into());
        let backup = || TypedProof::BackupCode(taro.backup_codes[0].clone().into());

        assert_eq!(
            refused(browser.send_proof(&taro.password, None).await),
            Refusal::MalformedCode
        );
        for proof in [code(), backup()] {
            assert_eq!(
                refused(browser.send_proof("a guess", Some(proof)).await),
                Refusal::WrongPassword
            );
        }
        let wrong = TypedProof::Code(taro.phone().wrong_code(0).into());
        assert_eq!(
            refused(browser.send_proof(&taro.password, Some(wrong)).await),
            Refusal::WrongCode
        );
        assert_eq!(
            refused(browser.change_password("a melon under the moon").await),
            Refusal::ProofNeeded
        );

        // Behind the wrong password neither was looked at.
        browser
            .send_proof(&taro.password, Some(code()))
            .await
            .unwrap();
        assert_eq!(
            refused(browser.send_proof(&taro.password, Some(code())).await),
            Refusal::CodeAlreadyUsed
        );
        browser
            .send_proof(&taro.password, Some(backup()))
            .await
            .unwrap();
        assert_eq!(
            refused(browser.send_proof(&taro.password, Some(backup())).await),
            Refusal::BackupCodeUsed
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_012_sec_020_login_and_proof_spend_from_one_purse() {
    on_both(strict(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        browser.prove(&taro).await;
        let (code, backup) = (taro.phone().code(), taro.backup_codes[0].clone());
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&code).await),
            Refusal::CodeAlreadyUsed
        );
        login.send_backup_code(&backup).await.unwrap();
        assert_eq!(
            refused(
                browser
                    .send_proof(&taro.password, Some(TypedProof::BackupCode(backup.into())))
                    .await
            ),
            Refusal::BackupCodeUsed
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_004_a_proof_gives_the_session_a_new_token_and_the_old_one_opens_nothing() {
    on_both(strict(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        let stolen = browser.clone();
        browser.prove(&taro).await;
        assert!(browser.is_signed_in().await);
        assert!(!stolen.is_signed_in().await);
        assert_eq!(browser.sessions().await.len(), 1, "it is the same session");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_changing_the_password_does_not_prolong_the_proof() {
    on_both(strict(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        browser.prove(&taro).await;
        world.wait(a_second_less(FRESH_PROOF));
        browser
            .change_password("a melon under the moon")
            .await
            .unwrap();
        world.wait(Span::seconds(1));
        assert_eq!(
            refused(browser.change_password("two melons under the moon").await),
            Refusal::ProofNeeded
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_where_a_factor_became_compulsory_a_session_must_set_it_up_with_a_fresh_password() {
    on_both(strict(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        world
            .change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
            .await;
        assert!(browser.who().await.unwrap().must_enrol());
        world.wait(FRESH_PROOF);
        assert_eq!(
            refused(browser.start_set_up().await.map(drop)),
            Refusal::ProofNeeded
        );
        browser.enrol(&mut taro).await;
        assert!(!browser.who().await.unwrap().must_enrol());
        assert_eq!(refused(browser.remove().await), Refusal::OnlyAdministrator);
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Code(None)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_wrong_passwords_in_a_row_at_the_fresh_proof_are_told_once_a_day() {
    on_both(strict(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        let told = async || {
            let mails = world.mails_to(&taro).await.into_iter();
            mails
                .filter(|kind| *kind == EventKind::ProofGuessed)
                .count()
        };
        let code = || Some(TypedProof::Code(taro.phone().code().into()));
        for _ in 0..2 {
            let wrong = browser.send_proof("not the password", code()).await;
            assert_eq!(refused(wrong), Refusal::WrongPassword);
        }
        assert_eq!(told().await, 0, "that is a slip of the finger");
        browser.prove(&taro).await;
        for n in 0..6 {
            let _ = browser.send_proof("not the password", code()).await;
            assert_eq!(told().await, usize::from(n >= 2), "{n}");
        }
        let events = world.events_of(&taro).await;
        let said = events.iter().filter(|event| *event == "proof.guessed");
        assert_eq!(said.count(), 1);
        assert!(
            browser.is_signed_in().await,
            "the owner is not thrown out by it"
        );
    })
    .await;
}

//! What is secret stays so: in the database, in a stolen copy, under other keys (SEC-5, SEC-20 to SEC-25, SEC-39, SEC-75, SEC-77).

use data_encoding::BASE64URL_NOPAD;
use warifu_domain::{refusal::Refusal, time::Span};
use warifu_flows::{By, Fault, FlowError, manage_users};
use warifu_storage::{KeyRing, StoreError};

use crate::support::{Asked, Person, Setting, World, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// The fault in an answer that must be one.
fn fault<T>(answer: Result<T, FlowError>) -> StoreError {
    match answer {
        Err(FlowError::Fault(Fault::Store(error))) => error,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("a success"),
    }
}

/// Shows: SEC-5, SEC-25, SEC-77, SEC-78.
#[tokio::test(flavor = "multi_thread")]
async fn sec_023_no_secret_stands_in_the_database_or_its_log() {
    for preset in ["workspace", "default"] {
        on_both(Setting::preset(preset), async |world| {
            let (mut taro, mut browser) = world.member_with_app("taro").await;
            let mut secrets: Vec<Vec<u8>> = Vec::new();
            let mut hide = |bytes: &[u8]| secrets.push(bytes.to_vec());
            hide(taro.password.as_bytes());
            hide(b"wrong secret guess");
            hide(taro.email.as_bytes());

            // A life with everything that is secret: sessions, attempts, codes, set-ups, pending ones too.
            let old_phone = taro.phone.take().unwrap();
            hide(old_phone.secret.expose());
            hide(old_phone.secret.to_base32().as_bytes());
            hide(old_phone.code().as_bytes());
            taro.phone = Some(old_phone);
            browser.prove(&taro).await;
            browser.enrol(&mut taro).await;
            browser.download_codes(&mut taro).await;
            let mut other = world.browser();
            other.send_password(&taro).await.unwrap();
            hide(other.attempt.as_ref().unwrap().expose().as_bytes());
            hide(
                &BASE64URL_NOPAD
                    .decode(other.attempt.as_ref().unwrap().expose().as_bytes())
                    .unwrap(),
            );
            other.send_backup_code(&taro.backup_codes[0]).await.unwrap();
            other.send_password(&taro).await.unwrap();
            refused(other.send_backup_code(&taro.backup_codes[0]).await);
            refused(other.send_code(&taro.phone().wrong_code(0)).await);
            let form = other.form("taro", "wrong secret guess", None);
            refused(other.send_form(form).await);
            world.wait(Span::seconds(30));
            browser.prove(&taro).await;
            browser.download_codes(&mut taro).await;
            let pending = browser.start_set_up().await.unwrap();

            hide(pending.key_grouped.as_bytes());
            hide(pending.key_grouped.replace(' ', "").as_bytes());
            hide(pending.uri.as_bytes());
            hide(taro.phone().secret.expose());
            hide(taro.phone().secret.to_base32().as_bytes());
            hide(taro.phone().code().as_bytes());
            for code in &taro.backup_codes {
                hide(code.as_bytes());
                hide(code.replace('-', "").as_bytes());
            }
            let token = browser.session.as_ref().unwrap().expose();
            hide(token.as_bytes());
            hide(&BASE64URL_NOPAD.decode(token.as_bytes()).unwrap());
            let cookie = browser.known_browser.clone().unwrap();
            hide(cookie.as_bytes());
            hide(&BASE64URL_NOPAD.decode(cookie.as_bytes()).unwrap());

            let stolen = world.stolen_bytes().await;
            assert!(
                contains(&stolen, b"taro"),
                "the login ID is no secret: the search works"
            );
            for secret in &secrets {
                let shown = String::from_utf8_lossy(secret);
                assert!(!contains(&stolen, secret), "{shown} stands in the database");
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_023_an_attempt_costs_one_evaluation_whatever_comes_out() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let superseded = taro.backup_codes[0].clone();
        browser.download_codes(&mut taro).await;
        let right = taro.backup_codes[0].clone();
        let mut login = world.browser();
        for (code, answer) in [
            ("0000-0000", Some(Refusal::WrongBackupCode)),
            (&*superseded, Some(Refusal::BackupCodeSuperseded)),
            (&*right, None),
            (&*right, Some(Refusal::BackupCodeUsed)),
        ] {
            login.send_password(&taro).await.unwrap();
            let before = world.ctx.hasher.computed();
            let sent = login.send_backup_code(code).await;
            assert_eq!(world.ctx.hasher.computed() - before, 1, "{answer:?}");
            assert_eq!(sent.err().map(|error| refused::<()>(Err(error))), answer);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_022_every_change_of_the_second_factor_kills_the_whole_set() {
    on_both(workspace(), async |world| {
        for (number, event) in ["issue", "enrol", "remove", "reset"]
            .into_iter()
            .enumerate()
        {
            let (mut taro, mut browser) = world.member_with_app(&format!("person-{number}")).await;
            browser.download_codes(&mut taro).await;
            let old = taro.backup_codes.clone();
            let mut login = world.browser();
            login.send_password(&taro).await.unwrap();
            login.send_backup_code(&old[0]).await.unwrap();
            match event {
                "issue" => browser.download_codes(&mut taro).await,
                "enrol" => browser.enrol(&mut taro).await,
                "remove" => {
                    browser.remove().await.unwrap();
                    browser.send_proof(&taro.password, None).await.unwrap();
                    taro.phone = None;
                    browser.enrol(&mut taro).await;
                }
                _ => {
                    let tenant = world.tenant().await;
                    manage_users::reset_two_factor(
                        &world.ctx,
                        &tenant,
                        &By::CommandLine("lost".to_owned()),
                        &taro.typed_login(),
                    )
                    .await
                    .unwrap();
                    taro.phone = None;
                    browser.sign_in(&mut taro).await;
                    browser.enrol(&mut taro).await;
                }
            }
            let left = browser.overview().await.backup_codes.left;
            assert_eq!(left, if event == "issue" { 10 } else { 0 }, "{event}");
            for code in [&old[0], &old[1]] {
                login.send_password(&taro).await.unwrap();
                assert_eq!(
                    refused(login.send_backup_code(code).await),
                    Refusal::BackupCodeSuperseded,
                    "{event}"
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_021_a_backup_code_opens_its_owners_account_only() {
    on_both(workspace(), async |world| {
        let (mut taro, mut taros) = world.member_with_app("taro").await;
        let (mut hana, mut hanas) = world.member_with_app("hana").await;
        taros.download_codes(&mut taro).await;
        hanas.download_codes(&mut hana).await;
        let mut login = world.browser();
        login.send_password(&hana).await.unwrap();
        assert_eq!(
            refused(login.send_backup_code(&taro.backup_codes[0]).await),
            Refusal::WrongBackupCode
        );
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_025_a_form_sent_twice_issues_once_and_nothing_shows_codes_again() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = browser.backup_generation().await;
        let new = browser.issue_codes(old).await.unwrap();
        assert_eq!(
            refused(browser.issue_codes(old).await),
            Refusal::BackupCodesShown
        );
        assert_eq!(
            refused(browser.issue_codes(old + 7).await),
            Refusal::BackupCodesShown
        );
        browser.send_password(&taro).await.unwrap();
        browser.send_backup_code(&new[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_039_after_confirmation_nothing_returns_the_seed() {
    on_both(workspace(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        assert!(browser.set_up_page().await.is_none());
        browser.prove(&taro).await;
        let again = browser.start_set_up().await.unwrap();
        let seed = taro.phone().secret.to_base32();
        assert!(!again.uri.contains(&*seed), "a new start has a new seed");
    })
    .await;
}

/// Shows: SEC-82.
#[tokio::test(flavor = "multi_thread")]
async fn sec_075_a_stolen_database_without_the_key_verifies_nothing() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let plain = world.member("plain").await;
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();

        // A thief's server: the same database, another key under the same number.
        let thief = world.with_keys(2, KeyRing::generate([8; 32])).await;
        for person in [&taro, &plain] {
            assert_eq!(
                refused(thief.browser().send_password(person).await),
                Refusal::WrongLogin
            );
        }
        let mut login = login.at(&thief);
        world.wait(Span::seconds(30));
        assert_eq!(
            fault(login.send_code(&taro.phone().code()).await),
            StoreError::Sealed
        );
        assert_eq!(
            refused(login.send_backup_code(&taro.backup_codes[0]).await),
            Refusal::WrongBackupCode
        );

        // A server that lost its key says so instead of calling people's codes wrong, and counts nothing against them.
        let mut ring = KeyRing::generate([9; 32]);
        ring.add_key([10; 32]);
        let text = ring
            .to_text()
            .replace("id = 1\n", "id = 3\n")
            .replace("active = 1", "active = 2");
        let without = world
            .with_keys(3, KeyRing::from_env_text(&text).unwrap())
            .await;
        let missing = StoreError::KeyMissing { key_id: 1 };
        assert_eq!(
            fault(without.browser().send_password(&plain).await),
            missing
        );
        let mut login = login.at(&without);
        let before = world.totp_failures(&taro).await;
        assert_eq!(fault(login.send_code(&taro.phone().code()).await), missing);
        assert_eq!(
            fault(login.send_backup_code(&taro.backup_codes[0]).await),
            missing
        );
        assert_eq!(world.totp_failures(&taro).await, before);

        // Nothing was harmed.
        login
            .at(&world)
            .send_code(&taro.phone().code())
            .await
            .unwrap();
    })
    .await;
}

/// The head of a stored password: its key's number and its memory in KiB.
async fn password_made_with(world: &World, person: &Person) -> (i64, i64) {
    let id = person.id.0;
    let hex = world
        .text(&format!(
            "SELECT password FROM person WHERE tenant_id = 1 AND id = {id}"
        ))
        .await;
    // `\x`, version (1 byte), key (4), memory (4).
    let number = |from: usize| i64::from_str_radix(&hex[from..from + 8], 16).unwrap();
    (number(4), number(12))
}

/// Two keys, the second active.
fn rotated() -> KeyRing {
    let mut ring = KeyRing::generate([7; 32]);
    let new = ring.add_key([8; 32]);
    ring.activate(new).unwrap();
    ring
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_075_a_login_hashes_anew_when_the_cost_or_the_key_is_outdated() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        assert_eq!(password_made_with(&world, &taro).await, (1, 8));

        let dearer = world.with_dearer_hashes(2).await;
        refused(dearer.browser().guess_password("taro", 1).await);
        assert_eq!(
            password_made_with(&world, &taro).await,
            (1, 8),
            "a wrong password proves nothing"
        );
        let before = dearer.ctx.hasher.computed();
        dearer.browser().sign_in(&mut taro).await;
        assert_eq!(password_made_with(&world, &taro).await, (1, 16));
        assert_eq!(dearer.ctx.hasher.computed() - before, 2);
        dearer.browser().sign_in(&mut taro).await;
        assert_eq!(dearer.ctx.hasher.computed() - before, 3);

        let rotated = world.with_keys(3, rotated()).await;
        rotated.browser().sign_in(&mut taro).await;
        assert_eq!(password_made_with(&world, &taro).await, (2, 8));
        rotated.browser().sign_in(&mut taro).await;
        assert_eq!(
            refused(rotated.browser().guess_password("taro", 2).await),
            Refusal::WrongLogin
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_075_printed_backup_codes_stay_good_when_the_cost_is_raised() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = taro.backup_codes.clone();
        let dearer = world.with_dearer_hashes(2).await;
        let mut login = dearer.browser();
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&old[0]).await.unwrap();

        // New sets are made at the new cost; the codes before are as void as ever.
        let mut browser = browser.at(&dearer);
        browser.prove(&taro).await;
        browser.download_codes(&mut taro).await;
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_backup_code(&old[1]).await),
            Refusal::WrongBackupCode
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_keys_are_rotated_while_everything_goes_on() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old_codes = taro.backup_codes.clone();

        let rotated = world.with_keys(2, rotated()).await;
        let mut browser = browser.at(&rotated);
        assert!(browser.is_signed_in().await);
        browser.sign_in(&mut taro).await;
        browser.send_password(&taro).await.unwrap();
        browser.send_backup_code(&old_codes[0]).await.unwrap();
        assert_eq!(rotated.mails_to(&taro).await.len(), 2);
        rotated.check_audit().await;

        // What is new is made with the new key; the old ring cannot read it, and does not pretend to.
        browser.enrol(&mut taro).await;
        browser.download_codes(&mut taro).await;
        let newcomer = rotated.member("newcomer").await;
        assert_eq!(password_made_with(&rotated, &newcomer).await.0, 2);
        let mut old_node = world.browser();
        assert_eq!(
            fault(old_node.send_password(&newcomer).await),
            StoreError::KeyMissing { key_id: 2 }
        );
        world.wait(Span::seconds(30));
        browser.send_password(&taro).await.unwrap();
        browser.send_code(&taro.phone().code()).await.unwrap();
        browser.send_password(&taro).await.unwrap();
        browser
            .send_backup_code(&taro.backup_codes[0])
            .await
            .unwrap();
        rotated.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_077_a_sealed_value_opens_nowhere_but_in_its_place() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (hana, _) = world.member_with_app("hana").await;
        let mut plain = world.member("plain").await;
        // Somebody who writes to the database gives taro's secret to hana, and hana's password to taro.
        let (t, h, p) = (taro.id.0, hana.id.0, plain.id.0);
        world
            .tamper(&format!(
                "UPDATE totp SET sealed = (SELECT sealed FROM totp WHERE tenant_id = 1 AND user_id = {t})
                  WHERE tenant_id = 1 AND user_id = {h};
                 UPDATE person SET email = (SELECT email FROM person WHERE tenant_id = 1 AND id = {t})
                  WHERE tenant_id = 1 AND id = {p};"
            ))
            .await;
        world.wait(Span::seconds(30));
        let mut login = world.browser();
        assert_eq!(login.send_password(&hana).await.unwrap(), Asked::Code(None));
        for code in [taro.phone().code(), hana.phone().code()] {
            assert_eq!(fault(login.send_code(&code).await), StoreError::Sealed);
        }
        assert!(!login.is_signed_in().await);
        let shown = manage_users::show_user(&world.ctx, &world.tenant().await, &plain.typed_login()).await;
        assert!(shown.is_err());
        // The others are as they were.
        world.browser().sign_in(&mut plain).await;
        login.send_password(&taro).await.unwrap();
        login.send_code(&taro.phone().code()).await.unwrap();
    })
    .await;
}

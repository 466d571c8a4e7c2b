//! The limits of pairing by two codes (K4, SEC-31, SEC-45): they hold against many requests at once, on two servers, and through a
//! change of keys; and nothing of it stands in the database in clear.

use tokio::{sync::watch, task::JoinHandle};
use warifu_domain::{
    audit::EventKind,
    pairing::{APP_CODES, WRONG_CODES},
    refusal::Refusal,
    time::Span,
};
use warifu_flows::{By, FlowError, hasher::HashCost, key_rotation, manage_users, pairing};
use warifu_storage::KeyRing;
use zeroize::Zeroizing;

use crate::{
    pairing::{campus, half_paired, is_erased, signed_in},
    races::{at_once, split},
    support::{App, Browser, a_second_less, on_both, refused},
};

#[tokio::test(flavor = "multi_thread")]
async fn k4_slips_cost_nothing_and_the_sixth_app_code_is_one_too_many() {
    on_both(campus(), async |world| {
        let (_, mut browser) = signed_in(&world, "hana").await;
        browser.start_pairing().await.unwrap();
        let user_code = browser.user_code().await;
        let app = App::add(&world);
        let right = app.code();
        let computed = world.ctx.hasher.computed();
        for (typed, slip) in [
            (&*format!("{}U", &right[..18]), Refusal::AppCodeCharacter),
            (&right[..17], Refusal::AppCodeLength),
            (&user_code, Refusal::AppCodeOfPage),
            (&swapped(&right), Refusal::AppCodeMistyped),
        ] {
            assert_eq!(refused(browser.type_app_code(typed, "").await), slip);
        }
        assert_eq!(world.ctx.hasher.computed(), computed, "nothing is derived");
        assert_eq!(browser.pairing().await.unwrap().app_codes_left, APP_CODES);

        let mut phones = Vec::new();
        for left in (0..APP_CODES).rev() {
            let app = App::add(&world);
            browser.type_app_code(&app.code(), "").await.unwrap();
            assert_eq!(browser.pairing().await.unwrap().app_codes_left, left);
            phones.push(app.type_user_code(&user_code).0);
        }
        assert_eq!(
            refused(browser.type_app_code(&right, "").await),
            Refusal::TooManyAppCodes
        );
        // The last one that was taken counts, and only that one.
        let last = phones.pop().unwrap();
        assert_eq!(
            refused(browser.confirm_pairing(&phones[0].code()).await),
            Refusal::WrongCode
        );
        browser.confirm_pairing(&last.code()).await.unwrap();
    })
    .await;
}

/// Typed wrongly and then right, or in two tabs: whichever is derived last.
#[tokio::test(flavor = "multi_thread")]
async fn k4_the_app_code_that_was_typed_last_counts_even_if_an_earlier_one_is_derived_after_it() {
    on_both(campus(), async |world| {
        let busy = world.second_server(2).await;
        let (_, mut browser) = signed_in(&world, "hana").await;
        browser.start_pairing().await.unwrap();
        let (first, last) = (App::add(&world), App::add(&world));
        // So much that the other server has to hash before it derives anything, until those who asked hang up.
        let hashes: Vec<_> = (0..256)
            .map(|_| {
                let hasher = busy.ctx.hasher.clone();
                let secret = Zeroizing::new(b"a password".to_vec());
                tokio::spawn(async move {
                    let hash = hasher.argon2id(secret, [0; 16], HashCost::DEFAULT).await;
                    hash.map(drop)
                })
            })
            .collect();
        while busy.ctx.hasher.waiting() < 200 {
            tokio::task::yield_now().await;
        }
        let (tab, code) = (browser.at(&busy), first.code());
        let early = tokio::spawn(async move { tab.type_app_code(&code, "first").await });
        while world.rows("pairing", "app_codes = 1").await == 0 {
            tokio::task::yield_now().await;
        }
        browser.type_app_code(&last.code(), "last").await.unwrap();
        hashes.iter().for_each(JoinHandle::abort);
        assert_eq!(refused(early.await.unwrap()), Refusal::PairingOver);
        let (phone, tag) = last.type_user_code(&browser.user_code().await);
        let paired = browser.pairing().await.unwrap().paired.unwrap();
        assert_eq!((paired.tag, &*paired.device), (tag, "last"));
        browser.confirm_pairing(&phone.code()).await.unwrap();
    })
    .await;
}

/// The code with two symbols in each other's place.
fn swapped(code: &str) -> String {
    let mut symbols: Vec<char> = code.chars().collect();
    let other = (1..15).find(|place| symbols[*place] != symbols[0] && symbols[*place] != '-');
    symbols.swap(0, other.unwrap());
    symbols.into_iter().collect()
}

/// Shows: K4, SEC-43.
#[tokio::test(flavor = "multi_thread")]
async fn k4_five_wrong_codes_end_a_pairing_over_all_its_app_codes_and_are_told_by_mail() {
    on_both(campus(), async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        let mut phone = half_paired(&world, &mut browser).await;
        for guess in 0..WRONG_CODES - 1 {
            let (typed, refusal) = match guess {
                0 => ("".to_owned(), Refusal::MalformedCode),
                guess => (phone.wrong_code(guess as usize), Refusal::WrongCode),
            };
            assert_eq!(refused(browser.confirm_pairing(&typed).await), refusal);
            let left = WRONG_CODES - 1 - guess;
            let mails = world.mails_to(&hana).await;
            assert!(!mails.contains(&EventKind::PairingEnded), "{guess}");
            assert_eq!(browser.pairing().await.unwrap().tries_left, left);
            if guess == 1 {
                // Another app code gives none of them back.
                let app = App::add(&world);
                browser.type_app_code(&app.code(), "").await.unwrap();
                phone = app.type_user_code(&browser.user_code().await).0;
            }
        }
        assert_eq!(
            refused(browser.confirm_pairing(&phone.wrong_code(9)).await),
            Refusal::TooManyPairingGuesses
        );
        assert!(is_erased(&world).await);
        assert!(browser.pairing().await.is_none());
        for refusal in [
            refused(browser.confirm_pairing(&phone.code()).await),
            refused(browser.type_app_code(&App::add(&world).code(), "").await),
        ] {
            assert_eq!(refusal, Refusal::TooManyPairingGuesses);
        }
        let events = world.events_of(&hana).await;
        assert!(events.contains(&"pairing.ended".to_owned()), "{events:?}");
        let mails = world.mails_to(&hana).await;
        let told = mails
            .iter()
            .filter(|kind| **kind == EventKind::PairingEnded);
        assert_eq!(told.count(), 1, "{mails:?}");
    })
    .await;
}

/// Begins so many pairings, none of which comes to anything.
async fn in_vain(browser: &mut Browser, number: usize) -> Result<(), FlowError> {
    for _ in 0..number {
        browser.start_pairing().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_ten_pairings_in_vain_lock_pairing_until_the_next_day_or_an_administrator() {
    on_both(campus(), async |world| {
        let (hana, mut browser) = signed_in(&world, "hana").await;
        let (mut jiro, mut other) = signed_in(&world, "jiro").await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        let until = world.now() + Span::hours(24);
        in_vain(&mut browser, 10).await.unwrap();
        let locked = Refusal::PairingLocked { until };
        assert_eq!(refused(browser.start_pairing().await), locked);
        let again = browser.prove_and_pair(&hana.password, None).await;
        // The tenth is still open, and may go on.
        again.unwrap();
        browser.abandon_pairing().await;
        let again = browser.prove_and_pair(&hana.password, None).await;
        assert_eq!(refused(again), locked);
        // Another server knows it, and others are not concerned.
        let second = world.second_server(9).await;
        assert_eq!(refused(browser.at(&second).start_pairing().await), locked);
        other.pair(&mut jiro, "").await;

        let login = hana.typed_login();
        manage_users::unlock_user(&world.ctx, &tenant, &by, &login)
            .await
            .unwrap();
        in_vain(&mut browser, 10).await.unwrap();
        assert!(in_vain(&mut browser, 1).await.is_err());
        manage_users::reset_two_factor(&world.ctx, &tenant, &by, &login)
            .await
            .unwrap();
        assert!(is_erased(&world).await);
        browser.send_password(&hana).await.unwrap();
        in_vain(&mut browser, 10).await.unwrap();
        assert!(in_vain(&mut browser, 1).await.is_err());

        world.wait(a_second_less(Span::hours(24)));
        browser.send_password(&hana).await.unwrap();
        assert!(in_vain(&mut browser, 1).await.is_err());
        world.wait(Span::seconds(1));
        // One that comes to something gives all back.
        in_vain(&mut browser, 9).await.unwrap();
        let mut hana = hana;
        browser.pair(&mut hana, "").await;
        in_vain(&mut browser, 10).await.unwrap();
        assert!(in_vain(&mut browser, 1).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_045_64_wrong_codes_at_once_on_two_servers_are_five_tries() {
    on_both(campus(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (hana, mut browser) = signed_in(&world, "hana").await;
        let phone = half_paired(&world, &mut browser).await;
        let answers = at_once((0..64).map(|number| {
            let mut browser = browser.at(&nodes[number % 2]);
            browser.checks_events = false;
            let wrong = phone.wrong_code(number);
            async move { browser.confirm_pairing(&wrong).await }
        }))
        .await;
        let (good, refusals) = split(answers);
        assert!(good.is_empty());
        let count = |wanted| {
            refusals
                .iter()
                .filter(|refusal| **refusal == wanted)
                .count()
        };
        assert_eq!(count(Refusal::WrongCode), 4, "{refusals:?}");
        assert_eq!(count(Refusal::TooManyPairingGuesses), 60, "{refusals:?}");
        assert_eq!(world.rows("pairing", "wrong_codes = 5").await, 1);
        assert!(is_erased(&world).await);
        let events = world.events_of(&hana).await;
        let ended = events.iter().filter(|event| *event == "pairing.ended");
        assert_eq!(ended.count(), 1);
        assert_eq!(
            refused(browser.confirm_pairing(&phone.code()).await),
            Refusal::TooManyPairingGuesses
        );
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_013_one_code_confirms_once_and_12_app_codes_at_once_are_five() {
    on_both(campus(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (hana, mut browser) = signed_in(&world, "hana").await;
        browser.start_pairing().await.unwrap();
        let apps: Vec<App> = (0..12).map(|_| App::add(&world)).collect();
        let answers = at_once(apps.iter().enumerate().map(|(number, app)| {
            let mut browser = browser.at(&nodes[number % 2]);
            browser.checks_events = false;
            let code = app.code();
            async move { browser.type_app_code(&code, "").await }
        }))
        .await;
        let (good, refusals) = split(answers);
        let too_many = refusals
            .iter()
            .filter(|refusal| **refusal == Refusal::TooManyAppCodes);
        // Whoever typed before the last one may be told that a newer one came.
        assert!(!good.is_empty() && good.len() <= 5, "{}", good.len());
        assert!(too_many.count() >= 7, "{refusals:?}");
        assert_eq!(world.rows("pairing", "app_codes = 5").await, 1);

        let user_code = browser.user_code().await;
        let tag = browser.pairing().await.unwrap().paired.unwrap().tag;
        let mut made = apps.iter().map(|app| app.type_user_code(&user_code));
        let (phone, _) = made.find(|(_, shown)| *shown == tag).unwrap();
        // Sixteen requests that all came in before the session got another token.
        let (code, tenant, who) = (
            phone.code(),
            world.tenant().await,
            browser.signed_in().await,
        );
        let answers = at_once((0..16).map(|number| {
            let (ctx, tenant) = (nodes[number % 2].ctx.clone(), tenant.clone());
            let (who, code, request) = (who.clone(), code.clone(), browser.request());
            async move { pairing::confirm(&ctx, &tenant, &request, &who, &code).await }
        }))
        .await;
        let (good, refusals) = split(answers);
        assert_eq!(good.len(), 1, "{refusals:?}");
        assert_eq!(world.rows("totp", "confirmed_at IS NOT NULL").await, 1);
        let events = world.events_of(&hana).await;
        let confirmed = events.iter().filter(|event| *event == "set_up.confirmed");
        assert_eq!(confirmed.count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_077_no_code_and_no_seed_of_a_pairing_stands_in_the_database() {
    on_both(campus(), async |world| {
        let (mut hana, mut browser) = signed_in(&world, "hana").await;
        browser.start_pairing().await.unwrap();
        let (app, user_code) = (App::add(&world), browser.user_code().await);
        refused(browser.type_app_code(&app.code()[..18], "").await);
        browser
            .type_app_code(&app.code(), "my phone")
            .await
            .unwrap();
        let (phone, _) = app.type_user_code(&user_code);
        let wrong = phone.wrong_code(7);
        refused(browser.confirm_pairing(&wrong).await);
        let mut secrets = vec![
            phone.secret.expose().to_vec(),
            phone.secret.to_base32().as_bytes().to_vec(),
            phone.code().into_bytes(),
            wrong.into_bytes(),
        ];
        for code in [app.code(), user_code] {
            secrets.push(code.replace('-', "").into_bytes());
            secrets.push(code.as_bytes()[..18].to_vec());
        }
        let check = async |at: &str| {
            let stolen = world.stolen_bytes().await;
            let holds = |needle: &[u8]| stolen.windows(needle.len()).any(|part| part == needle);
            assert!(
                holds(b"my phone"),
                "its name is no secret: the search works"
            );
            for secret in &secrets {
                let shown = String::from_utf8_lossy(secret);
                assert!(!holds(secret), "{shown} stands in the database {at}");
            }
        };
        check("while the pairing is open").await;
        browser.confirm_pairing(&phone.code()).await.unwrap();
        check("when it is done").await;
        hana.phone = Some(phone);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_077_an_open_pairing_is_sealed_again_under_another_key_and_goes_on() {
    on_both(campus(), async |world| {
        let (_, mut browser) = signed_in(&world, "hana").await;
        let phone = half_paired(&world, &mut browser).await;
        let user_code = browser.user_code().await;
        let mut ring = KeyRing::generate([7; 32]);
        ring.add_key([8; 32]);
        ring.activate(2).unwrap();
        let world = world.with_keys(2, ring).await;
        let of = async |key: u8| {
            let key = world.database.bytes_literal(&[0, 0, 0, key]);
            let condition = format!("substr(user_code, 1, 4) = {key}");
            world.rows("pairing", &condition).await
        };
        assert_eq!((of(1).await, of(2).await), (1, 0));
        let (teller, _listening) = watch::channel((0, 1));
        key_rotation::reseal(&world.ctx, &By::command_line(), teller)
            .await
            .unwrap();
        assert_eq!((of(1).await, of(2).await), (0, 1));
        let mut browser = browser.at(&world);
        assert_eq!(browser.user_code().await, user_code);
        browser.confirm_pairing(&phone.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k4_sec_082_a_pairing_is_half_done_by_no_failure_of_the_database() {
    on_both(campus(), async |world| {
        let (_, mut browser) = signed_in(&world, "hana").await;
        browser.start_pairing().await.unwrap();
        let (app, user_code) = (App::add(&world), browser.user_code().await);
        let (tenant, who, request) = (
            world.tenant().await,
            browser.signed_in().await,
            browser.request(),
        );
        let (ctx, app_code) = (&world.ctx, app.code());
        // What only counts is set back, so that each try begins alike.
        let again = "UPDATE pairing SET app_codes = 0, wrong_codes = 0 WHERE tenant_id = 1";
        for call in 1.. {
            world.tamper(again).await;
            world.fault.fail_at(call);
            let typed = pairing::type_app_code(ctx, &tenant, &request, &who, &app_code, "").await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            let open = browser.pairing().await.expect("it goes on");
            assert_eq!(typed.is_ok(), is_over, "call {call}");
            assert_eq!(open.paired.is_some(), is_over, "call {call}");
            if is_over {
                break;
            }
        }
        let code = app.type_user_code(&user_code).0.code();
        world
            .tamper("UPDATE pairing SET app_codes = 1 WHERE tenant_id = 1")
            .await;
        for call in 1.. {
            world.fault.fail_at(call);
            let confirmed = pairing::confirm(ctx, &tenant, &request, &who, &code).await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            assert_eq!(confirmed.is_ok(), is_over, "call {call}");
            let active = world.rows("totp", "confirmed_at IS NOT NULL").await;
            assert_eq!(active, i64::from(is_over), "call {call}");
            if is_over {
                break;
            }
            assert_eq!(browser.pairing().await.unwrap().tries_left, WRONG_CODES);
        }
        assert!(is_erased(&world).await);
        world.check_audit().await;
    })
    .await;
}

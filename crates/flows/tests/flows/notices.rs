//! Who is told what, and how often: several addresses, unusual logins, guesses; and never more mail than SEC-29 allows.

use std::net::IpAddr;

use warifu_domain::{audit::EventKind, refusal::Refusal, time::Span};
use warifu_flows::{
    Enclosed, FlowError, delivery, login, notices,
    notification_addresses::{self as addresses, NotificationAddress},
};

use crate::support::{Browser, Person, Setting, World, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// What was mailed, as `kind recipient`, oldest first; of one kind.
async fn mailed(world: &World, kind: EventKind) -> Vec<String> {
    let all = notices::list(&world.ctx, &world.tenant().await, 0, 10_000)
        .await
        .unwrap();
    let mut to: Vec<String> = all
        .into_iter()
        .filter(|notice| notice.kind == kind && notice.enclosed.is_none())
        .map(|notice| notice.recipient)
        .collect();
    to.sort();
    to
}

/// The code that was mailed to an address last.
async fn code_for(world: &World, address: &str) -> Option<String> {
    let all = notices::list(&world.ctx, &world.tenant().await, 0, 10_000).await;
    let mut codes = all.unwrap().into_iter().filter_map(|notice| {
        let own = notice.recipient == address;
        match notice.enclosed {
            Some(Enclosed::Code(digits)) if own => Some(digits.to_string()),
            _ => None,
        }
    });
    codes.next_back()
}

async fn add(world: &World, browser: &Browser, address: &str) -> Result<(), FlowError> {
    let (tenant, who) = (world.tenant().await, browser.signed_in().await);
    addresses::add(&world.ctx, &tenant, &browser.request(), &who, address).await
}

async fn list(world: &World, browser: &Browser) -> Vec<NotificationAddress> {
    let (tenant, who) = (world.tenant().await, browser.signed_in().await);
    addresses::list(&world.ctx, &tenant, &who).await.unwrap()
}

async fn confirm(world: &World, browser: &Browser, id: i64, code: &str) -> Result<(), FlowError> {
    let (tenant, who) = (world.tenant().await, browser.signed_in().await);
    addresses::confirm(&world.ctx, &tenant, &browser.request(), &who, id, code).await
}

async fn remove(world: &World, browser: &Browser, id: i64) -> Result<(), FlowError> {
    let (tenant, who) = (world.tenant().await, browser.signed_in().await);
    addresses::remove(&world.ctx, &tenant, &browser.request(), &who, id).await
}

/// Adds an address and confirms it; says its id.
async fn add_confirmed(world: &World, browser: &Browser, address: &str) -> i64 {
    add(world, browser, address).await.unwrap();
    let waiting = list(world, browser).await.pop().unwrap();
    let code = code_for(world, address).await.unwrap();
    let id = waiting.id.unwrap();
    confirm(world, browser, id, &code).await.unwrap();
    id
}

async fn ready(world: &World) -> (Person, Browser) {
    let (taro, mut browser) = world.member_with_app("taro").await;
    world.wait(Span::seconds(30));
    browser.prove(&taro).await;
    (taro, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_every_confirmed_address_is_told_and_changes_are_told_to_old_and_new() {
    on_both(workspace(), async |world| {
        let (taro, mut browser) = ready(&world).await;
        add(&world, &browser, "second@elsewhere.example")
            .await
            .unwrap();
        // Until it is confirmed, nothing but its code goes there.
        let kind = EventKind::AddressAdded;
        assert_eq!(mailed(&world, kind).await, [taro.email.as_str()]);
        let waiting = list(&world, &browser).await.pop().unwrap();
        assert!(waiting.waits_until.is_some());
        let (id, code) = (
            waiting.id.unwrap(),
            code_for(&world, "second@elsewhere.example").await.unwrap(),
        );
        confirm(&world, &browser, id, &code).await.unwrap();
        let both = [taro.email.as_str(), "second@elsewhere.example"];
        let mut both = both.map(str::to_owned);
        both.sort();
        let kind = EventKind::AddressConfirmed;
        assert_eq!(mailed(&world, kind).await, both);
        browser
            .change_password("a lantern in the snow")
            .await
            .unwrap();
        let kind = EventKind::PasswordChanged;
        assert_eq!(mailed(&world, kind).await, both);
        remove(&world, &browser, id).await.unwrap();
        let kind = EventKind::AddressRemoved;
        assert_eq!(mailed(&world, kind).await, both, "the old one is told, too");
        assert_eq!(list(&world, &browser).await.len(), 1);
        let events = world.events_of(&taro).await;
        for word in ["address.added", "address.confirmed", "address.removed"] {
            assert!(events.iter().any(|event| event == word), "{events:?}");
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_where_notices_go_is_changed_with_the_fresh_proof_only() {
    on_both(workspace(), async |world| {
        let (_, browser) = ready(&world).await;
        let id = add_confirmed(&world, &browser, "second@elsewhere.example").await;
        world.wait(Span::minutes(6));
        let added = add(&world, &browser, "thief@elsewhere.example").await;
        assert_eq!(refused(added), Refusal::ProofNeeded);
        let removed = remove(&world, &browser, id).await;
        assert_eq!(refused(removed), Refusal::ProofNeeded);
        let confirmed = confirm(&world, &browser, id, "12345678").await;
        assert_eq!(refused(confirmed), Refusal::ProofNeeded);
        assert_eq!(list(&world, &browser).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_a_code_confirms_one_address_of_its_owner_once_in_its_time_and_cannot_be_guessed() {
    on_both(workspace(), async |world| {
        let (_, browser) = ready(&world).await;
        let (_, stranger) = world.member_with_app("jiro").await;
        add(&world, &browser, "second@elsewhere.example")
            .await
            .unwrap();
        let id = list(&world, &browser).await.pop().unwrap().id.unwrap();
        let code = code_for(&world, "second@elsewhere.example").await.unwrap();
        // Somebody else's session, with the right number and the right code.
        let other = confirm(&world, &stranger, id, &code).await;
        assert_eq!(refused(other), Refusal::AddressCodeOver);
        remove(&world, &stranger, id).await.unwrap();
        assert_eq!(list(&world, &browser).await.len(), 2, "it is still there");
        for wrong in ["00000000", "abc", "", "11111111", "2222"] {
            let guess = confirm(&world, &browser, id, wrong).await;
            assert_eq!(refused(guess), Refusal::WrongAddressCode);
        }
        let late = confirm(&world, &browser, id, &code).await;
        assert_eq!(refused(late), Refusal::AddressCodeOver, "too many guesses");
        // A new one takes the place of the old one, whose code is void.
        add(&world, &browser, "third@elsewhere.example")
            .await
            .unwrap();
        let all = list(&world, &browser).await;
        assert_eq!(all.len(), 2, "{all:?}");
        let next = all[1].id.unwrap();
        let old = confirm(&world, &browser, next, &code).await;
        assert_eq!(refused(old), Refusal::WrongAddressCode);
        let code = code_for(&world, "third@elsewhere.example").await.unwrap();
        confirm(&world, &browser, next, &code).await.unwrap();
        let again = confirm(&world, &browser, next, &code).await;
        assert_eq!(refused(again), Refusal::AddressCodeOver, "once");
        let twice = add(&world, &browser, " Third@Elsewhere.example").await;
        assert_eq!(refused(twice), Refusal::AddressKnown);
        add_confirmed(&world, &browser, "fourth@elsewhere.example").await;
        let fifth = add(&world, &browser, "fifth@elsewhere.example").await;
        assert_eq!(refused(fifth), Refusal::TooManyAddresses);
        for bad in [
            "",
            "x",
            "a@b@c",
            "a@b.example\r\nBcc: x@y.example",
            "a@b.example, c@d.example",
        ] {
            assert_eq!(refused(add(&world, &browser, bad).await), Refusal::BadEmail);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_an_address_that_nobody_confirms_is_forgotten() {
    on_both(workspace(), async |world| {
        let (_, browser) = ready(&world).await;
        add(&world, &browser, "second@elsewhere.example")
            .await
            .unwrap();
        world.wait(Span::minutes(31));
        assert_eq!(list(&world, &browser).await.len(), 1);
        world.sweep().await;
        assert_eq!(world.rows("person_address", "1 = 1").await, 0);
        // Its mail would come too late: it is not sent any more, and the trail says so.
        let due = delivery::due(&world.ctx, 100).await.unwrap();
        let mut sent = Vec::new();
        for notice in due {
            sent.extend(delivery::claim(&world.ctx, &notice).await.unwrap());
        }
        assert!(sent.iter().all(|mail| mail.notice.enclosed.is_none()));
        let rows = world.audit_rows().await;
        let given_up = rows.iter().find(|row| row.kind == EventKind::MailGivenUp);
        assert_eq!(
            given_up.unwrap().detail.as_deref(),
            Some("address.confirmed: what it encloses is void")
        );
        assert_eq!(world.rows("outbox", "enclosed IS NOT NULL").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_a_login_from_a_new_network_or_browser_is_told_and_the_next_one_is_not() {
    on_both(workspace(), async |world| {
        let mut hana = world.member("hana").await;
        let kind = EventKind::UnfamiliarLogin;
        let at = |text: &str| world.browser_at(text.parse::<IpAddr>().unwrap());
        let told = async || mailed(&world, kind).await.len();
        at("203.0.113.5").sign_in(&mut hana).await;
        assert_eq!(told().await, 0, "the first login of all");
        at("203.0.113.77").sign_in(&mut hana).await;
        assert_eq!(told().await, 0, "the line was dialled anew");
        at("192.0.2.9").sign_in(&mut hana).await;
        at("192.0.2.9").sign_in(&mut hana).await;
        assert_eq!(told().await, 1);
        let mut other = at("192.0.2.9");
        other.agent = "Chrome on Android";
        other.sign_in(&mut hana).await;
        assert_eq!(told().await, 2);
        at("2001:db8:1:2::7").sign_in(&mut hana).await;
        at("2001:db8:1:ffff::8").sign_in(&mut hana).await;
        assert_eq!(told().await, 3, "an IPv6 /48 is one place");
        // Somebody else's places are not the own ones.
        let mut jiro = world.member("jiro").await;
        at("198.51.100.1").sign_in(&mut jiro).await;
        at("192.0.2.9").sign_in(&mut jiro).await;
        assert_eq!(told().await, 4);
        // What was not seen for half a year is new again.
        world.wait(Span::days(181));
        at("203.0.113.5").sign_in(&mut hana).await;
        assert_eq!(told().await, 5);
        let events = world.audit_rows().await;
        let event = events.iter().find(|row| row.kind == kind).unwrap();
        assert_eq!(event.detail.as_deref(), Some("new: network"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_what_is_kept_of_places_is_bounded_and_names_no_address() {
    on_both(workspace(), async |world| {
        let mut hana = world.member("hana").await;
        for n in 0..40u8 {
            let mut browser = world.browser_at(IpAddr::from([10, 9, n, 1]));
            browser.sign_in(&mut hana).await;
            world.wait(Span::minutes(10));
        }
        assert_eq!(world.rows("familiar", "kind = 1").await, 12);
        let dump = world.dump().await;
        let kept = dump.table("familiar").join("\n");
        assert!(!kept.contains("0a09"), "{kept}");
        // A new key of the ring forgets nothing, and deletion forgets everything.
        let tenant = world.tenant().await;
        let by = warifu_flows::By::CommandLine("left".into());
        warifu_flows::manage_users::delete_user(&world.ctx, &tenant, &by, hana.id)
            .await
            .unwrap();
        assert_eq!(world.rows("familiar", "1 = 1").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_guesses_behind_the_right_password_are_told_once_a_day() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let told = async || mailed(&world, EventKind::CodesGuessed).await.len();
        let guess = async |times: usize| {
            let mut thief = world.browser();
            thief.send_password(&taro).await.unwrap();
            for _ in 0..times {
                thief.send_code("000000").await.unwrap_err();
            }
        };
        // One guess an attempt, so that no attempt ends by them.
        guess(1).await;
        guess(1).await;
        assert_eq!(told().await, 0);
        guess(1).await;
        assert_eq!(told().await, 1);
        world.wait(Span::minutes(20));
        guess(3).await;
        assert_eq!(told().await, 1);
        world.wait(Span::hours(24));
        guess(1).await;
        assert_eq!(told().await, 2);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_too_many_notices_are_told_in_one_mail_and_none_is_lost() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let (tenant, by) = (
            world.tenant().await,
            warifu_flows::By::CommandLine("again and again".into()),
        );
        const EVENTS: usize = 100;
        for _ in 0..EVENTS {
            warifu_flows::manage_users::reset_two_factor(&world.ctx, &tenant, &by, taro.id)
                .await
                .unwrap();
        }
        let all = notices::list(&world.ctx, &tenant, 0, 1000).await.unwrap();
        let (joined, single): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|notice| notice.kind == EventKind::MailJoined);
        assert_eq!((single.len(), joined.len()), (20, 1));
        assert_eq!(joined[0].joined as usize + single.len(), EVENTS);
        let rows = world.audit_rows().await;
        let said = rows.iter().filter(|row| row.kind == EventKind::MailJoined);
        assert_eq!(said.count(), 1);
        // It waits until the hour is over, so that it can tell of all.
        let due = async || delivery::due(&world.ctx, 100).await.unwrap().len();
        assert_eq!(due().await, 20);
        world.wait(Span::hours(1));
        assert_eq!(due().await, 21);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_beyond_a_tenant_s_share_notices_are_told_together_and_other_tenants_have_their_own()
 {
    on_both(workspace(), async |world| {
        let (taro, tenant) = (world.member("taro").await, world.tenant().await);
        let by = warifu_flows::By::CommandLine("again".into());
        let reset = async || {
            warifu_flows::manage_users::reset_two_factor(&world.ctx, &tenant, &by, taro.id)
                .await
                .unwrap();
            world.mails_to(&taro).await
        };
        assert_eq!(reset().await, [EventKind::SecondFactorReset]);
        // Two thousand others of the same part were told of something meanwhile.
        world
            .tamper("UPDATE throttle SET failures = 2000 WHERE tenant_id = 1 AND kind = 28")
            .await;
        let told = [EventKind::SecondFactorReset, EventKind::MailJoined];
        assert_eq!(reset().await, told);
        let neighbour = world.neighbour("aoba").await;
        let (hana, theirs) = (neighbour.member("hana").await, neighbour.tenant().await);
        warifu_flows::manage_users::reset_two_factor(&world.ctx, &theirs, &by, hana.id)
            .await
            .unwrap();
        assert_eq!(
            neighbour.mails_to(&hana).await,
            [EventKind::SecondFactorReset]
        );
        world.wait(Span::hours(1));
        assert_eq!(reset().await.last(), Some(&EventKind::SecondFactorReset));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_a_thousand_requests_mail_no_more_than_the_limit_and_are_answered_alike() {
    on_both(Setting::preset("camera"), async |world| {
        let victim = world.member("victim").await;
        let tenant = world.tenant().await;
        for n in 0..100u8 {
            let browser = world.browser_at(IpAddr::from([10, 0, n, 1]));
            let asked =
                login::ask_reset(&world.ctx, &tenant, &browser.request(), &victim.login).await;
            asked.unwrap();
        }
        assert_eq!(world.rows("outbox", "enclosed IS NOT NULL").await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_an_address_that_several_people_add_gets_few_codes_and_the_trail_says_why() {
    on_both(workspace(), async |world| {
        let target = "victim@elsewhere.example";
        for n in 0..8 {
            let (person, mut browser) = world.member_with_app(&format!("m{n}")).await;
            world.wait(Span::seconds(30));
            browser.prove(&person).await;
            add(&world, &browser, target).await.unwrap();
        }
        assert_eq!(world.rows("outbox", "enclosed IS NOT NULL").await, 5);
        let rows = world.audit_rows().await;
        let dropped: Vec<_> = rows
            .iter()
            .filter(|row| row.kind == EventKind::MailSuppressed)
            .collect();
        assert_eq!(dropped.len(), 3);
        assert_eq!(dropped[0].detail.as_deref(), Some("address.confirmed"));
    })
    .await;
}

//! What the gate remembers of people whom it let in: worth nothing as soon as anything keeps them out, on every server.

use std::cell::Cell;

use warifu_domain::{mail_window::SourceNetwork, time::Span, user::Role};
use warifu_flows::{
    By,
    mail_gate::{Answer, Outcome},
    mail_windows, manage_users,
};

use crate::{
    emailed_codes::with_address,
    mail_windows::{address, campus, sign_in_at},
    support::{Browser, Person, World, on_both},
};

const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.20";

/// The mark of a world's first tenant.
async fn mark(world: &World) -> i64 {
    let sql = "SELECT COALESCE((SELECT mark FROM gate_mark WHERE tenant_id = 1), 0)";
    world.number(sql).await
}

/// Whoever was let in by two servers, twice by each, so that both remember it.
pub(crate) async fn remembered(servers: [&World; 2], login: &str, at: &str) {
    for server in servers {
        for _ in 0..2 {
            let answer = server.ask_gate(login, at, "imap").await;
            assert_eq!(answer, Answer::Allow, "{login}");
        }
    }
}

/// Both servers say what one says that remembers nothing.
async fn as_if_asked_first(servers: [&World; 2], login: &str, at: &str, why: &str) -> Answer {
    let truth = servers[0].forgetful(5).ask_gate(login, at, "imap").await;
    for server in servers {
        for _ in 0..2 {
            let answer = server.ask_gate(login, at, "imap").await;
            assert_eq!(answer, truth, "{why}");
        }
        server.ctx.settle().await;
    }
    truth
}

async fn kept_out(servers: [&World; 2], login: &str, at: &str, why: &str) {
    let answer = as_if_asked_first(servers, login, at, why).await;
    assert_ne!(answer, Answer::Allow, "{why}");
}

#[derive(Clone, Copy, Debug)]
enum Act {
    CloseOne,
    CloseAll,
    CloseAtConsole,
    Disable,
    Reset,
    ReportLost,
    SwitchOnElsewhere,
}

const ACTS: [Act; 7] = [
    Act::CloseOne,
    Act::CloseAll,
    Act::CloseAtConsole,
    Act::Disable,
    Act::Reset,
    Act::ReportLost,
    Act::SwitchOnElsewhere,
];

async fn perform(world: &World, act: Act, person: &Person, browser: &mut Browser) {
    let (ctx, tenant, by, id) = (
        &world.ctx,
        world.tenant().await,
        By::command_line(),
        person.id,
    );
    let home = SourceNetwork::of(address(HOME), 64);
    let (request, who) = (browser.request(), browser.who().await.unwrap());
    match act {
        Act::CloseOne => mail_windows::close(ctx, &tenant, &request, &who, home)
            .await
            .map(drop)
            .unwrap(),
        Act::CloseAll => mail_windows::close_all(ctx, &tenant, &request, &who)
            .await
            .map(drop)
            .unwrap(),
        Act::CloseAtConsole => manage_users::close_mail_windows(ctx, &tenant, &by, id, None)
            .await
            .map(drop)
            .unwrap(),
        Act::Disable => manage_users::disable_user(ctx, &tenant, &by, id)
            .await
            .map(drop)
            .unwrap(),
        Act::Reset => manage_users::reissue_two_factor(ctx, &tenant, &by, id)
            .await
            .map(drop)
            .unwrap(),
        Act::ReportLost => {
            let mut phoneless = world.browser();
            phoneless.send_password(person).await.unwrap();
            phoneless.report_lost().await.unwrap();
        }
        Act::SwitchOnElsewhere => browser.switch(true).await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_whatever_keeps_a_mail_client_out_counts_at_once_on_a_server_that_remembers_it() {
    on_both(campus(), async |world| {
        let other = world.second_server(77).await;
        let both = [&world, &other];
        // Each of these keeps out somebody whose window was open, though what was asked before is not a moment old.
        for (number, act) in ACTS.into_iter().enumerate() {
            let login = format!("student{number}");
            let (mut person, _) = world.student(&login).await;
            let mut browser = sign_in_at(&world, &mut person, HOME).await;
            if matches!(act, Act::SwitchOnElsewhere) {
                browser.switch(false).await.unwrap();
                remembered(both, &login, ELSEWHERE).await;
                perform(&world, act, &person, &mut browser).await;
                kept_out(both, &login, ELSEWHERE, "switched on").await;
                continue;
            }
            remembered(both, &login, HOME).await;
            perform(&world, act, &person, &mut browser).await;
            kept_out(both, &login, HOME, &format!("{act:?}")).await;
        }
        // Nobody has this login ID any more; whether that opens anything is another question.
        let (mut gone, _) = world.student("gone").await;
        sign_in_at(&world, &mut gone, HOME).await;
        remembered(both, "gone", HOME).await;
        let (by, tenant) = (By::command_line(), world.tenant().await);
        manage_users::delete_user(&world.ctx, &tenant, &by, gone.id)
            .await
            .unwrap();
        as_if_asked_first(both, "gone", HOME, "deleted").await;
        // And these keep out somebody who needed no window before.
        let mut set_up = world.member("setup").await;
        let chief = world.member("chief").await;
        remembered(both, "setup", ELSEWHERE).await;
        remembered(both, "chief", ELSEWHERE).await;
        let mut browser = world.browser();
        browser.sign_in(&mut set_up).await;
        browser.enrol(&mut set_up).await;
        kept_out(both, "setup", ELSEWHERE, "an app").await;
        let role = Role::Administrator;
        manage_users::change_role(&world.ctx, &tenant, &by, chief.id, role)
            .await
            .unwrap();
        kept_out(both, "chief", ELSEWHERE, "a role").await;
    })
    .await;
}

/// A server that is asked all the time looks at the database only now and then.
#[tokio::test(flavor = "multi_thread")]
async fn sec_054_a_window_is_shut_as_soon_as_it_is_said_to_be_closed() {
    on_both(campus(), async |world| {
        let other = world.second_server(77).await;
        let (by, tenant) = (By::command_line(), world.tenant().await);
        let (mut hana, _) = world.student("hana").await;
        let (mut busy, _) = world.student("busy").await;
        sign_in_at(&world, &mut busy, HOME).await;
        for round in 0..8 {
            sign_in_at(&world, &mut hana, HOME).await;
            remembered([&other; 2], "hana", HOME).await;
            remembered([&other; 2], "busy", HOME).await;
            let is_closed = Cell::new(false);
            let others = async {
                while !is_closed.get() {
                    remembered([&other; 2], "busy", HOME).await;
                    // An embedded database never makes anybody wait.
                    tokio::task::yield_now().await;
                }
            };
            let close = async {
                manage_users::close_mail_windows(&world.ctx, &tenant, &by, hana.id, None)
                    .await
                    .unwrap();
                let answer = other.ask_gate("hana", HOME, "imap").await;
                is_closed.set(true);
                assert_ne!(answer, Answer::Allow, "round {round}");
            };
            tokio::join!(others, close);
            world.wait(Span::minutes(1));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_a_window_that_ends_or_is_shortened_ends_what_is_remembered() {
    on_both(campus(), async |world| {
        let other = world.second_server(77).await;
        let both = [&world, &other];
        let (mut hana, _) = world.student("hana").await;
        sign_in_at(&world, &mut hana, HOME).await;
        world.wait(Span(Span::hours(14).0 - 1));
        remembered(both, "hana", HOME).await;
        world.wait(Span(1));
        kept_out(both, "hana", HOME, "the time").await;

        sign_in_at(&world, &mut hana, HOME).await;
        world.wait(Span::hours(3));
        remembered(both, "hana", HOME).await;
        world
            .change_policy(|policy| policy.mail.window_hours = 2)
            .await;
        kept_out(both, "hana", HOME, "the policy").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_only_what_may_keep_somebody_out_makes_the_gate_look_again() {
    on_both(campus(), async |world| {
        let (mut jiro, _) = world.student("jiro").await;
        let before = mark(&world).await;
        // A first window, a login at the same place, a wrong code, a mail program that uses the window, the sweep of what is over.
        let browser = sign_in_at(&world, &mut jiro, HOME).await;
        world.wait(Span::minutes(1));
        sign_in_at(&world, &mut jiro, HOME).await;
        let mut guess = world.browser();
        guess.send_password(&jiro).await.unwrap();
        guess.send_code("000000").await.unwrap_err();
        world.told("jiro", HOME, "imap", Outcome::Success).await;
        world.wait(Span::minutes(1));
        world.sweep().await;
        assert_eq!(mark(&world).await, before);
        // A private address is one more way to be asked.
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        mail_windows::close_all(&world.ctx, &tenant, &browser.request(), &who)
            .await
            .unwrap();
        let closed = mark(&world).await;
        assert_ne!(closed, before);
        let (_, mut taro) = with_address(&world).await;
        let confirmed = mark(&world).await;
        assert_ne!(confirmed, closed);
        taro.remove_address().await.unwrap();
        assert_ne!(mark(&world).await, confirmed);
    })
    .await;
}

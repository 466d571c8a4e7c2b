//! A policy is changed with open eyes: previewed over everybody, refused where it locks out who saves it, kept in a history.

use warifu_domain::{
    effect::Effect,
    ids::UserId,
    policy::{Enrolment, Policy},
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::{
    By,
    manage_tenants::{self, TenantError},
    policy_change::{self, DraftError, Preview},
};
use warifu_storage::JobState;

use crate::support::{Setting, World, on_both};

/// The tenant's policy, changed.
async fn draft(world: &World, change: impl FnOnce(&mut Policy)) -> String {
    let mut policy = (*world.tenant().await.policy).clone();
    change(&mut policy);
    policy.to_toml()
}

/// Proposes a draft and counts it to its end.
async fn preview(world: &World, text: &str) -> (i64, Preview) {
    let (ctx, tenant, by) = (&world.ctx, world.tenant().await, By::command_line());
    let (revision, _) = policy_change::current(ctx, &tenant, &by).await.unwrap();
    let id = policy_change::propose(ctx, &tenant, &by, revision, text)
        .await
        .unwrap()
        .id();
    let begun = policy_change::preview(ctx, &tenant, &by, id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((begun.state, begun.percent), (JobState::Running, 0));
    policy_change::count(ctx, &tenant, id).await.unwrap();
    // Another server shows it as well.
    let other = world.forgetful(7);
    let done = policy_change::preview(&other.ctx, &tenant, &by, id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((done.state, done.percent), (JobState::Finished, 100));
    (id, done)
}

fn of(counts: &[i64; 6], effect: Effect) -> i64 {
    counts[Effect::ALL
        .iter()
        .position(|known| *known == effect)
        .unwrap()]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_counts_what_decide_would_say_for_everybody_and_changes_nothing() {
    on_both(Setting::preset("workspace"), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let mut hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.sign_in(&mut hana).await;
        browser.sign_in(&mut hana).await;
        let gone = world.member("gone").await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        warifu_flows::manage_users::disable_user(&world.ctx, &tenant, &by, &gone.typed_login())
            .await
            .unwrap();
        let events = world.audit_rows().await.len();

        let text = draft(&world, |policy| {
            policy.second_factor.enrolment = Enrolment::Required
        })
        .await;
        let (id, found) = preview(&world, &text).await;
        let tally = &found.tally;
        assert_eq!(of(&tally.before, Effect::NothingAsked), 1);
        assert_eq!(of(&tally.after, Effect::SetUpDemanded), 1);
        for counts in [&tally.before, &tally.after] {
            assert_eq!(of(counts, Effect::Challenged), 1, "taro has an app");
            assert_eq!(of(counts, Effect::Refused), 1);
        }
        assert_eq!((tally.changed, tally.locked_out), (1, 0));
        assert_eq!((tally.logins, tally.logins_changed), (3, 2));
        let (people, next) =
            policy_change::changed_people(&world.ctx, &tenant, &by, &found, UserId(0), 10)
                .await
                .unwrap();
        assert_eq!(next, None);
        assert_eq!(people.len(), 1);
        assert_eq!(
            (people[0].user, people[0].login.as_str()),
            (hana.id, "hana")
        );
        assert_ne!(people[0].user, taro.id);
        // Nobody's policy, nobody's account, no event.
        assert_eq!(world.tenant().await.policy, tenant.policy);
        assert_eq!(world.audit_rows().await.len(), events);
        // It belongs to this tenant alone.
        let neighbour = world.neighbour("aoba").await.tenant().await;
        let other = policy_change::preview(&world.ctx, &neighbour, &by, id).await;
        assert!(other.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_in_the_future_is_previewed_as_of_that_date() {
    on_both(Setting::preset("workspace"), async |world| {
        world.member("hana").await;
        let later = world.now() + Span::days(30);
        let text = draft(&world, |policy| {
            policy.second_factor.enrolment = Enrolment::Required;
            policy.second_factor.required_from = Some(later);
        })
        .await;
        let (_, found) = preview(&world, &text).await;
        assert_eq!(found.then, later);
        assert_eq!(of(&found.tally.after, Effect::SetUpDemanded), 1);
        // Logins that are older than 30 days do not count, and a piece of work that went silent says so.
        assert_eq!(found.tally.logins, 0);
        let (ctx, tenant, by) = (&world.ctx, world.tenant().await, By::command_line());
        let id = policy_change::propose(ctx, &tenant, &by, 1, &text)
            .await
            .unwrap()
            .id();
        world.wait(Span::minutes(3));
        let silent = policy_change::preview(ctx, &tenant, &by, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(silent.state, JobState::Failed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_cannot_overwrite_each_other_and_every_text_is_kept() {
    on_both(Setting::preset("workspace"), async |world| {
        let by = By::CommandLine("agreed at the meeting".to_owned());
        let one = draft(&world, |policy| policy.login.wrong_codes = 1).await;
        let two = draft(&world, |policy| policy.login.wrong_codes = 2).await;
        let (ctx, slug) = (&world.ctx, &*world.slug);
        manage_tenants::set_policy_at(ctx, &by, slug, 1, &one)
            .await
            .unwrap();
        let late = manage_tenants::set_policy_at(ctx, &by, slug, 1, &two).await;
        assert!(
            matches!(late, Err(TenantError::Refused(Refusal::PolicyOvertaken))),
            "{late:?}"
        );
        assert_eq!(world.tenant().await.policy.login.wrong_codes, 1);
        // The command line's change is in the history as well.
        manage_tenants::set_policy(ctx, &By::command_line(), slug, &two)
            .await
            .unwrap();
        let tenant = world.tenant().await;
        let history = policy_change::history(ctx, &tenant, &by, i64::MAX, 10)
            .await
            .unwrap();
        let told: Vec<_> = history
            .iter()
            .map(|row| (row.revision, row.reason.as_str()))
            .collect();
        assert_eq!(told, [(3, ""), (2, "agreed at the meeting"), (1, "")]);
        assert_eq!(history[0].policy, two);
        let (found, before) = policy_change::revision(ctx, &tenant, &by, 2)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.policy, before.unwrap().revision), (one.clone(), 1));
        assert!(
            policy_change::revision(ctx, &tenant, &by, 9)
                .await
                .unwrap()
                .is_none()
        );
        let bad = policy_change::propose(ctx, &tenant, &by, 3, "[login]\nwrong_codes = 9").await;
        assert!(matches!(bad, Err(DraftError::BadPolicy(bad)) if bad.place() == (2, 15)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_only_an_administrator_who_proved_it_and_says_why_saves_and_nobody_locks_themselves_out()
 {
    on_both(Setting::preset("default"), async |world| {
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut browser = world.browser();
        browser.sign_in(&mut boss).await;
        let tenant = world.tenant().await;
        let by = |who, reason: &str| By::person(who, &tenant, browser.request(), reason);
        let text = draft(&world, |policy| policy.backup_codes.enabled = false).await;
        let save = async |by: &By| {
            let saved = manage_tenants::set_policy_at(&world.ctx, by, &world.slug, 1, &text).await;
            match saved {
                Err(TenantError::Refused(refusal)) => Err(refusal),
                other => {
                    other.unwrap();
                    Ok(())
                }
            }
        };
        let who = browser.who().await.unwrap();
        assert_eq!(
            save(&by(who.clone(), "")).await,
            Err(Refusal::ReasonMissing)
        );
        // The phone is reported lost: backup codes are all that is left, and the draft takes them away.
        world
            .tamper(&format!(
                "UPDATE totp SET suspended_at = 1 WHERE tenant_id = 1 AND user_id = {}",
                boss.id
            ))
            .await;
        assert_eq!(
            save(&by(who.clone(), "tidy")).await,
            Err(Refusal::WouldLockOutSaver)
        );
        assert_eq!(world.tenant().await.policy, tenant.policy);
        world.tamper("UPDATE totp SET suspended_at = NULL").await;
        world.wait(Span::minutes(6));
        let stale = browser.who().await.unwrap();
        assert_eq!(save(&by(stale, "tidy")).await, Err(Refusal::ProofNeeded));
        assert_eq!(save(&by(who, "tidy")).await, Err(Refusal::ProofNeeded));
        let rows = world.audit_rows().await;
        let refused = rows
            .iter()
            .filter(|row| row.kind.word() == "policy.changed");
        let codes: Vec<_> = refused.filter_map(|row| row.refusal.as_deref()).collect();
        assert_eq!(codes, ["ADM-02", "POL-01", "ACC-02", "ACC-02"]);
    })
    .await;
}

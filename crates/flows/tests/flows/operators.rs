//! What operators do to tenants: a date for the second factor (G1), deletion after a waiting time, rescues (W7, SEC-42).

use warifu_domain::{
    audit::{Actor, EventKind},
    operating::{DELETION_WAIT, IdentityCheck, Unfit},
    policy::Enrolment,
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::manage_tenants::TenantError;
use warifu_flows::manage_users::ManageError;
use warifu_flows::rescue::{self, Approval, Rescue};
use warifu_flows::{By, audit, entrances, maintenance, manage_tenants};
use warifu_storage::{AuditFilter, ChainCheck};

use crate::support::{Asked, Person, Setting, World, on_both};

fn shell() -> By {
    By::CommandLine("asked for by telephone".to_owned())
}

/// An operator who is signed in at the operators' own tenant, with the fresh proof.
pub(crate) async fn operator(home: &World, login: &str) -> By {
    let mut person = home.person(login, Role::Operator).await;
    let mut browser = home.browser();
    browser.sign_in(&mut person).await;
    browser.enrol(&mut person).await;
    home.wait(Span::minutes(1));
    browser.prove(&person).await;
    let who = browser.who().await.unwrap();
    By::person(who, &*home.tenant().await, browser.request(), "a reason")
}

fn told(person: &Person) -> IdentityCheck {
    IdentityCheck {
        company: "みどり商事".to_owned(),
        email: person.email.clone(),
        how: "called back at the number on the contract".to_owned(),
    }
}

fn unfit(error: ManageError) -> Unfit {
    match error {
        ManageError::Refused(Refusal::Operating(unfit)) => unfit,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_the_operator_makes_the_second_factor_compulsory_from_a_day_on() {
    on_both(Setting::preset("workspace"), async |world| {
        let taro = world.member("taro").await;
        let slug = &*world.slug;
        let text = manage_tenants::show_tenant(&world.ctx, slug)
            .await
            .unwrap()
            .policy;
        // Tests begin on 2026-01-15.
        manage_tenants::schedule_second_factor(&world.ctx, &shell(), slug, "2026-01-20")
            .await
            .unwrap();
        let policy = world.tenant().await.policy.clone();
        assert_eq!(policy.second_factor.enrolment, Enrolment::Required);
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Nothing
        );
        world.wait(Span::days(6));
        assert_ne!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Nothing
        );

        let row = manage_tenants::show_tenant(&world.ctx, slug).await.unwrap();
        assert_eq!(row.policy.matches('#').count(), text.matches('#').count());
        for day in ["2026-01-19", "soon"] {
            let refused =
                manage_tenants::schedule_second_factor(&world.ctx, &shell(), slug, day).await;
            assert!(matches!(
                refused,
                Err(TenantError::Refused(Refusal::Operating(Unfit::Date)))
            ));
        }
        let last = world.audit_rows().await;
        let event = last
            .iter()
            .find(|row| row.kind.word() == "second_factor.scheduled");
        let detail = event.unwrap().detail.clone().unwrap();
        assert_eq!(detail, "2026-01-20: asked for by telephone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_084_a_tenant_to_be_deleted_is_closed_at_once_and_can_be_kept() {
    on_both(Setting::preset("workspace"), async |world| {
        let (_, browser) = world.member_with_app("taro").await;
        let (ctx, slug) = (&world.ctx, &*world.slug);
        let typed_wrong = manage_tenants::mark_for_deletion(ctx, &shell(), slug, "aoba").await;
        assert!(typed_wrong.is_err() && browser.is_signed_in().await);
        let at = manage_tenants::mark_for_deletion(ctx, &shell(), slug, slug)
            .await
            .unwrap();
        assert_eq!(at, world.now() + DELETION_WAIT);
        assert!(!browser.is_signed_in().await);
        world.wait(Span(DELETION_WAIT.0 - 1));
        assert_eq!(maintenance::remove_tenants(ctx).await.unwrap(), 0);
        assert!(manage_tenants::keep(ctx, &shell(), slug).await.unwrap());
        world.wait(Span::days(1));
        assert_eq!(maintenance::remove_tenants(ctx).await.unwrap(), 0);
        assert_eq!(world.rows("person", "1 = 1").await, 1);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_a_deleted_tenant_leaves_nothing_but_its_number_and_its_neighbours() {
    on_both(Setting::preset("workspace"), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let there = world.neighbour("sakura").await;
        there.member("hana").await;
        let before = there.dump().await;
        let (ctx, slug, id) = (&world.ctx, &*world.slug, world.tenant().await.id);
        manage_tenants::mark_for_deletion(ctx, &shell(), slug, slug)
            .await
            .unwrap();
        world.wait(DELETION_WAIT);
        let late = manage_tenants::keep(ctx, &shell(), slug).await;
        assert!(matches!(
            late,
            Err(TenantError::Refused(Refusal::Operating(
                Unfit::DeletionBegun
            )))
        ));
        // The first node stops in the middle; another one goes on.
        world.fault.fail_at(9);
        assert!(maintenance::remove_tenants(ctx).await.is_err());
        assert!(
            ctx.tenant(slug).await.unwrap().is_some(),
            "its row goes last"
        );
        assert_eq!(maintenance::remove_tenants(ctx).await.unwrap(), 1);

        assert!(ctx.tenant(slug).await.unwrap().is_none());
        for table in crate::support::TABLES {
            let left = world
                .number(&format!(
                    "SELECT COUNT(*) FROM {table} WHERE tenant_id = {id}"
                ))
                .await;
            assert_eq!(left, 0, "{table}");
        }
        assert!(
            before == there.dump().await,
            "rows of the neighbour changed"
        );
        let again = manage_tenants::add_tenant(ctx, &shell(), slug, "みどり商事", "").await;
        assert!(matches!(again, Err(TenantError::SlugTaken(_))));
    })
    .await;
}

/// The trail of no tenant, oldest first: what happened, who did it, and the note beside it.
async fn server_trail(world: &World) -> Vec<(EventKind, Actor, String)> {
    let filter = AuditFilter::default();
    let rows = audit::list(&world.ctx, &entrances::nobodys(), filter).await;
    let rows = rows.unwrap().into_iter().rev();
    rows.map(|row| {
        let detail = row.detail.unwrap_or_default();
        (row.kind, Actor::from_number(row.actor), detail)
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_who_had_a_tenant_deleted_can_be_read_when_it_is_gone() {
    on_both(Setting::preset("workspace"), async |world| {
        let home = world.neighbour("operators").await;
        let by = operator(&home, "ope").await;
        let ope = match &by {
            By::Person(manager) => Actor::Operator(manager.who.user),
            By::CommandLine(_) => unreachable!("somebody at the console"),
        };
        let (ctx, slug, shell) = (&world.ctx, &*world.slug, shell());
        let is_marked = async || {
            let row = manage_tenants::show_tenant(ctx, slug).await.unwrap();
            row.delete_at.is_some()
        };
        // Whatever call fails: a mark is set, or taken back, together with what the trail says of it.
        for call in 1.. {
            world.fault.fail_at(call);
            let marked = manage_tenants::mark_for_deletion(ctx, &shell, slug, slug).await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            assert_eq!(is_marked().await, !server_trail(&world).await.is_empty());
            if is_over {
                assert!(marked.is_ok());
                break;
            }
        }
        for call in 1.. {
            world.fault.fail_at(call);
            drop(manage_tenants::keep(ctx, &by, slug).await);
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            assert_eq!(is_marked().await, server_trail(&world).await.len() == 1);
            if is_over {
                break;
            }
        }
        let unasked = manage_tenants::keep(ctx, &by, slug).await.unwrap();
        assert!(!unasked, "nothing is marked any more");
        manage_tenants::mark_for_deletion(ctx, &by, slug, slug)
            .await
            .unwrap();
        let trail = async || server_trail(&world).await;
        let by_shell = (Actor::CommandLine, "midori: asked for by telephone");
        let by_ope = (ope, "midori: a reason");
        let row = |kind, (who, note): (Actor, &str)| (kind, who, note.to_owned());
        let mut expected = vec![
            row(EventKind::TenantDeletionSet, by_shell),
            row(EventKind::TenantKept, by_ope),
            row(EventKind::TenantDeletionSet, by_ope),
        ];
        assert_eq!(trail().await, expected);

        world.wait(DELETION_WAIT);
        for call in 1.. {
            world.fault.fail_at(call);
            let removed = maintenance::remove_tenants(ctx).await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            let is_gone = ctx.tenant(slug).await.unwrap().is_none();
            assert_eq!(trail().await.len(), 3 + usize::from(is_gone), "call {call}");
            if is_over {
                assert!(is_gone || removed.unwrap() == 0);
                break;
            }
        }
        assert_eq!(maintenance::remove_tenants(ctx).await.unwrap(), 0);
        expected.push(row(EventKind::TenantDeleted, (Actor::Server, "midori")));
        assert_eq!(trail().await, expected);
        let checked = audit::check_chain(ctx, &entrances::nobodys()).await;
        assert_eq!(checked.unwrap(), ChainCheck::Whole(4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w7_the_only_administrator_is_rescued_after_an_identity_check() {
    on_both(Setting::preset("workspace"), async |world| {
        let mut admin = world.person("admin", Role::Administrator).await;
        let mut browser = world.browser();
        browser.sign_in(&mut admin).await;
        browser.enrol(&mut admin).await;
        let (ctx, tenant) = (&world.ctx, world.tenant().await);
        let (login, told) = (admin.typed_login(), told(&admin));
        let told = IdentityCheck {
            company: tenant.name.clone(),
            ..told
        };
        let ask = async |check: &IdentityCheck| {
            rescue::ask(ctx, &tenant, &shell(), &login, check, Approval::One).await
        };
        for wrong in [
            IdentityCheck {
                company: "another".to_owned(),
                ..told.clone()
            },
            IdentityCheck {
                email: "thief@evil.example".to_owned(),
                ..told.clone()
            },
            IdentityCheck {
                how: String::new(),
                ..told.clone()
            },
        ] {
            assert_eq!(unfit(ask(&wrong).await.unwrap_err()), Unfit::Identity);
        }
        assert!(browser.is_signed_in().await, "nothing happened so far");
        assert_eq!(ask(&told).await.unwrap(), Rescue::Done);
        assert!(!browser.is_signed_in().await);
        let asked = world.browser().send_password(&admin).await.unwrap();
        assert_eq!(asked, Asked::SetUp, "set-up is forced at the next login");
        let mails = world.mails_to(&admin).await;
        assert_eq!(mails.last().unwrap().word(), "administrator.rescued");
        let rows = world.audit_rows().await;
        let done = rows
            .iter()
            .rfind(|row| row.kind.word() == "administrator.rescued");
        let detail = done.unwrap().detail.clone().unwrap();
        assert!(
            detail.contains("called back") && detail.contains(&tenant.name),
            "{detail}"
        );
        assert!(!detail.contains('@'), "{detail}");
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_042_nobody_is_rescued_whom_somebody_in_the_tenant_could_help() {
    on_both(Setting::preset("workspace"), async |world| {
        let admin = world.person("admin", Role::Administrator).await;
        let mut other = world.person("other", Role::Administrator).await;
        let member = world.member("taro").await;
        world.browser().sign_in(&mut other).await;
        let mut browser = world.browser();
        browser.sign_in(&mut other).await;
        browser.enrol(&mut other).await;
        let (ctx, tenant) = (&world.ctx, world.tenant().await);
        for person in [&admin, &member] {
            let told = IdentityCheck {
                company: tenant.name.clone(),
                ..told(person)
            };
            let login = person.typed_login();
            let asked = rescue::ask(ctx, &tenant, &shell(), &login, &told, Approval::One).await;
            assert_eq!(unfit(asked.unwrap_err()), Unfit::AnotherCanHelp);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_042_where_two_operators_are_asked_for_one_is_not_enough() {
    on_both(Setting::preset("workspace"), async |world| {
        let home = world.neighbour("operators").await;
        let (first, second) = (operator(&home, "ichi").await, operator(&home, "ni").await);
        let admin = world.person("admin", Role::Administrator).await;
        let (ctx, tenant, login) = (&world.ctx, world.tenant().await, admin.typed_login());
        let told = IdentityCheck {
            company: tenant.name.clone(),
            ..told(&admin)
        };
        let nothing = rescue::approve(ctx, &tenant, &second, &login).await;
        assert_eq!(unfit(nothing.unwrap_err()), Unfit::NothingToApprove);
        let asked = rescue::ask(ctx, &tenant, &first, &login, &told, Approval::Two).await;
        assert_eq!(asked.unwrap(), Rescue::WaitsForSecond);
        let same = rescue::approve(ctx, &tenant, &first, &login).await;
        assert_eq!(unfit(same.unwrap_err()), Unfit::SameOperator);
        assert!(
            !world
                .events_of(&admin)
                .await
                .contains(&"administrator.rescued".to_owned())
        );

        // Approved a hundred times at once, it happens once.
        let mut approvals = Vec::new();
        for _ in 0..20 {
            let (world, tenant, by, login) =
                (world.clone(), tenant.clone(), second.clone(), login.clone());
            approvals.push(tokio::spawn(async move {
                rescue::approve(&world.ctx, &tenant, &by, &login)
                    .await
                    .is_ok()
            }));
        }
        let mut done = 0;
        for approval in approvals {
            done += usize::from(approval.await.unwrap());
        }
        assert_eq!(done, 1);

        rescue::ask(ctx, &tenant, &first, &login, &told, Approval::Two)
            .await
            .unwrap();
        world.wait(Span::days(1));
        let late = rescue::approve(ctx, &tenant, &shell(), &login).await;
        assert_eq!(unfit(late.unwrap_err()), Unfit::NothingToApprove);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_administrators_do_none_of_what_operators_do() {
    on_both(Setting::preset("workspace"), async |world| {
        let mut admin = world.person("admin", Role::Administrator).await;
        let mut browser = world.browser();
        browser.sign_in(&mut admin).await;
        browser.enrol(&mut admin).await;
        let who = browser.who().await.unwrap();
        let (ctx, tenant, slug) = (&world.ctx, world.tenant().await, &*world.slug);
        let by = By::person(who, &tenant, browser.request(), "a reason");
        let refused = |answer: Result<(), TenantError>| {
            assert!(matches!(
                answer,
                Err(TenantError::Refused(Refusal::NotAllowed))
            ));
        };
        refused(manage_tenants::schedule_second_factor(ctx, &by, slug, "").await);
        refused(
            manage_tenants::mark_for_deletion(ctx, &by, slug, slug)
                .await
                .map(drop),
        );
        refused(manage_tenants::keep(ctx, &by, slug).await.map(drop));
        refused(
            manage_tenants::set_suspended(ctx, &by, slug, true)
                .await
                .map(drop),
        );
        let told = told(&admin);
        let rescued = rescue::ask(
            ctx,
            &tenant,
            &by,
            &admin.typed_login(),
            &told,
            Approval::One,
        )
        .await;
        assert!(matches!(
            rescued,
            Err(ManageError::Refused(Refusal::NotAllowed))
        ));
    })
    .await;
}

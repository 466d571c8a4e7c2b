//! The database fails at the n-th call, for every n of every act (SEC-82): a fault is answered, never a session or a success, and
//! nothing is half done.

use std::sync::Arc;

use warifu_domain::{
    password::PasswordTerm, tenant::Tenant, throttle::LONGEST_WAIT, time::Span, token::Token,
    user::Role,
};
use warifu_flows::{
    By, Fault, FlowError, Origin, account, audit, enrol, login,
    manage_tenants::{self, TenantError},
    manage_users::{self, ManageError, NewPerson},
    notices,
    session::{self, SignedIn},
};
use warifu_storage::AuditFilter;

use crate::support::{Browser, Person, Phone, Setting, TypedProof, World, on_both};

/// Names each act once: none can be left out of the list of all.
macro_rules! acts {
    ($($act:ident,)*) => {
        /// What somebody does.
        #[derive(Clone, Copy, Debug)]
        enum Act {
            $($act,)*
        }

        const ACTS: &[Act] = &[$(Act::$act,)*];
    };
}

acts! {
    PasswordAlone,
    PasswordBeforeCode,
    PasswordBeforeSetUp,
    PasswordWithCode,
    WrongPassword,
    AttemptPage,
    Code,
    WrongCode,
    BackupCode,
    ForcedSetUpPage,
    ForcedFirstCode,
    Session,
    SignOut,
    Sessions,
    EndSession,
    EndOthers,
    Proof,
    ProofByBackupCode,
    Overview,
    Start,
    SetUpPage,
    FirstCode,
    Abandon,
    Remove,
    IssueCodes,
    ChangePassword,
    Language,
    AddUser,
    ShowUser,
    Disable,
    Enable,
    Reset,
    SetPassword,
    AddTenant,
    SetPolicy,
    Suspend,
    FindTenant,
    Trail,
    Notices,
}

/// Everything an act may need, made while the database was well.
struct Scene {
    world: World,
    tenant: Arc<Tenant>,
    request: Origin,
    plain: Person,
    member: Person,
    admin: Person,
    /// Signed in as the member, freshly proved.
    browser: Browser,
    who: SignedIn,
    /// The member's open attempt, and the administrator's, who has no app yet.
    attempt: Token,
    enrolling: Token,
    /// What the pages of open set-ups showed.
    pending: Option<Phone>,
    forced: Phone,
}

/// What an act brought: an answer, or a session with its token.
enum Brought {
    Done,
    Session(Token),
    Refused,
}

impl Scene {
    async fn set(world: &World, act: Act) -> Self {
        let number = act as usize;
        let (mut member, mut browser) = world.member_with_app(&format!("member-{number}")).await;
        let plain = world.member(&format!("plain-{number}")).await;
        let admin = world
            .person(&format!("admin-{number}"), Role::Administrator)
            .await;
        world.browser().sign_in(&mut member).await;
        browser.prove(&member).await;
        browser.download_codes(&mut member).await;
        world.browser().sign_in(&mut member).await;
        let mut forced = world.browser();
        forced.send_password(&admin).await.unwrap();
        let page = forced.forced_set_up().await.unwrap();
        let mut pending = None;
        if matches!(act, Act::FirstCode | Act::Abandon | Act::SetUpPage) {
            let page = browser.start_set_up().await.unwrap();
            pending = Some(Phone::scan(&page.uri, &world.clock));
        }
        let mut login = world.browser();
        login.send_password(&member).await.unwrap();
        world.wait(Span::seconds(30));
        Self {
            tenant: world.tenant().await,
            request: browser.request(),
            who: browser.who().await.unwrap(),
            attempt: login.attempt.clone().unwrap(),
            enrolling: forced.attempt.clone().unwrap(),
            forced: Phone::scan(&page.uri, &world.clock),
            pending,
            plain,
            member,
            admin,
            browser,
            world: world.clone(),
        }
    }

    /// What only counts failures is set back, so that each try begins alike; then comes everything that must not change while
    /// an act fails.
    async fn state(&self) -> Vec<Vec<String>> {
        self.world
            .tamper(
                "UPDATE throttle SET failures = 0, blocked_until = 0 WHERE tenant_id = 1;
                 UPDATE totp SET failures = 0, blocked_until = 0 WHERE tenant_id = 1;
                 UPDATE backup_code_set SET failures = 0, blocked_until = 0 WHERE tenant_id = 1;
                 UPDATE login_attempt SET guesses = 0 WHERE tenant_id = 1;",
            )
            .await;
        let mut state = Vec::new();
        for what in [
            "id AS user_id, login, password, disabled, role, language FROM person",
            "user_id, id, sealed, confirmed_at, expires_at, started_by, last_step, used_at FROM totp",
            "user_id, salt, hashing, generation, verifiers, used, superseded FROM backup_code_set",
            "user_id, token_hash, evidence, began_at, proved_at FROM browser_session",
            "user_id, id, kind FROM outbox",
        ] {
            // Those of this scene were added after all others.
            let first = self.member.id;
            let sql = format!(
                "SELECT * FROM (SELECT {what} WHERE tenant_id = 1) AS mine WHERE user_id >= {first} ORDER BY 1, 2, 3"
            );
            state.extend(self.world.database.query(&sql).await);
        }
        let tenants = "SELECT id, slug, policy, revision, suspended FROM tenant ORDER BY id";
        state.extend(self.world.database.query(tenants).await);
        state
    }

    async fn perform(&self, act: Act) -> Result<Brought, FlowError> {
        let Self {
            tenant,
            request,
            who,
            attempt,
            enrolling,
            ..
        } = self;
        let (ctx, browser) = (&self.world.ctx, &self.browser);
        let code = self.member.phone().code();
        let session = |new: login::NewSession| Brought::Session(new.token);
        let password = async |person: &Person, code: Option<&str>| {
            let form = browser.form(&person.login, &person.password, code);
            let step = login::start(ctx, tenant, request, form).await?;
            Ok(match step {
                login::LoginStep::SignedIn(new) => Brought::Session(new.token),
                login::LoginStep::Challenge(..) | login::LoginStep::Enrol(_) => Brought::Done,
            })
        };
        let done = |_| Brought::Done;
        match act {
            Act::PasswordAlone => password(&self.plain, None).await,
            Act::PasswordBeforeCode => password(&self.member, None).await,
            Act::PasswordBeforeSetUp => password(&self.admin, None).await,
            Act::PasswordWithCode => password(&self.member, Some(&code)).await,
            Act::WrongPassword => {
                let form = browser.form(&self.plain.login, "a wrong guess", None);
                may_be_refused(login::start(ctx, tenant, request, form).await)
            }
            Act::AttemptPage => login::attempt(ctx, tenant, attempt)
                .await
                .map(|_| Brought::Done),
            Act::Code => login::check_code(ctx, tenant, request, attempt, &code)
                .await
                .map(session),
            Act::WrongCode => {
                let wrong = self.member.phone().wrong_code(0);
                may_be_refused(login::check_code(ctx, tenant, request, attempt, &wrong).await)
            }
            Act::BackupCode => {
                let code = &self.member.backup_codes[0];
                login::check_backup_code(ctx, tenant, request, attempt, code)
                    .await
                    .map(session)
            }
            Act::ForcedSetUpPage => login::pending_totp(ctx, tenant, request, enrolling)
                .await
                .map(|_| Brought::Done),
            Act::ForcedFirstCode => {
                let code = self.forced.code();
                let confirmed = login::confirm_totp(ctx, tenant, request, enrolling, &code).await;
                confirmed.map(|(new, _)| Brought::Session(new.token))
            }
            Act::Session => {
                let token = browser.session.as_ref().unwrap();
                let found = session::find(ctx, tenant, token, None).await?;
                assert!(
                    found.is_some(),
                    "a fault must not look like a session that ended"
                );
                Ok(Brought::Done)
            }
            Act::SignOut => session::sign_out(ctx, tenant, request, who).await.map(done),
            Act::Sessions => session::list(ctx, tenant, who).await.map(|_| Brought::Done),
            Act::EndSession => {
                let listed = session::list(ctx, tenant, who).await?;
                let other = listed.iter().find(|session| !session.is_this).unwrap().id;
                session::end(ctx, tenant, request, who, other)
                    .await
                    .map(done)
            }
            Act::EndOthers => session::end_others(ctx, tenant, request, who)
                .await
                .map(|_| Brought::Done),
            Act::Proof | Act::ProofByBackupCode => {
                let proof = match act {
                    Act::Proof => TypedProof::Code(code.into()),
                    _ => TypedProof::BackupCode(self.member.backup_codes[0].clone().into()),
                };
                let password = &self.member.password;
                session::prove(ctx, tenant, request, who, password, Some(proof))
                    .await
                    .map(session)
            }
            Act::Overview => account::overview(ctx, tenant, who)
                .await
                .map(|_| Brought::Done),
            Act::Start => enrol::start_totp(ctx, tenant, request, who).await.map(done),
            Act::SetUpPage => enrol::pending_totp(ctx, tenant, request, who)
                .await
                .map(|_| Brought::Done),
            Act::FirstCode => {
                let code = self.pending.as_ref().unwrap().code();
                let confirmed = enrol::confirm_totp(ctx, tenant, request, who, &code).await;
                confirmed.map(|(new, _)| Brought::Session(new.token))
            }
            Act::Abandon => enrol::abandon_totp(ctx, tenant, request, who)
                .await
                .map(done),
            Act::Remove => enrol::remove_totp(ctx, tenant, request, who, "")
                .await
                .map(done),
            Act::IssueCodes => enrol::issue_backup_codes(ctx, tenant, request, who, 1)
                .await
                .map(|_| Brought::Done),
            Act::ChangePassword => {
                let new = "a melon under the moon";
                account::change_password(ctx, tenant, request, who, new)
                    .await
                    .map(session)
            }
            Act::Language => account::choose_language(ctx, tenant, who, "en")
                .await
                .map(done),
            Act::Trail => {
                audit::list(ctx, tenant, AuditFilter::default()).await?;
                audit::check_chain(ctx, tenant).await.map(|_| Brought::Done)
            }
            Act::Notices => notices::list(ctx, tenant, 0, 10)
                .await
                .map(|_| Brought::Done),
            Act::FindTenant => {
                // A server that has just started: nothing is kept in memory yet.
                let started = self.world.forgetful(9);
                let found = started.ctx.tenant(&self.world.slug).await?;
                assert!(
                    found.is_some(),
                    "a fault must not look like a tenant that is not there"
                );
                Ok(Brought::Done)
            }
            Act::AddTenant | Act::SetPolicy | Act::Suspend => self.operate(act).await,
            _ => self.administer(act).await,
        }
    }

    async fn administer(&self, act: Act) -> Result<Brought, FlowError> {
        let (ctx, tenant, login) = (&self.world.ctx, &self.tenant, self.member.typed_login());
        let done = match act {
            Act::AddUser => {
                let new = NewPerson {
                    login: warifu_domain::user::Login::parse("newcomer").unwrap(),
                    name: "New Comer".to_owned(),
                    email: Some("newcomer@home.example".to_owned()),
                    role: Role::Member,
                    password: "a melon under the moon".to_owned(),
                    password_term: PasswordTerm::Lasting,
                };
                manage_users::add_user(ctx, tenant, &By::command_line(), new)
                    .await
                    .map(drop)
            }
            Act::ShowUser => manage_users::show_user(ctx, tenant, &login).await.map(drop),
            Act::Disable => manage_users::disable_user(ctx, tenant, &By::command_line(), &login)
                .await
                .map(drop),
            Act::Enable => manage_users::enable_user(ctx, tenant, &By::command_line(), &login)
                .await
                .map(drop),
            Act::Reset => manage_users::reset_two_factor(
                ctx,
                tenant,
                &By::CommandLine("lost".to_owned()),
                &login,
            )
            .await
            .map(drop),
            _ => {
                manage_users::set_password(
                    ctx,
                    tenant,
                    &login,
                    "a melon under the moon",
                    PasswordTerm::Lasting,
                )
                .await
            }
        };
        match done {
            Ok(()) => Ok(Brought::Done),
            Err(ManageError::Fault(fault)) => Err(fault.into()),
            Err(other) => panic!("{other}"),
        }
    }

    async fn operate(&self, act: Act) -> Result<Brought, FlowError> {
        let (ctx, slug, policy) = (
            &self.world.ctx,
            &self.world.slug,
            self.tenant.policy.to_toml(),
        );
        let done = match act {
            Act::AddTenant => {
                manage_tenants::add_tenant(ctx, &By::command_line(), "sakura", "さくら", &policy)
                    .await
                    .map(drop)
            }
            Act::SetPolicy => {
                manage_tenants::set_policy(ctx, &By::command_line(), slug, &policy).await
            }
            _ => manage_tenants::set_suspended(ctx, &By::command_line(), slug, true)
                .await
                .map(drop),
        };
        match done {
            Ok(()) => Ok(Brought::Done),
            Err(TenantError::Fault(fault)) => Err(fault.into()),
            Err(other) => panic!("{other}"),
        }
    }
}

fn may_be_refused<T>(answer: Result<T, FlowError>) -> Result<Brought, FlowError> {
    match answer {
        Err(FlowError::Refused(_)) => Ok(Brought::Refused),
        Err(fault) => Err(fault),
        Ok(_) => panic!("not refused"),
    }
}

/// Shows: SEC-79.
#[tokio::test(flavor = "multi_thread")]
async fn sec_082_a_failure_at_any_call_is_a_fault_and_leaves_nothing_half_done() {
    on_both(Setting::preset("workspace"), async |world| {
        for &act in ACTS {
            let scene = Scene::set(&world, act).await;
            let (mut calls, before) = (0, scene.state().await);
            loop {
                world.fault.fail_at(calls + 1);
                let answer = scene.perform(act).await;
                let is_over = world.fault.is_pending();
                world.fault.fail_at(0);
                if is_over {
                    // No call was left to fail. The act succeeds as if nothing had been.
                    match answer.unwrap() {
                        Brought::Session(token) => {
                            let found =
                                session::find(&world.ctx, &scene.tenant, &token, None).await;
                            assert!(found.unwrap().is_some(), "{act:?}");
                        }
                        Brought::Done | Brought::Refused => {}
                    }
                    break;
                }
                calls += 1;
                match answer {
                    Err(FlowError::Fault(Fault::Store(_))) => {}
                    Err(other) => panic!("{act:?}, call {calls}: {other}"),
                    Ok(_) => panic!("{act:?}: a success, although call {calls} failed"),
                }
                assert_eq!(scene.state().await, before, "{act:?}, call {calls}");
            }
            assert!(calls > 0, "{act:?} asks the database");
            if let Act::Suspend = act {
                manage_tenants::set_suspended(&world.ctx, &By::command_line(), &world.slug, false)
                    .await
                    .unwrap();
            }
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_082_a_login_whose_password_cannot_be_hashed_anew_is_a_login_all_the_same() {
    on_both(Setting::preset("workspace"), async |world| {
        let taro = world.member("taro").await;
        let dearer = world.with_dearer_hashes(2).await;
        for call in 1.. {
            let mut browser = dearer.browser();
            let tenant = dearer.tenant().await;
            let form = browser.form("taro", &taro.password, None);
            world.wait(LONGEST_WAIT);
            world.fault.fail_at(call);
            let answer = login::start(&dearer.ctx, &tenant, &browser.request(), form).await;
            let is_over = world.fault.is_pending();
            world.fault.fail_at(0);
            match answer {
                Ok(login::LoginStep::SignedIn(new)) => {
                    browser.session = Some(new.token);
                    assert!(browser.is_signed_in().await, "call {call}");
                }
                Err(FlowError::Fault(_)) => assert!(!is_over),
                other => panic!("{other:?}"),
            }
            if is_over {
                break;
            }
        }
        // It was in the end.
        let hashes = dearer.ctx.hasher.computed();
        dearer.browser().send_password(&taro).await.unwrap();
        assert_eq!(dearer.ctx.hasher.computed() - hashes, 1);
    })
    .await;
}

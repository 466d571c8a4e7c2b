//! A browser: holds the cookies that the pages would, and sends what a person types.

use std::net::IpAddr;

use warifu_domain::{
    backup_code::BackupCode, ids::Reference, policy::Door, refusal::Refusal, time::Span,
    token::Token,
};
use warifu_flows::{
    FlowError, Origin, account,
    emailed_code::{self, EmailMethod},
    enrol::{self, PendingTotp, ShownKey},
    login::{self, AttemptView, LoginStep, NewSession, PasswordForm},
    own_switch, private_address,
    session::{self, SignedIn, TypedProof},
};
use warifu_storage::AuditFilter;

use super::{Person, Phone, World};

/// What the page after the password asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing: signed in.
    Nothing,
    /// A code; the one typed on the login page was refused so.
    Code(Option<Refusal>),
    /// A set-up.
    SetUp,
}

/// The refusal in an answer that must be one.
#[track_caller]
pub(crate) fn refused<T>(answer: Result<T, FlowError>) -> Refusal {
    match answer {
        Err(FlowError::Refused(refusal)) => refusal,
        Err(FlowError::Fault(fault)) => panic!("a fault, no refusal: {fault}"),
        Ok(_) => panic!("not refused"),
    }
}

/// One browser of somebody.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(super) world: World,
    pub(crate) address: IpAddr,
    /// Its short name.
    pub(crate) agent: &'static str,
    pub(crate) attempt: Option<Token>,
    pub(crate) session: Option<Token>,
    pub(crate) known_browser: Option<String>,
    /// "Stay logged in" is ticked.
    pub(crate) remember: bool,
    /// Every refusal is looked up in the audit trail; too slow where there are thousands.
    pub(crate) checks_events: bool,
}

impl Browser {
    pub(crate) fn new(world: World, address: IpAddr) -> Self {
        Self {
            world,
            address,
            agent: "Firefox on Linux",
            attempt: None,
            session: None,
            known_browser: None,
            remember: false,
            checks_events: true,
        }
    }

    /// The same browser, talking to another server on the same database.
    pub(crate) fn at(&self, world: &World) -> Self {
        Self {
            world: world.clone(),
            ..self.clone()
        }
    }

    /// The next request of this browser.
    pub(crate) fn request(&self) -> Origin {
        let reference = self.world.ctx.rng.reference();
        Origin::new(self.address, self.agent, reference).presenting(self.session.as_ref())
    }

    /// Checks that a refusal is on record under the reference that its page shows (SEC-79). Where nobody is known by the
    /// cookie, there is nobody to record it for.
    pub(super) async fn recorded<T>(
        &self,
        reference: Reference,
        answer: Result<T, FlowError>,
    ) -> Result<T, FlowError> {
        if self.checks_events
            && let Err(FlowError::Refused(refusal)) = &answer
            && !matches!(refusal, Refusal::AttemptOver | Refusal::NotSignedIn)
        {
            let filter = AuditFilter {
                reference: Some(reference),
                ..AuditFilter::default()
            };
            let tenant = self.world.tenant().await;
            let events = warifu_flows::audit::list(&self.world.ctx, &tenant, filter).await?;
            assert!(
                events
                    .iter()
                    .any(|event| event.refusal.as_deref() == Some(refusal.code())),
                "{refusal:?} has no event, only {events:?}"
            );
        }
        answer
    }

    pub(super) fn keep(&mut self, new: NewSession) {
        self.session = Some(new.token);
        self.known_browser = Some(new.known_browser);
        self.attempt = None;
    }

    pub(super) fn attempt_cookie(&self) -> Token {
        self.attempt.clone().expect("a login attempt is open")
    }

    // ---- Logging in --------------------------------------------------------------------------------------------------

    /// The login form as it would be sent.
    pub(crate) fn form(&self, login: &str, password: &str, code: Option<&str>) -> PasswordForm {
        PasswordForm {
            door: Door::Everybodys,
            login: login.to_owned(),
            password: password.into(),
            code: code.map(Into::into),
            remember: self.remember,
            known_browser: self.known_browser.clone(),
        }
    }

    /// Sends the login form.
    pub(crate) async fn send_form(&mut self, form: PasswordForm) -> Result<Asked, FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::start(&self.world.ctx, &tenant, &request, form).await;
        Ok(match self.recorded(request.reference, answer).await? {
            LoginStep::SignedIn(session) => {
                self.keep(session);
                Asked::Nothing
            }
            LoginStep::Challenge(token, refusal) => {
                self.attempt = Some(token);
                Asked::Code(refusal)
            }
            LoginStep::Enrol(token) => {
                self.attempt = Some(token);
                Asked::SetUp
            }
        })
    }

    /// Sends login ID and password.
    pub(crate) async fn send_password(&mut self, person: &Person) -> Result<Asked, FlowError> {
        self.send_form(self.form(&person.login, &person.password, None))
            .await
    }

    /// Sends a login ID and some password.
    pub(crate) async fn type_password(
        &mut self,
        login: &str,
        password: &str,
    ) -> Result<Asked, FlowError> {
        self.send_form(self.form(login, password, None)).await
    }

    /// Sends a wrong password.
    pub(crate) async fn guess_password(
        &mut self,
        login: &str,
        guess: usize,
    ) -> Result<Asked, FlowError> {
        self.send_form(self.form(login, &format!("guess number {guess}"), None))
            .await
    }

    /// The page of the open attempt.
    pub(crate) async fn try_attempt_view(&self) -> Result<AttemptView, FlowError> {
        let tenant = self.world.tenant().await;
        login::attempt(&self.world.ctx, &tenant, &self.attempt_cookie()).await
    }

    /// The page of the open attempt.
    pub(crate) async fn attempt_view(&self) -> AttemptView {
        self.try_attempt_view().await.unwrap()
    }

    /// Sends a code of the app.
    pub(crate) async fn send_code(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::check_code(
            &self.world.ctx,
            &tenant,
            &request,
            &self.attempt_cookie(),
            code,
        )
        .await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Sends a code of the app to see its key once more.
    pub(crate) async fn show_key_again(&mut self, code: &str) -> Result<ShownKey, FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let attempt = self.attempt_cookie();
        let answer = login::show_again(&self.world.ctx, &tenant, &request, &attempt, code).await;
        let (session, key) = self.recorded(request.reference, answer).await?;
        self.keep(session);
        Ok(key)
    }

    /// Says that the device is lost.
    pub(crate) async fn report_lost(&self) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let attempt = self.attempt_cookie();
        let answer = login::report_lost(&self.world.ctx, &tenant, &request, &attempt).await;
        self.recorded(request.reference, answer).await
    }

    /// Sends a backup code.
    pub(crate) async fn send_backup_code(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::check_backup_code(
            &self.world.ctx,
            &tenant,
            &request,
            &self.attempt_cookie(),
            code,
        )
        .await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Sends a code that an administrator read out.
    pub(crate) async fn send_helpdesk_code(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::check_helpdesk_code(
            &self.world.ctx,
            &tenant,
            &request,
            &self.attempt_cookie(),
            code,
        )
        .await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Opens the page of a forced set-up.
    pub(crate) async fn forced_set_up(&mut self) -> Result<PendingTotp, FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        login::pending_totp(&self.world.ctx, &tenant, &request, &self.attempt_cookie()).await
    }

    /// Puts a forced set-up off.
    pub(crate) async fn skip_set_up(&mut self) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::skip(&self.world.ctx, &tenant, &request, &self.attempt_cookie()).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Finishes a forced set-up.
    pub(crate) async fn send_first_code(
        &mut self,
        code: &str,
    ) -> Result<Option<Vec<BackupCode>>, FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let answer = login::confirm_totp(
            &self.world.ctx,
            &tenant,
            &request,
            &self.attempt_cookie(),
            code,
        )
        .await;
        let (session, codes) = self.recorded(request.reference, answer).await?;
        self.keep(session);
        Ok(codes)
    }

    /// Asks for a code by mail.
    pub(crate) async fn ask_code(&mut self) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let (ctx, attempt) = (&self.world.ctx, self.attempt_cookie());
        let answer = emailed_code::ask_in_attempt(ctx, &tenant, &request, &attempt).await;
        self.recorded(request.reference, answer).await
    }

    /// What the page that takes a code by mail shows.
    pub(crate) async fn email_page(&self) -> EmailMethod {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let (ctx, attempt) = (&self.world.ctx, self.attempt_cookie());
        emailed_code::method_in_attempt(ctx, &tenant, &request, &attempt)
            .await
            .unwrap()
    }

    /// Sends a code that came by mail.
    pub(crate) async fn send_emailed_code(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let (ctx, attempt) = (&self.world.ctx, self.attempt_cookie());
        let answer = login::check_emailed_code(ctx, &tenant, &request, &attempt, code).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Logs in with whatever is asked for; waits for a fresh code where one is needed.
    pub(crate) async fn sign_in(&mut self, person: &mut Person) {
        match self.send_password(person).await.unwrap() {
            Asked::Nothing => {}
            Asked::Code(_) => {
                self.world.wait(Span::seconds(30));
                self.send_code(&person.phone().code()).await.unwrap();
            }
            Asked::SetUp => {
                let pending = self.forced_set_up().await.unwrap();
                let phone = Phone::scan(&pending.uri, &self.world.clock);
                let codes = self.send_first_code(&phone.code()).await.unwrap();
                person.phone = Some(phone);
                person.backup_codes = shown(codes.unwrap_or_default());
            }
        }
    }

    // ---- Signed in ---------------------------------------------------------------------------------------------------

    /// Who this browser is signed in as.
    pub(crate) async fn who(&self) -> Option<SignedIn> {
        let token = self.session.as_ref()?;
        let tenant = self.world.tenant().await;
        session::find(&self.world.ctx, &tenant, token, Some(self.address))
            .await
            .unwrap()
    }

    pub(crate) async fn is_signed_in(&self) -> bool {
        self.who().await.is_some()
    }

    pub(crate) async fn signed_in(&self) -> SignedIn {
        self.who().await.expect("signed in")
    }

    /// Logs out.
    pub(crate) async fn sign_out(&mut self) {
        let (tenant, who) = (self.world.tenant().await, self.signed_in().await);
        session::sign_out(&self.world.ctx, &tenant, &self.request(), &who)
            .await
            .unwrap();
    }

    /// Proves password and second factor again (SEC-37).
    pub(crate) async fn send_proof(
        &mut self,
        password: &str,
        proof: Option<TypedProof>,
    ) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer =
            session::prove(&self.world.ctx, &tenant, &request, &who, password, proof).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Proves everything there is to prove; waits for a fresh code where one is needed.
    pub(crate) async fn prove(&mut self, person: &Person) {
        let proof = person.phone.as_ref().map(|phone| {
            self.world.wait(Span::seconds(30));
            TypedProof::Code(phone.code().into())
        });
        self.send_proof(&person.password, proof).await.unwrap();
    }

    /// Begins a set-up.
    pub(crate) async fn begin_set_up(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = enrol::start_totp(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Begins a set-up; gives what the page shows.
    pub(crate) async fn start_set_up(&mut self) -> Result<PendingTotp, FlowError> {
        self.begin_set_up().await?;
        Ok(self.set_up_page().await.expect("a set-up is open"))
    }

    /// Proves everything for the very act of a set-up, which begins it.
    pub(crate) async fn prove_and_begin_set_up(
        &mut self,
        password: &str,
        proof: Option<TypedProof>,
    ) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let ctx = &self.world.ctx;
        let answer =
            enrol::prove_and_start_totp(ctx, &tenant, &request, &who, password, proof).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Takes an app into use again that was reported lost.
    pub(crate) async fn reactivate(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = enrol::reactivate_totp(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Asks for a code by mail for the fresh proof.
    pub(crate) async fn ask_code_for_proof(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = emailed_code::ask_for_proof(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Types a private address.
    pub(crate) async fn register_address(&mut self, address: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let ctx = &self.world.ctx;
        let answer = private_address::register(ctx, &tenant, &request, &who, address).await;
        self.recorded(request.reference, answer).await
    }

    /// Types the code that confirms a private address.
    pub(crate) async fn confirm_address(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let ctx = &self.world.ctx;
        let answer = private_address::confirm(ctx, &tenant, &request, &who, code).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Removes the private address.
    pub(crate) async fn remove_address(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = private_address::remove(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Switches the second factor on or off.
    pub(crate) async fn switch(&mut self, on: bool) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = own_switch::switch(&self.world.ctx, &tenant, &request, &who, on).await;
        self.recorded(request.reference, answer).await
    }

    /// Looks at the backup codes again; each with whether it is used.
    pub(crate) async fn view_codes(&mut self) -> Result<Vec<(String, bool)>, FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = enrol::view_backup_codes(&self.world.ctx, &tenant, &request, &who).await;
        let codes = self.recorded(request.reference, answer).await?;
        let seen = codes.iter().map(|seen| (seen.code.grouped(), seen.is_used));
        Ok(seen.collect())
    }

    /// Opens or reloads the page of a set-up.
    pub(crate) async fn set_up_page(&mut self) -> Option<PendingTotp> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let page = enrol::pending_totp(&self.world.ctx, &tenant, &request, &who).await;
        page.unwrap()
    }

    /// Sends the first code of a set-up.
    pub(crate) async fn confirm_set_up(
        &mut self,
        code: &str,
    ) -> Result<Option<Vec<BackupCode>>, FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = enrol::confirm_totp(&self.world.ctx, &tenant, &request, &who, code).await;
        let (session, codes) = self.recorded(request.reference, answer).await?;
        self.keep(session);
        Ok(codes)
    }

    /// Leaves a set-up unfinished.
    pub(crate) async fn abandon_set_up(&mut self) {
        let (tenant, who) = (self.world.tenant().await, self.signed_in().await);
        enrol::abandon_totp(&self.world.ctx, &tenant, &self.request(), &who)
            .await
            .unwrap();
    }

    /// The whole set-up, from a fresh proof to the codes, as far as the page shows them.
    pub(crate) async fn enrol(&mut self, person: &mut Person) {
        let proof = person.phone.as_ref().map(|phone| {
            self.world.wait(Span::seconds(30));
            TypedProof::Code(phone.code().into())
        });
        self.prove_and_begin_set_up(&person.password, proof)
            .await
            .unwrap();
        let pending = self.set_up_page().await.expect("a set-up is open");
        let phone = Phone::scan(&pending.uri, &self.world.clock);
        let codes = self.confirm_set_up(&phone.code()).await.unwrap();
        person.phone = Some(phone);
        person.backup_codes = shown(codes.unwrap_or_default());
    }

    /// Switches two-factor off; no password is typed.
    pub(crate) async fn remove(&mut self) -> Result<(), FlowError> {
        self.remove_with("").await
    }

    /// Switches two-factor off with a password typed for it.
    pub(crate) async fn remove_with(&mut self, password: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = enrol::remove_totp(&self.world.ctx, &tenant, &request, &who, password).await;
        self.recorded(request.reference, answer).await
    }

    /// The number of the set of backup codes that the page shows.
    pub(crate) async fn backup_generation(&self) -> i64 {
        self.overview().await.backup_codes.generation
    }

    /// Downloads a new set of backup codes from a page that shows the set `generation`.
    pub(crate) async fn issue_codes(&mut self, generation: i64) -> Result<Vec<String>, FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer =
            enrol::issue_backup_codes(&self.world.ctx, &tenant, &request, &who, generation).await;
        self.recorded(request.reference, answer).await.map(shown)
    }

    /// Downloads a new set of backup codes.
    pub(crate) async fn download_codes(&mut self, person: &mut Person) {
        let generation = self.backup_generation().await;
        person.backup_codes = self.issue_codes(generation).await.unwrap();
    }

    /// The account page.
    pub(crate) async fn overview(&self) -> account::Overview {
        let (tenant, who) = (self.world.tenant().await, self.signed_in().await);
        account::overview(&self.world.ctx, &tenant, &who)
            .await
            .unwrap()
    }

    /// Changes the own password.
    pub(crate) async fn change_password(&mut self, new: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = (
            self.world.tenant().await,
            self.signed_in().await,
            self.request(),
        );
        let answer = account::change_password(&self.world.ctx, &tenant, &request, &who, new).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// The page with the sessions.
    pub(crate) async fn sessions(&self) -> Vec<session::ListedSession> {
        let (tenant, who) = (self.world.tenant().await, self.signed_in().await);
        session::list(&self.world.ctx, &tenant, &who).await.unwrap()
    }
}

/// Codes as they are shown.
pub(crate) fn shown(codes: Vec<BackupCode>) -> Vec<String> {
    codes.iter().map(BackupCode::grouped).collect()
}

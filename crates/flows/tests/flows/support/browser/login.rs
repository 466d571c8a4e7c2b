//! What a person sends from a browser to log in.

use warifu_domain::{backup_code::BackupCode, policy::Door, refusal::Refusal, time::Span};
use warifu_flows::{
    FlowError,
    emailed_code::{self, EmailMethod},
    enrol::{PendingTotp, ShownKey},
    login::{self, AttemptView, LoginStep, PasswordForm},
};

use super::{
    super::{Person, Phone},
    Browser, shown,
};

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

impl Browser {
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
}

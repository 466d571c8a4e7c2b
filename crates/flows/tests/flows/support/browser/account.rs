//! What a signed-in person sends from a browser.

use std::sync::Arc;

use warifu_domain::{backup_code::BackupCode, tenant::Tenant, time::Span};
use warifu_flows::{
    FlowError, Origin, account, emailed_code,
    enrol::{self, PendingTotp},
    own_switch, private_address,
    session::{self, SignedIn, TypedProof},
};

use super::{
    super::{Person, Phone},
    Browser, shown,
};

impl Browser {
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

    /// What every act of a signed-in person begins with: where, who, and the request.
    async fn asking(&self) -> (Arc<Tenant>, SignedIn, Origin) {
        let (tenant, who) = (self.world.tenant().await, self.signed_in().await);
        (tenant, who, self.request())
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
        let (tenant, who, request) = self.asking().await;
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
        let (tenant, who, request) = self.asking().await;
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
        let (tenant, who, request) = self.asking().await;
        let ctx = &self.world.ctx;
        let answer =
            enrol::prove_and_start_totp(ctx, &tenant, &request, &who, password, proof).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Takes an app into use again that was reported lost.
    pub(crate) async fn reactivate(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let answer = enrol::reactivate_totp(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Asks for a code by mail for the fresh proof.
    pub(crate) async fn ask_code_for_proof(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let answer = emailed_code::ask_for_proof(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Types a private address.
    pub(crate) async fn register_address(&mut self, address: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let ctx = &self.world.ctx;
        let answer = private_address::register(ctx, &tenant, &request, &who, address).await;
        self.recorded(request.reference, answer).await
    }

    /// Types the code that confirms a private address.
    pub(crate) async fn confirm_address(&mut self, code: &str) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let ctx = &self.world.ctx;
        let answer = private_address::confirm(ctx, &tenant, &request, &who, code).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// Removes the private address.
    pub(crate) async fn remove_address(&mut self) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let answer = private_address::remove(&self.world.ctx, &tenant, &request, &who).await;
        self.recorded(request.reference, answer).await
    }

    /// Switches the second factor on or off.
    pub(crate) async fn switch(&mut self, on: bool) -> Result<(), FlowError> {
        let (tenant, who, request) = self.asking().await;
        let answer = own_switch::switch(&self.world.ctx, &tenant, &request, &who, on).await;
        self.recorded(request.reference, answer).await
    }

    /// Looks at the backup codes again; each with whether it is used.
    pub(crate) async fn view_codes(&mut self) -> Result<Vec<(String, bool)>, FlowError> {
        let (tenant, who, request) = self.asking().await;
        let answer = enrol::view_backup_codes(&self.world.ctx, &tenant, &request, &who).await;
        let codes = self.recorded(request.reference, answer).await?;
        let seen = codes.iter().map(|seen| (seen.code.grouped(), seen.is_used));
        Ok(seen.collect())
    }

    /// Opens or reloads the page of a set-up.
    pub(crate) async fn set_up_page(&mut self) -> Option<PendingTotp> {
        let (tenant, who, request) = self.asking().await;
        let page = enrol::pending_totp(&self.world.ctx, &tenant, &request, &who).await;
        page.unwrap()
    }

    /// Sends the first code of a set-up.
    pub(crate) async fn confirm_set_up(
        &mut self,
        code: &str,
    ) -> Result<Option<Vec<BackupCode>>, FlowError> {
        let (tenant, who, request) = self.asking().await;
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
        let (tenant, who, request) = self.asking().await;
        let answer = enrol::remove_totp(&self.world.ctx, &tenant, &request, &who, password).await;
        self.recorded(request.reference, answer).await
    }

    /// The number of the set of backup codes that the page shows.
    pub(crate) async fn backup_generation(&self) -> i64 {
        self.overview().await.backup_codes.generation
    }

    /// Downloads a new set of backup codes from a page that shows the set `generation`.
    pub(crate) async fn issue_codes(&mut self, generation: i64) -> Result<Vec<String>, FlowError> {
        let (tenant, who, request) = self.asking().await;
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
        let (tenant, who, request) = self.asking().await;
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

//! The app that pairs by two codes, and what a browser sends meanwhile.

use warifu_domain::backup_code::BackupCode;
use warifu_flows::{
    FlowError, login,
    pairing::{self, OpenPairing},
    session::TypedProof,
};
use warifu_otp::{PairingCode, PairingRole, TotpParams, derive_pairing};

use super::{Browser, Person, Phone, World, shown};

/// An app in which somebody pressed 追加.
pub(crate) struct App {
    code: PairingCode,
    world: World,
}

impl App {
    /// Makes an app code.
    pub(crate) fn add(world: &World) -> Self {
        Self {
            code: PairingCode::from_random(PairingRole::App, world.ctx.rng.bytes()),
            world: world.clone(),
        }
    }

    /// The app code, as the app shows it.
    pub(crate) fn code(&self) -> String {
        self.code.grouped().to_string()
    }

    /// Types the user code; what the app has then, and the tag that it shows.
    pub(crate) fn type_user_code(&self, typed: &str) -> (Phone, String) {
        let user = PairingCode::parse(PairingRole::User, typed).expect("a user code");
        let made = derive_pairing(&self.code, &user);
        let key = made.seed.to_base32();
        let phone = Phone::type_key(&key, TotpParams::default(), &self.world.clock);
        (phone, made.tag)
    }
}

impl Browser {
    /// Begins a pairing, on the own account or in the login that is open.
    pub(crate) async fn start_pairing(&mut self) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let ctx = &self.world.ctx;
        let answer = match &self.attempt {
            Some(attempt) => login::start_pairing(ctx, &tenant, &request, attempt).await,
            None => pairing::start(ctx, &tenant, &request, &self.signed_in().await).await,
        };
        self.recorded(request.reference, answer).await
    }

    /// What the page of the pairing knows.
    pub(crate) async fn pairing(&self) -> Option<OpenPairing> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let ctx = &self.world.ctx;
        match &self.attempt {
            Some(attempt) => login::find_pairing(ctx, &tenant, &request, attempt).await,
            None => pairing::find(ctx, &tenant, &request, &self.signed_in().await).await,
        }
        .unwrap()
    }

    /// The user code that the page shows.
    pub(crate) async fn user_code(&self) -> String {
        let pairing = self.pairing().await.expect("a pairing is open");
        pairing.user_code.expect("it is shown").to_string()
    }

    /// Types an app code.
    pub(crate) async fn type_app_code(&self, typed: &str, device: &str) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let ctx = &self.world.ctx;
        let answer = match &self.attempt {
            Some(attempt) => {
                login::type_app_code(ctx, &tenant, &request, attempt, typed, device).await
            }
            None => {
                let who = self.signed_in().await;
                pairing::type_app_code(ctx, &tenant, &request, &who, typed, device).await
            }
        };
        self.recorded(request.reference, answer).await
    }

    /// Types the one-time code that the app shows.
    pub(crate) async fn confirm_pairing(
        &mut self,
        code: &str,
    ) -> Result<Option<Vec<BackupCode>>, FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let ctx = &self.world.ctx;
        let answer = match &self.attempt {
            Some(attempt) => login::confirm_pairing(ctx, &tenant, &request, attempt, code).await,
            None => {
                let who = self.signed_in().await;
                pairing::confirm(ctx, &tenant, &request, &who, code).await
            }
        };
        let (session, codes) = self.recorded(request.reference, answer).await?;
        self.keep(session);
        Ok(codes)
    }

    /// Gives the pairing up.
    pub(crate) async fn abandon_pairing(&self) {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let ctx = &self.world.ctx;
        let given_up = match &self.attempt {
            Some(attempt) => login::abandon_pairing(ctx, &tenant, &request, attempt).await,
            None => pairing::abandon(ctx, &tenant, &request, &self.signed_in().await).await,
        };
        given_up.unwrap();
    }

    /// Proves everything for the very act of pairing, which goes on with it.
    pub(crate) async fn prove_and_pair(
        &mut self,
        password: &str,
        proof: Option<TypedProof>,
    ) -> Result<(), FlowError> {
        let (tenant, request) = (self.world.tenant().await, self.request());
        let (ctx, who) = (&self.world.ctx, self.signed_in().await);
        let answer = pairing::prove_and_go_on(ctx, &tenant, &request, &who, password, proof).await;
        self.recorded(request.reference, answer)
            .await
            .map(|session| self.keep(session))
    }

    /// The whole pairing: a new app, both codes, the first one-time code. Says the tag that both sides show.
    pub(crate) async fn pair(&mut self, person: &mut Person, device: &str) -> String {
        self.start_pairing().await.unwrap();
        let app = App::add(&self.world);
        self.type_app_code(&app.code(), device).await.unwrap();
        let (phone, tag) = app.type_user_code(&self.user_code().await);
        let codes = self.confirm_pairing(&phone.code()).await.unwrap();
        person.phone = Some(phone);
        person.backup_codes = shown(codes.unwrap_or_default());
        tag
    }
}

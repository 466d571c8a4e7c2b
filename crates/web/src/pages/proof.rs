//! `/account/proof`: the fresh proof before a change to how one signs in (SEC-37).

use warifu_domain::typed::Typed;
use warifu_flows::{
    emailed_code, enrol, pairing,
    session::{self, SignedIn, TypedProof},
};

use super::{
    email::asked_code,
    views::{self, ProofTarget},
};
use crate::http::{
    forms::{BadForm, Fields, Form, Verified, encode},
    page::Page,
    route::Answer,
};

/// The fields of the proof.
pub(crate) struct ProofForm {
    target: ProofTarget,
    to: String,
    password: Typed,
    code: Typed,
    backup_code: Typed,
    emailed_code: Typed,
}

impl Form for ProofForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            target: target(fields.get("target")),
            to: fields.text("to"),
            password: fields.secret("password"),
            code: fields.secret("code"),
            backup_code: fields.secret("backup_code"),
            emailed_code: fields.secret("emailed_code"),
        })
    }
}

impl ProofForm {
    /// What was typed as second factor; without either, an empty code.
    fn second_factor(&self) -> TypedProof {
        if self.code.is_empty() && !self.emailed_code.is_empty() {
            TypedProof::EmailedCode(self.emailed_code.clone())
        } else if self.code.is_empty() && !self.backup_code.is_empty() {
            TypedProof::BackupCode(self.backup_code.clone())
        } else {
            TypedProof::Code(self.code.clone())
        }
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let target = target(page.query().get("for"));
    let to = page.query().text("to");
    write(page, &who, target, &to).await
}

/// Sends a code by mail for the proof.
pub(crate) async fn send(page: Page, who: SignedIn, form: Verified<ProofForm>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    match emailed_code::ask_for_proof(ctx, tenant, &page.origin(), &who).await {
        Ok(()) => {
            let mut path = format!("/account/proof?for={}", form.target.name());
            if !form.to.is_empty() {
                path.push_str("&to=");
                encode(&form.to, &mut path);
            }
            Ok(page.lead_to(&path))
        }
        Err(error) => write(page.again(error)?, &who, form.target, &form.to).await,
    }
}

pub(crate) async fn submit(mut page: Page, who: SignedIn, form: Verified<ProofForm>) -> Answer {
    let second_factor = who.has_second_factor().then(|| form.second_factor());
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let proved = match form.target {
        // Who came here to set up an app, or cannot do anything else, is not asked to say so twice.
        ProofTarget::SetUp => {
            let password = &form.password;
            enrol::prove_and_start_totp(ctx, tenant, &origin, &who, password, second_factor).await
        }
        ProofTarget::Pairing => {
            let password = &form.password;
            pairing::prove_and_go_on(ctx, tenant, &origin, &who, password, second_factor).await
        }
        _ => session::prove(ctx, tenant, &origin, &who, &form.password, second_factor).await,
    };
    let session = match proved {
        Ok(session) => session,
        Err(error) => return write(page.again(error)?, &who, form.target, &form.to).await,
    };
    page.sign_in(&session);
    let path = onward(&page, form.target, &form.to).to_owned();
    Ok(page.lead_to(&path))
}

/// The page that follows. A form cannot name any other than one of a console.
fn onward<'p>(page: &Page, target: ProofTarget, to: &'p str) -> &'p str {
    match target {
        ProofTarget::Console => page.console_page(to).unwrap_or(target.path()),
        _ => target.path(),
    }
}

async fn write(page: Page, who: &SignedIn, target: ProofTarget, to: &str) -> Answer {
    let method =
        emailed_code::method_for_proof(page.ctx(), page.tenant(), &page.origin(), who).await?;
    let email = method.map(|method| {
        let asked = method.asked.map(|asked| asked_code(&page, &asked));
        (method.address, asked)
    });
    let to = match target {
        ProofTarget::Console => onward(&page, target, to).to_owned(),
        _ => String::new(),
    };
    let policy = &page.tenant().policy;
    let code_digits = who.has_totp.then_some(policy.totp.digits);
    let backup_codes = policy
        .backup_codes
        .enabled
        .then(|| policy.backup_codes.shape.into());
    Ok(page.show(|frame| views::Proof {
        frame,
        login: who.login.clone(),
        target,
        to,
        code_digits,
        email,
        backup_codes,
    }))
}

fn target(name: Option<&str>) -> ProofTarget {
    name.and_then(ProofTarget::parse)
        .unwrap_or(ProofTarget::Account)
}

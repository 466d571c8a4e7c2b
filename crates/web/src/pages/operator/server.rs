//! How the server runs: `/operator/mail`, `/operator/proxies`, `/operator/health`.

use warifu_domain::{operating::Unfit, permission::Operation, refusal::Refusal};
use warifu_flows::{
    FlowError,
    delivery::{self, TestError},
    manage_tenants,
    session::SignedIn,
};

use crate::{
    http::{
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        operator::{Health, MailPage, Proxies},
    },
};

/// Where a test mail goes.
#[derive(Default)]
pub(crate) struct TestForm {
    to: String,
}

impl Form for TestForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            to: fields.text("to").trim().to_owned(),
        })
    }
}

pub(crate) async fn mail(page: Page, _: SignedIn) -> Answer {
    write_mail(page, &TestForm::default()).await
}

async fn write_mail(page: Page, form: &TestForm) -> Answer {
    let outbox = delivery::state(page.ctx())
        .await
        .map_err(FlowError::Fault)?;
    let route = &page.visit.state.settings.operation.mail;
    let (relay, sender) = route
        .as_ref()
        .map(|mail| (mail.relay.clone(), mail.sender.clone()))
        .unzip();
    let oldest = outbox.oldest.map(|at| page.minute(at));
    Ok(page.show(|frame| MailPage {
        frame,
        relay,
        sender,
        waiting: outbox.waiting,
        tried: outbox.tried,
        oldest,
        to: form.to.clone(),
    }))
}

pub(crate) async fn test_mail(page: Page, who: SignedIn, form: Verified<TestForm>) -> Answer {
    let by = page.manager(who, "");
    let tenant = page.tenant().clone();
    manage_tenants::check(page.ctx(), &by, &tenant, Operation::SendTestMail)?;
    let refused = |unfit| FlowError::Refused(Refusal::Operating(unfit));
    let Some(route) = page.visit.state.settings.operation.mail.clone() else {
        return write_mail(page.again(refused(Unfit::MailNotTaken))?, &form).await;
    };
    let language = page.texts().language();
    let mail = page
        .visit
        .state
        .test_mail(&tenant, &form.to, Some(language))?;
    let sent = delivery::send_test(page.ctx(), &tenant, &by, &*route.post, &mail).await;
    let error = match sent {
        Ok(()) => return Ok(page.done("/operator/mail", Notice::TestMailSent)),
        Err(TestError::BadAddress) => refused(Unfit::MailAddress),
        Err(TestError::NotTaken(failure)) => {
            tracing::warn!(problem = failure.words, "a test mail was not taken");
            refused(Unfit::MailNotTaken)
        }
        Err(TestError::Refused(refusal)) => FlowError::Refused(refusal),
        Err(TestError::Fault(fault)) => return Err(FlowError::Fault(fault).into()),
    };
    write_mail(page.again(error)?, &form).await
}

pub(crate) async fn proxies(page: Page, _: SignedIn) -> Answer {
    let seen = page.visit.seen_from();
    let trusted = page.visit.state.settings.trusted_proxies.listed();
    Ok(page.show(|frame| Proxies {
        frame,
        peer: seen.peer,
        forwarded: seen.forwarded,
        believed: seen.believed,
        is_a_proxy: seen.is_a_proxy,
        trusted,
    }))
}

pub(crate) async fn health(page: Page, _: SignedIn) -> Answer {
    let ctx = page.ctx();
    let outbox = delivery::state(ctx).await.map_err(FlowError::Fault)?;
    let writes = ctx.store.ping().await.is_ok();
    let swept = ctx.last_sweep().map(|at| page.minute(at));
    let waiting_hashes = ctx.hasher.waiting();
    let database = page.visit.state.settings.operation.database;
    Ok(page.show(|frame| Health {
        frame,
        version: env!("CARGO_PKG_VERSION"),
        database,
        writes,
        waiting_hashes,
        waiting_mails: outbox.waiting,
        swept,
    }))
}

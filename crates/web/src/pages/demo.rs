//! The demonstration's own pages: its tenants, and the mails it would have sent. On other servers they do not exist.

use std::sync::Arc;

use warifu_flows::notices;

use super::{
    mail,
    views::{DemoMail, KeptMail, Tenants},
};
use crate::{
    http::{errors::Rejection, route::Answer, visit::Visit},
    text::Language,
};

/// Most mails on the page.
const MAX_MAILS: i64 = 200;

pub(crate) async fn tenants(visit: Arc<Visit>) -> Answer {
    let demo = visit
        .state
        .settings
        .demo
        .as_ref()
        .ok_or(Rejection::NotFound)?;
    let tenants = demo.tenants.clone();
    Ok(visit.render(&Tenants {
        frame: visit.frame(),
        tenants,
    }))
}

pub(crate) async fn mails(visit: Arc<Visit>) -> Answer {
    let demo = visit
        .state
        .settings
        .demo
        .as_ref()
        .ok_or(Rejection::NotFound)?;
    let ctx = &visit.state.ctx;
    let mut mails = Vec::new();
    for tenant in &demo.tenants {
        let Some(tenant) = ctx.tenant(&tenant.slug).await? else {
            continue;
        };
        let site = visit.state.sites.of(tenant.clone())?;
        for notice in notices::list(ctx, &tenant, 0, MAX_MAILS).await? {
            let language = notice.language.as_deref().and_then(Language::parse);
            let words = mail::write(&site, language.unwrap_or(site.default_language()), &notice);
            mails.push((
                notice.created_at,
                KeptMail {
                    at: site.times.second(notice.created_at.0),
                    to: notice.recipient,
                    subject: words.subject,
                    body: words.body,
                },
            ));
        }
    }
    mails.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mails = mails.into_iter().map(|(_, mail)| mail).collect();
    Ok(visit.render(&DemoMail {
        frame: visit.frame(),
        mails,
    }))
}

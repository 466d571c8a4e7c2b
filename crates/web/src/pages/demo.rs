//! The demonstration's own pages: its tenants, and the mails it would have sent. On other servers they do not exist.

use std::{cmp::Reverse, sync::Arc};

use warifu_flows::notices;

use super::{
    mail,
    views::{DemoMail, KeptMail, Tenants},
};
use crate::{
    http::{
        errors::{Failure, Rejection},
        route::Answer,
        visit::Visit,
    },
    state::WebState,
    text::Language,
};

/// Notices that are read at once.
const PAGE: i64 = 200;

pub(crate) async fn tenants(visit: Arc<Visit>) -> Answer {
    let demo = visit
        .state
        .settings
        .demo
        .as_ref()
        .ok_or(Rejection::NotFound)?;
    Ok(visit.render(&Tenants {
        frame: visit.frame(),
        tenants: demo.tenants.clone(),
        is_kept: demo.is_kept,
    }))
}

pub(crate) async fn mails(visit: Arc<Visit>) -> Answer {
    let state = &visit.state;
    let demo = state.settings.demo.as_ref().ok_or(Rejection::NotFound)?;
    let mut mails = Vec::new();
    for tenant in &demo.tenants {
        mails.extend(state.kept_mails(&tenant.slug, 0).await?);
    }
    // An id begins with the time.
    mails.sort_by_key(|(id, _)| Reverse(*id));
    let mails = mails.into_iter().map(|(_, mail)| mail).collect();
    Ok(visit.render(&DemoMail {
        frame: visit.frame(),
        mails,
    }))
}

impl WebState {
    /// The mails of one tenant that nobody sends, oldest first, each with its notice's id; those behind the notice `after`.
    ///
    /// # Errors
    /// If they cannot be read, or the tenant's pages cannot be made.
    pub async fn kept_mails(
        &self,
        slug: &str,
        mut after: i64,
    ) -> Result<Vec<(i64, KeptMail)>, Failure> {
        let mut mails = Vec::new();
        let Some(tenant) = self.ctx.tenant(slug).await? else {
            return Ok(mails);
        };
        let site = self.sites.of(tenant.clone())?;
        loop {
            let page = notices::list(&self.ctx, &tenant, after, PAGE).await?;
            for notice in &page {
                let language = notice.language.as_deref().and_then(Language::parse);
                let language = language.unwrap_or(site.default_language());
                let origin = self.settings.base_url.origin();
                let words = mail::write(&site, &origin, language, notice);
                let mail = KeptMail {
                    at: site.times.second(notice.created_at.0),
                    to: notice.recipient.clone(),
                    subject: words.subject,
                    body: words.body,
                };
                mails.push((notice.id, mail));
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = last.id,
                _ => return Ok(mails),
            }
        }
    }
}

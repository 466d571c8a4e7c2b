//! `/operator/keys`: what depends on which key, and sealing it again under the active one, beside the requests. Keys themselves are
//! never shown, and the ring's file is changed on the server alone (`warifu keys`).

use warifu_flows::{
    FlowError,
    key_rotation::{self, console},
    maintenance,
    session::SignedIn,
};
use warifu_storage::KeyState;

use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Button, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        views::operator::{KeyRow, Keys, ResealAsk, ResealPage, ServerRow},
        work,
    },
};

/// Why it is done.
#[derive(Default)]
pub(crate) struct ReasonForm {
    reason: String,
}

impl Form for ReasonForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            reason: fields.text("reason"),
        })
    }
}

fn joined(ids: impl Iterator<Item = u32>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

pub(crate) async fn show(page: Page, _: SignedIn) -> Answer {
    let ctx = page.ctx();
    let used = maintenance::key_use(ctx).await;
    let used = used.map_err(|error| Failure::Flow(error.into()))?;
    let servers = key_rotation::servers(ctx).await.map_err(FlowError::Fault)?;
    let ring = ctx.keys();
    let active = ring.active_id();
    let to_reseal = used
        .iter()
        .filter(|(of, _)| of.purpose == warifu_storage::Purpose::Seal && of.key_id != active);
    let to_reseal = to_reseal.map(|(of, _)| of.values).sum();
    let whole = |id: &u32| ring.state(*id) == Some(KeyState::Whole);
    let rows = used
        .into_iter()
        .map(|(key, is_known)| KeyRow {
            what: key.what,
            key: key.key_id.to_string(),
            values: key.values,
            is_active: key.key_id == active,
            is_known,
        })
        .collect();
    let servers = servers.into_iter().map(|server| ServerRow {
        name: server.name,
        active: server.active.to_string(),
        keys: joined(server.keys.into_iter()),
    });
    let (known, retired) = (
        joined(ring.ids().filter(whole)),
        joined(ring.ids().filter(|id| !whole(id))),
    );
    let servers = servers.collect();
    Ok(page.show(|frame| Keys {
        frame,
        active: active.to_string(),
        known,
        retired,
        to_reseal,
        rows,
        servers,
    }))
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    // The reason is typed on this page; what is asked for here is the proof.
    let by = page.manager(who, "-");
    console::check(page.ctx(), page.tenant(), &by)?;
    Ok(page.show(|frame| ResealAsk {
        frame,
        reason: String::new(),
    }))
}

pub(crate) async fn begin(page: Page, who: SignedIn, form: Verified<ReasonForm>) -> Answer {
    let by = page.manager(who, &form.reason);
    match console::begin(page.ctx(), page.tenant(), &by).await {
        Ok(started) => {
            work::beside(&page, started, async move |ctx, home, id| {
                console::run(&ctx, &home, &by, id).await
            });
            Ok(page.lead_to(&format!("/operator/keys/reseal/{}", started.id())))
        }
        Err(error) => {
            let (page, reason) = (page.again(error)?, form.reason.clone());
            Ok(page.show(|frame| ResealAsk { frame, reason }))
        }
    }
}

fn number(page: &Page) -> Result<i64, Rejection> {
    let job = page.segment("job").parse();
    job.map_err(|_| Rejection::NotFound)
}

pub(crate) async fn progress(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let id = number(&page)?;
    let found = console::show(page.ctx(), page.tenant(), &by, id).await?;
    let found = found.ok_or(Rejection::NotFound)?;
    let goes_on = found.goes_on();
    let mut response = page.show(|frame| ResealPage {
        frame,
        id,
        state: found.job.state,
        percent: found.job.percent(),
        done: found.job.done,
        total: found.job.total,
        key: found.key,
        unreadable: found.unreadable,
    });
    if goes_on {
        work::keep_loading(&mut response);
    }
    Ok(response)
}

/// Stops it; shows what came of it, even if it was over already.
pub(crate) async fn stop(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let id = number(&page)?;
    console::cancel(page.ctx(), page.tenant(), &by, id).await?;
    Ok(page.lead_to(&format!("/operator/keys/reseal/{id}")))
}

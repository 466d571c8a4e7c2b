//! `/account/sessions`: the browsers in which a person is signed in (SEC-8).

use warifu_domain::ids::SessionId;
use warifu_flows::session::{self, SignedIn};

use super::views::{self, Notice, SessionRow};
use crate::http::{
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// Which session to end.
pub(crate) struct EndForm {
    session: SessionId,
}

impl Form for EndForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let id = fields.get("session").and_then(|id| id.parse().ok());
        Ok(Self {
            session: SessionId(id.ok_or(BadForm::Malformed)?),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let mut sessions = session::list(page.ctx(), page.tenant(), &who).await?;
    // This browser first; the others stay newest first.
    sessions.sort_by_key(|session| !session.is_this);
    let row = |session: session::ListedSession| SessionRow {
        id: session.id.to_string(),
        current: session.is_this,
        agent: session.agent,
        address: session.address.to_string(),
        since: page.minute(session.began_at),
        last_seen: page.minute(session.seen_at),
    };
    let rows = sessions.into_iter().map(row).collect();
    Ok(page.show(|frame| views::Sessions { frame, rows }))
}

pub(crate) async fn end(page: Page, who: SignedIn, form: Verified<EndForm>) -> Answer {
    session::end(
        page.ctx(),
        page.tenant(),
        &page.origin(),
        &who,
        form.session,
    )
    .await?;
    Ok(page.done("/account/sessions", Notice::SessionEnded))
}

pub(crate) async fn end_others(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    session::end_others(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account/sessions", Notice::OtherSessionsEnded))
}

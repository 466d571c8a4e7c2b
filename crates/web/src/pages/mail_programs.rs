//! `/account/mail`: where the person's mail programs may come from, and which were refused (*多要素認証状況*, K11, SEC-53).

use data_encoding::HEXLOWER;
use warifu_domain::{mail_gate::Service, mail_window::SourceNetwork, refusal::Refusal};
use warifu_flows::{
    mail_windows::{self, MailStatus},
    session::SignedIn,
};
use warifu_storage::{MailRefusalRow, MailWindowRow};

use super::views::{self, MailNetwork, MailProgram, Notice};
use crate::http::{
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

const PLACE: &str = "/account/mail";

/// Which network a form is about.
pub(crate) struct NetworkForm {
    network: SourceNetwork,
}

impl Form for NetworkForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let network = network(fields).ok_or(BadForm::Malformed)?;
        Ok(Self { network })
    }
}

fn network(fields: &Fields) -> Option<SourceNetwork> {
    read_network(fields.get("network")?)
}

/// Reads what [`network_key`] wrote.
pub(super) fn read_network(key: &str) -> Option<SourceNetwork> {
    SourceNetwork::from_bytes(&HEXLOWER.decode(key.as_bytes()).ok()?)
}

/// A network in forms and addresses.
pub(super) fn network_key(network: SourceNetwork) -> String {
    HEXLOWER.encode(network.bytes())
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let origin = page.origin();
    let status = mail_windows::show(page.ctx(), page.tenant(), &origin, &who).await?;
    let prefix = page.tenant().policy.mail.ipv6_prefix;
    let here = SourceNetwork::of(status.here, prefix);
    let MailStatus { open, refused, .. } = status;
    let windows = open
        .iter()
        .map(|row| window(&page, row, row.network == here))
        .collect();
    let refused = refused.iter().map(|row| program(&page, row)).collect();
    let hours = page.tenant().policy.mail.window_hours;
    Ok(page.show(|frame| views::MailPrograms {
        frame,
        needed: status.windows,
        here: status.here.to_string(),
        here_trusted: status.here_trusted,
        hours,
        windows,
        refused,
    }))
}

pub(super) fn window(page: &Page, row: &MailWindowRow, is_here: bool) -> MailNetwork {
    let left = (row.window.until - page.now()).0.max(0) / 60_000;
    MailNetwork {
        key: network_key(row.network),
        network: row.network.to_string(),
        is_here,
        since: page.minute(row.window.since),
        until: page.minute(row.window.until),
        hours_left: left / 60,
        minutes_left: left % 60,
        programs: names(row.services),
        used: row.used_at.map(|at| page.minute(at)),
    }
}

pub(super) fn program(page: &Page, row: &MailRefusalRow) -> MailProgram {
    MailProgram {
        key: network_key(row.network),
        address: row.address.to_string(),
        programs: names(row.services),
        at: page.minute(row.refused_at),
    }
}

fn names(services: i64) -> String {
    let names: Vec<_> = Service::of_bits(services).map(Service::name).collect();
    names.join(", ")
}

pub(crate) async fn close(page: Page, who: SignedIn, form: Verified<NetworkForm>) -> Answer {
    let (ctx, origin) = (page.ctx(), page.origin());
    mail_windows::close(ctx, page.tenant(), &origin, &who, form.network).await?;
    Ok(page.done(PLACE, Notice::MailWindowClosed))
}

pub(crate) async fn close_all(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    mail_windows::close_all(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done(PLACE, Notice::MailWindowClosed))
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let Some(network) = network(&page.query()) else {
        return Ok(page.hand_on(&Refusal::MailWindowGone, PLACE));
    };
    let row = mail_windows::may_permit(page.ctx(), page.tenant(), &who, network).await?;
    let program = program(&page, &row);
    let hours = page.tenant().policy.mail.window_hours;
    Ok(page.show(|frame| views::MailPermit {
        frame,
        program,
        hours,
    }))
}

pub(crate) async fn permit(page: Page, who: SignedIn, form: Verified<NetworkForm>) -> Answer {
    let (ctx, origin) = (page.ctx(), page.origin());
    mail_windows::permit(ctx, page.tenant(), &origin, &who, form.network).await?;
    Ok(page.done(PLACE, Notice::MailWindowPermitted))
}

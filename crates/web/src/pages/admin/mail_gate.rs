//! `/admin/mail-gate`: the keys of mail servers (SEC-56), and the networks that many people's windows share.

use warifu_domain::policy::networks::find;
use warifu_flows::{By, gate_keys, mail_windows, session::SignedIn};
use warifu_storage::GateKeyRow;

use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Button, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        admin::{CrowdRow, GateKey, GateKeyAdd, GateKeyRemove, GateKeyShown, MailGate},
    },
};

const PLACE: &str = "/admin/mail-gate";

/// The settings of a Dovecot, as they ship; its address and its key are put in.
const DOVECOT: [(&str, &str); 2] = [
    (
        "2.3",
        include_str!("../../../../../deploy/dovecot/warifu-2.3.conf"),
    ),
    (
        "2.4",
        include_str!("../../../../../deploy/dovecot/warifu-2.4.conf"),
    ),
];

/// What a mail server is called.
pub(crate) struct KeyForm {
    name: String,
}

impl Form for KeyForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            name: fields.text("name"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let keys = gate_keys::list(ctx, tenant, &by).await?;
    let keys = keys.iter().map(|key| row(&page, key)).collect();
    let policy = &tenant.policy;
    let crowds = mail_windows::list_crowds(ctx, tenant, &by).await?;
    let crowds = crowds.into_iter().map(|(network, people)| {
        let listed = find(&policy.networks, network.first_address());
        CrowdRow {
            network: network.to_string(),
            people,
            name: listed.map(|listed| listed.name.clone()),
            is_shared: listed.is_some_and(|listed| listed.shared),
        }
    });
    let (crowds, rules) = (crowds.collect(), policy.mail.clone());
    Ok(page.show(|frame| MailGate {
        frame,
        keys,
        crowds,
        windows: rules.windows,
        crowd: rules.crowd,
        crowd_hours: rules.crowd_hours.min(rules.window_hours),
    }))
}

fn row(page: &Page, key: &GateKeyRow) -> GateKey {
    GateKey {
        id: key.id.to_string(),
        name: key.name.clone(),
        added: page.minute(key.created_at),
        used: key.used_at.map(|at| page.minute(at)),
    }
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    gate_keys::may_manage(page.ctx(), page.tenant(), &by)?;
    Ok(write(page, String::new()))
}

fn write(page: Page, name: String) -> axum::response::Response {
    page.show(|frame| GateKeyAdd { frame, name })
}

/// Makes a key. It is told once, so it stands in the answer to the form itself.
pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<KeyForm>) -> Answer {
    let by = page.manager(who, "");
    let (tenant, name) = (page.tenant().clone(), form.into_inner().name);
    let key = match gate_keys::add(page.ctx(), &tenant, &by, &name).await {
        Ok(key) => key.expose().to_string(),
        Err(error) => return Ok(write(page.again(error)?, name)),
    };
    let base = page.visit.state.hosts.base().origin();
    let address = format!("{base}/{}/gate", tenant.slug);
    let settings = DOVECOT.map(|(version, text)| {
        let example = "https://login.example.jp/midori/gate/dovecot";
        let text = text.replace(example, &format!("{address}/dovecot"));
        (
            version,
            text.replace("Bearer KEY", &format!("Bearer {key}")),
        )
    });
    Ok(page.show(|frame| GateKeyShown {
        frame,
        name: name.trim().to_owned(),
        key,
        address: format!("{address}/mail"),
        settings,
    }))
}

/// The key that the address names.
async fn named(page: &Page, by: &By) -> Result<GateKeyRow, Failure> {
    let id: Result<i64, _> = page.segment("key").parse();
    let id = id.map_err(|_| Rejection::NotFound)?;
    let keys = gate_keys::list(page.ctx(), page.tenant(), by).await?;
    let key = keys.into_iter().find(|key| key.id == id);
    Ok(key.ok_or(Rejection::NotFound)?)
}

pub(crate) async fn ask_removal(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    gate_keys::may_manage(page.ctx(), page.tenant(), &by)?;
    let key = named(&page, &by).await?;
    let key = row(&page, &key);
    Ok(page.show(|frame| GateKeyRemove { frame, key }))
}

pub(crate) async fn remove(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let key = named(&page, &by).await?;
    gate_keys::remove(page.ctx(), page.tenant(), &by, key.id).await?;
    Ok(page.done(PLACE, Notice::GateKeyRemoved))
}

//! `/admin/networks`: the tenant's networks line by line (K2). A changed line is a draft of the policy: it is previewed, saved and
//! taken back where every other change of the policy is.

use std::net::IpAddr;

use axum::{http::StatusCode, response::Response};
use warifu_domain::{
    policy::{BadPolicy, Network, NetworkChange, Policy, with_network},
    refusal::Refusal,
};
use warifu_flows::{
    By,
    networks::{self, Match},
    policy_change::{self, DraftError},
    session::SignedIn,
};

use super::policy::begin;
use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::admin::{
        AddressMatch, HoldingRow, NetworkEdit, NetworkFields, NetworkRow, Networks, allowed_text,
        caution_text, policy_problem,
    },
};

impl Form for NetworkFields {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let revision = fields.get("revision").and_then(|text| text.parse().ok());
        Ok(Self {
            revision: revision.ok_or(BadForm::Malformed)?,
            draft: fields.get("draft").and_then(|text| text.parse().ok()),
            cidr: fields.text("cidr").trim().to_owned(),
            name: fields.text("name").trim().to_owned(),
            comment: fields.text("comment").trim().to_owned(),
            trusted: fields.is_ticked("trusted"),
            shared: fields.is_ticked("shared"),
        })
    }
}

/// What a change begins with: the policy as it is, or a draft that is not saved yet.
struct Base {
    revision: i64,
    text: String,
    policy: Policy,
}

async fn base(page: &Page, by: &By, draft: Option<i64>) -> Result<Base, Failure> {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let (revision, text) = match draft {
        Some(draft) => {
            let found = policy_change::preview(ctx, tenant, by, draft).await?;
            let found = found.ok_or(Rejection::NotFound)?;
            (found.revision, found.text)
        }
        None => policy_change::current(ctx, tenant, by).await?,
    };
    let policy = Policy::parse(&text).unwrap_or_else(|_| (*tenant.policy).clone());
    Ok(Base {
        revision,
        text,
        policy,
    })
}

fn draft_of(page: &Page) -> Option<i64> {
    page.query().text("draft").parse().ok()
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let draft = draft_of(&page);
    let Base { policy, .. } = base(&page, &by, draft).await?;
    let cautions = networks::cautions(page.ctx(), &policy);
    let row = |(place, network): (usize, &Network)| {
        let caution = cautions.iter().find(|(known, _)| *known == place);
        NetworkRow {
            line: place + 1,
            cidr: network.cidr.clone(),
            name: network.name.clone(),
            comment: network.comment.clone(),
            trusted: network.trusted,
            shared: network.shared,
            caution: caution.map(|(_, caution)| caution_text(page.texts(), network, *caution)),
        }
    };
    let rows = policy.networks.iter().enumerate().map(row).collect();
    let look_up = |address| {
        let found = networks::look_up(page.ctx(), page.tenant(), &by, &policy, address);
        found.map(|found| shown(&found))
    };
    let here = look_up(page.origin().address)?;
    let tried = page.query().text("address");
    let address: Option<IpAddr> = tried.trim().parse().ok();
    let found = address.map(look_up).transpose()?;
    Ok(page.show(|frame| Networks {
        frame,
        rows,
        draft,
        here,
        unreadable: !tried.trim().is_empty() && found.is_none(),
        tried,
        found,
    }))
}

fn shown(found: &Match) -> AddressMatch {
    let row = |(place, network): &(usize, Network)| HoldingRow {
        line: place + 1,
        cidr: network.cidr.clone(),
        name: network.name.clone(),
        trusted: network.trusted,
    };
    AddressMatch {
        address: found.address.to_string(),
        holding: found.holding.iter().map(row).collect(),
    }
}

/// The line that the address names, from 1.
fn named(page: &Page, policy: &Policy) -> Result<usize, Rejection> {
    let line: usize = page
        .segment("line")
        .parse()
        .map_err(|_| Rejection::NotFound)?;
    let known = (1..=policy.networks.len()).contains(&line);
    known.then_some(line).ok_or(Rejection::NotFound)
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    policy_change::may_change(page.ctx(), page.tenant(), &by)?;
    let draft = draft_of(&page);
    let Base { revision, .. } = base(&page, &by, draft).await?;
    let form = NetworkFields {
        revision,
        draft,
        trusted: true,
        ..NetworkFields::default()
    };
    Ok(write(page, None, form, None))
}

pub(crate) async fn edit(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    policy_change::may_change(page.ctx(), page.tenant(), &by)?;
    let draft = draft_of(&page);
    let Base {
        revision, policy, ..
    } = base(&page, &by, draft).await?;
    let line = named(&page, &policy)?;
    let network = policy.networks[line - 1].clone();
    let form = NetworkFields {
        revision,
        draft,
        cidr: network.cidr,
        name: network.name,
        comment: network.comment,
        trusted: network.trusted,
        shared: network.shared,
    };
    Ok(write(page, Some(line), form, None))
}

fn write(
    page: Page,
    line: Option<usize>,
    form: NetworkFields,
    bad: Option<(&'static str, String)>,
) -> Response {
    let is_bad = bad.is_some();
    let mut response = page.show(|frame| NetworkEdit {
        frame,
        line,
        form,
        bad,
    });
    if is_bad {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<NetworkFields>) -> Answer {
    propose(page, who, form.into_inner(), None, NetworkChange::Add).await
}

pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<NetworkFields>) -> Answer {
    let line = page.segment("line").parse().unwrap_or_default();
    let change = |network| NetworkChange::Replace(line, network);
    propose(page, who, form.into_inner(), Some(line), change).await
}

/// Nothing is lost before the preview is saved, so nothing is asked here.
pub(crate) async fn remove(page: Page, who: SignedIn, form: Verified<NetworkFields>) -> Answer {
    let line = page.segment("line").parse().unwrap_or_default();
    let change = |_| NetworkChange::Remove(line);
    propose(page, who, form.into_inner(), Some(line), change).await
}

/// Makes a draft of a changed line.
async fn propose(
    page: Page,
    who: SignedIn,
    form: NetworkFields,
    line: Option<usize>,
    change: impl FnOnce(Network) -> NetworkChange,
) -> Answer {
    let by = page.manager(who, "");
    let base = base(&page, &by, form.draft).await?;
    if let Some(line) = line
        && !(1..=base.policy.networks.len()).contains(&line)
    {
        return Err(Rejection::NotFound.into());
    }
    if base.revision != form.revision {
        return Ok(write(
            page.again(Refusal::PolicyOvertaken)?,
            line,
            form,
            None,
        ));
    }
    let network = Network {
        cidr: form.cidr.clone(),
        name: form.name.clone(),
        comment: form.comment.clone(),
        trusted: form.trusted,
        shared: form.shared,
    };
    let text = with_network(&base.text, &change(network)).ok_or(Rejection::NotFound)?;
    let (ctx, tenant) = (page.ctx(), page.tenant());
    match policy_change::propose(ctx, tenant, &by, base.revision, &text).await {
        Ok(draft) => Ok(begin(page, draft)),
        Err(DraftError::Flow(error)) => Ok(write(page.again(error)?, line, form, None)),
        Err(DraftError::BadPolicy(bad)) => {
            let bad = Some(problem(&page, &bad));
            Ok(write(page, line, form, bad))
        }
    }
}

/// The field that is wrong, and what it may be.
fn problem(page: &Page, bad: &BadPolicy) -> (&'static str, String) {
    let texts = page.texts();
    match bad {
        BadPolicy::Range {
            field,
            value,
            allowed,
            ..
        } => {
            let fields = ["cidr", "name", "comment"];
            let name = fields.into_iter().find(|name| field.ends_with(name));
            let words = texts.msg_with(
                "networks-bad",
                &[
                    ("value", value.as_str().into()),
                    ("range", allowed_text(texts, allowed).into()),
                ],
            );
            (name.unwrap_or("cidr"), words)
        }
        BadPolicy::Syntax { .. } => ("cidr", policy_problem(texts, bad)),
    }
}

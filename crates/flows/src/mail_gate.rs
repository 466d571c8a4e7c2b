//! The gate of mail servers (K10, SEC-49, SEC-54, SEC-56): may this mail client go on? Asked at every login of a mail client, so the
//! answer is one snapshot; what is noted is noted behind it, seldom.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, Facts, decide},
    domain_name::DomainName,
    ids::UserId,
    mail_gate::{
        NOTE_EVERY, NOTICE_EVERY, RECORD_EVERY, RECORDED_AT_MOST, Service, Verdict, judge,
        read_address,
    },
    mail_window::SourceNetwork,
    network::ClientNetwork,
    policy::networks::is_trusted,
    refusal::Refusal,
    tenant::Tenant,
    time::{Span, Timestamp},
    token::{Token, TokenHash},
    user::Login,
};
use warifu_storage::{AtGate, BudgetKind, StoreError, Tx, budget_subject};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    gate_desk::{Look, Seen},
    login::{facts_of, find_grace, grace_matters},
    mail_kicks::OpenSession,
    recent::Note,
};

/// A burst of equal refusals causes one look at the record, not one each.
const BURST: Span = Span::seconds(10);
/// A wrong password that a mail server reports is counted at most this often for one account and network: a client repeats a stale
/// one for days, and its owner should not be locked out by that (SEC-48).
pub(crate) const FAILURE_EVERY: Span = Span::days(1);
/// How often a key's last use is noted at most.
const KEY_EVERY: Span = Span::hours(1);

/// What a mail server says about a client that logs in; all of it as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the client calls the person.
    pub login: String,
    /// The client's address, as the mail server saw it.
    pub address: String,
    /// The service: `imap`, `pop3`, `smtp`, `submission`, `sieve`.
    pub service: String,
}

/// The gate's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on to the password.
    Allow,
    /// No: a second factor in a browser comes first, and the client may be told so.
    NeedsWindow,
    /// No, as to a wrong password.
    Refuse,
}

/// What came of a login that the gate was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The client is in.
    Success,
    /// The password was wrong, or nobody has this name.
    WrongPassword,
    /// The gate itself refused: nothing that counts as a guess.
    RefusedByGate,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Server {
    /// Whoever holds a gate key, from this address.
    WithKey(Token, IpAddr),
    /// A listener of this very process, which the configuration gives to the tenant.
    Own,
}

/// A question that could be read.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) login: Login,
    pub(crate) address: IpAddr,
    pub(crate) network: SourceNetwork,
    pub(crate) service: Service,
}

/// Somebody about whom the gate was asked.
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) user: Option<UserId>,
    /// The refusal at this network is to be recorded.
    unrecorded: bool,
    /// When the window there was last used by this service.
    noted_at: Option<Timestamp>,
}

/// Asks the gate. `None`: no such tenant, or no such key.
pub async fn ask(
    ctx: &Ctx,
    slug: &str,
    server: &Server,
    question: &Question,
) -> Result<Option<(Arc<Tenant>, Answer)>, FlowError> {
    let Some((tenant, asked, judged)) = look(ctx, slug, server, question).await? else {
        return Ok(None);
    };
    let (verdict, asked) = match judged.zip(asked) {
        Some((judged, asked)) => {
            record(ctx, &tenant, &judged, &asked);
            (judged.verdict, Some(asked))
        }
        None if is_web(question) => (Verdict::Allow, None),
        None => (Verdict::Refuse, None),
    };
    tracing::debug!(?verdict, read = asked.is_some(), "the gate was asked");
    let answer = match verdict {
        Verdict::Allow => Answer::Allow,
        Verdict::NeedsWindow if tenant.policy.mail.say_why => Answer::NeedsWindow,
        Verdict::NeedsWindow | Verdict::Refuse => Answer::Refuse,
    };
    Ok(Some((tenant, answer)))
}

/// Tells the gate what came of a login. `None`: no such tenant, or no such key.
pub async fn report(
    ctx: &Ctx,
    slug: &str,
    server: &Server,
    question: &Question,
    outcome: Outcome,
) -> Result<Option<Arc<Tenant>>, FlowError> {
    let Some((tenant, asked, judged)) = look(ctx, slug, server, question).await? else {
        return Ok(None);
    };
    let Some((asked, judged)) = asked.zip(judged) else {
        return Ok(Some(tenant));
    };
    match outcome {
        Outcome::Success => note_use(ctx, &tenant, &judged, &asked).await?,
        Outcome::WrongPassword if asked.service != Service::Web => {
            count_failure(ctx, &tenant, judged.user, asked).await?;
        }
        Outcome::WrongPassword | Outcome::RefusedByGate => {}
    }
    Ok(Some(tenant))
}

pub(crate) type Looked = Option<(Arc<Tenant>, Option<Asked>, Option<Judged>)>;

/// A question's key, unless this process asks, and what was found.
type Found = (
    Option<(i64, Option<Timestamp>)>,
    Option<Asked>,
    Option<Judged>,
);

/// Checks the key and judges the question, in one snapshot.
pub(crate) async fn look(
    ctx: &Ctx,
    slug: &str,
    server: &Server,
    question: &Question,
) -> Result<Looked, FlowError> {
    let now = ctx.clock.now();
    let key = match server {
        Server::WithKey(key, _) => Some(key.hash()),
        Server::Own => None,
    };
    let looked = match look_once(ctx, slug, key, question, now).await? {
        Some((tenant, found)) => Some((tenant, Some(found))),
        None => look_around(ctx, slug, key, question, now).await?,
    };
    let Some((tenant, found)) = looked else {
        return Ok(None);
    };
    let Some((key, asked, judged)) = found else {
        if let Server::WithKey(_, from) = server {
            note_stranger(ctx, &tenant, *from).await?;
        }
        return Ok(None);
    };
    if let Some((id, used_at)) = key {
        let is_old = used_at.is_none_or(|at| at <= now - KEY_EVERY);
        if is_old && ctx.recent.is_due(Note::Key(tenant.id, id), BURST, now) {
            ctx.store
                .write(tenant.id, async move |tx| {
                    tx.note_gate_key(id, now - KEY_EVERY, now).await
                })
                .await?;
        }
    }
    Ok(Some((tenant, asked, judged)))
}

/// What one statement tells, where that is all there is to know: somebody with this very login ID may go on. `None`: look around.
async fn look_once(
    ctx: &Ctx,
    slug: &str,
    key: Option<TokenHash>,
    question: &Question,
    now: Timestamp,
) -> Result<Option<(Arc<Tenant>, Found)>, FlowError> {
    let Some((state, tenant)) = ctx.kept_tenant(slug) else {
        return Ok(None);
    };
    let Some(asked) = read(&tenant, question) else {
        return Ok(None);
    };
    let look = Look {
        tenant: tenant.id,
        login: asked.login.clone(),
        network: asked.network,
    };
    let seen = ctx
        .gate_desk
        .ask(&ctx.store, key, look.clone(), now)
        .await?;
    let is_right =
        |seen: &Seen| seen.gate.tenant == state && (key.is_none() || seen.gate.key.is_some());
    let Some(seen) = seen.filter(is_right) else {
        return Ok(None);
    };
    let Some(person) = seen.person else {
        return Ok(None);
    };
    if grace_matters(&tenant, person.totp_suspended.is_some()) {
        return Ok(None);
    }
    let decision = decision_on(&tenant, &person, None, asked.address, now);
    let judged = judge_person(&tenant, &person, decision, &asked, now);
    // Whoever is refused is looked for in the same way, whatever the reason is (SEC-49).
    if judged.verdict != Verdict::Allow {
        ctx.gate_desk.forget(&look);
        return Ok(None);
    }
    ctx.gate_desk.remember(look, &seen, now);
    Ok(Some((tenant, (seen.gate.key, Some(asked), Some(judged)))))
}

/// Looks for whatever may matter.
async fn look_around(
    ctx: &Ctx,
    slug: &str,
    key: Option<TokenHash>,
    question: &Question,
    now: Timestamp,
) -> Result<Option<(Arc<Tenant>, Option<Found>)>, FlowError> {
    let question = question.clone();
    ctx.read_in_tenant(slug, async move |tx, tenant| {
        let key = match &key {
            Some(key) => match find_key(tx, key).await? {
                Some(key) => Some(key),
                None => return Ok(None),
            },
            None => None,
        };
        let asked = read(tenant, &question);
        let judged = match &asked {
            Some(asked) => Some(judge_in(tx, tenant, asked, now).await?),
            None => None,
        };
        Ok(Some((key, asked, judged)))
    })
    .await
}

async fn find_key(
    tx: &mut Tx<'_>,
    key: &TokenHash,
) -> Result<Option<(i64, Option<Timestamp>)>, StoreError> {
    let row = tx.find_gate_key(key).await?;
    Ok(row.map(|row| (row.id, row.used_at)))
}

/// Reads a question; `None`: it names nobody, or no address, so it is refused.
fn read(tenant: &Tenant, question: &Question) -> Option<Asked> {
    let address = read_address(&question.address)?;
    let prefix = tenant.policy.mail.ipv6_prefix;
    Some(Asked {
        login: Login::parse(&question.login).ok()?,
        address,
        network: SourceNetwork::of(address, prefix),
        service: Service::parse(&question.service),
    })
}

fn is_web(question: &Question) -> bool {
    Service::parse(&question.service) == Service::Web
}

/// Judges a question. Nobody of the tenant is judged like a member who has nothing yet: where that is enough, the mail server says
/// that the password is wrong; where it is not, an alias that only the mail server knows opens nothing.
async fn judge_in(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    asked: &Asked,
    now: Timestamp,
) -> Result<Judged, StoreError> {
    let policy = &tenant.policy;
    let unknown = |verdict| Judged {
        verdict,
        user: None,
        unrecorded: false,
        noted_at: None,
    };
    let found = match find_person(tx, tenant, asked).await? {
        Whom::Person(found) => found,
        Whom::Nobody => {
            let trusted = is_trusted(&policy.networks, asked.address);
            let facts = Facts::of_stranger(tenant.suspended, trusted);
            let decision = decide(policy, &facts, now);
            let verdict = judge(decision, &policy.mail, asked.service, None, now);
            return Ok(unknown(verdict));
        }
        Whom::Several => return Ok(unknown(Verdict::Refuse)),
    };
    let decision = decide_at(tx, tenant, &found, asked.address, now).await?;
    let mut judged = judge_person(tenant, &found, decision, asked, now);
    if judged.verdict == Verdict::NeedsWindow {
        let recorded = tx.find_mail_refusal(found.member.id, asked.network).await?;
        judged.unrecorded = recorded.is_none_or(|row| {
            row.refused_at <= now - RECORD_EVERY || row.services & asked.service.bit() == 0
        });
    }
    Ok(judged)
}

/// Judges a question about somebody who was found, by what was decided. Whether a refusal is recorded already is not looked for.
fn judge_person(
    tenant: &Tenant,
    found: &AtGate,
    decision: Decision,
    asked: &Asked,
    now: Timestamp,
) -> Judged {
    let window = found.window.as_ref().map(|row| &row.window);
    let rules = &tenant.policy.mail;
    Judged {
        verdict: judge(decision, rules, asked.service, window, now),
        user: Some(found.member.id),
        unrecorded: false,
        noted_at: found.window.and_then(|row| {
            row.used_at
                .filter(|_| row.services & asked.service.bit() != 0)
        }),
    }
}

/// What is decided about a person whose mail client comes from `address`.
pub(crate) async fn decide_at(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    found: &AtGate,
    address: IpAddr,
    now: Timestamp,
) -> Result<Decision, StoreError> {
    let has_totp = found.totp_suspended.is_some();
    let grace_until = find_grace(tx, tenant, found.member.id, has_totp).await?;
    Ok(decision_on(tenant, found, grace_until, address, now))
}

fn decision_on(
    tenant: &Tenant,
    found: &AtGate,
    grace_until: Option<Timestamp>,
    address: IpAddr,
    now: Timestamp,
) -> Decision {
    let facts = Facts {
        has_totp: found.totp_suspended.is_some(),
        totp_suspended: found.totp_suspended == Some(true),
        grace_until,
        ..facts_of(tenant, &found.member, None, Some(address))
    };
    decide(&tenant.policy, &facts, now)
}

enum Whom {
    Person(AtGate),
    Nobody,
    /// The name fits several people, and nobody can say whose window would count.
    Several,
}

/// Whom a mail client's login names: the login ID itself, or else the same name with or without one of the tenant's mail domains.
async fn find_person(tx: &mut Tx<'_>, tenant: &Tenant, asked: &Asked) -> Result<Whom, StoreError> {
    if let Some(person) = tx.find_at_gate(&asked.login, asked.network).await? {
        return Ok(Whom::Person(person));
    }
    let mut found = Whom::Nobody;
    for login in other_spellings(tenant, &asked.login) {
        if let Some(person) = tx.find_at_gate(&login, asked.network).await? {
            found = match found {
                Whom::Nobody => Whom::Person(person),
                _ => Whom::Several,
            };
        }
    }
    Ok(found)
}

/// The same name with or without one of the tenant's mail domains: what a mail server may call somebody with this login ID, and
/// whom a login may mean.
pub(crate) fn other_spellings(tenant: &Tenant, login: &Login) -> Vec<Login> {
    let domains = tenant.policy.entrances.domain_names();
    let spellings: Vec<String> = match (DomainName::of_login(login), login.as_str()) {
        (Some(domain), text) => match text.rsplit_once('@') {
            Some((local, _)) if domains.into_iter().any(|own| own == domain) => {
                vec![local.to_owned()]
            }
            _ => Vec::new(),
        },
        (None, text) if !text.contains('@') => domains
            .map(|domain| format!("{text}@{}", domain.shown()))
            .collect(),
        (None, _) => Vec::new(),
    };
    let logins = spellings.iter().map(|spelling| Login::parse(spelling));
    logins.filter_map(Result::ok).collect()
}

/// Whether a connection of `user` that is open would be let in now; asked before it is ended (SEC-54). Nothing is recorded. Somebody
/// else's is none of that person's.
pub(crate) async fn may_stay(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    user: UserId,
    session: &OpenSession,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let asked = Asked {
        login: session.login.clone(),
        address: session.address,
        network: SourceNetwork::of(session.address, tenant.policy.mail.ipv6_prefix),
        service: session.service,
    };
    let judged = judge_in(tx, tenant, &asked, now).await?;
    let is_other = judged.user.is_some_and(|of| of != user);
    Ok(is_other || judged.verdict == Verdict::Allow)
}

/// An act of whoever uses a mail client; the service stands where a browser's name would.
pub(crate) fn act_of(ctx: &Ctx, tenant: &Arc<Tenant>, asked: &Asked) -> Act {
    let origin = Origin::new(asked.address, asked.service.name(), ctx.rng.reference());
    Act::of(ctx, tenant, &origin)
}

/// Records a refusal for want of a window, if that is due, and tells the person by mail once in a while. The answer depends on it in
/// nothing, nor in its time: only somebody has a record, and a guess at nobody is refused as quickly (SEC-49).
pub(crate) fn record(ctx: &Ctx, tenant: &Arc<Tenant>, judged: &Judged, asked: &Asked) {
    let is_due = judged.verdict == Verdict::NeedsWindow && judged.unrecorded;
    let (Some(user), bit) = (judged.user.filter(|_| is_due), asked.service.bit()) else {
        return;
    };
    let (act, asked) = (act_of(ctx, tenant, asked), asked.clone());
    let note = Note::Refused(tenant.id, user, asked.network, bit);
    if !ctx.recent.is_due(note, BURST, act.now) {
        return;
    }
    let record = async move |tx: &mut Tx<'_>| {
        let (network, now) = (asked.network, act.now);
        let before = now - RECORD_EVERY;
        let subject = user.0.to_be_bytes();
        let known = tx.find_mail_refusal(user, network).await?;
        if known.is_some_and(|row| row.refused_at > before) {
            return tx.add_refused_service(user, network, bit).await;
        }
        let kind = BudgetKind::MailRefusals;
        let fits = tx
            .reserve_in_window(kind, &subject, RECORDED_AT_MOST, RECORD_EVERY, now)
            .await?;
        if !fits
            || !tx
                .record_mail_refusal(user, network, asked.address, bit, before, now)
                .await?
        {
            return Ok(());
        }
        let kind = EventKind::MailClientRefused;
        let event = AuditEvent::new(kind, Some(user)).refused(&Refusal::MailWindowMissing);
        act.audit(tx, event.detail(asked.service.name())).await?;
        let told = BudgetKind::MailNotices;
        if tx
            .reserve_in_window(told, &subject, 1, NOTICE_EVERY, now)
            .await?
        {
            act.notify(tx, user, kind).await?;
        }
        Ok(())
    };
    let (store, tenant) = (ctx.store.clone(), tenant.id);
    ctx.behind
        .write("the record of a refused mail client", async move {
            store.write(tenant, record).await
        });
}

/// Notes that a service used its window.
pub(crate) async fn note_use(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    judged: &Judged,
    asked: &Asked,
) -> Result<(), FlowError> {
    let (now, network, bit) = (ctx.clock.now(), asked.network, asked.service.bit());
    let Some(user) = judged.user else {
        return Ok(());
    };
    let before = now - NOTE_EVERY;
    let note = Note::Used(tenant.id, user, network, bit);
    if judged.noted_at.is_some_and(|at| at > before) || !ctx.recent.is_due(note, NOTE_EVERY, now) {
        return Ok(());
    }
    let noted = ctx.store.write(tenant.id, async move |tx| {
        tx.note_mail_use(user, network, bit, before, now).await
    });
    Ok(noted.await?)
}

/// Counts a wrong password against the budgets that the login page has, once for an account and network in [`FAILURE_EVERY`].
async fn count_failure(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    user: Option<UserId>,
    asked: Asked,
) -> Result<(), FlowError> {
    let act = act_of(ctx, tenant, &asked);
    let counted = ctx.store.write(tenant.id, async move |tx| {
        let (login, now) = (
            match user {
                Some(user) => tx.find_user(user).await?.map(|person| person.login),
                None => None,
            },
            act.now,
        );
        let login = login.unwrap_or_else(|| asked.login.as_str().to_owned());
        let account = budget_subject(&login);
        let subject = [account.as_slice(), asked.network.bytes()].concat();
        let kind = BudgetKind::MailFailures;
        if !tx
            .reserve_in_window(kind, &subject, 1, FAILURE_EVERY, now)
            .await?
        {
            return Ok(());
        }
        let network = ClientNetwork::of(asked.address);
        tx.reserve_network_guess(network.bytes(), now).await?;
        let kind = match user {
            Some(_) => BudgetKind::OtherBrowser,
            None => BudgetKind::UnknownLogin,
        };
        tx.reserve_guess(kind, &account, user, now).await?;
        let event = AuditEvent::new(EventKind::MailPasswordWrong, user);
        let event = event.refused(&Refusal::WrongLogin);
        act.audit(tx, event.detail(asked.service.name())).await
    });
    Ok(counted.await?)
}

/// Records that somebody asked without a good key; once a network and hour.
async fn note_stranger(ctx: &Ctx, tenant: &Arc<Tenant>, from: IpAddr) -> Result<(), FlowError> {
    let origin = Origin::new(from, "", ctx.rng.reference());
    let act = Act::of(ctx, tenant, &origin);
    let network = SourceNetwork::of(from, 64);
    if !ctx
        .recent
        .is_due(Note::Stranger(tenant.id, network), RECORD_EVERY, act.now)
    {
        return Ok(());
    }
    let noted = ctx.store.write(tenant.id, async move |tx| {
        let (kind, now) = (BudgetKind::GateStrangers, act.now);
        if tx
            .reserve_in_window(kind, network.bytes(), 1, RECORD_EVERY, now)
            .await?
        {
            let event = AuditEvent::new(EventKind::GateKeyRefused, None);
            act.audit(tx, event.refused(&Refusal::GateKeyWrong)).await?;
        }
        Ok(())
    });
    Ok(noted.await?)
}

//! Reading the audit trail: searching it, following one request, checking its chains.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tokio::sync::watch;
use warifu_domain::{
    audit::{Actor, Actors},
    ids::{Reference, TenantId, UserId},
    permission::Operation,
    tenant::Tenant,
    time::Span,
    user::Login,
};
use warifu_storage::{AuditFilter, AuditPlace, AuditRow, ChainCheck, StoreError, Tx};

use crate::{by::By, ctx::Ctx, error::FlowError};

/// Events that one request looks at; what is older is for the next one. A hundred thousand take about 50 ms.
const LOOKED_AT: i64 = 100_000;

/// How far from an event the rest of its request can be: several flows of one request read the clock anew.
const REQUEST: Span = Span::minutes(2);

/// How far from an event the rest of a person's attempt can be: an attempt lives ten minutes at most.
const ATTEMPT: Span = Span::minutes(15);

/// Most events that are told around one request.
const AROUND: i64 = 60;

/// What reading a trail is called: a tenant's own, or that of what belongs to no tenant (`entrances::nobodys`).
pub(crate) fn reading(trail: &Tenant) -> Operation {
    match trail.id {
        TenantId::NOBODYS => Operation::ShowServerAudit,
        _ => Operation::ShowAudit,
    }
}

/// Lists events, newest first.
pub async fn list(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    filter: AuditFilter,
) -> Result<Vec<AuditRow>, FlowError> {
    let filter = with_pseudonym(ctx, tenant.id, filter);
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| tx.list_audit(&filter).await)
        .await?)
}

/// Has an address that is searched for found in old events, too, which show a pseudonym in its place (SEC-81).
fn with_pseudonym(ctx: &Ctx, tenant: TenantId, mut filter: AuditFilter) -> AuditFilter {
    if let Some(address) = filter.addresses.and_then(|range| range.single()) {
        filter.pseudonym = Some(ctx.keys().pseudonym_of(tenant, address));
    }
    filter
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Events, newest first, at most as many as were asked for.
    pub rows: Vec<AuditRow>,
    /// Where the next search begins. `None`: there is nothing older.
    pub next: Option<AuditPlace>,
    /// The search stopped before it had looked at everything: what is older than `next` was not looked at.
    pub is_cut: bool,
}

/// Searches the trail backwards, a bounded number of events at a time (docs/decisions/0009).
pub async fn search(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    filter: AuditFilter,
) -> Result<Found, FlowError> {
    search_within(ctx, tenant, by, filter, LOOKED_AT).await
}

/// [`search`], with another bound.
pub async fn search_within(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    filter: AuditFilter,
    looked_at: i64,
) -> Result<Found, FlowError> {
    by.check(tenant, reading(tenant), None, ctx.clock.now())?;
    let filter = with_pseudonym(ctx, tenant.id, filter);
    let found = ctx.store.read(tenant.id, async move |tx| {
        let mut filter = filter.clone();
        let oldest = filter.from;
        let end = match filter.is_whole() {
            true => None,
            false => tx.audit_steps_back(filter.before, looked_at).await?,
        };
        let end = end.filter(|end| *end > oldest);
        filter.from = end.unwrap_or(oldest);
        let limit = filter.limit;
        filter.limit = limit + 1;
        let mut rows = tx.list_audit(&filter).await?;
        let is_full = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let last = rows.last().map(|row| (row.at, row.lane, row.seq));
        Ok(Found {
            rows,
            next: if is_full { last } else { end },
            is_cut: !is_full && end.is_some(),
        })
    });
    Ok(found.await?)
}

/// What happened in one request, and around it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The events of the request, oldest first.
    pub request: Vec<AuditRow>,
    /// The other events of the person, or of the address where no person is known, in the minutes around, oldest first.
    pub around: Vec<AuditRow>,
}

/// Follows the reference that somebody reads from a page. A refusal is found however old it is, anything else among the
/// newest events. `None`: nothing of it is in the trail.
pub async fn follow(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    reference: Reference,
) -> Result<Option<Story>, FlowError> {
    by.check(tenant, reading(tenant), None, ctx.clock.now())?;
    let story = ctx.store.read(tenant.id, async move |tx| {
        let Some(found) = find_reference(tx, reference).await? else {
            return Ok(None);
        };
        let around = |span: Span, filter: AuditFilter| AuditFilter {
            from: (found.at - span, 0, 0),
            before: (found.at + span + Span(1), 0, 0),
            limit: AROUND,
            ..filter
        };
        let of_request = around(
            REQUEST,
            AuditFilter {
                reference: Some(reference),
                ..AuditFilter::default()
            },
        );
        let mut request = tx.list_audit(&of_request).await?;
        request.reverse();
        let user = request.iter().find_map(|row| row.user);
        let mut others = Vec::new();
        if let Some(user) = user {
            let of_person = around(
                ATTEMPT,
                AuditFilter {
                    user: Some(user),
                    ..AuditFilter::default()
                },
            );
            others = tx.list_audit(&of_person).await?;
            others.retain(|row| row.reference != Some(reference));
            others.reverse();
        }
        Ok(Some(Story {
            request,
            around: others,
        }))
    });
    Ok(story.await?)
}

async fn find_reference(
    tx: &mut Tx<'_>,
    reference: Reference,
) -> Result<Option<AuditRow>, StoreError> {
    if let Some(refused) = tx.find_refused(reference).await? {
        return Ok(Some(refused));
    }
    let newest = AuditFilter::default().before;
    let from = tx.audit_steps_back(newest, LOOKED_AT).await?;
    let filter = AuditFilter {
        reference: Some(reference),
        from: from.unwrap_or(AuditFilter::default().from),
        limit: 1,
        ..AuditFilter::default()
    };
    Ok(tx.list_audit(&filter).await?.pop())
}

/// Whose login ID it is.
pub async fn find_person(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    login: Login,
) -> Result<Option<UserId>, FlowError> {
    let found = ctx.store.read(tenant.id, async move |tx| {
        tx.find_user_by_login(&login).await
    });
    Ok(found.await?.map(|user| user.id))
}

/// The login IDs of those whom events name, as far as they are still there. Apart, because two tenants can have the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Names {
    people: HashMap<UserId, String>,
    operators: HashMap<UserId, String>,
}

impl Names {
    /// A person of the tenant whose trail it is.
    pub fn person(&self, user: UserId) -> Option<&str> {
        self.people.get(&user).map(String::as_str)
    }

    /// Who did it, if it was an administrator or an operator who is known here.
    pub fn actor(&self, actor: Actor) -> Option<&str> {
        match actor {
            Actor::Administrator(user) => self.person(user),
            Actor::Operator(user) => self.operators.get(&user).map(String::as_str),
            Actor::Subject | Actor::CommandLine | Actor::Server => None,
        }
    }
}

/// Names for the events of a trail, read by somebody of the tenant `home`. A tenant's trail names its own people and keeps operators
/// to itself; that of no tenant names the operators who are at home where its reader is.
pub async fn names(
    ctx: &Ctx,
    trail: &Arc<Tenant>,
    home: &Arc<Tenant>,
    rows: &[AuditRow],
) -> Result<Names, FlowError> {
    let actors = rows.iter().map(|row| Actor::from_number(row.actor));
    Ok(match trail.id {
        TenantId::NOBODYS => {
            let operators = actors.filter_map(|actor| match actor {
                Actor::Operator(user) => Some(user),
                _ => None,
            });
            Names {
                operators: logins(ctx, home, operators.collect()).await?,
                ..Names::default()
            }
        }
        _ => {
            let administrators = actors.filter_map(|actor| match actor {
                Actor::Administrator(user) => Some(user),
                _ => None,
            });
            let subjects = rows.iter().filter_map(|row| row.user);
            Names {
                people: logins(ctx, trail, administrators.chain(subjects).collect()).await?,
                ..Names::default()
            }
        }
    })
}

/// Those who did something, as they are searched for in a trail: by the word for what they are ([`Actors::WORDS`]), or by the login
/// ID of one of them: an administrator of the tenant, an operator where the trail is that of no tenant. `None`: nobody is meant.
pub async fn find_actors(
    ctx: &Ctx,
    trail: &Arc<Tenant>,
    home: &Arc<Tenant>,
    text: &str,
) -> Result<Option<Actors>, FlowError> {
    if let Some(actors) = Actors::from_word(text) {
        return Ok(Some(actors));
    }
    let Ok(login) = Login::parse(text) else {
        return Ok(None);
    };
    let found = match trail.id {
        TenantId::NOBODYS => find_person(ctx, home, login).await?.map(Actor::Operator),
        _ => find_person(ctx, trail, login)
            .await?
            .map(Actor::Administrator),
    };
    Ok(found.map(Actors::one))
}

/// The login IDs of people, as far as they are still there.
pub async fn logins(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    users: BTreeSet<UserId>,
) -> Result<HashMap<UserId, String>, FlowError> {
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| {
            let logins = tx.list_logins(users.iter().copied()).await?;
            Ok(logins.into_iter().collect())
        })
        .await?)
}

/// Checks that no event was changed, removed or put in (SEC-79).
pub async fn check_chain(ctx: &Ctx, tenant: &Arc<Tenant>) -> Result<ChainCheck, FlowError> {
    let (progress, _listening) = watch::channel((0, 1));
    let checked = check_chain_telling(ctx, tenant.id, progress).await?;
    checked.ok_or_else(|| StoreError::Other("a check of the trail stopped unasked".into()).into())
}

/// [`check_chain`], telling how many events of how many are read. `None`: nobody listens any more.
pub(crate) fn check_chain_telling(
    ctx: &Ctx,
    tenant: TenantId,
    progress: watch::Sender<(i64, i64)>,
) -> impl Future<Output = Result<Option<ChainCheck>, StoreError>> + Send + use<> {
    let (store, keys) = (ctx.store.clone(), ctx.keys());
    async move {
        let read = store.read(tenant, async move |tx| {
            tx.check_audit_chain(&keys, &progress).await
        });
        read.await
    }
}

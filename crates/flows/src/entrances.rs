//! Which tenant a name leads to (G2): a host name, or the domain of a login ID. A name belongs to one tenant of the server at
//! most, and only operators give it to one: a tenant that helped itself could answer for another (section 2 of the threat model).

use std::sync::{Arc, LazyLock};

use warifu_domain::{
    domain_name::DomainName,
    ids::TenantId,
    policy::{EntranceRules, Policy},
    tenant::Tenant,
    user::Login,
};
use warifu_storage::{EntranceKind, StoreError, Tx};

use crate::{ctx::Ctx, error::FlowError};

/// The tenant of what belongs to none: guesses at the common address whose login ID leads nowhere, changes of the key ring. Its trail
/// is the operators'.
pub fn nobodys() -> Arc<Tenant> {
    NOBODYS.clone()
}

/// In place of a tenant where a login ID leads to none: it has no people, and counts guesses like any other, so that nobody can
/// tell by text, status or time (SEC-49).
static NOBODYS: LazyLock<Arc<Tenant>> = LazyLock::new(|| {
    Arc::new(Tenant {
        id: TenantId::NOBODYS,
        slug: String::new(),
        name: String::new(),
        suspended: false,
        logo: None,
        policy: Arc::new(Policy::default()),
    })
});

/// The tenant that has this host name.
pub async fn tenant_at_host(
    ctx: &Ctx,
    host: &DomainName,
) -> Result<Option<Arc<Tenant>>, FlowError> {
    tenant_at(ctx, EntranceKind::Host, host).await
}

/// The tenant that has this mail domain.
pub async fn tenant_of_domain(
    ctx: &Ctx,
    domain: &DomainName,
) -> Result<Option<Arc<Tenant>>, FlowError> {
    tenant_at(ctx, EntranceKind::Domain, domain).await
}

/// The tenant whose person this login ID names at the address that all tenants share; one without people, if it names none.
pub async fn tenant_of_login(ctx: &Ctx, login: &str) -> Result<Arc<Tenant>, FlowError> {
    let login = Login::parse(login).ok();
    let found = match login.as_ref().and_then(DomainName::of_login) {
        Some(domain) => tenant_of_domain(ctx, &domain).await?,
        None => None,
    };
    Ok(found.unwrap_or_else(|| NOBODYS.clone()))
}

async fn tenant_at(
    ctx: &Ctx,
    kind: EntranceKind,
    name: &DomainName,
) -> Result<Option<Arc<Tenant>>, FlowError> {
    // What is known is good as long as the tenant's present policy has the name; that is asked for each time.
    if let Some(slug) = ctx.known_entrance(kind, name)
        && let Some(tenant) = ctx.tenant(&slug).await?
        && names(&tenant.policy.entrances).contains(&(kind, name.clone()))
    {
        return Ok(Some(tenant));
    }
    let wanted = name.clone();
    let slug = ctx
        .store
        .read_platform(async move |tx| tx.find_entrance(kind, &wanted).await)
        .await?;
    // A name that nobody has costs the same two questions as one that somebody has.
    let tenant = ctx.tenant(slug.as_deref().unwrap_or_default()).await?;
    if let Some(slug) = slug {
        ctx.learn_entrance(kind, name, slug);
    }
    Ok(tenant)
}

/// The names that a policy claims.
fn names(rules: &EntranceRules) -> Vec<(EntranceKind, DomainName)> {
    let hosts = rules.host_names().map(|name| (EntranceKind::Host, name));
    let domains = rules
        .domain_names()
        .map(|name| (EntranceKind::Domain, name));
    hosts.chain(domains).collect()
}

/// Whether two policies claim the same names.
pub(crate) fn same_names(before: &EntranceRules, after: &EntranceRules) -> bool {
    names(before) == names(after)
}

/// The first name of a policy that another tenant has, as people read it.
pub(crate) async fn taken_name(
    tx: &mut Tx<'_>,
    rules: &EntranceRules,
) -> Result<Option<String>, StoreError> {
    for (kind, name) in names(rules) {
        if tx.is_entrance_of_another(kind, &name).await? {
            return Ok(Some(name.shown()));
        }
    }
    Ok(None)
}

/// Gives the tenant of the transaction the names that its policy claims.
pub(crate) async fn claim(tx: &mut Tx<'_>, rules: &EntranceRules) -> Result<(), StoreError> {
    tx.replace_entrances(&names(rules)).await
}

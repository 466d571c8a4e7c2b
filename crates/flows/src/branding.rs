//! How a tenant's pages look and whom they name: shown before it is saved, and saved into the policy's text. The logo is no text and
//! is kept beside it.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    logo::LogoId,
    permission::Operation,
    policy::{Policy, with_look},
    refusal::Refusal,
    tenant::Tenant,
};
use warifu_storage::StoreError;

use crate::{
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
    logo::redraw,
    manage_tenants::{TenantError, new_text, replace_text, show_tenant},
};

/// A new look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// New values of fields; see [`warifu_domain::policy::LOOK`].
    pub fields: Vec<(&'static str, String)>,
    /// The logo, as [`keep_logo`] named it; `None`: the name stands there.
    pub logo: Option<LogoId>,
}

/// Whether this person may change the look now; asked before anything is typed.
pub fn check(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), FlowError> {
    let now = ctx.clock.now();
    Ok(by.check(tenant, Operation::ChangeBranding, None, now)?)
}

/// Reads a picture and keeps it for a preview; nobody sees it before it is saved (SEC-71).
pub async fn keep_logo(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    file: Vec<u8>,
) -> Result<LogoId, FlowError> {
    let (act, kind) = (by.act(ctx, tenant), EventKind::LogoChanged);
    by.permit(ctx, &act, Operation::ChangeBranding, None, kind)
        .await?;
    let drawn = match redraw(file).await {
        Ok(drawn) => drawn,
        Err(refusal) => return Err(act.deny(ctx, kind, None, refusal).await),
    };
    let (id, now) = (drawn.id, act.now);
    let kept = ctx.store.write(tenant.id, async move |tx| {
        tx.keep_logo(drawn.id, &drawn.png, now).await
    });
    kept.await?;
    Ok(id)
}

/// A picture of this tenant as PNG. `None`: it has no such picture.
pub async fn logo(ctx: &Ctx, tenant: &Tenant, id: LogoId) -> Result<Option<Vec<u8>>, FlowError> {
    let found = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_logo(id).await);
    Ok(found.await?)
}

/// The tenant as it would be.
pub async fn preview(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    look: &Look,
) -> Result<Tenant, FlowError> {
    check(ctx, tenant, by)?;
    let row = show_tenant(ctx, &tenant.slug)
        .await
        .map_err(TenantError::into_flow_error)?;
    let text = with_look(&row.policy, &look.fields)?;
    let policy = Policy::parse(&text).map_err(|error| Fault::Policy {
        slug: tenant.slug.clone(),
        message: error.to_string(),
    })?;
    if let Some(id) = look.logo
        && logo(ctx, tenant, id).await?.is_none()
    {
        return Err(Refusal::LogoGone.into());
    }
    Ok(Tenant {
        policy: Arc::new(policy),
        logo: look.logo,
        ..(**tenant).clone()
    })
}

/// Saves the look. Nothing else of the policy changes.
pub async fn save(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, look: &Look) -> Result<(), FlowError> {
    let (act, kind) = (by.act(ctx, tenant), EventKind::BrandingChanged);
    by.permit(ctx, &act, Operation::ChangeBranding, None, kind)
        .await?;
    let row = show_tenant(ctx, &tenant.slug)
        .await
        .map_err(TenantError::into_flow_error)?;
    let text = match with_look(&row.policy, &look.fields) {
        Ok(text) => text,
        Err(refusal) => return Err(act.deny(ctx, kind, None, refusal).await),
    };
    let (revision, event) = (row.revision, by.event(kind, None));
    let text = (text != row.policy).then(|| new_text(&act, revision + 1, &text, ""));
    let event = event.detail(&format!("from revision {revision}"));
    let logo = (look.logo != row.logo).then_some(look.logo);
    let shown = look.logo.map_or("none".to_owned(), |id| id.to_string());
    let logo_event = by.event(EventKind::LogoChanged, None).detail(&shown);
    let saved = ctx.store.write(tenant.id, async move |tx| {
        match logo {
            Some(Some(id)) if !tx.update_logo(id).await? => return Ok(Err(Refusal::LogoGone)),
            Some(None) => tx.delete_logo().await?,
            _ => {}
        }
        if let Some(text) = &text {
            if !replace_text(tx, text).await? {
                return Err(StoreError::Conflict); // And the logo stays as it was.
            }
            act.audit(tx, event.clone()).await?;
        }
        if logo.is_some() {
            act.audit(tx, logo_event.clone()).await?;
        }
        Ok(Ok(()))
    });
    match saved.await {
        Err(StoreError::Conflict) => Err(Refusal::PolicyOvertaken.into()),
        outcome => Ok(outcome??),
    }
}

//! How a tenant's pages look and whom they name: shown before it is saved, and saved into the policy's text.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    permission::Operation,
    policy::{Policy, with_look},
    refusal::Refusal,
    tenant::Tenant,
};

use crate::{
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
    manage_tenants::{TenantError, new_text, replace_text, show_tenant},
};

/// New values of fields of the look; see [`warifu_domain::policy::LOOK`].
pub type Look = Vec<(&'static str, String)>;

/// Whether this person may change the look now; asked before anything is typed.
pub fn check(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), FlowError> {
    let now = ctx.clock.now();
    Ok(by.check(tenant, Operation::ChangeBranding, None, now)?)
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
    let text = with_look(&row.policy, look)?;
    let policy = Policy::parse(&text).map_err(|error| Fault::Policy {
        slug: tenant.slug.clone(),
        message: error.to_string(),
    })?;
    Ok(Tenant {
        policy: Arc::new(policy),
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
    let text = match with_look(&row.policy, look) {
        Ok(text) => text,
        Err(refusal) => return Err(act.deny(ctx, kind, None, refusal).await),
    };
    let (revision, event) = (row.revision, by.event(kind, None));
    let event = event.detail(&format!("from revision {revision}"));
    let text = new_text(&act, revision + 1, &text, "");
    let saved = ctx.store.write(tenant.id, async move |tx| {
        let saved = replace_text(tx, &text).await?;
        if saved {
            act.audit(tx, event.clone()).await?;
        }
        Ok(saved)
    });
    match saved.await? {
        true => Ok(()),
        false => Err(Refusal::PolicyOvertaken.into()),
    }
}

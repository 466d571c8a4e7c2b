//! Sealing stored values again under the active key, slice by slice, beside the requests. A value that changed meanwhile is left to
//! whoever changed it; an end in the middle loses nothing, and the next call goes on with what is left.

use std::sync::Arc;

use tokio::sync::watch;
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::TenantId,
    tenant::Tenant,
};
use warifu_storage::{Purpose, SealedColumn, SealedPlace, SealedRow, StoreError, seal};

use crate::{by::By, ctx::Ctx, error::Fault};

/// Rows that are read, and values that are written, at once.
const SLICE: i64 = 200;

/// How far sealing again is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The key under which values are now.
    pub key: u32,
    /// Values that were to be sealed again when it began, about.
    pub total: i64,
    /// Values that were.
    pub sealed: i64,
    /// Values that cannot be opened: their key is not in the ring, or they were altered. They stay as they are.
    pub unreadable: i64,
}

/// Seals every value again that is not under the active key. `progress` is told after each slice how many values of how many were.
/// Each tenant's trail says that it was done, in the transaction of its first slice; that of no tenant, whoever's values they were.
/// Whether `by` may is for the caller to ask;
/// whoever drops the future stops the work.
pub async fn reseal(
    ctx: &Ctx,
    by: &By,
    progress: watch::Sender<(i64, i64)>,
) -> Result<Resealed, Fault> {
    let used = ctx.store.read_platform(async |tx| tx.list_key_use().await);
    let (used, key) = (used.await?, ctx.keys().active_id());
    let outdated = used
        .iter()
        .filter(|of| of.purpose == Purpose::Seal && of.key_id != key);
    let mut so_far = Resealed {
        key,
        total: outdated.map(|of| of.values).sum(),
        ..Resealed::default()
    };
    for tenant in super::everything_sealed(ctx).await? {
        let mut is_recorded = false;
        for column in SealedColumn::ALL {
            let mut after = SealedPlace::START;
            while let Some(last) = reseal_slice(
                ctx,
                by,
                &tenant,
                (*column, after),
                &mut is_recorded,
                &mut so_far,
            )
            .await?
            {
                after = last;
                // Whoever does not listen any more does not mind.
                let _ = progress.send((so_far.sealed, so_far.total));
            }
        }
        // It comes last, when everything is done.
        if tenant.id == TenantId::NOBODYS && !is_recorded && so_far.sealed > 0 {
            let (act, event) = (by.act(ctx, &tenant), resealed(by, so_far.key));
            let recorded = ctx.store.write(tenant.id, async move |tx| {
                act.audit(tx, event.clone()).await
            });
            recorded.await?;
        }
    }
    Ok(so_far)
}

/// What a trail says of it.
fn resealed(by: &By, key: u32) -> AuditEvent {
    let detail = match by.reason() {
        "" => format!("key {key}"),
        reason => format!("key {key}: {reason}"),
    };
    AuditEvent::new(EventKind::KeysResealed, None).detail(&detail)
}

/// A value to be written: where it is, what it was, what it becomes.
struct Again {
    place: SealedPlace,
    old: Vec<u8>,
    new: Vec<u8>,
}

/// Goes on behind a place of a column; gives the place that it came to, or `None` at the end.
async fn reseal_slice(
    ctx: &Ctx,
    by: &By,
    tenant: &Arc<Tenant>,
    (column, after): (SealedColumn, SealedPlace),
    is_recorded: &mut bool,
    so_far: &mut Resealed,
) -> Result<Option<SealedPlace>, Fault> {
    let rows = ctx.store.read(tenant.id, async move |tx| {
        tx.list_sealed(column, after, SLICE).await
    });
    let rows = rows.await?;
    let Some(last) = rows.last().map(|row| row.place) else {
        return Ok(None);
    };
    let mut again = Vec::new();
    for row in rows {
        match seal_again(ctx, tenant, column, row) {
            Ok(Some(value)) => again.push(value),
            Ok(None) => {}
            Err(error @ (StoreError::KeyMissing { .. } | StoreError::Sealed)) => {
                tracing::error!(fault = %error, tenant.id = tenant.id.0, what = column.what(), "a value cannot be opened");
                so_far.unreadable += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if again.is_empty() {
        return Ok(Some(last));
    }
    let (act, event) = (by.act(ctx, tenant), resealed(by, so_far.key));
    let first = !*is_recorded;
    let written = ctx.store.write(tenant.id, async move |tx| {
        let mut written = 0;
        for value in &again {
            if tx
                .replace_sealed(column, value.place, &value.old, &value.new)
                .await?
            {
                written += 1;
            }
        }
        if first && written > 0 {
            act.audit(tx, event.clone()).await?;
        }
        Ok(written)
    });
    let written: i64 = written.await?;
    *is_recorded |= written > 0;
    so_far.sealed += written;
    Ok(Some(last))
}

/// The value under the active key; `None`: it is already, or there is none.
fn seal_again(
    ctx: &Ctx,
    tenant: &Tenant,
    column: SealedColumn,
    row: SealedRow,
) -> Result<Option<Again>, StoreError> {
    let keys = ctx.keys();
    let Some(old) = row.value else {
        return Ok(None);
    };
    if seal::key_of(&old) == Some(keys.active_id()) {
        return Ok(None);
    }
    let context = column.context(tenant.id, row.owner);
    let plain = seal::open(&keys, &context, &old)?;
    let new = seal::seal(&keys, ctx.rng.bytes(), &context, &plain);
    Ok(Some(Again {
        place: row.place,
        old,
        new,
    }))
}

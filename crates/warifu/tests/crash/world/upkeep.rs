//! What upkeep leaves in the database: values under old and new keys, and a tenant that is being deleted.

use warifu_domain::time::Timestamp;
use warifu_storage::{AuditFilter, SealedColumn, SealedPlace, SealedRow, seal};

use super::{TENANT, World};

/// How far deleting the tenant is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// `None`: there is no such tenant.
    pub(crate) is_marked: Option<bool>,
    /// Rows of it: people, apps, events.
    pub(crate) rows: usize,
}

impl World {
    /// Every sealed value of the tenant's authenticator apps.
    fn sealed(&self) -> Vec<SealedRow> {
        self.with_store(async |store| {
            let rows = store.read(TENANT, async move |tx| {
                tx.list_sealed(SealedColumn::Totp, SealedPlace::START, 100_000)
                    .await
            });
            rows.await.unwrap()
        })
    }

    /// How many of them are under a key.
    pub(crate) fn sealed_under(&self, key: u32) -> usize {
        let sealed = self.sealed();
        let of_key = sealed
            .iter()
            .filter(|row| row.value.as_deref().and_then(seal::key_of) == Some(key));
        of_key.count()
    }

    /// How many of them can be opened.
    pub(crate) fn readable(&self) -> usize {
        let sealed = self.sealed();
        let opened = sealed.iter().filter(|row| {
            let context = SealedColumn::Totp.context(TENANT, row.owner);
            let value = row.value.as_deref().unwrap_or_default();
            seal::open(&self.keys, &context, value).is_ok()
        });
        opened.count()
    }

    /// Lets the tenant be deleted by whoever looks next.
    pub(crate) fn mark_for_deletion(&self) {
        self.with_store(async |store| {
            let marked = store.write(TENANT, async |tx| tx.mark_for_deletion(Timestamp(1)).await);
            assert!(marked.await.unwrap());
        });
    }

    /// Waits until the number of authenticator apps is so.
    pub(crate) fn wait_for_apps(&self, is_so: impl Fn(usize) -> bool) {
        let began = std::time::Instant::now();
        self.with_store(async |store| {
            loop {
                let rows = store.read(TENANT, async move |tx| {
                    tx.list_sealed(SealedColumn::Totp, SealedPlace::START, 100_000)
                        .await
                });
                if is_so(rows.await.unwrap().len()) {
                    return;
                }
                let waited = began.elapsed();
                assert!(
                    waited < std::time::Duration::from_secs(60),
                    "it does not begin"
                );
            }
        });
    }

    /// How far deleting the tenant is.
    pub(crate) fn deletion(&self) -> Deletion {
        let apps = self.sealed().len();
        self.with_store(async |store| {
            let tenants = store.read_platform(async |tx| tx.list_tenants("", 10).await);
            let tenant = tenants.await.unwrap().pop();
            let rows = store.read(TENANT, async |tx| {
                let filter = AuditFilter {
                    limit: 100_000,
                    ..AuditFilter::default()
                };
                let events = tx.list_audit(&filter).await?.len();
                Ok(tx.count_everybody().await? as usize + events)
            });
            Deletion {
                is_marked: tenant.map(|tenant| tenant.suspended && tenant.delete_at.is_some()),
                rows: rows.await.unwrap() + apps,
            }
        })
    }
}

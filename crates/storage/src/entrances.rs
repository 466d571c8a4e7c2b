//! Names that lead to a tenant: host names and mail domains, each of one tenant at most (G2).

use warifu_domain::domain_name::DomainName;

use crate::store::{PlatformTx, StoreError, Tx};

/// What a name is. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntranceKind {
    /// The host name of an address.
    Host = 1,
    /// The domain of login IDs.
    Domain = 2,
}

impl PlatformTx<'_> {
    /// The slug of the tenant that has this name.
    pub async fn find_entrance(
        &mut self,
        kind: EntranceKind,
        name: &DomainName,
    ) -> Result<Option<String>, StoreError> {
        self.find(
            "SELECT tenant.slug FROM entrance JOIN tenant ON tenant.id = entrance.tenant_id
              WHERE entrance.kind = $1 AND entrance.name = $2",
            &[(kind as i64).into(), name.as_str().into()],
            |row| row.text(0),
        )
        .await
    }
}

impl Tx<'_> {
    /// Whether another tenant has this name.
    pub async fn is_entrance_of_another(
        &mut self,
        kind: EntranceKind,
        name: &DomainName,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let found = self
            .find(
                "SELECT 1 FROM entrance WHERE kind = $1 AND name = $2 AND tenant_id <> $3",
                &[(kind as i64).into(), name.as_str().into(), tenant.into()],
                |_| Ok(()),
            )
            .await?;
        Ok(found.is_some())
    }

    /// Gives the tenant these names and no others. [`StoreError::Conflict`]: another tenant has one of them.
    pub async fn replace_entrances(
        &mut self,
        names: &[(EntranceKind, DomainName)],
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "DELETE FROM entrance WHERE tenant_id = $1",
            &[tenant.into()],
        )
        .await?;
        for (kind, name) in names {
            self.exec(
                "INSERT INTO entrance (kind, name, tenant_id) VALUES ($1, $2, $3)",
                &[(*kind as i64).into(), name.as_str().into(), tenant.into()],
            )
            .await?;
        }
        Ok(())
    }
}

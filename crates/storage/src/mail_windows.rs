//! Windows for mail clients, and the mail clients that were refused for want of one.

use std::net::IpAddr;

use warifu_domain::{
    ids::UserId,
    mail_window::{MAX_WINDOWS, MailWindow, SourceNetwork},
    network::{address_bytes, address_from_bytes},
    time::Timestamp,
};

use crate::store::{Row, StoreError, Tx};

/// A window as its person sees it.
#[derive(Clone, Copy, Debug)]
pub struct MailWindowRow {
    /// Where mail may come from.
    pub network: SourceNetwork,
    /// The address that it was opened for.
    pub address: IpAddr,
    /// Since when, until when.
    pub window: MailWindow,
    /// The services that used it, as a set of `mail_gate::Service`.
    pub services: i64,
    /// When one did last, to five minutes.
    pub used_at: Option<Timestamp>,
}

/// A refused mail client.
#[derive(Clone, Copy, Debug)]
pub struct MailRefusalRow {
    /// Where it came from.
    pub network: SourceNetwork,
    /// The address of the first refusal there.
    pub address: IpAddr,
    /// The services that were refused, as a set of `mail_gate::Service`.
    pub services: i64,
    /// When the refusal was recorded last; at most once an hour.
    pub refused_at: Timestamp,
}

/// Refused networks that are kept of one person.
const MAX_REFUSALS: i64 = 20;

fn network(row: &Row<'_>, column: usize) -> Result<SourceNetwork, StoreError> {
    row.with_bytes(column, SourceNetwork::from_bytes)?
        .ok_or_else(|| StoreError::corrupt("mail_window.network"))
}

fn address(row: &Row<'_>, column: usize) -> Result<IpAddr, StoreError> {
    row.with_bytes(column, address_from_bytes)?
        .ok_or_else(|| StoreError::corrupt("mail_window.address"))
}

/// Reads a window from six columns, the first of which is given.
pub(crate) fn window(row: &Row<'_>, first: usize) -> Result<MailWindowRow, StoreError> {
    let used_at = row.int(first + 5)?;
    Ok(MailWindowRow {
        network: network(row, first)?,
        address: address(row, first + 1)?,
        window: MailWindow {
            since: Timestamp(row.int(first + 2)?),
            until: Timestamp(row.int(first + 3)?),
        },
        services: row.int(first + 4)?,
        used_at: (used_at > 0).then_some(Timestamp(used_at)),
    })
}

fn refusal(row: &Row<'_>) -> Result<MailRefusalRow, StoreError> {
    Ok(MailRefusalRow {
        network: network(row, 0)?,
        address: address(row, 1)?,
        services: row.int(2)?,
        refused_at: Timestamp(row.int(3)?),
    })
}

impl Tx<'_> {
    /// Opens a window; one that the person has there begins anew. The person keeps [`MAX_WINDOWS`] at most, those that end last.
    pub async fn open_mail_window(
        &mut self,
        user: UserId,
        network: SourceNetwork,
        at: IpAddr,
        window: MailWindow,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        // What is found cannot become another before it is overwritten.
        self.lock_person(user).await?;
        let before = self.find_mail_window(user, network).await?;
        self.narrows_gate |= before.is_some_and(|before| before.window.until > window.until);
        self.exec(
            "INSERT INTO mail_window (tenant_id, user_id, network, address, since, until, services, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
             ON CONFLICT (tenant_id, user_id, network) DO UPDATE SET address = $4, since = $5, until = $6",
            &[
                tenant.into(),
                user.into(),
                network.bytes().into(),
                (&address_bytes(at)).into(),
                window.since.into(),
                window.until.into(),
            ],
        )
        .await?;
        let sql = "DELETE FROM mail_window WHERE tenant_id = $1 AND user_id = $2 AND until <
                    (SELECT until FROM mail_window WHERE tenant_id = $1 AND user_id = $2
                      ORDER BY until DESC LIMIT 1 OFFSET $3)";
        let most = (MAX_WINDOWS - 1).into();
        let given_up = self.exec(sql, &[tenant.into(), user.into(), most]).await?;
        self.narrows_gate |= given_up > 0;
        Ok(())
    }

    /// A person's window at a network, open or over.
    pub async fn find_mail_window(
        &mut self,
        user: UserId,
        network: SourceNetwork,
    ) -> Result<Option<MailWindowRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT network, address, since, until, services, used_at FROM mail_window
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3";
        let key = [tenant.into(), user.into(), network.bytes().into()];
        self.find(sql, &key, |row| window(row, 0)).await
    }

    /// A person's windows that may still be open, the one that ends last first.
    pub async fn list_mail_windows(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<MailWindowRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT network, address, since, until, services, used_at FROM mail_window
                    WHERE tenant_id = $1 AND user_id = $2 AND until > $3 ORDER BY until DESC LIMIT $4";
        self.list(
            sql,
            &[tenant.into(), user.into(), now.into(), MAX_WINDOWS.into()],
            |row| window(row, 0),
        )
        .await
    }

    /// How many others than `user` hold a window at a network, counted up to `most`.
    pub async fn count_mail_windows(
        &mut self,
        network: SourceNetwork,
        user: UserId,
        most: i64,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM mail_window
                     WHERE tenant_id = $1 AND network = $2 AND until > $3 AND user_id <> $4 LIMIT $5) AS held";
        let key = [
            tenant.into(),
            network.bytes().into(),
            now.into(),
            user.into(),
            most.into(),
        ];
        let count = self.find(sql, &key, |row| row.int(0)).await?;
        Ok(count.unwrap_or(0))
    }

    /// Notes that a service used a window, unless that was noted after `before`.
    pub async fn note_mail_use(
        &mut self,
        user: UserId,
        network: SourceNetwork,
        service: i64,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE mail_window SET services = services | $4, used_at = $5
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3
                      AND (used_at <= $6 OR (services & $4) = 0)";
        self.exec(
            sql,
            &[
                tenant.into(),
                user.into(),
                network.bytes().into(),
                service.into(),
                now.into(),
                before.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Closes a person's window at a network. `false`: there is none.
    pub async fn close_mail_window(
        &mut self,
        user: UserId,
        network: SourceNetwork,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM mail_window WHERE tenant_id = $1 AND user_id = $2 AND network = $3";
        let key = [tenant.into(), user.into(), network.bytes().into()];
        let closed = self.exec(sql, &key).await?;
        self.narrows_gate |= closed > 0;
        Ok(closed == 1)
    }

    /// Closes every window of a person; says how many.
    pub async fn close_mail_windows(&mut self, user: UserId) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM mail_window WHERE tenant_id = $1 AND user_id = $2";
        let closed = self.exec(sql, &[tenant.into(), user.into()]).await?;
        self.narrows_gate |= closed > 0;
        Ok(closed)
    }

    /// Closes every window of the tenant.
    pub async fn close_all_mail_windows(&mut self) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM mail_window WHERE tenant_id = $1";
        let closed = self.exec(sql, &[tenant.into()]).await?;
        self.narrows_gate |= closed > 0;
        Ok(closed)
    }

    /// Records a refusal, unless one of that person there was recorded after `before`. `false`: it was. Of a person the latest 20
    /// networks are kept.
    pub async fn record_mail_refusal(
        &mut self,
        user: UserId,
        network: SourceNetwork,
        at: IpAddr,
        service: i64,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let recorded = self
            .exec(
                "INSERT INTO mail_refusal (tenant_id, user_id, network, address, services, refused_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (tenant_id, user_id, network) DO UPDATE
                    SET address = $4, services = $5, refused_at = $6
                  WHERE mail_refusal.refused_at <= $7",
                &[
                    tenant.into(),
                    user.into(),
                    network.bytes().into(),
                    (&address_bytes(at)).into(),
                    service.into(),
                    now.into(),
                    before.into(),
                ],
            )
            .await?;
        if recorded == 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM mail_refusal WHERE tenant_id = $1 AND user_id = $2 AND refused_at <
                    (SELECT refused_at FROM mail_refusal WHERE tenant_id = $1 AND user_id = $2
                      ORDER BY refused_at DESC LIMIT 1 OFFSET $3)";
        self.exec(
            sql,
            &[tenant.into(), user.into(), (MAX_REFUSALS - 1).into()],
        )
        .await?;
        Ok(true)
    }

    /// Adds a service to a recorded refusal.
    pub async fn add_refused_service(
        &mut self,
        user: UserId,
        network: SourceNetwork,
        service: i64,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE mail_refusal SET services = services | $4
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3";
        self.exec(
            sql,
            &[
                tenant.into(),
                user.into(),
                network.bytes().into(),
                service.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// The refusal of a person at a network.
    pub async fn find_mail_refusal(
        &mut self,
        user: UserId,
        network: SourceNetwork,
    ) -> Result<Option<MailRefusalRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT network, address, services, refused_at FROM mail_refusal
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3";
        let key = [tenant.into(), user.into(), network.bytes().into()];
        self.find(sql, &key, refusal).await
    }

    /// A person's refusals since `since`, the latest first.
    pub async fn list_mail_refusals(
        &mut self,
        user: UserId,
        since: Timestamp,
    ) -> Result<Vec<MailRefusalRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT network, address, services, refused_at FROM mail_refusal
                    WHERE tenant_id = $1 AND user_id = $2 AND refused_at > $3
                    ORDER BY refused_at DESC LIMIT $4";
        self.list(
            sql,
            &[
                tenant.into(),
                user.into(),
                since.into(),
                MAX_REFUSALS.into(),
            ],
            refusal,
        )
        .await
    }

    /// Forgets a refusal: a window was opened there.
    pub async fn delete_mail_refusal(
        &mut self,
        user: UserId,
        network: SourceNetwork,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM mail_refusal WHERE tenant_id = $1 AND user_id = $2 AND network = $3";
        let key = [tenant.into(), user.into(), network.bytes().into()];
        self.exec(sql, &key).await?;
        Ok(())
    }

    /// Networks with the most people who hold a window, for the console: at most `limit`, each with at least two people.
    pub async fn list_crowds(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(SourceNetwork, i64)>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT network, COUNT(*) AS people FROM mail_window WHERE tenant_id = $1 AND until > $2
                    GROUP BY network HAVING COUNT(*) > 1 ORDER BY people DESC, network LIMIT $3";
        self.list(sql, &[tenant.into(), now.into(), limit.into()], |row| {
            Ok((network(row, 0)?, row.int(1)?))
        })
        .await
    }
}

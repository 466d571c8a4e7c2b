//! All that the gate of mail servers looks at, in one statement: it is asked at every login of a mail client.

#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::Duration,
};

use warifu_domain::{
    ids::TenantId, logo::LogoId, mail_window::SourceNetwork, time::Timestamp, token::TokenHash,
    user::Login,
};

use crate::{
    mail_windows::{MailWindowRow, window},
    store::{Row, StoreError, Tx, Value},
    tenants::TenantState,
    users::{MEMBER_COLUMNS, Member, member, member_columns},
};

/// What the gate looks at when a mail client names somebody.
#[derive(Clone, Copy, Debug)]
pub struct AtGate {
    /// Who it is.
    pub member: Member,
    /// The app in use: `None`: there is none; else whether it is suspended.
    pub totp_suspended: Option<bool>,
    /// The window where the client is, open or over.
    pub window: Option<MailWindowRow>,
}

/// What one look shows.
#[derive(Clone, Debug)]
pub struct Glance {
    /// The tenant, and who asks about it.
    pub gate: GateState,
    /// For each who was named: who that is. `None`: nobody has this login ID.
    pub people: Vec<Option<AtGate>>,
}

/// What an answer of the gate depends on besides the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateState {
    /// The tenant of the transaction.
    pub tenant: TenantState,
    /// The gate key that was asked for: its id, and when it was last used.
    pub key: Option<(i64, Option<Timestamp>)>,
    /// As long as it is the same, whoever was let in is let in, but for what the tenant's rules and the time change.
    pub mark: i64,
}

/// How long a tenant's state and mark, once read, may answer questions of the gate: since before they were read. Whoever narrows the
/// gate waits longer than that before it says so ([`crate::Store::gates_catch_up`]).
pub const GLANCE_LASTS: Duration = Duration::from_millis(5);

/// People that one statement may name.
pub const MOST_AT_ONCE: usize = 32;

/// `$1` is the tenant, `$2` a gate key's hash.
macro_rules! gate_state {
    ($columns:expr, $people:expr) => {
        concat!(
            "SELECT tenant.revision, tenant.suspended, tenant.logo, gate_key.id, gate_key.used_at, gate_mark.mark",
            $columns,
            " FROM tenant
              LEFT JOIN gate_key ON gate_key.tenant_id = $1 AND gate_key.secret_hash = $2
              LEFT JOIN gate_mark ON gate_mark.tenant_id = $1",
            $people,
            " WHERE tenant.id = $1"
        )
    };
}

/// Who is named is told behind `$2`. Of each all windows are read, which are few: told the network, PostgreSQL would look through
/// everybody's windows there.
macro_rules! glance {
    ($logins:literal) => {
        gate_state!(
            concat!(
                ", ", member_columns!(),
                ", (SELECT CAST(CASE WHEN suspended_at IS NULL THEN 0 ELSE 1 END AS BIGINT) FROM totp
                     WHERE totp.tenant_id = $1 AND totp.user_id = person.id AND confirmed_at IS NOT NULL
                     ORDER BY totp.id DESC LIMIT 1),
                   mail_window.network, mail_window.address, mail_window.since, mail_window.until, mail_window.services,
                   mail_window.used_at, person.login"
            ),
            concat!(
                " LEFT JOIN person ON person.tenant_id = $1 AND person.login ", $logins,
                " LEFT JOIN mail_window ON mail_window.tenant_id = $1 AND mail_window.user_id = person.id"
            )
        )
    };
}

const OF_NOBODY: &str = gate_state!("", "");
const OF_ONE: &str = glance!("= $3");
const OF_SOME: &str = glance!("IN ($3, $4, $5, $6, $7, $8, $9, $10)");
const OF_MANY: &str = glance!(
    "IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, \
     $29, $30, $31, $32, $33, $34)"
);
const SOME: usize = 8;

const PERSON: usize = 6;
const TOTP: usize = PERSON + MEMBER_COLUMNS;
const WINDOW: usize = TOTP + 1;
const LOGIN: usize = WINDOW + 6;

impl Tx<'_> {
    /// What the gate looks at, of the person with a login ID.
    pub async fn find_at_gate(
        &mut self,
        login: &Login,
        network: SourceNetwork,
    ) -> Result<Option<AtGate>, StoreError> {
        let glance = self.glance_at_gate(None, &[(login, network)]).await?;
        Ok(glance.and_then(|glance| glance.people.into_iter().flatten().next()))
    }

    /// Everything that the gate needs to know of a tenant, of a key and of up to [`MOST_AT_ONCE`] people (or none), each at a network.
    /// One statement, and so one snapshot. `None`: there is no such tenant any more.
    pub async fn glance_at_gate(
        &mut self,
        key: Option<&TokenHash>,
        asked: &[(&Login, SourceNetwork)],
    ) -> Result<Option<Glance>, StoreError> {
        let tenant = self.tenant;
        let mut params: Vec<Value<'_>> = vec![tenant.into(), key.map(|key| &key.0).into()];
        let (sql, places) = match asked.len() {
            0 => (OF_NOBODY, 0),
            1 => (OF_ONE, 1),
            2..=SOME => (OF_SOME, SOME),
            some if (SOME..=MOST_AT_ONCE).contains(&some) => (OF_MANY, MOST_AT_ONCE),
            _ => return Err(StoreError::Other("a look at too many".into())),
        };
        // The last ones name somebody again.
        let logins = asked.iter().map(|(login, _)| Value::from(login.as_str()));
        params.extend(logins.cycle().take(places));
        let mut seen: Option<Glance> = None;
        self.each(sql, &params, |row| {
            let glance = match &mut seen {
                Some(glance) => glance,
                None => seen.insert(Glance {
                    gate: gate_state(row, tenant)?,
                    people: vec![None; asked.len()],
                }),
            };
            match asked {
                [] => Ok(()),
                _ => add_person(row, asked, &mut glance.people),
            }
        })
        .await?;
        Ok(seen)
    }

    /// Draws the mark anew. It tells nothing, so it need not be secret; but it must not come again when a database is set back to an
    /// earlier state, as a count would.
    pub(crate) async fn renew_gate_mark(&mut self) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let mark = RandomState::new().build_hasher().finish().cast_signed();
        let sql = "INSERT INTO gate_mark (tenant_id, mark) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET mark = $2";
        self.exec(sql, &[tenant.into(), mark.into()]).await?;
        Ok(())
    }
}

fn gate_state(row: &Row<'_>, tenant: TenantId) -> Result<GateState, StoreError> {
    Ok(GateState {
        tenant: TenantState {
            id: tenant,
            revision: row.int(0)?,
            suspended: row.int(1)? != 0,
            logo: row.opt_int(2)?.map(LogoId),
        },
        key: match row.opt_int(3)? {
            Some(id) => Some((id, used_at(row.int(4)?))),
            None => None,
        },
        mark: row.opt_int(5)?.unwrap_or(0),
    })
}

fn used_at(at: i64) -> Option<Timestamp> {
    (at > 0).then_some(Timestamp(at))
}

/// Puts whom a row shows at the places where this login was asked about.
fn add_person(
    row: &Row<'_>,
    asked: &[(&Login, SourceNetwork)],
    people: &mut [Option<AtGate>],
) -> Result<(), StoreError> {
    if row.opt_int(PERSON)?.is_none() {
        return Ok(());
    }
    let found = AtGate {
        member: member(row, PERSON)?,
        totp_suspended: row.opt_int(TOTP)?.map(|it| it != 0),
        window: match row.opt_int(WINDOW + 2)? {
            Some(_) => Some(window(row, WINDOW)?),
            None => None,
        },
    };
    let login = row.text(LOGIN)?;
    let places = asked.iter().zip(people);
    for ((_, network), person) in places.filter(|((named, _), _)| named.as_str() == login) {
        let is_there = found
            .window
            .is_some_and(|window| window.network == *network);
        let person = person.get_or_insert(AtGate {
            window: None,
            ..found
        });
        if is_there {
            person.window = found.window;
        }
    }
    Ok(())
}

//! What `decide` needs to know about many people at once, for work that goes through all of them: as many statements for five hundred
//! as for one.

use std::collections::{HashMap, HashSet};

use warifu_domain::{decide::Facts, ids::UserId, tenant::Tenant, time::Timestamp};
use warifu_storage::{Along, Place, StoreError, Tx, Walk};

use super::{facts_of, grace_matters};

/// The facts of [`super::load_facts`] about up to `limit` people with ids behind `after`, by id; no network is trusted.
pub(crate) async fn load_facts_of_many(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    after: UserId,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<(UserId, Facts)>, StoreError> {
    let place = Place {
        text: String::new(),
        number: after.0,
    };
    let walk = Walk {
        along: Along::Added,
        backwards: false,
        after: Some(&place),
        shows: &[],
        wanted: limit,
        depth: limit,
    };
    let people = tx.walk_people(&walk).await?;
    let Some(last) = people.last().map(|(_, person)| person.member.id) else {
        return Ok(Vec::new());
    };
    // Of several apps the newest counts: it overwrites the others.
    let apps: HashMap<_, _> = tx
        .list_totp_states(after, last)
        .await?
        .into_iter()
        .collect();
    let sets: HashMap<_, _> = tx
        .list_backup_sets(after, last)
        .await?
        .into_iter()
        .collect();
    let called: HashSet<_> = tx
        .list_helpdesk_codes(after, last, now)
        .await?
        .into_iter()
        .collect();
    let groups: HashMap<_, _> = tx
        .list_groups()
        .await?
        .into_iter()
        .map(|group| (group.id, group.grace_until))
        .collect();
    let facts = people.into_iter().map(|(_, person)| {
        let person = person.member;
        let totp = apps.get(&person.id);
        let grace = || groups.get(&person.group?).copied().flatten();
        let own = facts_of(tenant, &person, totp, None);
        let may_be_called = own.has_second_factor(&tenant.policy);
        let facts = Facts {
            backup_codes_left: sets.get(&person.id).map_or(0, |row| row.set.left()),
            helpdesk_code: may_be_called && called.contains(&person.id),
            grace_until: grace_matters(tenant, totp.is_some()).then(grace).flatten(),
            ..own
        };
        (person.id, facts)
    });
    Ok(facts.collect())
}

//! How many people there are along walks, counted no further than a bound (docs/decisions/0008).

use warifu_domain::user_search::end_of_prefix;

use crate::{
    groups::{GROUPS, GroupRow, MAX_GROUPS, group},
    store::{StoreError, Tx, Value},
    user_list::{Along, Show},
};

/// The statement that counts a walk's rows up to `$2`, with what else it is told.
fn count<'a>(along: Along<'a>, end: &'a str) -> (&'static str, Vec<Value<'a>>) {
    macro_rules! count {
        ($rows:literal) => {
            concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM ",
                $rows,
                " LIMIT $2) AS part"
            )
        };
    }
    macro_rules! people {
        ($condition:literal) => {
            concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " LIMIT $2) AS part"
            )
        };
    }
    let bounds = |prefix: &'a str| vec![prefix.into(), end.into()];
    match along {
        Along::Login(prefix) => (people!("login >= $3 AND login < $4"), bounds(prefix)),
        Along::Name(prefix) => (people!("name_key >= $3 AND name_key < $4"), bounds(prefix)),
        Along::Word(prefix) => (
            count!("person_word WHERE tenant_id = $1 AND word >= $3 AND word < $4"),
            bounds(prefix),
        ),
        Along::Added => (people!("id > 0"), Vec::new()),
        Along::Part(show) => match show {
            Show::Factor(factor) => (people!("factor = $3"), vec![(factor as i64).into()]),
            // The second condition leads SQLite to the partial index.
            Show::Blocked => (people!("blocked_until > 0 AND login > ''"), Vec::new()),
            Show::Disabled => (people!("disabled = 1"), Vec::new()),
            Show::NeverLoggedIn => (people!("logged_in = 0"), Vec::new()),
            Show::CodesLow => (people!("codes_low = 1"), Vec::new()),
            Show::Role(role) => (
                people!("role = $3 AND role > 0"),
                vec![role.number().into()],
            ),
            Show::Group(group) => (
                people!("group_id = $3 AND group_id IS NOT NULL"),
                vec![group.0.into()],
            ),
        },
    }
}

impl Tx<'_> {
    /// What the page of a list begins with: the groups by name, and how many rows each of these has, counted up to `limit`.
    pub async fn survey_people(
        &mut self,
        walks: &[Along<'_>],
        limit: i64,
    ) -> Result<(Vec<GroupRow>, Vec<i64>), StoreError> {
        let ends = walks.iter().map(|along| match along {
            Along::Login(prefix) | Along::Name(prefix) | Along::Word(prefix) => {
                end_of_prefix(prefix)
            }
            Along::Added | Along::Part(_) => String::new(),
        });
        let ends: Vec<String> = ends.collect();
        let mut statements = vec![(GROUPS, vec![self.tenant.into(), MAX_GROUPS.into()])];
        for (along, end) in walks.iter().zip(&ends) {
            let (sql, more) = count(*along, end);
            let mut params = vec![self.tenant.into(), limit.into()];
            params.extend(more);
            statements.push((sql, params));
        }
        let statements: Vec<(_, &[_])> = statements
            .iter()
            .map(|(sql, params)| (*sql, params.as_slice()))
            .collect();
        let (mut groups, mut counts) = (Vec::new(), Vec::new());
        self.each_of(&statements, |number, row| {
            match number {
                0 => groups.push(group(row)?),
                _ => counts.push(row.int(0)?),
            }
            Ok(())
        })
        .await?;
        Ok((groups, counts))
    }
}

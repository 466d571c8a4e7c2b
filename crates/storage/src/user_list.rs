//! Lists of people: pages of them by key, and searches. Every statement walks along one index and reads no more than it gives
//! (docs/decisions/0008).

use warifu_domain::{
    ids::{GroupId, UserId},
    user::Role,
    user_search::{Query, end_of_prefix},
};

use crate::{
    standing::Factor,
    store::{Row, StoreError, Tx, Value},
    users::{UserRow, person_columns, user},
};

/// Whom a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Everybody.
    Everybody,
    /// Those with this second factor.
    Factor(Factor),
    /// Those at whose account guesses were slowed down or stopped, and not since opened.
    Blocked,
    /// Those whose account is closed.
    Disabled,
    /// Those who never logged in.
    NeverLoggedIn,
    /// Those with few backup codes left.
    CodesLow,
    /// Those of this role, other than members.
    Role(Role),
    /// Those of this group.
    Group(GroupId),
}

/// By what a list is ordered. Everybody can be listed in every order but that of the last login, which has no index; a part, by
/// login ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The login ID.
    Login,
    /// The folded name, then the id.
    Name,
    /// The last login, then the login ID; who never logged in comes first.
    LastLogin,
    /// When the account was added: ids grow with time.
    Created,
}

/// Where a page begins: behind a row, in the order or against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's first key: login ID or folded name.
    pub text: String,
    /// The row's number: its id, or its last login.
    pub number: i64,
}

/// Which page of a list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Whom.
    pub show: Show,
    /// In which order.
    pub order: Order,
    /// From the last to the first.
    pub backwards: bool,
    /// Behind which row; `None`: the first page.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: i64,
}

/// A statement and its reverse.
struct Pair {
    forwards: &'static str,
    backwards: &'static str,
}

/// A part of the people, by login ID. `$2` is where the page begins, `$4` what the part is told by.
macro_rules! part {
    ($condition:literal) => {
        Pair {
            forwards: concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login > $2 ORDER BY login LIMIT $3"
            ),
            backwards: concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login < $2 ORDER BY login DESC LIMIT $3"
            ),
        }
    };
}

/// Everybody, in another order. `$2` and `$4` are where the page begins.
macro_rules! whole {
    ($keys:literal, $order:literal, $reverse:literal) => {
        Pair {
            forwards: concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND ",
                $keys,
                " > ($2, $4) ORDER BY ",
                $order,
                " LIMIT $3"
            ),
            backwards: concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND ",
                $keys,
                " < ($2, $4) ORDER BY ",
                $reverse,
                " LIMIT $3"
            ),
        }
    };
}

const EVERYBODY: Pair = part!("login > ''");
const BY_NAME: Pair = whole!("(name_key, id)", "name_key, id", "name_key DESC, id DESC");
const BY_ID: Pair = Pair {
    forwards: concat!(
        "SELECT ",
        person_columns!(),
        " FROM person WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
    ),
    backwards: concat!(
        "SELECT ",
        person_columns!(),
        " FROM person WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ),
};

/// A part's statement, with what it is told by.
fn part(show: Show) -> (Pair, Option<i64>) {
    match show {
        Show::Everybody => (EVERYBODY, None),
        Show::Factor(factor) => (part!("factor = $4"), Some(factor as i64)),
        Show::Blocked => (part!("blocked_until > 0"), None),
        Show::Disabled => (part!("disabled = 1"), None),
        Show::NeverLoggedIn => (part!("login_month = 0"), None),
        Show::CodesLow => (part!("codes_low = 1"), None),
        Show::Role(role) => (part!("role = $4 AND role > 0"), Some(role.number())),
        Show::Group(group) => (
            part!("group_id = $4 AND group_id IS NOT NULL"),
            Some(group.0),
        ),
    }
}

fn count(show: Show) -> (&'static str, Option<i64>) {
    macro_rules! count {
        ($condition:literal) => {
            concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " LIMIT $2) AS part"
            )
        };
    }
    match show {
        Show::Everybody => (count!("login > ''"), None),
        Show::Factor(factor) => (count!("factor = $3"), Some(factor as i64)),
        // The second condition leads SQLite to the partial index.
        Show::Blocked => (count!("blocked_until > 0 AND login > ''"), None),
        Show::Disabled => (count!("disabled = 1"), None),
        Show::NeverLoggedIn => (count!("login_month = 0"), None),
        Show::CodesLow => (count!("codes_low = 1"), None),
        Show::Role(role) => (count!("role = $3 AND role > 0"), Some(role.number())),
        Show::Group(group) => (
            count!("group_id = $3 AND group_id IS NOT NULL"),
            Some(group.0),
        ),
    }
}

impl Cursor {
    /// Where the page behind a person begins.
    pub fn behind(person: &UserRow, order: Order) -> Self {
        let (text, number) = match order {
            Order::Login => (person.login.clone(), 0),
            Order::Name => (warifu_domain::user_search::fold(&person.name), person.id.0),
            Order::LastLogin => (
                person.login.clone(),
                person.standing.last_login_at.map_or(0, |at| at.0),
            ),
            Order::Created => (String::new(), person.id.0),
        };
        Self { text, number }
    }

    /// Before everybody, or behind everybody.
    fn outside(backwards: bool) -> Self {
        Self {
            text: if backwards {
                end_of_prefix("")
            } else {
                String::new()
            },
            number: if backwards { i64::MAX } else { i64::MIN },
        }
    }
}

impl Tx<'_> {
    /// Lists a page of people.
    pub async fn list_people(&mut self, listing: &Listing) -> Result<Vec<UserRow>, StoreError> {
        let tenant = self.tenant;
        let outside = Cursor::outside(listing.backwards);
        let Cursor { text, number } = listing.after.as_ref().unwrap_or(&outside);
        let (text, number) = (Value::from(text), Value::from(*number));
        let limit = listing.limit.into();
        let (pair, mut params) = match listing.order {
            Order::Login | Order::LastLogin => {
                let (pair, by) = part(listing.show);
                let mut params = vec![tenant.into(), text, limit];
                params.extend(by.map(Value::from));
                (pair, params)
            }
            Order::Name => (BY_NAME, vec![tenant.into(), text, limit, number]),
            Order::Created => (BY_ID, vec![tenant.into(), number]),
        };
        if listing.order == Order::Created {
            params.push(limit);
        }
        let sql = match listing.backwards {
            false => pair.forwards,
            true => pair.backwards,
        };
        self.list(sql, &params, user).await
    }

    /// How many people a list shows, counted up to `limit`.
    pub async fn count_people(&mut self, show: Show, limit: i64) -> Result<i64, StoreError> {
        let (sql, by) = count(show);
        let mut params = vec![self.tenant.into(), limit.into()];
        params.extend(by.map(Value::from));
        let count = self.find(sql, &params, |row| row.int(0)).await?;
        Ok(count.unwrap_or(0))
    }

    /// Finds up to `limit` people by the beginning of login ID, name or a word of either; `deep` is how many of a word's people
    /// are looked at where there are several words.
    pub async fn search_people(
        &mut self,
        query: &Query,
        limit: i64,
        deep: i64,
    ) -> Result<Vec<UserRow>, StoreError> {
        let tenant = self.tenant;
        let (whole, end) = (query.whole(), end_of_prefix(query.whole()));
        let params = [tenant.into(), whole.into(), (&end).into(), limit.into()];
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM person WHERE tenant_id = $1 AND login >= $2 AND login < $3 ORDER BY login LIMIT $4"
        );
        let mut found = self.list(sql, &params, user).await?;
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM person WHERE tenant_id = $1 AND name_key >= $2 AND name_key < $3 ORDER BY name_key, id LIMIT $4"
        );
        found.extend(self.list(sql, &params, user).await?);
        let term = query.term();
        let depth = if query.has_several_terms() {
            deep
        } else {
            limit
        };
        let end = end_of_prefix(&term);
        let params = [tenant.into(), (&term).into(), (&end).into(), depth.into()];
        let sql =
            "SELECT user_id FROM person_word WHERE tenant_id = $1 AND word >= $2 AND word < $3
                    ORDER BY word, user_id LIMIT $4";
        let id = |row: &Row<'_>| row.int(0).map(UserId);
        for id in self.list(sql, &params, id).await? {
            found.extend(self.find_user(id).await?);
        }
        // The word may be the one with which the login ID or the name begins, and the other words follow.
        if query.has_several_terms() {
            let sql = concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND name_key >= $2 AND name_key < $3
                  ORDER BY name_key, id LIMIT $4"
            );
            found.extend(self.list(sql, &params, user).await?);
            let sql = concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND login >= $2 AND login < $3 ORDER BY login LIMIT $4"
            );
            found.extend(self.list(sql, &params, user).await?);
        }
        found.retain(|person| query.fits(&person.login, &person.name));
        found.sort_by(|one, other| one.login.cmp(&other.login));
        found.dedup_by(|one, other| one.id == other.id);
        found.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(found)
    }
}

//! Lists of people: walks along one index, from a place on, in either direction. The database itself passes over those who do not
//! belong, a bounded number of them (docs/decisions/0008); what to walk along is the flows' choice.

use warifu_domain::{ids::GroupId, time::Timestamp, user::Role, user_search::end_of_prefix};

use crate::{
    standing::Factor,
    store::{Row, StoreError, Tx, Value},
    users::{MEMBER_COLUMNS, Member, PersonLine, member, member_columns},
};

/// A part of the people that has an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
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

impl Show {
    /// Whether a person belongs to it: what its statement asks of a row.
    pub fn has(self, person: &Member) -> bool {
        match self {
            Self::Factor(factor) => person.standing.factor == factor,
            Self::Blocked => person.standing.blocked_until.0 > 0,
            Self::Disabled => person.disabled,
            Self::NeverLoggedIn => person.standing.last_login_at.is_none(),
            Self::CodesLow => person.standing.codes_low,
            Self::Role(role) => person.role == role,
            Self::Group(group) => person.group == Some(group),
        }
    }
}

/// Between which numbers the columns are that tell of the parts.
struct Parts {
    factor: (i64, i64),
    role: (i64, i64),
    group: (i64, i64),
    disabled: i64,
    codes_low: i64,
    blocked_until: i64,
    last_login_at: i64,
}

impl Parts {
    /// What whoever is in all of `shows` has.
    fn all_of(shows: &[Show]) -> Self {
        let any = (i64::MIN, i64::MAX);
        let mut parts = Self {
            factor: any,
            role: any,
            group: any,
            disabled: 0,
            codes_low: 0,
            blocked_until: 0,
            last_login_at: i64::MAX,
        };
        // Nobody is two things at once.
        let narrow = |(low, high): &mut (i64, i64), value: i64| {
            (*low, *high) = ((*low).max(value), (*high).min(value));
        };
        for show in shows {
            match *show {
                Show::Factor(factor) => narrow(&mut parts.factor, factor as i64),
                Show::Role(role) => narrow(&mut parts.role, role.number()),
                Show::Group(group) => narrow(&mut parts.group, group.0),
                Show::Disabled => parts.disabled = 1,
                Show::CodesLow => parts.codes_low = 1,
                Show::Blocked => parts.blocked_until = 1,
                Show::NeverLoggedIn => parts.last_login_at = 0,
            }
        }
        parts
    }

    /// As [`belonging!`] asks for them.
    fn values(&self) -> [Value<'static>; 10] {
        [
            self.factor.0,
            self.factor.1,
            self.role.0,
            self.role.1,
            self.group.0,
            self.group.1,
            self.disabled,
            self.codes_low,
            self.blocked_until,
            self.last_login_at,
        ]
        .map(Value::from)
    }
}

/// What a walk goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along<'a> {
    /// Whose login ID begins so, by login ID; everybody's begins with nothing.
    Login(&'a str),
    /// Whose folded name begins so, by folded name and id.
    Name(&'a str),
    /// Who has a word that begins so, by word and id: once for each word.
    Word(&'a str),
    /// Everybody, in the order in which they were added: ids grow with time.
    Added,
    /// A part, by login ID.
    Part(Show),
}

/// A place in a walk: that of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The row's first key: login ID, folded name or word.
    pub text: String,
    /// The row's id.
    pub number: i64,
}

/// Which rows of a walk.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    /// What it goes along.
    pub along: Along<'a>,
    /// From the last to the first.
    pub backwards: bool,
    /// Behind which row; `None`: from the start.
    pub after: Option<&'a Place>,
    /// Those who are in all of these parts. The others are looked at, and not given.
    pub shows: &'a [Show],
    /// Until so many are given.
    pub wanted: i64,
    /// Or until so many were looked at.
    pub depth: i64,
}

/// What [`line`] reads, in its order; a row's place stands behind it.
macro_rules! line_columns {
    () => {
        concat!(member_columns!(), ", login, name, created_at")
    };
}

/// The column of a row's place.
const PLACE: usize = MEMBER_COLUMNS + 3;

/// A statement and its reverse.
struct Pair {
    forwards: &'static str,
    backwards: &'static str,
}

/// Those of whom a statement looks at who belong to all parts: `$4` of them, behind the first `$5`.
macro_rules! belonging {
    ($looked_at:expr) => {
        concat!(
            "SELECT * FROM (",
            $looked_at,
            ") AS looked_at
              WHERE factor BETWEEN $6 AND $7 AND role BETWEEN $8 AND $9 AND COALESCE(group_id, 0) BETWEEN $10 AND $11
                AND disabled >= $12 AND codes_low >= $13 AND blocked_until >= $14 AND last_login_at <= $15
              LIMIT $4 OFFSET $5"
        )
    };
}

/// A part of the people, by login ID. `$2` is where the walk begins, `$3` how many are looked at, `$16` what the part is told by.
macro_rules! part {
    ($condition:literal) => {
        Pair {
            forwards: belonging!(concat!(
                "SELECT ",
                line_columns!(),
                ", login AS place FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login > $2 ORDER BY login LIMIT $3"
            )),
            backwards: belonging!(concat!(
                "SELECT ",
                line_columns!(),
                ", login AS place FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login < $2 ORDER BY login DESC LIMIT $3"
            )),
        }
    };
}

/// By a text and an id: behind the row `($2, $16)`, up to the text `$17`.
macro_rules! range {
    ($columns:expr, $tables:literal, $text:literal, $id:literal) => {
        Pair {
            forwards: belonging!(concat!(
                "SELECT ",
                $columns,
                ", ",
                $text,
                " AS place FROM ",
                $tables,
                " AND (",
                $text,
                ", ",
                $id,
                ") > ($2, $16) AND ",
                $text,
                " < $17 ORDER BY ",
                $text,
                ", ",
                $id,
                " LIMIT $3"
            )),
            backwards: belonging!(concat!(
                "SELECT ",
                $columns,
                ", ",
                $text,
                " AS place FROM ",
                $tables,
                " AND (",
                $text,
                ", ",
                $id,
                ") < ($2, $16) AND ",
                $text,
                " >= $17 ORDER BY ",
                $text,
                " DESC, ",
                $id,
                " DESC LIMIT $3"
            )),
        }
    };
}

const BY_LOGIN: Pair = Pair {
    // The place itself is left out; the beginning may be somebody's whole login ID.
    forwards: belonging!(concat!(
        "SELECT ",
        line_columns!(),
        ", login AS place FROM person WHERE tenant_id = $1 AND login >= $2 AND login < $17 AND login <> $16
          ORDER BY login LIMIT $3"
    )),
    backwards: belonging!(concat!(
        "SELECT ",
        line_columns!(),
        ", login AS place FROM person WHERE tenant_id = $1 AND login < $2 AND login >= $17 AND login <> $16
          ORDER BY login DESC LIMIT $3"
    )),
};
const BY_NAME: Pair = range!(
    line_columns!(),
    "person WHERE tenant_id = $1",
    "name_key",
    "id"
);
const BY_WORD: Pair = range!(
    line_columns!(),
    "person_word JOIN person ON person.tenant_id = $1 AND person.id = person_word.user_id WHERE person_word.tenant_id = $1",
    "word",
    "user_id"
);
const BY_ID: Pair = Pair {
    forwards: belonging!(concat!(
        "SELECT ",
        line_columns!(),
        ", '' AS place FROM person WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
    )),
    backwards: belonging!(concat!(
        "SELECT ",
        line_columns!(),
        ", '' AS place FROM person WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    )),
};

/// A part's statement, with what it is told by.
fn part(show: Show) -> (Pair, Option<i64>) {
    match show {
        Show::Factor(factor) => (part!("factor = $16"), Some(factor as i64)),
        Show::Blocked => (part!("blocked_until > 0"), None),
        Show::Disabled => (part!("disabled = 1"), None),
        Show::NeverLoggedIn => (part!("logged_in = 0"), None),
        Show::CodesLow => (part!("codes_low = 1"), None),
        Show::Role(role) => (part!("role = $16 AND role > 0"), Some(role.number())),
        Show::Group(group) => (
            part!("group_id = $16 AND group_id IS NOT NULL"),
            Some(group.0),
        ),
    }
}

/// Reads a person and the place.
fn line(row: &Row<'_>) -> Result<(Place, PersonLine), StoreError> {
    let member = member(row, 0)?;
    let place = Place {
        text: row.text(PLACE)?,
        number: member.id.0,
    };
    let person = PersonLine {
        member,
        login: row.text(MEMBER_COLUMNS)?,
        name: row.text(MEMBER_COLUMNS + 1)?,
        created_at: Timestamp(row.int(MEMBER_COLUMNS + 2)?),
    };
    Ok((place, person))
}

impl Tx<'_> {
    /// Goes on along a walk: the people, with their places.
    pub async fn walk_people(
        &mut self,
        walk: &Walk<'_>,
    ) -> Result<Vec<(Place, PersonLine)>, StoreError> {
        let parts = Parts::all_of(walk.shows);
        self.look_at(walk, &parts, walk.wanted, 0).await
    }

    /// The place of the last who is looked at on a walk that is not given as many as are wanted. `None`: it comes to the end before.
    pub async fn find_end_of_walk(&mut self, walk: &Walk<'_>) -> Result<Option<Place>, StoreError> {
        let everybody = Parts::all_of(&[]);
        let mut last = self.look_at(walk, &everybody, 1, walk.depth - 1).await?;
        Ok(last.pop().map(|(place, _)| place))
    }

    /// Up to `limit` of those who are in the parts, behind the first `skipped` of them.
    async fn look_at(
        &mut self,
        walk: &Walk<'_>,
        parts: &Parts,
        limit: i64,
        skipped: i64,
    ) -> Result<Vec<(Place, PersonLine)>, StoreError> {
        let prefix = match walk.along {
            Along::Login(prefix) | Along::Name(prefix) | Along::Word(prefix) => prefix,
            Along::Added | Along::Part(_) => "",
        };
        let end = end_of_prefix(prefix);
        let (near, far) = match walk.backwards {
            false => (prefix, end.as_str()),
            true => (end.as_str(), prefix),
        };
        let text = walk.after.map(|place| place.text.as_str());
        let number = walk.after.map(|place| place.number);
        let number = number.unwrap_or(if walk.backwards { i64::MAX } else { i64::MIN });
        let begin = text.unwrap_or(near);
        let (pair, begin, more): (_, Value<'_>, Vec<Value<'_>>) = match walk.along {
            Along::Added => (BY_ID, number.into(), Vec::new()),
            Along::Part(show) => {
                let (pair, by) = part(show);
                (
                    pair,
                    begin.into(),
                    by.map(Value::from).into_iter().collect(),
                )
            }
            Along::Login(_) => {
                let place = text.unwrap_or_default();
                (BY_LOGIN, begin.into(), vec![place.into(), far.into()])
            }
            Along::Name(_) => (BY_NAME, begin.into(), vec![number.into(), far.into()]),
            Along::Word(_) => (BY_WORD, begin.into(), vec![number.into(), far.into()]),
        };
        let sql = match walk.backwards {
            false => pair.forwards,
            true => pair.backwards,
        };
        let mut params = vec![
            self.tenant.into(),
            begin,
            walk.depth.into(),
            limit.into(),
            skipped.into(),
        ];
        params.extend(parts.values());
        params.extend(more);
        self.list(sql, &params, line).await
    }
}

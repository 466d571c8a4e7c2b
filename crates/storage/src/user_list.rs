//! Lists of people: walks along one index, from a place on, in either direction. A walk copies no text of a row that it does not give
//! (docs/decisions/0008); what to walk along is the flows' choice.

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
    /// At most so many are looked at.
    pub limit: i64,
}

/// What a walk came to.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The people, with their places.
    pub rows: Vec<(Place, PersonLine)>,
    /// How many were looked at; fewer than the limit: there is nobody behind them.
    pub looked_at: i64,
    /// The place of the last who was looked at.
    pub last: Option<Place>,
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

/// A part of the people, by login ID. `$2` is where the walk begins, `$4` what the part is told by.
macro_rules! part {
    ($condition:literal) => {
        Pair {
            forwards: concat!(
                "SELECT ",
                line_columns!(),
                ", login FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login > $2 ORDER BY login LIMIT $3"
            ),
            backwards: concat!(
                "SELECT ",
                line_columns!(),
                ", login FROM person WHERE tenant_id = $1 AND ",
                $condition,
                " AND login < $2 ORDER BY login DESC LIMIT $3"
            ),
        }
    };
}

/// By a text and an id: behind the row `($2, $4)`, up to the text `$5`.
macro_rules! range {
    ($columns:expr, $tables:literal, $text:literal, $id:literal) => {
        Pair {
            forwards: concat!(
                "SELECT ",
                $columns,
                ", ",
                $text,
                " FROM ",
                $tables,
                " AND (",
                $text,
                ", ",
                $id,
                ") > ($2, $4) AND ",
                $text,
                " < $5 ORDER BY ",
                $text,
                ", ",
                $id,
                " LIMIT $3"
            ),
            backwards: concat!(
                "SELECT ",
                $columns,
                ", ",
                $text,
                " FROM ",
                $tables,
                " AND (",
                $text,
                ", ",
                $id,
                ") < ($2, $4) AND ",
                $text,
                " >= $5 ORDER BY ",
                $text,
                " DESC, ",
                $id,
                " DESC LIMIT $3"
            ),
        }
    };
}

const BY_LOGIN: Pair = Pair {
    // The place itself is left out; the beginning may be somebody's whole login ID.
    forwards: concat!(
        "SELECT ",
        line_columns!(),
        ", login FROM person WHERE tenant_id = $1 AND login >= $2 AND login < $5 AND login <> $4 ORDER BY login LIMIT $3"
    ),
    backwards: concat!(
        "SELECT ",
        line_columns!(),
        ", login FROM person WHERE tenant_id = $1 AND login < $2 AND login >= $5 AND login <> $4 ORDER BY login DESC LIMIT $3"
    ),
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
    forwards: concat!(
        "SELECT ",
        line_columns!(),
        ", '' FROM person WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
    ),
    backwards: concat!(
        "SELECT ",
        line_columns!(),
        ", '' FROM person WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ),
};

/// A part's statement, with what it is told by.
fn part(show: Show) -> (Pair, Option<i64>) {
    match show {
        Show::Factor(factor) => (part!("factor = $4"), Some(factor as i64)),
        Show::Blocked => (part!("blocked_until > 0"), None),
        Show::Disabled => (part!("disabled = 1"), None),
        Show::NeverLoggedIn => (part!("logged_in = 0"), None),
        Show::CodesLow => (part!("codes_low = 1"), None),
        Show::Role(role) => (part!("role = $4 AND role > 0"), Some(role.number())),
        Show::Group(group) => (
            part!("group_id = $4 AND group_id IS NOT NULL"),
            Some(group.0),
        ),
    }
}

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

/// Reads a person of whom the first columns were read already.
fn line(row: &Row<'_>, member: Member) -> Result<PersonLine, StoreError> {
    Ok(PersonLine {
        member,
        login: row.text(MEMBER_COLUMNS)?,
        name: row.text(MEMBER_COLUMNS + 1)?,
        created_at: Timestamp(row.int(MEMBER_COLUMNS + 2)?),
    })
}

impl Tx<'_> {
    /// Goes on along a walk.
    pub async fn walk_people(&mut self, walk: &Walk<'_>) -> Result<Walked, StoreError> {
        let (tenant, limit) = (self.tenant, walk.limit.into());
        let (first, last) = ("", end_of_prefix(""));
        let outside = if walk.backwards { &last } else { first };
        let number = walk.after.map(|place| place.number);
        let number = number.unwrap_or(if walk.backwards { i64::MAX } else { i64::MIN });
        let (pair, params) = match walk.along {
            Along::Added => (BY_ID, vec![tenant.into(), number.into(), limit]),
            Along::Part(show) => {
                let (pair, by) = part(show);
                let text = walk.after.map_or(outside, |place| &place.text);
                let mut params = vec![tenant.into(), text.into(), limit];
                params.extend(by.map(Value::from));
                (pair, params)
            }
            Along::Login(prefix) | Along::Name(prefix) | Along::Word(prefix) => {
                let end = end_of_prefix(prefix);
                return self.walk_range(walk, (prefix, &end), number).await;
            }
        };
        let sql = match walk.backwards {
            false => pair.forwards,
            true => pair.backwards,
        };
        self.look_at(sql, &params, walk.shows).await
    }

    /// [`Self::walk_people`] between the beginning and the end of a prefix.
    async fn walk_range(
        &mut self,
        walk: &Walk<'_>,
        (start, end): (&str, &str),
        number: i64,
    ) -> Result<Walked, StoreError> {
        let (near, far) = match walk.backwards {
            false => (start, end),
            true => (end, start),
        };
        let text = walk.after.map(|place| place.text.as_str());
        let (pair, fourth) = match walk.along {
            Along::Name(_) => (BY_NAME, number.into()),
            Along::Word(_) => (BY_WORD, number.into()),
            _ => (BY_LOGIN, text.unwrap_or_default().into()),
        };
        let params = [
            self.tenant.into(),
            text.unwrap_or(near).into(),
            walk.limit.into(),
            fourth,
            far.into(),
        ];
        let sql = match walk.backwards {
            false => pair.forwards,
            true => pair.backwards,
        };
        self.look_at(sql, &params, walk.shows).await
    }

    /// Of most rows only what the parts are told by is read: texts are copied for those who are shown.
    async fn look_at(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        shows: &[Show],
    ) -> Result<Walked, StoreError> {
        let mut walked = Walked {
            rows: Vec::new(),
            looked_at: 0,
            last: None,
        };
        self.each(sql, params, |row| {
            let member = member(row)?;
            let text = row.text(PLACE)?;
            let place = Place {
                text,
                number: member.id.0,
            };
            walked.looked_at += 1;
            if shows.iter().all(|show| show.has(&member)) {
                walked.rows.push((place.clone(), line(row, member)?));
            }
            walked.last = Some(place);
            Ok(())
        })
        .await?;
        Ok(walked)
    }

    /// How many rows a walk has, counted up to `limit`.
    pub async fn count_people(&mut self, along: Along<'_>, limit: i64) -> Result<i64, StoreError> {
        let end = match along {
            Along::Login(prefix) | Along::Name(prefix) | Along::Word(prefix) => {
                end_of_prefix(prefix)
            }
            Along::Added | Along::Part(_) => String::new(),
        };
        let (sql, more) = count(along, &end);
        let mut params = vec![self.tenant.into(), limit.into()];
        params.extend(more);
        let count = self.find(sql, &params, |row| row.int(0)).await?;
        Ok(count.unwrap_or(0))
    }
}

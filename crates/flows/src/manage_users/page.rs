//! The rows of one page of a list: walked along indexes, no further than a bound, or read whole and ordered here; and how they are
//! laid out.

use std::cmp::Ordering;

use warifu_domain::user_search::fold;
use warifu_storage::{Along, PersonLine, Place, Show, StoreError, Tx, Walk};

use super::list::{Count, Cursor, Listed, Listing, Order, Page, fits};

/// People who are read at once at most.
const AT_ONCE: i64 = 500;

/// What a page's walk came to.
pub(super) struct Found {
    /// Who belongs on the page, in the direction of the walk, with places.
    pub(super) rows: Vec<(Cursor, PersonLine)>,
    /// Where the walk came to, unless the page was full before or it came to the end.
    pub(super) last: Option<Cursor>,
    /// The walk ended at the bound, after so many people.
    pub(super) cut_after: Option<i64>,
}

impl Found {
    /// Forgets which walk people were found on, where there is one.
    pub(super) fn drop_walks(&mut self) {
        let places = self.rows.iter_mut().map(|(at, _)| at);
        places
            .chain(self.last.as_mut())
            .for_each(|at| at.walk = None);
    }
}

/// Where a page's walk goes, and how far.
pub(super) struct Steps<'a> {
    /// Along these, one behind the other.
    pub(super) walks: &'a [Along<'a>],
    /// Only those who are in all of these parts are asked for.
    pub(super) shows: &'a [Show],
    /// From this row on; `None`: from the start.
    pub(super) from: Option<&'a Cursor>,
    /// From the last to the first.
    pub(super) backwards: bool,
    /// Whether a search, which looks at people itself, accepts them; else the statement gives only those who belong.
    pub(super) is_search: bool,
    /// Until so many people are accepted.
    pub(super) wanted: usize,
    /// Or until so many were looked at.
    pub(super) depth: i64,
}

/// Goes a walk, and accepts whom it finds.
pub(super) async fn walk(
    tx: &mut Tx<'_>,
    steps: &Steps<'_>,
    accepts: impl Fn(usize, &Place, &PersonLine) -> bool,
) -> Result<Found, StoreError> {
    let Steps {
        walks,
        shows,
        from,
        backwards,
        is_search,
        wanted,
        depth,
    } = *steps;
    let mut found = Found {
        rows: Vec::new(),
        last: None,
        cut_after: None,
    };
    let is_shown = |person: &PersonLine| shows.iter().all(|show| show.has(&person.member));
    let mut looked_at = 0;
    let start = match (from, backwards) {
        (Some(from), _) => from.walk.unwrap_or(0),
        (None, false) => 0,
        (None, true) => walks.len() - 1,
    };
    let numbers: Vec<usize> = match backwards {
        false => (start..walks.len()).collect(),
        true => (0..walks.len().min(start + 1)).rev().collect(),
    };
    let mut after = from.map(|from| Place {
        text: from.text.clone(),
        number: from.number,
    });
    for number in numbers {
        // The first rows of a search may be all that is needed.
        let rest = (depth - looked_at).max(1);
        let mut limit = if is_search {
            rest.min(wanted as i64)
        } else {
            rest
        };
        loop {
            let walk = Walk {
                along: walks[number],
                backwards,
                after: after.as_ref(),
                shows: if is_search { &[] } else { shows },
                wanted: if is_search { limit } else { wanted as i64 },
                depth: limit,
            };
            let people = tx.walk_people(&walk).await?;
            let (given, last) = (people.len() as i64, people.last());
            let on = match last {
                Some((at, _)) if given == walk.wanted.min(limit) => Some(at.clone()),
                _ if walk.shows.is_empty() => None,
                _ => tx.find_end_of_walk(&walk).await?,
            };
            let place = |at: Place| Cursor {
                walk: Some(number),
                text: at.text,
                number: at.number,
            };
            for (at, person) in people {
                if is_shown(&person) && accepts(number, &at, &person) {
                    found.rows.push((place(at), person));
                    if found.rows.len() == wanted {
                        return Ok(found);
                    }
                }
            }
            let Some(on) = on else {
                break;
            };
            found.last = Some(place(on.clone()));
            after = Some(on);
            looked_at += limit;
            if looked_at >= depth {
                found.cut_after = Some(looked_at);
                return Ok(found);
            }
            limit = next_part(found.rows.len(), wanted, looked_at).min(depth - looked_at);
        }
        after = None;
    }
    Ok(found)
}

/// How many people are read next, when `found` of `wanted` were among those who were looked at: as many as will do if it goes on so,
/// and some more.
fn next_part(found: usize, wanted: usize, looked_at: i64) -> i64 {
    let (found, missing) = (found as i64, (wanted - found) as i64);
    match found {
        0 => AT_ONCE,
        _ => (1 + missing * looked_at * 5 / (found * 4)).min(AT_ONCE),
    }
}

/// Reads a small set, orders it, and cuts the page out.
pub(super) async fn read_whole(
    tx: &mut Tx<'_>,
    listing: &Listing,
    set: &[Along<'_>],
) -> Result<Listed, StoreError> {
    let query = listing.filter.query.as_ref();
    let limit = 2 * listing.bounds.small;
    let mut all: Vec<PersonLine> = Vec::new();
    for along in set {
        let walk = Walk {
            along: *along,
            backwards: false,
            after: None,
            shows: &listing.filter.shows,
            wanted: limit,
            depth: limit,
        };
        let rows = tx.walk_people(&walk).await?.into_iter();
        let people = rows.map(|(_, person)| person);
        all.extend(people.filter(|person| fits(query, person)));
    }
    let mut rows: Vec<(Cursor, PersonLine)> = all
        .into_iter()
        .map(|person| (key(&person, listing.order), person))
        .collect();
    let backwards = listing.descending != listing.page.back;
    let by_order = |one: &Cursor, other: &Cursor| {
        let ordering = match listing.order {
            Order::Login | Order::Name => (&one.text, one.number).cmp(&(&other.text, other.number)),
            Order::LastLogin => (one.number, &one.text).cmp(&(other.number, &other.text)),
            Order::Added => one.number.cmp(&other.number),
        };
        if backwards {
            ordering.reverse()
        } else {
            ordering
        }
    };
    rows.sort_by(|(one, _), (other, _)| by_order(one, other));
    rows.dedup_by(|(_, one), (_, other)| one.member.id == other.member.id);
    let count = Count::Exactly(rows.len() as i64);
    if let Some(from) = &listing.page.from {
        rows.retain(|(at, _)| by_order(at, from) == Ordering::Greater);
    }
    let found = Found {
        last: rows.last().map(|(at, _)| at.clone()),
        rows,
        cut_after: None,
    };
    let mut listed = lay_out(listing, &listing.page, found);
    listed.count = count;
    Ok(listed)
}

/// A person's place in an order.
fn key(person: &PersonLine, order: Order) -> Cursor {
    let id = person.member.id.0;
    let (text, number) = match order {
        Order::Login => (person.login.clone(), id),
        Order::Name => (fold(&person.name), id),
        Order::LastLogin => {
            let at = person.member.standing.last_login_at;
            (person.login.clone(), at.map_or(0, |at| at.0))
        }
        Order::Added => (String::new(), id),
    };
    Cursor {
        walk: None,
        text,
        number,
    }
}

/// Lays rows that come in the direction of the page out as the page shows them.
pub(super) fn lay_out(listing: &Listing, page: &Page, mut found: Found) -> Listed {
    let has_more = found.rows.len() > listing.limit;
    found.rows.truncate(listing.limit);
    let (first, last) = (found.rows.first(), found.rows.last());
    let place = |row: Option<&(Cursor, PersonLine)>| row.map(|(at, _)| at.clone());
    let (first, last) = (place(first), place(last));
    let is_cut = found.cut_after.is_some();
    // On in the direction of the page, and back against it. Where nobody is shown, from where the walk came to; where nobody was
    // met, from the other end.
    let on = match (has_more, is_cut) {
        (true, _) => last,
        (false, true) => found.last.clone(),
        (false, false) => None,
    };
    let on = on.map(|from| Page {
        from: Some(from),
        back: page.back,
    });
    let has_against = page.back || page.from.is_some();
    let against = has_against.then(|| Page {
        from: first.or(found.last),
        back: !page.back,
    });
    let mut people: Vec<PersonLine> = found.rows.into_iter().map(|(_, person)| person).collect();
    let (previous, next) = match page.back {
        false => (against, on),
        true => {
            people.reverse();
            (on, against)
        }
    };
    Listed {
        people,
        groups: Vec::new(),
        has_operators: false,
        count: Count::Unknown,
        orders: &Order::ALL,
        order: listing.order,
        previous,
        next,
        cut_after: found.cut_after,
    }
}

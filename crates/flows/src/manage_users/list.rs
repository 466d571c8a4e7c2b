//! Lists of people, page by page: any search with any filter in any order (docs/decisions/0008). Every page looks at a bounded
//! number of people: a small set is read whole and ordered here, a large one is walked along an index.

use std::{collections::HashMap, sync::Arc};

use warifu_domain::{
    ids::GroupId,
    permission::Operation,
    tenant::Tenant,
    user::Role,
    user_search::{Query, first_word, fold, word_prefix},
};
use warifu_storage::{Along, Factor, GroupRow, PersonLine, Place, Show, StoreError, Tx, Walk};

use super::page::{Steps, lay_out, read_whole, walk};
use crate::{by::By, ctx::Ctx, error::FlowError};

/// Terms of a search whose people are counted, to begin with the fewest.
const COUNTED_TERMS: usize = 3;

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The login ID.
    Login,
    /// The folded name, then the id.
    Name,
    /// The last login, then the login ID; who never logged in comes first. There is no index for it, since every login would
    /// write it: only small sets are ordered so.
    LastLogin,
    /// When the account was added: ids grow with time.
    Added,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Login, Self::Name, Self::LastLogin, Self::Added];
}

/// Which people a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those who fit.
    pub query: Option<Query>,
    /// Those who are in all of these parts.
    pub shows: Vec<Show>,
}

/// The place of a row in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which of a large search's walks the row was found in; `None`: the list has an order.
    pub walk: Option<usize>,
    /// The row's first key: login ID, folded name or word.
    pub text: String,
    /// The row's number: its id, or its last login.
    pub number: i64,
}

/// Which page of a list. The default is the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The row next to the page; `None`: the page lies at the list's end.
    pub from: Option<Cursor>,
    /// The page lies before that row, not behind it.
    pub back: bool,
}

/// Which page of which list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Whom.
    pub filter: Filter,
    /// By what it is ordered.
    pub order: Order,
    /// The last first.
    pub descending: bool,
    /// Which page.
    pub page: Page,
    /// People on a page.
    pub limit: usize,
    /// What the page may cost.
    pub bounds: Bounds,
}

/// How many people a page looks at.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most people of a set that is read whole: it can be ordered by anything, and is counted exactly.
    pub small: i64,
    /// Most people who are looked at along an index, before the page says how far it came.
    pub depth: i64,
}

impl Default for Bounds {
    // Of people in no particular order, a set that is not small fills a page within the depth up to a tenant of 100,000, and a fifth
    // of a page in one of a million.
    fn default() -> Self {
        Self {
            small: 2_000,
            depth: 5_000,
        }
    }
}

/// How many people a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// Certainly more.
    MoreThan(i64),
    /// That would have to be counted.
    Unknown,
}

/// A page of people.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The people.
    pub people: Vec<PersonLine>,
    /// Every group of the tenant, by name.
    pub groups: Vec<GroupRow>,
    /// The tenant has operators: they live in one tenant of the server.
    pub has_operators: bool,
    /// How many there are in all.
    pub count: Count,
    /// By what the list can be ordered; empty: people come as they are found.
    pub orders: &'static [Order],
    /// What it is ordered by.
    pub order: Order,
    /// The page before this one, if there is anybody on it.
    pub previous: Option<Page>,
    /// The page behind this one. After a page that was cut short, it may turn out empty.
    pub next: Option<Page>,
    /// After so many people the page was left as it is, though there may be more who belong on it.
    pub cut_after: Option<i64>,
}

impl Listed {
    /// The names of groups, for the rows.
    pub fn group_names(&self) -> HashMap<GroupId, &str> {
        let named = self.groups.iter();
        named.map(|group| (group.id, group.name.as_str())).collect()
    }
}

/// Lists people by login ID, beginning behind `after`.
pub async fn list_users(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    after: &str,
    limit: i64,
) -> Result<Vec<PersonLine>, FlowError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())?;
    let after = Place {
        text: after.to_owned(),
        number: 0,
    };
    let listed = ctx.store.read(tenant.id, async move |tx| {
        let walk = Walk {
            along: Along::Login(""),
            backwards: false,
            after: Some(&after),
            shows: &[],
            wanted: limit,
            depth: limit,
        };
        tx.walk_people(&walk).await
    });
    let placed = listed.await?.into_iter();
    Ok(placed.map(|(_, person)| person).collect())
}

/// Gives a page of a list.
pub async fn list_people(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    listing: Listing,
) -> Result<Listed, FlowError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())?;
    let listed = ctx.store.read(tenant.id, async move |tx| {
        let (seen, plan) = plan(tx, &listing).await?;
        let mut listed = match plan {
            Plan::Whole(set) => read_whole(tx, &listing, &set).await?,
            Plan::Walk(walks, size) => page_of_walk(tx, &listing, &walks, size).await?,
        };
        listed.groups = seen.groups;
        listed.has_operators = seen.has_operators;
        Ok(listed)
    });
    Ok(listed.await?)
}

/// What every page shows.
struct Seen {
    groups: Vec<GroupRow>,
    has_operators: bool,
}

/// How a page is made.
enum Plan<'l> {
    /// Whoever is on one of these is read, looked at and ordered here; those without anybody are left out.
    Whole(Vec<Along<'l>>),
    /// These are walked one behind the other, in the list's order. The number is how many people they have, unless these are
    /// more than is small, or have to be looked at.
    Walk(Vec<Along<'l>>, Count),
}

/// What of an organisation is in a set, as a rule: the few first.
fn rank(along: &Along<'_>) -> u8 {
    match along {
        Along::Part(Show::Blocked | Show::Disabled | Show::Role(_)) => 0,
        Along::Part(Show::CodesLow | Show::Factor(Factor::Pending)) => 1,
        Along::Part(Show::Group(_)) => 2,
        Along::Part(Show::NeverLoggedIn | Show::Factor(Factor::Off | Factor::On)) => 3,
        Along::Login(_) | Along::Name(_) | Along::Word(_) | Along::Added => 4,
    }
}

/// Where the people are whom a term finds. Who is on several of these is taken from the first.
fn search<'q>(query: &'q Query, term: &'q str) -> Vec<Along<'q>> {
    let mut walks = Vec::new();
    // Who is called just so comes first. A name may hold signs between which terms do not begin, too.
    if query.terms().len() > 1 {
        walks.push(Along::Name(query.whole()));
    }
    let word = Along::Word(word_prefix(term));
    walks.extend([Along::Login(term), Along::Name(term), word]);
    walks
}

/// How a page is made, and what every page shows: read together.
async fn plan<'l>(tx: &mut Tx<'_>, listing: &'l Listing) -> Result<(Seen, Plan<'l>), StoreError> {
    let Filter { query, shows } = &listing.filter;
    let from = listing.page.from.as_ref();
    let is_in_search = from.is_some_and(|from| from.walk.is_some());
    // A list that grows while somebody turns its pages does not change its order under the reader.
    let few = listing.bounds.small;
    let small = if from.is_some() { 2 * few } else { few };
    let mut sets: Vec<Vec<Along<'_>>> = shows.iter().map(|show| vec![Along::Part(*show)]).collect();
    if let Some(query) = query {
        let terms = query.terms().iter().take(COUNTED_TERMS);
        sets.extend(terms.map(|term| search(query, term)));
    }
    if sets.is_empty() {
        sets.push(vec![Along::Login("")]);
    }
    let is_simple = sets.len() == 1 && query.is_none();
    // Of two that are both large, the one is walked that is the smaller in most organisations.
    sets.sort_by_key(|set| rank(&set[0]));
    let mut walks = sets.concat();
    walks.push(Along::Part(Show::Role(Role::Operator)));
    let (groups, mut counts) = tx.survey_people(&walks, small + 1).await?;
    let has_operators = counts.pop().is_some_and(|operators| operators > 0);
    let seen = Seen {
        groups,
        has_operators,
    };
    let mut counts = counts.into_iter();
    let counted = sets.into_iter().map(|set| {
        let counts: Vec<i64> = counts.by_ref().take(set.len()).collect();
        (counts.iter().sum::<i64>().min(small + 1), counts, set)
    });
    // The first of several.
    let smallest = counted.min_by_key(|(size, ..)| *size);
    let (size, counts, set) = smallest.expect("there is a set");
    let is_small = size <= small;
    let count = match is_small && is_simple {
        true => Count::Exactly(size),
        false if is_simple => Count::MoreThan(few),
        false => Count::Unknown,
    };
    let is_indexed = match listing.order {
        Order::Login => true,
        Order::Name | Order::Added => shows.is_empty(),
        Order::LastLogin => false,
    };
    if is_small && !is_in_search && !(is_simple && is_indexed) {
        let inhabited = set.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        let set = inhabited.map(|(along, _)| along).collect();
        return Ok((seen, Plan::Whole(set)));
    }
    let plan = match query {
        Some(query) => Plan::Walk(search(query, &query.terms()[0]), Count::Unknown),
        None => match listing.order {
            Order::Login | Order::LastLogin => Plan::Walk(set, count),
            order => Plan::Walk(vec![whole(order)], count),
        },
    };
    Ok((seen, plan))
}

/// Everybody, in an order that has an index.
fn whole(order: Order) -> Along<'static> {
    match order {
        Order::Login | Order::LastLogin => Along::Login(""),
        Order::Name => Along::Name(""),
        Order::Added => Along::Added,
    }
}

/// Whether a person who was met on the walk `met`, and is in the list's parts, belongs on the list, and there.
fn belongs(
    query: Option<&Query>,
    walks: &[Along<'_>],
    met: usize,
    at: &Place,
    person: &PersonLine,
) -> bool {
    let is_met_first = |query: &Query| {
        let term = &query.terms()[0];
        let is_on = |along: &Along<'_>| match along {
            Along::Login(start) => person.login.starts_with(start),
            Along::Name(start) => fold(&person.name).starts_with(start),
            _ => first_word(&person.login, &person.name, term).is_some(),
        };
        let is_first_word = !matches!(walks[met], Along::Word(_))
            || first_word(&person.login, &person.name, term).as_ref() == Some(&at.text);
        is_first_word && !walks[..met].iter().any(is_on)
    };
    fits(query, person) && query.is_none_or(is_met_first)
}

/// Whether a search finds a person; without one everybody.
pub(super) fn fits(query: Option<&Query>, person: &PersonLine) -> bool {
    query.is_none_or(|query| query.fits(&person.login, &person.name))
}

async fn page_of_walk(
    tx: &mut Tx<'_>,
    listing: &Listing,
    walks: &[Along<'_>],
    size: Count,
) -> Result<Listed, StoreError> {
    let is_search = listing.filter.query.is_some();
    // The place of a row in another order, from before the list grew, is none here.
    let is_place = |from: &Cursor| from.walk.is_some() == is_search;
    let page = match &listing.page.from {
        Some(from) if !is_place(from) => Page::default(),
        _ => listing.page.clone(),
    };
    let backwards = match is_search {
        true => page.back,
        false => listing.descending != page.back,
    };
    let query = listing.filter.query.as_ref();
    let steps = Steps {
        walks,
        shows: &listing.filter.shows,
        from: page.from.as_ref(),
        backwards,
        is_search,
        wanted: listing.limit + 1,
        depth: listing.bounds.depth,
    };
    let accepts = |met, at: &Place, person: &PersonLine| belongs(query, walks, met, at, person);
    let mut found = walk(tx, &steps, accepts).await?;
    if !is_search {
        found.drop_walks();
    }
    let shown = found.rows.len().min(listing.limit) as i64;
    let mut listed = lay_out(listing, &page, found);
    listed.count = match size {
        Count::Unknown if page != Page::default() => Count::Unknown,
        Count::Unknown if listed.next.is_none() => Count::Exactly(shown),
        Count::Unknown if listed.cut_after.is_none() => Count::MoreThan(shown),
        size => size,
    };
    if is_search {
        listed.orders = &[];
        listed.order = Order::Login;
    } else if !matches!(size, Count::Exactly(_)) {
        listed.orders = &WALKED;
        listed.order = match listing.order {
            Order::LastLogin => Order::Login,
            order => order,
        };
    }
    Ok(listed)
}

/// Orders with an index.
const WALKED: [Order; 3] = [Order::Login, Order::Name, Order::Added];

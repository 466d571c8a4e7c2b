//! Lists of people, page by page, and the search for one of them (docs/decisions/0008).

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use warifu_domain::{ids::GroupId, permission::Operation, tenant::Tenant, user_search::Query};
use warifu_storage::{Cursor, GroupRow, Listing as StoredListing, Order, Show, UserRow};

use crate::{by::By, ctx::Ctx, error::FlowError};

/// People of a part, or of a search, that are ordered by anything but the login ID: they are ordered here, as many as this.
pub const ORDERED_HERE: i64 = 1000;

/// People that a search finds at most: who finds more types another letter.
pub const FOUND: i64 = 200;

/// How many people of one word a search for several words looks at.
const SEARCH_DEPTH: i64 = 2000;

/// What a list shows: a part of the people, or what a search finds.
#[derive(Clone, Debug)]
pub enum Search {
    /// The whole or a part of the people.
    Part(Show),
    /// Whoever fits.
    Words(Query),
}

/// Which page of which list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Whom.
    pub search: Search,
    /// By what it is ordered.
    pub order: Order,
    /// The last first.
    pub descending: bool,
    /// The row next to the page; `None`: the first page.
    pub from: Option<Cursor>,
    /// The page lies before that row, not behind it.
    pub back: bool,
    /// People on a page.
    pub limit: usize,
}

/// A page of people.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The people.
    pub people: Vec<UserRow>,
    /// Every group of the tenant, by name.
    pub groups: Vec<GroupRow>,
    /// How many there are in all, if that is no more than [`ORDERED_HERE`], or than [`FOUND`] in a search.
    pub count: Option<i64>,
    /// Whether the list can be ordered by anything but the login ID.
    pub can_be_ordered: bool,
    /// Whether that may be the last login.
    pub has_last_login: bool,
    /// What it is ordered by.
    pub order: Order,
    /// There are people before this page.
    pub has_previous: bool,
    /// There are people behind this page.
    pub has_next: bool,
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
) -> Result<Vec<UserRow>, FlowError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())?;
    let listing = StoredListing {
        show: Show::Everybody,
        order: Order::Login,
        backwards: false,
        after: Some(Cursor {
            text: after.to_owned(),
            number: 0,
        }),
        limit,
    };
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| tx.list_people(&listing).await)
        .await?)
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
        let mut listed = Listed {
            people: Vec::new(),
            groups: tx.list_groups().await?,
            count: None,
            can_be_ordered: true,
            has_last_login: true,
            order: listing.order,
            has_previous: false,
            has_next: false,
        };
        let show = match &listing.search {
            Search::Words(query) => {
                let found = tx.search_people(query, FOUND + 1, SEARCH_DEPTH).await?;
                let count = found.len() as i64;
                listed.count = (count <= FOUND).then_some(count);
                cut(&listing, found, &mut listed);
                return Ok(listed);
            }
            Search::Part(show) => *show,
        };
        let count = tx.count_people(show, ORDERED_HERE + 1).await?;
        listed.count = (count <= ORDERED_HERE).then_some(count);
        let is_small = count <= ORDERED_HERE;
        listed.can_be_ordered = show == Show::Everybody || is_small;
        listed.has_last_login = is_small;
        let mut stored = StoredListing {
            show,
            order: listing.order,
            backwards: listing.descending != listing.back,
            after: listing.from.clone(),
            limit: listing.limit as i64 + 1,
        };
        let has_index = listing.order != Order::LastLogin && show == Show::Everybody;
        if listing.order != Order::Login && !has_index {
            if is_small {
                stored.order = Order::Login;
                stored.backwards = false;
                stored.after = None;
                stored.limit = ORDERED_HERE;
                let all = tx.list_people(&stored).await?;
                cut(&listing, all, &mut listed);
                return Ok(listed);
            }
            // Grown beyond what is ordered here since the page before: by login ID, from the start.
            stored.order = Order::Login;
            stored.after = None;
            listed.order = Order::Login;
        }
        let rows = tx.list_people(&stored).await?;
        lay_out(&listing, rows, &mut listed);
        Ok(listed)
    });
    Ok(listed.await?)
}

/// Searches, and gives everybody who was found.
pub async fn search_people(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    query: Query,
) -> Result<Vec<UserRow>, FlowError> {
    let listing = Listing {
        search: Search::Words(query),
        order: Order::Login,
        descending: false,
        from: None,
        back: false,
        limit: FOUND as usize,
    };
    Ok(list_people(ctx, tenant, by, listing).await?.people)
}

/// Orders people here, and cuts the page out.
fn cut(listing: &Listing, mut all: Vec<UserRow>, listed: &mut Listed) {
    let by_order = |one: &Cursor, other: &Cursor| {
        let ordering = match listing.order {
            Order::Login | Order::Name => (&one.text, one.number).cmp(&(&other.text, other.number)),
            Order::LastLogin => (one.number, &one.text).cmp(&(other.number, &other.text)),
            Order::Created => one.number.cmp(&other.number),
        };
        match listing.descending != listing.back {
            true => ordering.reverse(),
            false => ordering,
        }
    };
    let key = |person: &UserRow| Cursor::behind(person, listing.order);
    all.sort_by(|one, other| by_order(&key(one), &key(other)));
    if let Some(from) = &listing.from {
        all.retain(|person| by_order(&key(person), from) == Ordering::Greater);
    }
    lay_out(listing, all, listed);
}

/// Lays rows that come in the direction of the page out as the page shows them.
fn lay_out(listing: &Listing, mut rows: Vec<UserRow>, listed: &mut Listed) {
    let has_more = rows.len() > listing.limit;
    rows.truncate(listing.limit);
    if listing.back {
        rows.reverse();
        (listed.has_previous, listed.has_next) = (has_more, true);
    } else {
        (listed.has_previous, listed.has_next) = (listing.from.is_some(), has_more);
    }
    listed.people = rows;
}

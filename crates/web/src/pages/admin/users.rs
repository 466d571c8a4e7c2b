//! `/admin/users`: the tenant's people, as a list that is searched, filtered, ordered and saved.

use warifu_domain::{ids::GroupId, user::Role, user_search::Query};
use warifu_flows::{
    By,
    manage_users::{self, FOUND, Listed, Listing, ORDERED_HERE, Search},
    session::SignedIn,
};
use warifu_storage::{Cursor, Factor, Order, Show, UserRow as Person};

use crate::{
    http::{
        download::{csv_row, download},
        forms::Fields,
        page::Page,
        route::Answer,
    },
    pages::{
        times::utc,
        views::admin::{Choice, RowFactor, UserRow, Users, role_name},
    },
    text::Texts,
};

/// People on one page.
const PAGE: usize = 50;

/// People that are read at once for a file.
const FILE_PAGE: usize = 500;

/// `/admin/users`.
pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let query = page.query();
    let listing = read(&query);
    let listed = manage_users::list_people(page.ctx(), page.tenant(), &by, listing.clone()).await?;
    let texts = page.texts();
    let names = listed.group_names();
    let rows = listed.people.iter();
    let rows = rows
        .map(|person| UserRow {
            id: person.id.to_string(),
            login: person.login.clone(),
            name: person.name.clone(),
            group: person
                .group
                .and_then(|id| names.get(&id))
                .map(|name| (*name).to_owned()),
            role: (person.role > Role::Member).then(|| role_name(texts, person.role).to_owned()),
            factor: factor(person),
            codes_low: person.standing.codes_low,
            is_blocked: person.standing.blocked_until > page.now(),
            disabled: person.disabled,
            last_login: person.standing.last_login_at.map(|at| page.minute(at)),
        })
        .collect();
    let beside = |person: Option<&Person>, back: bool| {
        person.map(|person| with_cursor(&query, &Cursor::behind(person, listed.order), back))
    };
    let previous = beside(listed.people.first().filter(|_| listed.has_previous), true);
    let next = beside(listed.people.last().filter(|_| listed.has_next), false);
    let (parts, groups) = (parts(texts, &listing), groups(&listing, &listed));
    let orders = match listed.can_be_ordered {
        true => orders(texts, &query, &listing, &listed),
        false => Vec::new(),
    };
    let (count, search) = (listed.count, query.text("q"));
    let most = match listing.search {
        Search::Words(_) => FOUND,
        Search::Part(_) => ORDERED_HERE,
    };
    let export = query.to_query(is_list);
    Ok(page.show(|frame| Users {
        frame,
        search,
        parts,
        groups,
        orders,
        rows,
        count,
        most,
        previous,
        next,
        export,
    }))
}

/// `/admin/users/export`: the whole list as a file, made page by page while it is sent.
pub(crate) async fn export(page: Page, who: SignedIn) -> Answer {
    let by: By = page.manager(who, "");
    let mut listing = Listing {
        from: None,
        back: false,
        limit: FILE_PAGE,
        ..read(&page.query())
    };
    // What may not be read is said by a page, not by a broken file.
    let (ctx, tenant) = (page.visit.state.ctx.clone(), page.tenant().clone());
    let mut listed = manage_users::list_people(&ctx, &tenant, &by, listing.clone()).await?;
    let (sender, response) = download("users.csv", "text/csv; charset=utf-8");
    // The mark by which spreadsheets know UTF-8.
    let mut text = String::from("\u{feff}");
    csv_row(&COLUMNS, &mut text);
    let now = page.now();
    tokio::spawn(async move {
        loop {
            let names = listed.group_names();
            for person in &listed.people {
                let group = person.group.and_then(|id| names.get(&id)).copied();
                let cells = cells(person, group, person.standing.blocked_until > now);
                csv_row(&cells.each_ref().map(String::as_str), &mut text);
            }
            let last = listed.people.last();
            listing.from = last.map(|person| Cursor::behind(person, listed.order));
            listing.order = listed.order;
            let is_received = sender.send(std::mem::take(&mut text)).await;
            if !listed.has_next || !is_received {
                return;
            }
            listed = match manage_users::list_people(&ctx, &tenant, &by, listing.clone()).await {
                Ok(listed) => listed,
                Err(error) => {
                    tracing::error!(fault = %error, "an export was broken off");
                    return sender.fail().await;
                }
            };
        }
    });
    Ok(response)
}

/// The columns of the file.
const COLUMNS: [&str; 9] = [
    "login",
    "name",
    "group",
    "role",
    "second_factor",
    "backup_codes_low",
    "locked",
    "disabled",
    "last_login_at",
];

fn cells(person: &Person, group: Option<&str>, is_blocked: bool) -> [String; COLUMNS.len()] {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let factor = match person.standing.factor {
        Factor::Off => "off",
        Factor::Pending => "pending",
        Factor::On => "on",
    };
    [
        person.login.clone(),
        person.name.clone(),
        group.unwrap_or_default().to_owned(),
        person.role.word().to_owned(),
        factor.to_owned(),
        yes(person.standing.codes_low),
        yes(is_blocked),
        yes(person.disabled),
        person
            .standing
            .last_login_at
            .map_or(String::new(), |at| utc(at.0)),
    ]
}

fn factor(person: &Person) -> RowFactor {
    match person.standing.factor {
        Factor::Off => RowFactor::Off,
        Factor::Pending => RowFactor::Pending,
        Factor::On => RowFactor::On,
    }
}

/// The parts of the people that have a link, by their names in addresses.
const PARTS: [(&str, Show); 10] = [
    ("", Show::Everybody),
    ("on", Show::Factor(Factor::On)),
    ("off", Show::Factor(Factor::Off)),
    ("pending", Show::Factor(Factor::Pending)),
    ("locked", Show::Blocked),
    ("disabled", Show::Disabled),
    ("never", Show::NeverLoggedIn),
    ("codes-low", Show::CodesLow),
    ("administrators", Show::Role(Role::Administrator)),
    ("operators", Show::Role(Role::Operator)),
];

const ORDERS: [(&str, Order); 4] = [
    ("login", Order::Login),
    ("name", Order::Name),
    ("last-login", Order::LastLogin),
    ("created", Order::Created),
];

/// Reads which page of which list an address names. What cannot be meant is left out.
fn read(query: &Fields) -> Listing {
    let group = query.get("group").and_then(|id| id.parse().ok());
    let part = query.get("show").unwrap_or_default();
    let part = PARTS.iter().find(|(name, _)| *name == part);
    let search = match (Query::parse(&query.text("q")), group) {
        (Some(words), _) => Search::Words(words),
        (None, Some(group)) => Search::Part(Show::Group(GroupId(group))),
        (None, None) => Search::Part(part.map_or(Show::Everybody, |(_, show)| *show)),
    };
    let order = query.get("sort").unwrap_or_default();
    let order = ORDERS.iter().find(|(name, _)| *name == order);
    let number = query.get("number").and_then(|number| number.parse().ok());
    Listing {
        search,
        order: order.map_or(Order::Login, |(_, order)| *order),
        descending: query.is_ticked("down"),
        from: number.map(|number| Cursor {
            text: query.text("text"),
            number,
        }),
        back: query.is_ticked("back"),
        limit: PAGE,
    }
}

/// Whether a field of an address says which list it is, not which page of it.
fn is_list(name: &str) -> bool {
    matches!(name, "q" | "show" | "group" | "sort" | "down")
}

/// The same list, from a row on.
fn with_cursor(query: &Fields, cursor: &Cursor, back: bool) -> String {
    let number = cursor.number.to_string();
    let mut fields = vec![("text", cursor.text.as_str()), ("number", &number)];
    if back {
        fields.push(("back", "1"));
    }
    query.to_query_with(is_list, &fields)
}

fn parts(texts: &Texts, listing: &Listing) -> Vec<Choice> {
    let name = |show| match show {
        Show::Everybody | Show::Group(_) => texts.msg("users-all"),
        Show::Factor(Factor::On) => texts.msg("users-on"),
        Show::Factor(Factor::Off) => texts.msg("users-off"),
        Show::Factor(Factor::Pending) => texts.msg("users-pending"),
        Show::Blocked => texts.msg("users-locked"),
        Show::Disabled => texts.msg("users-disabled"),
        Show::NeverLoggedIn => texts.msg("users-never"),
        Show::CodesLow => texts.msg("users-few-codes"),
        Show::Role(Role::Operator) => texts.msg("users-operators"),
        Show::Role(_) => texts.msg("users-administrators"),
    };
    let parts = PARTS.iter();
    parts
        .map(|(word, show)| Choice {
            name: name(*show).to_owned(),
            query: match *word {
                "" => String::new(),
                word => format!("?show={word}"),
            },
            is_chosen: matches!(listing.search, Search::Part(shown) if shown == *show),
        })
        .collect()
}

fn groups(listing: &Listing, listed: &Listed) -> Vec<Choice> {
    let groups = listed.groups.iter();
    groups
        .map(|group| Choice {
            name: group.name.clone(),
            query: format!("?group={}", group.id),
            is_chosen: matches!(listing.search, Search::Part(Show::Group(id)) if id == group.id),
        })
        .collect()
}

/// The orders, and with the chosen one its reverse.
fn orders(texts: &Texts, query: &Fields, listing: &Listing, listed: &Listed) -> Vec<Choice> {
    let name = |order| match order {
        Order::Login => texts.msg("field-login"),
        Order::Name => texts.msg("admin-users-name"),
        Order::LastLogin => texts.msg("user-last-login"),
        Order::Created => texts.msg("user-added"),
    };
    let orders = ORDERS.iter();
    orders
        .filter(|(_, order)| *order != Order::LastLogin || listed.has_last_login)
        .map(|(word, order)| {
            let is_chosen = *order == listing.order;
            let mut fields = vec![("sort", *word)];
            if is_chosen && !listing.descending {
                fields.push(("down", "1"));
            }
            let arrow = match (is_chosen, listing.descending) {
                (false, _) => "",
                (true, false) => " ↑",
                (true, true) => " ↓",
            };
            Choice {
                name: format!("{}{arrow}", name(*order)),
                query: query
                    .to_query_with(|field| matches!(field, "q" | "show" | "group"), &fields),
                is_chosen,
            }
        })
        .collect()
}

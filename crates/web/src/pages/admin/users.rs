//! `/admin/users`: the tenant's people, as a list that is searched, filtered, ordered and saved.

use warifu_domain::{ids::GroupId, policy::Policy, user::Role, user_search::Query};
use warifu_flows::{
    By,
    manage_users::{self, Bounds, Count, Cursor, Filter, Listed, Listing, Order, Page as ListPage},
    session::SignedIn,
};
use warifu_storage::{Factor, Member, PersonLine, Show};

use crate::{
    http::{
        download::{csv_row, download},
        forms::Fields,
        page::Page,
        route::Answer,
    },
    pages::{
        times::utc,
        views::admin::{Choice, RowFactor, UserCount, UserRow, Users, role_name},
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
    let (query, policy) = (page.query(), &page.tenant().policy);
    let listing = read(&query, policy);
    let listed = manage_users::list_people(page.ctx(), page.tenant(), &by, listing.clone()).await?;
    let texts = page.texts();
    let names = listed.group_names();
    let rows = listed.people.iter();
    let rows = rows
        .map(|person| UserRow {
            id: person.member.id.to_string(),
            login: person.login.clone(),
            name: person.name.clone(),
            group: person
                .member
                .group
                .and_then(|id| names.get(&id))
                .map(|name| (*name).to_owned()),
            role: (person.member.role > Role::Member)
                .then(|| role_name(texts, person.member.role).to_owned()),
            factor: factor(&person.member),
            codes_low: runs_low(&person.member, policy),
            is_blocked: person.member.standing.blocked_until > page.now(),
            disabled: person.member.disabled,
            last_login: (person.member.standing.last_login_at).map(|at| page.minute(at)),
        })
        .collect();
    let turn =
        |page: &Option<ListPage>| page.as_ref().map(|page| turned(&query, listed.order, page));
    let (previous, next) = (turn(&listed.previous), turn(&listed.next));
    let (parts, groups) = (
        parts(texts, &query, &listing, &listed, policy),
        groups(&query, &listing, &listed),
    );
    let orders = orders(texts, &query, &listing, &listed);
    let (search, export) = (query.text("q"), query.to_query(is_list));
    let kept = ["show", "group", "sort", "down"].map(|name| (name, query.text(name)));
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let (count, cut_after) = (listed.count, listed.cut_after);
    let is_found_order = listed.orders.is_empty();
    Ok(page.show(|frame| Users {
        frame,
        search,
        kept,
        parts,
        groups,
        orders,
        rows,
        count: match count {
            Count::Exactly(count) => UserCount::Exactly(count),
            Count::MoreThan(count) => UserCount::MoreThan(count),
            Count::Unknown => UserCount::Unknown,
        },
        cut_after,
        is_back: listing.page.back,
        is_found_order,
        previous,
        next,
        export,
    }))
}

/// `/admin/users/export`: the whole list as a file, made page by page while it is sent.
pub(crate) async fn export(page: Page, who: SignedIn) -> Answer {
    let by: By = page.manager(who, "");
    let mut listing = Listing {
        page: ListPage::default(),
        limit: FILE_PAGE,
        ..read(&page.query(), &page.tenant().policy)
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
                let group = person.member.group.and_then(|id| names.get(&id));
                let is_blocked = person.member.standing.blocked_until > now;
                let cells = cells(person, group.copied(), is_blocked, &tenant.policy);
                csv_row(&cells.each_ref().map(String::as_str), &mut text);
            }
            listing.order = listed.order;
            let next = listed.next.take();
            let is_received = sender.send(std::mem::take(&mut text)).await;
            let Some(next) = next.filter(|_| is_received) else {
                return;
            };
            listing.page = next;
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
const COLUMNS: [&str; 10] = [
    "login",
    "name",
    "group",
    "role",
    "second_factor",
    "private_address",
    "backup_codes_low",
    "locked",
    "disabled",
    "last_login_at",
];

fn cells(
    person: &PersonLine,
    group: Option<&str>,
    is_blocked: bool,
    policy: &Policy,
) -> [String; COLUMNS.len()] {
    let member = &person.member;
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let factor = match member.standing.factor {
        Factor::Off => "off",
        Factor::Pending => "pending",
        Factor::On => "on",
    };
    [
        person.login.clone(),
        person.name.clone(),
        group.unwrap_or_default().to_owned(),
        member.role.word().to_owned(),
        factor.to_owned(),
        yes(member.standing.has_email),
        yes(runs_low(member, policy)),
        yes(is_blocked),
        yes(member.disabled),
        member
            .standing
            .last_login_at
            .map_or(String::new(), |at| utc(at.0)),
    ]
}

/// Whether few backup codes are left; what is left from before the policy took them away does not count.
fn runs_low(member: &Member, policy: &Policy) -> bool {
    member.standing.codes_low && policy.backup_codes.enabled
}

fn factor(member: &Member) -> RowFactor {
    match member.standing.factor {
        Factor::Off => RowFactor::Off,
        Factor::Pending => RowFactor::Pending,
        Factor::On => RowFactor::On,
    }
}

/// The parts of the people that have a link, by their names in addresses.
const PARTS: [(&str, Show); 9] = [
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

/// The parts that can hold anybody: where the policy offers no backup codes, nobody's run low.
fn parts_under(policy: &Policy) -> impl Iterator<Item = &'static (&'static str, Show)> {
    let offers_codes = policy.backup_codes.enabled;
    PARTS
        .iter()
        .filter(move |(_, show)| offers_codes || *show != Show::CodesLow)
}

const ORDERS: [(&str, Order); 4] = [
    ("login", Order::Login),
    ("name", Order::Name),
    ("last-login", Order::LastLogin),
    ("created", Order::Added),
];

/// Reads which page of which list an address names. What cannot be meant is left out.
fn read(query: &Fields, policy: &Policy) -> Listing {
    let shown = query.get("show").unwrap_or_default();
    let parts = parts_under(policy).filter(|(name, _)| shown.split(',').any(|word| word == *name));
    let group = query.get("group").and_then(|id| id.parse().ok());
    let order = query.get("sort").unwrap_or_default();
    let order = ORDERS.iter().find(|(name, _)| *name == order);
    let number = query.get("number").and_then(|number| number.parse().ok());
    let text = query.text("text");
    // A sign that no key of ours holds: PostgreSQL would not take it.
    let number = number.filter(|_| !text.contains('\0'));
    Listing {
        filter: Filter {
            query: Query::parse(&query.text("q")),
            shows: parts
                .map(|(_, show)| *show)
                .chain(group.map(|group| Show::Group(GroupId(group))))
                .collect(),
        },
        order: order.map_or(Order::Login, |(_, order)| *order),
        descending: query.is_ticked("down"),
        page: ListPage {
            from: number.map(|number| Cursor {
                walk: query.get("walk").and_then(|walk| walk.parse().ok()),
                text,
                number,
            }),
            back: query.is_ticked("back"),
        },
        limit: PAGE,
        bounds: Bounds::default(),
    }
}

/// Whether a field of an address says which list it is, not which page of it.
fn is_list(name: &str) -> bool {
    matches!(name, "q" | "show" | "group" | "sort" | "down")
}

/// Another page of the same list.
fn turned(query: &Fields, order: Order, page: &ListPage) -> String {
    let from = page.from.as_ref();
    let number = from.map(|from| from.number.to_string());
    let walk = from.and_then(|from| from.walk).map(|walk| walk.to_string());
    let text = from.map(|from| from.text.as_str());
    // The order that it has, which may be another than the one that was asked for.
    let order = ORDERS.iter().find(|(_, known)| *known == order);
    let fields = [
        ("sort", order.map(|(word, _)| *word)),
        ("text", text),
        ("number", number.as_deref()),
        ("walk", walk.as_deref()),
        ("back", page.back.then_some("1")),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .filter_map(|(name, value)| Some((*name, (*value)?)))
        .collect();
    query.to_query_with(|name| is_list(name) && name != "sort", &fields)
}

/// The same list with other parts, from its beginning.
fn with_parts(query: &Fields, shows: &[&str], group: Option<GroupId>) -> String {
    let (shows, group) = (shows.join(","), group.map(|id| id.to_string()));
    let mut fields = Vec::new();
    if !shows.is_empty() {
        fields.push(("show", shows.as_str()));
    }
    fields.extend(group.as_deref().map(|id| ("group", id)));
    query.to_query_with(|name| matches!(name, "q" | "sort" | "down"), &fields)
}

/// Whether nobody is in both parts, so that one takes the other's place.
fn exclude(one: Show, other: Show) -> bool {
    matches!(
        (one, other),
        (Show::Factor(_), Show::Factor(_))
            | (Show::Role(_), Show::Role(_))
            | (Show::Group(_), Show::Group(_))
    )
}

fn group_of(shows: &[Show]) -> Option<GroupId> {
    shows.iter().find_map(|show| match show {
        Show::Group(group) => Some(*group),
        _ => None,
    })
}

/// Each part as a link that adds it to the filter or takes it out again.
fn parts(
    texts: &Texts,
    query: &Fields,
    listing: &Listing,
    listed: &Listed,
    policy: &Policy,
) -> Vec<Choice> {
    let name = |show| match show {
        Show::Factor(Factor::On) => texts.msg("users-on"),
        Show::Factor(Factor::Off) => texts.msg("users-off"),
        Show::Factor(Factor::Pending) => texts.msg("users-pending"),
        Show::Blocked => texts.msg("users-locked"),
        Show::Disabled => texts.msg("users-disabled"),
        Show::NeverLoggedIn => texts.msg("users-never"),
        Show::CodesLow => texts.msg("users-few-codes"),
        Show::Role(Role::Operator) => texts.msg("users-operators"),
        Show::Role(_) | Show::Group(_) => texts.msg("users-administrators"),
    };
    let shows = &listing.filter.shows;
    let all = Choice {
        name: texts.msg("users-all").to_owned(),
        query: with_parts(query, &[], None),
        is_chosen: shows.is_empty(),
    };
    // A saved address may ask for operators where there are none: then the part is shown, to be taken out again.
    let is_offered = |show: Show| {
        show != Show::Role(Role::Operator) || listed.has_operators || shows.contains(&show)
    };
    let offered = parts_under(policy).filter(|(_, show)| is_offered(*show));
    let parts = offered.map(|(_, show)| {
        let is_chosen = shows.contains(show);
        let kept = |(_, other): &&(&str, Show)| match other == show {
            true => !is_chosen,
            false => shows.contains(other) && !exclude(*show, *other),
        };
        let words: Vec<&str> = PARTS.iter().filter(kept).map(|(word, _)| *word).collect();
        Choice {
            name: name(*show).to_owned(),
            query: with_parts(query, &words, group_of(shows)),
            is_chosen,
        }
    });
    [all].into_iter().chain(parts).collect()
}

fn groups(query: &Fields, listing: &Listing, listed: &Listed) -> Vec<Choice> {
    let shows = &listing.filter.shows;
    let words = PARTS.iter().filter(|(_, show)| shows.contains(show));
    let words: Vec<&str> = words.map(|(word, _)| *word).collect();
    let groups = listed.groups.iter();
    groups
        .map(|group| {
            let is_chosen = group_of(shows) == Some(group.id);
            Choice {
                name: group.name.clone(),
                query: with_parts(query, &words, (!is_chosen).then_some(group.id)),
                is_chosen,
            }
        })
        .collect()
}

/// The orders, and with the chosen one its reverse.
fn orders(texts: &Texts, query: &Fields, listing: &Listing, listed: &Listed) -> Vec<Choice> {
    let name = |order| match order {
        Order::Login => texts.msg("field-login"),
        Order::Name => texts.msg("admin-users-name"),
        Order::LastLogin => texts.msg("user-last-login"),
        Order::Added => texts.msg("user-added"),
    };
    let orders = ORDERS
        .iter()
        .filter(|(_, order)| listed.orders.contains(order));
    orders
        .map(|(word, order)| {
            let is_chosen = *order == listed.order;
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

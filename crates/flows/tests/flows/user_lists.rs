//! Lists of people: every search, filter and order together, page by page in both directions (docs/decisions/0008).

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree as _,
    test_runner::TestRunner,
};
use warifu_domain::{
    ids::{GroupId, UserId},
    user::Role,
    user_search::{Query, fold},
};
use warifu_flows::{
    By,
    manage_users::{self, Bounds, Count, Edited, Filter, GroupForm, Listed, Listing, Order, Page},
};
use warifu_storage::{Factor, Member, PersonLine, Show};

use crate::support::{Setting, World, on_both};

/// One list as somebody asks for it.
#[derive(Clone, Debug)]
struct Asked {
    typed: &'static str,
    shows: Vec<Show>,
    order: Order,
    descending: bool,
    limit: usize,
    /// Most that is read whole, and most that is looked at.
    bounds: (i64, i64),
}

impl Asked {
    fn page(&self, page: Page) -> Listing {
        Listing {
            filter: Filter {
                query: Query::parse(self.typed),
                shows: self.shows.clone(),
            },
            order: self.order,
            descending: self.descending,
            page,
            limit: self.limit,
            bounds: Bounds {
                small: self.bounds.0,
                depth: self.bounds.1,
            },
        }
    }
}

const TYPED: [&str; 12] = [
    "",
    "",
    "",
    "user",
    "user1",
    "田中",
    "太郎",
    "c NAME",
    "u",
    "b user0",
    "田中 user",
    "nobody",
];

/// The parts, told apart from what a row says.
type Belongs = fn(&Member) -> bool;

fn parts(group: GroupId) -> [(Show, Belongs); 8] {
    [
        (Show::Factor(Factor::On), |person| {
            person.standing.factor == Factor::On
        }),
        (Show::Factor(Factor::Off), |person| {
            person.standing.factor == Factor::Off
        }),
        (Show::Disabled, |person| person.disabled),
        (Show::NeverLoggedIn, |person| {
            person.standing.last_login_at.is_none()
        }),
        (Show::Role(Role::Administrator), |person| {
            person.role == Role::Administrator
        }),
        (Show::Group(group), |person| person.group.is_some()),
        (Show::CodesLow, |person| person.standing.codes_low),
        (Show::Blocked, |person| person.standing.blocked_until.0 > 0),
    ]
}

fn asked(group: GroupId) -> impl Strategy<Value = Asked> {
    let shows: Vec<Show> = parts(group).map(|(show, _)| show).to_vec();
    let bounds = (
        select(vec![1_i64, 4, 2_000]),
        select(vec![1_i64, 3, 10, 5_000]),
    );
    (
        select(&TYPED[..]),
        subsequence(shows, 0..=2),
        select(&Order::ALL[..]),
        any::<bool>(),
        select(vec![1_usize, 3, 50]),
        bounds,
    )
        .prop_map(|(typed, shows, order, descending, limit, bounds)| Asked {
            typed,
            shows,
            order,
            descending,
            limit,
            bounds,
        })
}

async fn page(world: &World, listing: Listing) -> Listed {
    let (tenant, by) = (world.tenant().await, By::command_line());
    manage_users::list_people(&world.ctx, &tenant, &by, listing)
        .await
        .unwrap()
}

/// Turns the pages to the last one and back again; both ways show the same people. Gives them in the list's order, and whether
/// that is the one that was asked for.
async fn walk(world: &World, asked: &Asked) -> (Vec<PersonLine>, bool) {
    let mut listed = page(world, asked.page(Page::default())).await;
    assert_eq!(listed.previous, None);
    let is_ordered = listed.order == asked.order && !listed.orders.is_empty();
    let asked = &Asked {
        order: listed.order,
        ..asked.clone()
    };
    assert!(listed.orders.is_empty() || listed.orders.contains(&listed.order));
    let count = listed.count;
    let mut all: Vec<PersonLine> = Vec::new();
    let mut pages = 0;
    loop {
        assert!(listed.people.len() <= asked.limit, "{asked:?}");
        all.extend(listed.people.clone());
        let Some(next) = listed.next.clone() else {
            break;
        };
        listed = page(world, asked.page(next)).await;
        assert!(listed.previous.is_some());
        pages += 1;
        assert!(pages < 200, "{asked:?} does not end");
    }
    let people = all.len() as i64;
    match count {
        Count::Exactly(count) => assert_eq!(count, people, "{asked:?}"),
        Count::MoreThan(count) => assert!(people > count, "{asked:?}"),
        Count::Unknown => {}
    }
    let mut back: Vec<PersonLine> = listed.people.clone();
    while let Some(previous) = listed.previous.clone() {
        listed = page(world, asked.page(previous)).await;
        back.splice(0..0, listed.people.clone());
        pages -= 1;
        assert!(pages > -200, "{asked:?} does not end");
    }
    assert_eq!(ids(&all), ids(&back), "{asked:?}");
    (all, is_ordered)
}

fn ids(people: &[PersonLine]) -> Vec<i64> {
    people.iter().map(|person| person.member.id.0).collect()
}

/// Whom a list has to show, in its order.
fn expected(everybody: &[PersonLine], asked: &Asked, group: GroupId) -> Vec<PersonLine> {
    let parts = parts(group);
    let is_in = |person: &PersonLine, show: &Show| {
        parts
            .iter()
            .any(|(part, belongs)| part == show && belongs(&person.member))
    };
    let query = Query::parse(asked.typed);
    let mut people: Vec<PersonLine> = everybody
        .iter()
        .filter(|person| asked.shows.iter().all(|show| is_in(person, show)))
        .filter(|person| {
            query
                .as_ref()
                .is_none_or(|query| query.fits(&person.login, &person.name))
        })
        .cloned()
        .collect();
    people.sort_by_key(|person| match asked.order {
        Order::Login => (0, person.login.clone(), 0),
        Order::Name => (0, fold(&person.name), person.member.id.0),
        Order::LastLogin => {
            let at = person.member.standing.last_login_at.map_or(0, |at| at.0);
            (at, person.login.clone(), 0)
        }
        Order::Added => (person.member.id.0, String::new(), 0),
    });
    if asked.descending {
        people.reverse();
    }
    people
}

/// Thirty people of every kind, in and out of a group.
async fn crowd(world: &World) -> (GroupId, Vec<UserId>) {
    let (tenant, by) = (world.tenant().await, By::command_line());
    let form = GroupForm {
        name: "Sales".to_owned(),
        grace_until: None,
    };
    let sales = manage_users::add_group(&world.ctx, &tenant, &by, form)
        .await
        .unwrap();
    let mut people = Vec::new();
    for number in 0..30 {
        let role = match number % 7 {
            3 => Role::Administrator,
            _ => Role::Member,
        };
        let login = format!("user{:02}", number * 7 % 30);
        let mut person = world.person(&login, role).await;
        people.push(person.id);
        let name = [
            "b Name",
            "A Name user",
            "c Name",
            "田中太郎",
            "山田 太郎 太郎丸",
        ][number % 5];
        let edited = Edited {
            name: name.to_owned(),
            email: Some(person.email.clone()),
            group: (number % 4 == 0).then_some(sales),
        };
        manage_users::edit_user(&world.ctx, &tenant, &by, person.id, edited)
            .await
            .unwrap();
        let mut browser = world.browser();
        if number % 3 == 0 {
            browser.sign_in(&mut person).await;
        }
        if number % 6 == 0 && person.phone.is_none() {
            browser.enrol(&mut person).await;
        }
        if number % 5 == 4 {
            manage_users::disable_user(&world.ctx, &tenant, &by, person.id)
                .await
                .unwrap();
        }
    }
    (sales, people)
}

async fn everybody(world: &World) -> Vec<PersonLine> {
    let (tenant, by) = (world.tenant().await, By::command_line());
    manage_users::list_users(&world.ctx, &tenant, &by, "", 1_000)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_shows_everybody_who_belongs_on_it_once_in_its_order_both_ways() {
    on_both(Setting::preset("workspace"), async |world| {
        let (sales, _) = crowd(&world).await;
        let everybody = everybody(&world).await;
        assert_eq!(everybody.len(), 30);
        let (mut runner, strategy) = (TestRunner::deterministic(), asked(sales));
        let mut seen = BTreeMap::new();
        for _ in 0..300 {
            let asked = strategy.new_tree(&mut runner).unwrap().current();
            let expected = expected(&everybody, &asked, sales);
            let (shown, is_ordered) = walk(&world, &asked).await;
            if is_ordered {
                assert_eq!(ids(&shown), ids(&expected), "{asked:?}");
            }
            let sorted = |people| ids(people).into_iter().collect::<BTreeSet<_>>();
            assert_eq!(shown.len(), expected.len(), "{asked:?}");
            assert_eq!(sorted(&shown), sorted(&expected), "{asked:?}");
            let kind = (
                asked.typed.is_empty(),
                asked.shows.len(),
                is_ordered,
                shown.is_empty(),
            );
            *seen.entry(kind).or_insert(0) += 1;
        }
        assert!(seen.len() > 15, "{seen:?}");
        // With the bounds of pages every list of so few can be ordered.
        for order in Order::ALL {
            let asked = Asked {
                typed: "太郎",
                shows: vec![Show::NeverLoggedIn],
                order,
                descending: false,
                limit: 3,
                bounds: (2_000, 5_000),
            };
            let (shown, is_ordered) = walk(&world, &asked).await;
            assert!(is_ordered && shown.len() > 3, "{order:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_large_parts_the_one_with_fewer_people_is_walked() {
    on_both(Setting::preset("workspace"), async |world| {
        let (tenant, by) = (world.tenant().await, By::command_line());
        for number in 0..12 {
            let person = world
                .person(&format!("user{number:02}"), Role::Member)
                .await;
            if number >= 10 {
                manage_users::disable_user(&world.ctx, &tenant, &by, person.id)
                    .await
                    .unwrap();
            }
        }
        for down in [false, true] {
            let asked = Asked {
                typed: "",
                shows: vec![Show::Factor(Factor::Off), Show::Disabled],
                order: Order::Login,
                descending: down,
                limit: 3,
                // Each part is larger than what is read whole; only three people are looked at.
                bounds: (1, 3),
            };
            let listed = page(&world, asked.page(Page::default())).await;
            let logins = listed.people.iter().map(|person| person.login.as_str());
            let mut logins: Vec<&str> = logins.collect();
            logins.sort_unstable();
            assert_eq!((logins, listed.cut_after), (vec!["user10", "user11"], None));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_do_not_belong_cost_a_list_no_statement_of_their_own() {
    on_both(Setting::preset("workspace"), async |world| {
        const FAR: u32 = 1_000;
        crowd(&world).await;
        let statements = async |shows, order, depth| {
            let asked = Asked {
                typed: "",
                shows,
                order,
                descending: false,
                limit: 2,
                bounds: (1, depth),
            };
            world.fault.fail_at(FAR);
            let listed = page(&world, asked.page(Page::default())).await;
            let statements = i64::from(FAR) - world.fault.calls_left();
            world.fault.fail_at(0);
            (listed.people.len(), statements)
        };
        let (people, everybody) = statements(Vec::new(), Order::Name, 30).await;
        assert_eq!(people, 2);
        // Every seventh is one.
        let rare = || vec![Show::Role(Role::Administrator)];
        assert_eq!(statements(rare(), Order::Name, 30).await, (2, everybody));
        // Where the page ends before it is full, it asks how far it came.
        assert_eq!(statements(rare(), Order::Name, 1).await.1, everybody + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stays_as_they_are_is_shown_once_while_others_come_go_and_change() {
    on_both(Setting::preset("workspace"), async |world| {
        let (tenant, by) = (world.tenant().await, By::command_line());
        let (sales, people) = crowd(&world).await;
        let before = everybody(&world).await;
        let (mut runner, strategy) = (TestRunner::deterministic(), asked(sales));
        let mut steps = 0;
        let mut touched = BTreeSet::new();
        for round in 0..40_usize {
            let mut asked = strategy.new_tree(&mut runner).unwrap().current();
            let mut listed = page(&world, asked.page(Page::default())).await;
            asked.order = listed.order;
            let mut shown = ids(&listed.people);
            while let Some(next) = listed.next.clone() {
                steps += 1;
                // Somebody is closed or opened, somebody gets another name, somebody new comes.
                let user = people[(steps * 7 + round) % 10];
                touched.insert(user.0);
                let row = everybody(&world).await;
                let row = row.into_iter().find(|row| row.member.id == user).unwrap();
                if row.member.disabled {
                    manage_users::enable_user(&world.ctx, &tenant, &by, user)
                        .await
                        .unwrap();
                } else {
                    manage_users::disable_user(&world.ctx, &tenant, &by, user)
                        .await
                        .unwrap();
                }
                let edited = Edited {
                    name: format!("{} 田中 {steps}", ["a", "z"][steps % 2]),
                    email: None,
                    group: (steps % 3 == 0).then_some(sales),
                };
                manage_users::edit_user(&world.ctx, &tenant, &by, user, edited)
                    .await
                    .unwrap();
                if steps % 16 == 0 {
                    world.member(&format!("user{steps:03}new")).await;
                }
                listed = page(&world, asked.page(next)).await;
                shown.extend(ids(&listed.people));
                assert!(shown.len() < 500, "{asked:?} does not end");
            }
            let expected = expected(&before, &asked, sales);
            for person in expected
                .iter()
                .filter(|person| !people[..10].contains(&person.member.id))
            {
                let times = shown.iter().filter(|id| **id == person.member.id.0).count();
                assert_eq!(times, 1, "{} {asked:?}", person.login);
            }
        }
        assert!(steps > 100 && touched.len() == 10, "{steps}");
        // A group that is removed leaves its people.
        let count = everybody(&world).await.len();
        manage_users::remove_group(&world.ctx, &tenant, &by, sales)
            .await
            .unwrap();
        let after = everybody(&world).await;
        assert!(after.len() == count && after.iter().all(|person| person.member.group.is_none()));
    })
    .await;
}

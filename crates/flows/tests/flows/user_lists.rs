//! Lists of people, page by page in both directions, and the search (docs/decisions/0008).

use warifu_domain::{
    audit::EventKind,
    user::{Login, Role},
    user_search::Query,
};
use warifu_flows::{
    By,
    manage_users::{self, GroupForm, ImportError, Listed, Listing, ManageError, Search},
};
use warifu_storage::{Cursor, Factor, Order, Show, UserRow};

use crate::support::{Setting, World, on_both};

/// Whether a person belongs to a part of the list.
type Belongs = fn(&UserRow) -> bool;

async fn page(world: &World, listing: Listing) -> Listed {
    let (tenant, by) = (world.tenant().await, By::command_line());
    manage_users::list_people(&world.ctx, &tenant, &by, listing)
        .await
        .unwrap()
}

/// Walks to the last page and back again; both ways show the same people. Gives them in the list's order.
async fn walk(world: &World, search: Search, order: Order, descending: bool) -> Vec<UserRow> {
    let listing = |from: Option<Cursor>, back| Listing {
        search: search.clone(),
        order,
        descending,
        from,
        back,
        limit: 3,
    };
    let mut all: Vec<UserRow> = Vec::new();
    let mut listed = page(world, listing(None, false)).await;
    assert!(!listed.has_previous);
    loop {
        all.extend(listed.people.clone());
        let Some(last) = listed.people.last().filter(|_| listed.has_next) else {
            break;
        };
        let next = Cursor::behind(last, order);
        listed = page(world, listing(Some(next), false)).await;
        assert!(listed.has_previous);
    }
    let mut back: Vec<UserRow> = listed.people.clone();
    while let Some(first) = listed.people.first().filter(|_| listed.has_previous) {
        let before = Cursor::behind(first, order);
        listed = page(world, listing(Some(before), true)).await;
        assert!(listed.has_next);
        back.splice(0..0, listed.people.clone());
    }
    let logins = |people: &[UserRow]| -> Vec<String> {
        people.iter().map(|person| person.login.clone()).collect()
    };
    assert_eq!(
        logins(&all),
        logins(&back),
        "{search:?} {order:?} {descending}"
    );
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_shows_everybody_who_belongs_on_it_once_in_its_order_both_ways() {
    on_both(Setting::preset("workspace"), async |world| {
        let (tenant, by) = (world.tenant().await, By::command_line());
        let form = GroupForm {
            name: "Sales".to_owned(),
            grace_until: None,
        };
        let sales = manage_users::add_group(&world.ctx, &tenant, &by, form)
            .await
            .unwrap();
        for number in 0..20 {
            let role = if number % 7 == 3 {
                Role::Administrator
            } else {
                Role::Member
            };
            let mut person = world
                .person(&format!("user{:02}", number * 7 % 20), role)
                .await;
            let edited = manage_users::Edited {
                name: format!("{} Name", ["b", "A", "c"][number % 3]),
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
        let everybody = walk(&world, Search::Part(Show::Everybody), Order::Login, false).await;
        assert_eq!(everybody.len(), 20);
        let parts: [(Show, Belongs); 7] = [
            (Show::Everybody, |_| true),
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
            (Show::Group(sales), |person| person.group.is_some()),
        ];
        for (show, belongs) in parts {
            for order in [Order::Login, Order::Name, Order::LastLogin, Order::Created] {
                let mut expected: Vec<&UserRow> =
                    everybody.iter().filter(|person| belongs(person)).collect();
                expected.sort_by_key(|person| {
                    let key = Cursor::behind(person, order);
                    match order {
                        Order::Login | Order::Name => (0, key.text, key.number),
                        Order::LastLogin | Order::Created => (key.number, key.text, 0),
                    }
                });
                for descending in [false, true] {
                    if descending {
                        expected.reverse();
                    }
                    let shown = walk(&world, Search::Part(show), order, descending).await;
                    let ids = |people: Vec<&UserRow>| -> Vec<i64> {
                        people.iter().map(|person| person.id.0).collect()
                    };
                    assert!(!shown.is_empty(), "{show:?}");
                    assert_eq!(
                        ids(shown.iter().collect()),
                        ids(expected.clone()),
                        "{show:?} {order:?} {descending}"
                    );
                    let count = page(
                        &world,
                        Listing {
                            search: Search::Part(show),
                            order,
                            descending,
                            from: None,
                            back: false,
                            limit: 3,
                        },
                    );
                    assert_eq!(count.await.count, Some(expected.len() as i64));
                }
            }
        }
        for (typed, expected) in [
            ("user0", 10),
            ("NAME", 20),
            ("a name", 7),
            ("a n", 7),
            ("ser", 0),
            ("user1 c", 3),
        ] {
            let query = Query::parse(typed).unwrap();
            let fits = everybody
                .iter()
                .filter(|person| query.fits(&person.login, &person.name));
            let fits = fits.count();
            let found = walk(&world, Search::Words(query), Order::Name, false).await;
            assert_eq!(found.len(), fits, "{typed}");
            assert!(fits == expected || typed == "user1 c", "{typed}: {fits}");
        }
        // A group that is removed leaves its people.
        manage_users::remove_group(&world.ctx, &tenant, &by, sales)
            .await
            .unwrap();
        let after = walk(&world, Search::Part(Show::Everybody), Order::Login, false).await;
        assert!(after.len() == 20 && after.iter().all(|person| person.group.is_none()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_adds_everybody_of_a_file_or_nobody() {
    on_both(Setting::preset("workspace"), async |world| {
        let (tenant, by) = (world.tenant().await, By::CommandLine("new year".to_owned()));
        world.member("taro").await;
        let form = GroupForm {
            name: "営業部".to_owned(),
            grace_until: None,
        };
        manage_users::add_group(&world.ctx, &tenant, &by, form).await.unwrap();
        let before = world.dump().await;
        let bad = "login,group,role\nhanako,,\ntaro,,\njiro,nowhere,\n";
        for import in [
            manage_users::check_import(&world.ctx, &tenant, &by, bad).await,
            manage_users::import_users(&world.ctx, &tenant, &by, bad).await,
        ] {
            let Err(ImportError::Rows(rows)) = import else {
                panic!("{import:?}");
            };
            let said: Vec<String> = rows.iter().map(ToString::to_string).collect();
            assert_eq!(
                said,
                [
                    "line 3, login: somebody has this login ID already",
                    "line 4, group: there is no group of this name",
                ]
            );
        }
        let good = "login,name,email,group,role\nHanako,佐藤 花子,hanako@home.example,営業部,\nboss,,,,administrator\n";
        let dry = manage_users::check_import(&world.ctx, &tenant, &by, good).await;
        assert_eq!(dry.unwrap(), 2);
        assert!(world.dump().await == before, "nothing was written so far");

        let done = manage_users::import_users(&world.ctx, &tenant, &by, good).await;
        assert_eq!(done.unwrap(), 2);
        let query = Query::parse("花子").unwrap();
        let found = manage_users::search_people(&world.ctx, &tenant, &by, query).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].login == "hanako" && found[0].group.is_some());
        assert!(found[0].password.is_none(), "no password opens the account yet");
        let login = Login::parse("hanako").unwrap();
        let shown = manage_users::show_user(&world.ctx, &tenant, &login).await.unwrap();
        assert_eq!(shown.email.as_deref(), Some("hanako@home.example"));
        let kinds: Vec<EventKind> = world.audit_rows().await.iter().map(|row| row.kind).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::UsersImported).count(), 1);
        assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::UserAdded).count(), 3);
        world.check_audit().await;

        // The last call of the job fails: nobody of the file is there.
        let many: String = (0..50).map(|number| format!("person{number}\n")).collect();
        let many = format!("login\n{many}");
        let before = world.dump().await;
        world.fault.fail_at(300);
        let broken = manage_users::import_users(&world.ctx, &tenant, &by, &many).await;
        assert!(matches!(broken, Err(ImportError::Other(ManageError::Fault(_)))), "{broken:?}");
        assert!(world.dump().await == before);
        let again = manage_users::import_users(&world.ctx, &tenant, &by, &many).await;
        assert_eq!(again.unwrap(), 50);
    })
    .await;
}

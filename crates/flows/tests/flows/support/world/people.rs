//! The people of a world, and how they come into it.

use warifu_domain::{
    ids::{TenantId, UserId},
    password::PasswordTerm,
    time::Timestamp,
    user::{Login, Role},
    user_search::Query,
};
use warifu_flows::{
    By,
    manage_users::{self, Bounds, Filter, Listing, NewPerson, Order, Page},
};
use warifu_storage::PersonLine;

use super::World;
use crate::support::{Browser, Phone};

/// A person with an account, and what the person has at hand.
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) email: String,
    /// The app, once it is set up.
    pub(crate) phone: Option<Phone>,
    /// Backup codes as they were shown or downloaded, grouped.
    pub(crate) backup_codes: Vec<String>,
}

impl Person {
    pub(crate) fn phone(&self) -> &Phone {
        self.phone.as_ref().expect("the app is set up")
    }

    pub(crate) fn typed_login(&self) -> Login {
        Login::parse(&self.login).unwrap()
    }
}

impl World {
    /// Adds a member.
    pub(crate) async fn member(&self, login: &str) -> Person {
        self.person(login, Role::Member).await
    }

    /// Puts a person into a group that may put the set-up off until then.
    pub(crate) async fn give_grace(&self, person: &Person, until: Timestamp) {
        let (tenant, id) = (self.tenant().await.id, person.id);
        let Timestamp(until) = until;
        self.tamper(&format!(
            "INSERT INTO person_group (tenant_id, id, name, grace_until, created_at)
             VALUES ({tenant}, {id}, 'group {id}', {until}, 0)"
        ))
        .await;
        self.tamper(&format!(
            "UPDATE person SET group_id = {id} WHERE tenant_id = {tenant} AND id = {id}"
        ))
        .await;
    }

    /// Adds a person.
    pub(crate) async fn person(&self, login: &str, role: Role) -> Person {
        let password = format!("three blind mice run {}", login.len());
        let email = format!("{login}@home.example");
        let new = NewPerson {
            login: Login::parse(login).unwrap(),
            name: String::new(),
            email: Some(email.clone()),
            role,
            password: password.clone(),
            password_term: PasswordTerm::Lasting,
        };
        let tenant = self.tenant().await;
        let id = manage_users::add_user(&self.ctx, &tenant, &By::command_line(), new)
            .await
            .unwrap();
        if tenant.id == TenantId(1) {
            self.shadow.copy(&self.database, id, login).await;
        }
        Person {
            id,
            login: login.to_owned(),
            password,
            email,
            phone: None,
            backup_codes: Vec::new(),
        }
    }

    /// A member who is signed in and has an authenticator app, in a tenant where that is optional.
    pub(crate) async fn member_with_app(&self, login: &str) -> (Person, Browser) {
        let mut person = self.member(login).await;
        let mut browser = self.browser();
        browser.sign_in(&mut person).await;
        if person.phone.is_none() {
            browser.enrol(&mut person).await;
        }
        (person, browser)
    }
}

/// Whom a search finds.
pub(crate) async fn find(world: &World, typed: &str) -> Vec<PersonLine> {
    let listing = Listing {
        filter: Filter {
            query: Query::parse(typed),
            ..Filter::default()
        },
        order: Order::Login,
        descending: false,
        page: Page::default(),
        limit: 50,
        bounds: Bounds::default(),
    };
    let (tenant, by) = (world.tenant().await, By::command_line());
    let listed = manage_users::list_people(&world.ctx, &tenant, &by, listing).await;
    listed.unwrap().people
}

//! Lists of people.

use super::super::Frame;
use askama::Template;

/// `/admin/users`.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub struct Users {
    /// The frame.
    pub frame: Frame,
    /// One page of people, by login ID.
    pub rows: Vec<UserRow>,
    /// Behind which login ID the next page begins.
    pub next: Option<String>,
}

/// One person in a list.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The person's number.
    pub id: String,
    /// The login ID.
    pub login: String,
    /// The name; may be empty.
    pub name: String,
    /// A second factor is registered and confirmed.
    pub has_totp: bool,
    /// The account is closed.
    pub disabled: bool,
}

//! Changing what is known about a person.

use askama::Template;

use super::super::Frame;

/// `/admin/users/{user}/edit`.
#[derive(Debug, Template)]
#[template(path = "admin/user_edit.html")]
pub struct UserEdit {
    /// The frame.
    pub frame: Frame,
    /// The person's number.
    pub id: String,
    /// The person's login ID.
    pub login: String,
    /// The name as it stands in the field.
    pub name: String,
    /// The mail address as it stands in the field.
    pub email: String,
    /// Groups to choose from.
    pub groups: Vec<GroupChoice>,
}

/// One group in a list to choose from.
#[derive(Clone, Debug)]
pub struct GroupChoice {
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// It is the chosen one.
    pub is_chosen: bool,
}

impl UserEdit {
    fn back(&self) -> String {
        self.frame.link(&format!("/admin/users/{}", self.id))
    }
}

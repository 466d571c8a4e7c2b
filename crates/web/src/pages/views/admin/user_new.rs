//! Adding one person.

use askama::Template;

use super::{super::Frame, GroupChoice};

/// `/admin/users/new`.
#[derive(Debug, Template)]
#[template(path = "admin/user_new.html")]
pub struct UserNew {
    /// The frame.
    pub frame: Frame,
    /// The login ID as it stands in the field.
    pub login: String,
    /// The name as it stands in the field.
    pub name: String,
    /// The mail address as it stands in the field.
    pub email: String,
    /// Groups to choose from.
    pub groups: Vec<GroupChoice>,
    /// Roles to choose from: number, name, whether it is the chosen one.
    pub roles: Vec<(String, String, bool)>,
    /// A link for the first password can be mailed here.
    pub can_mail: bool,
    /// It is the chosen way.
    pub mails: bool,
}

/// A person who was added, with the first password, once.
#[derive(Debug, Template)]
#[template(path = "admin/user_added.html")]
pub struct UserAdded {
    /// The frame.
    pub frame: Frame,
    /// The person's number.
    pub id: String,
    /// The person's login ID.
    pub login: String,
    /// The password.
    pub password: String,
}

impl UserAdded {
    fn lead(&self) -> String {
        self.frame
            .msg_with("user-added-lead", &[("login", (&self.login).into())])
    }
}

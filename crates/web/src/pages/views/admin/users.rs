//! Lists of people.

use askama::Template;

use super::super::Frame;

/// `/admin/users`.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub struct Users {
    /// The frame.
    pub frame: Frame,
    /// What is searched for; empty where the list shows a part.
    pub search: String,
    /// The parts that can be shown, the shown one marked.
    pub parts: Vec<Choice>,
    /// The groups that can be shown.
    pub groups: Vec<Choice>,
    /// The orders that the list can be brought into; none where it cannot.
    pub orders: Vec<Choice>,
    /// One page of people.
    pub rows: Vec<UserRow>,
    /// How many there are in all; `None`: more than [`Users::most`].
    pub count: Option<i64>,
    /// How many were counted at most.
    pub most: i64,
    /// The query of the page before.
    pub previous: Option<String>,
    /// The query of the page behind.
    pub next: Option<String>,
    /// The query of the list, for the file.
    pub export: String,
}

/// Something to choose by a link.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it is called.
    pub name: String,
    /// The query of its page, with its question mark.
    pub query: String,
    /// It is the one that is shown.
    pub is_chosen: bool,
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
    /// The group's name.
    pub group: Option<String>,
    /// The role, where it is above a member's.
    pub role: Option<String>,
    /// The second factor.
    pub factor: RowFactor,
    /// Few backup codes are left.
    pub codes_low: bool,
    /// Guesses at the account wait.
    pub is_blocked: bool,
    /// The account is closed.
    pub disabled: bool,
    /// The last login.
    pub last_login: Option<String>,
}

/// The second factor of a person in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFactor {
    /// Nothing.
    Off,
    /// A set-up was begun.
    Pending,
    /// On.
    On,
}

impl Users {
    fn link(&self, query: &str) -> String {
        format!("{}{query}", self.frame.link("/admin/users"))
    }

    fn export_link(&self) -> String {
        format!("{}{}", self.frame.link("/admin/users/export"), self.export)
    }

    fn counted(&self) -> String {
        match self.count {
            Some(count) => self
                .frame
                .msg_with("users-count", &[("count", count.into())]),
            None => self
                .frame
                .msg_with("users-count-more", &[("most", self.most.into())]),
        }
    }

    /// Nobody is listed: because nobody fits, or because there is nobody.
    fn empty(&self) -> &str {
        let shows_everybody = self.parts.first().is_some_and(|part| part.is_chosen);
        if !self.search.is_empty() {
            self.frame.msg("users-none-found")
        } else if shows_everybody {
            self.frame.msg("users-nobody")
        } else {
            self.frame.msg("users-none-of-part")
        }
    }

    fn shows_group(&self) -> bool {
        self.groups.iter().any(|group| group.is_chosen)
    }

    fn is_cut_search(&self) -> bool {
        !self.search.is_empty() && self.count.is_none()
    }
}

impl UserRow {
    fn factor_text<'f>(&self, frame: &'f Frame) -> &'f str {
        match self.factor {
            RowFactor::On => frame.msg("admin-users-on"),
            RowFactor::Pending => frame.msg("user-factor-pending"),
            RowFactor::Off => frame.msg("admin-users-off"),
        }
    }

    fn has_factor(&self) -> bool {
        self.factor == RowFactor::On
    }
}

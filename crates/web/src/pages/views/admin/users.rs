//! Lists of people.

use askama::Template;

use super::super::Frame;

/// `/admin/users`.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub struct Users {
    /// The frame.
    pub frame: Frame,
    /// What is searched for; may be empty.
    pub search: String,
    /// What a new search keeps of the list: names and values of fields.
    pub kept: Vec<(&'static str, String)>,
    /// The parts that can be shown, everybody first, the shown ones marked.
    pub parts: Vec<Choice>,
    /// The groups that can be shown.
    pub groups: Vec<Choice>,
    /// The orders that the list can be brought into; none where it cannot.
    pub orders: Vec<Choice>,
    /// One page of people.
    pub rows: Vec<UserRow>,
    /// How many there are in all.
    pub count: UserCount,
    /// The page was left as it is after so many people were looked at.
    pub cut_after: Option<i64>,
    /// The page was turned back to: it was looked for from its end.
    pub is_back: bool,
    /// There are too many to be ordered: they come as they are found.
    pub is_found_order: bool,
    /// The query of the page before.
    pub previous: Option<String>,
    /// The query of the page behind.
    pub next: Option<String>,
    /// The query of the list, for the file.
    pub export: String,
}

/// How many people a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserCount {
    /// So many.
    Exactly(i64),
    /// More.
    MoreThan(i64),
    /// Nobody counted them.
    Unknown,
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
            UserCount::Exactly(count) => self
                .frame
                .msg_with("users-count", &[("count", count.into())]),
            UserCount::MoreThan(most) => self
                .frame
                .msg_with("users-count-more", &[("most", most.into())]),
            UserCount::Unknown => String::new(),
        }
    }

    fn cut(&self) -> Option<String> {
        let looked_at = self.cut_after?;
        let arguments = [("count", looked_at.into())];
        Some(self.frame.msg_with("users-cut", &arguments))
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

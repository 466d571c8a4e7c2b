//! Groups of people.

use askama::Template;

use super::super::Frame;

/// `/admin/groups`: the groups, and a form for a new one.
#[derive(Debug, Template)]
#[template(path = "admin/groups.html")]
pub struct Groups {
    /// The frame.
    pub frame: Frame,
    /// The groups by name.
    pub rows: Vec<GroupRow>,
    /// What is typed for a new one.
    pub form: GroupFields,
}

/// `/admin/groups/{group}`: one group, to be changed.
#[derive(Debug, Template)]
#[template(path = "admin/group.html")]
pub struct Group {
    /// The frame.
    pub frame: Frame,
    /// Its number.
    pub id: String,
    /// What is typed.
    pub form: GroupFields,
}

/// `/admin/groups/{group}/remove`: asks before a group is removed.
#[derive(Debug, Template)]
#[template(path = "admin/group_remove.html")]
pub struct GroupRemove {
    /// The frame.
    pub frame: Frame,
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many people belong to it, as far as they were counted.
    pub members: i64,
}

/// One group in the list.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Until when its people may put the set-up off.
    pub grace_until: Option<String>,
    /// How many people belong to it, as far as they were counted.
    pub members: i64,
}

/// The fields of a group as they were typed.
#[derive(Clone, Debug, Default)]
pub struct GroupFields {
    /// What it is called.
    pub name: String,
    /// A date as its field holds it, or nothing.
    pub grace_until: String,
}

impl Groups {
    fn members(&self, row: &GroupRow) -> String {
        self.frame
            .msg_with("users-count", &[("count", row.members.into())])
    }
}

impl GroupRemove {
    fn what(&self) -> String {
        self.frame.msg_with(
            "group-remove-what",
            &[
                ("name", (&self.name).into()),
                ("members", self.members.into()),
            ],
        )
    }
}

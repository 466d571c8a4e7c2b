//! How far the second factor has come, on a page: numbers, a chart of them, and who would be stopped.

use askama::Template;

use super::{super::Frame, RoundRow};

/// `/admin/adoption`.
#[derive(Debug, Template)]
#[template(path = "admin/adoption.html")]
pub struct Adoption {
    /// The frame.
    pub frame: Frame,
    /// Codes by mail are a second factor here: apps and addresses are told apart.
    pub emailed_codes: bool,
    /// When people were counted; none before the first count.
    pub counted_at: Option<String>,
    /// By group.
    pub groups: Vec<GroupCount>,
    /// Over time, oldest first.
    pub days: Vec<DayCount>,
    /// What the policy says about when it is compulsory.
    pub compulsory: Compulsory,
    /// People without a second factor.
    pub people: Vec<UnprotectedRow>,
    /// The query of the next page of them.
    pub next: Option<String>,
    /// The last rounds of reminders, newest first.
    pub rounds: Vec<RoundRow>,
}

/// When a second factor is compulsory for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compulsory {
    /// It is not.
    No,
    /// It is.
    Now,
    /// From this time on.
    From(String),
}

/// The people of a group.
#[derive(Clone, Debug)]
pub struct GroupCount {
    /// The group's name; none: everybody who is in no group.
    pub name: Option<String>,
    /// People.
    pub people: i64,
    /// Those with a second factor.
    pub with_factor: i64,
    /// Those with an app.
    pub with_app: i64,
    /// Those with a private mail address for codes.
    pub with_email: i64,
    /// Those who began a set-up.
    pub begun: i64,
}

/// The people of a day.
#[derive(Clone, Debug)]
pub struct DayCount {
    /// As in `2026-11-21`.
    pub day: String,
    /// People.
    pub people: i64,
    /// Those with a second factor.
    pub with_factor: i64,
    /// Those with an app.
    pub with_app: i64,
    /// Those with a private mail address for codes.
    pub with_email: i64,
}

/// Somebody without a second factor.
#[derive(Clone, Debug)]
pub struct UnprotectedRow {
    /// The person's number.
    pub user: String,
    /// The login ID.
    pub login: String,
    /// A set-up was begun and not finished.
    pub begun: bool,
    /// The group's name.
    pub group: Option<String>,
    /// From when the person is stopped.
    pub from: Option<String>,
}

/// The chart's size in its own units.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 160;

fn percent(part: i64, whole: i64) -> i64 {
    part * 100 / whole.max(1)
}

impl GroupCount {
    fn none(&self) -> i64 {
        self.people - self.with_factor - self.begun
    }

    fn percent(&self) -> i64 {
        percent(self.with_factor, self.people)
    }
}

impl DayCount {
    fn percent(&self) -> i64 {
        percent(self.with_factor, self.people)
    }
}

impl Adoption {
    fn counted(&self) -> Option<String> {
        let time = self.counted_at.as_deref()?;
        let (with_factor, people) = self.total();
        Some(self.frame.msg_with(
            "adoption-total",
            &[
                ("with", with_factor.into()),
                ("people", people.into()),
                ("percent", percent(with_factor, people).into()),
                ("time", time.into()),
            ],
        ))
    }

    fn total(&self) -> (i64, i64) {
        let sum = |of: fn(&GroupCount) -> i64| self.groups.iter().map(of).sum();
        (sum(|group| group.with_factor), sum(|group| group.people))
    }

    fn compulsory_text(&self) -> String {
        let frame = &self.frame;
        match &self.compulsory {
            Compulsory::No => frame.msg("adoption-optional").to_owned(),
            Compulsory::Now => frame.msg("adoption-required").to_owned(),
            Compulsory::From(time) => {
                frame.msg_with("adoption-required-from", &[("time", time.as_str().into())])
            }
        }
    }

    fn group_name<'t>(&'t self, group: &'t GroupCount) -> &'t str {
        let name = group.name.as_deref();
        name.unwrap_or_else(|| self.frame.msg("adoption-no-group"))
    }

    /// The line of the chart: one point a day, nothing for a single day.
    fn points(&self) -> Option<String> {
        let last = i64::try_from(self.days.len()).unwrap_or(0) - 1;
        let point = |(place, day): (i64, &DayCount)| {
            let (x, y) = (WIDTH * place / last, HEIGHT - HEIGHT * day.percent() / 100);
            format!("{x},{y}")
        };
        (last > 0).then(|| {
            (0..)
                .zip(&self.days)
                .map(point)
                .collect::<Vec<_>>()
                .join(" ")
        })
    }

    fn chart_text(&self) -> String {
        let day = |day: Option<&DayCount>| day.map(DayCount::percent).unwrap_or_default();
        self.frame.msg_with(
            "adoption-chart",
            &[
                ("first", day(self.days.first()).into()),
                ("last", day(self.days.last()).into()),
            ],
        )
    }
}

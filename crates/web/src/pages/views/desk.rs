//! The desk that people ask, as help and error pages show it.

use warifu_domain::policy;

/// How to reach the desk, in one language. What is not known is not shown.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Its name, where that is more than the label.
    pub name: Option<String>,
    /// Its telephone number as people write it.
    pub phone: Option<String>,
    /// Its mail address.
    pub mail: Option<String>,
    /// Address of its own page, beginning with `https://`.
    pub page: Option<String>,
    /// When somebody is there.
    pub hours: Option<String>,
}

impl From<policy::Desk<'_>> for Desk {
    fn from(desk: policy::Desk<'_>) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            name: own(desk.name),
            phone: own(desk.phone),
            mail: own(desk.mail),
            page: own(desk.page),
            hours: own(desk.hours),
        }
    }
}

impl Desk {
    /// A number as telephones take it (RFC 3966, 5.1.1).
    pub(super) fn dialled(&self, phone: &str) -> String {
        let dialled = |c: &char| c.is_ascii_digit() || *c == '+';
        phone.chars().filter(dialled).collect()
    }
}

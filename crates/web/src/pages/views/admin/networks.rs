//! The tenant's networks on pages.

use askama::Template;

use super::super::Frame;

/// `/admin/networks`.
#[derive(Debug, Template)]
#[template(path = "admin/networks.html")]
pub struct Networks {
    /// The frame.
    pub frame: Frame,
    /// The lines, in their order.
    pub rows: Vec<NetworkRow>,
    /// The lines are those of this draft, which is not saved yet.
    pub draft: Option<i64>,
    /// What the list says about the visitor's own address.
    pub here: AddressMatch,
    /// The address that was typed.
    pub tried: String,
    /// What was typed is no address.
    pub unreadable: bool,
    /// What the list says about it.
    pub found: Option<AddressMatch>,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct NetworkRow {
    /// Its number, from 1.
    pub line: usize,
    /// The addresses.
    pub cidr: String,
    /// What it is called.
    pub name: String,
    /// A remark; may be empty.
    pub comment: String,
    /// The second factor is skipped there.
    pub trusted: bool,
    /// Many people come from one address there.
    pub shared: bool,
    /// What deserves a second thought.
    pub caution: Option<String>,
}

/// What the list says about an address.
#[derive(Clone, Debug)]
pub struct AddressMatch {
    /// The address.
    pub address: String,
    /// The lines that hold it; the first one decides.
    pub holding: Vec<HoldingRow>,
}

/// A line that holds an address.
#[derive(Clone, Debug)]
pub struct HoldingRow {
    /// Its number, from 1.
    pub line: usize,
    /// The addresses.
    pub cidr: String,
    /// What it is called.
    pub name: String,
    /// The second factor is skipped there.
    pub trusted: bool,
}

/// `/admin/networks/add` and `/admin/networks/{line}`.
#[derive(Debug, Template)]
#[template(path = "admin/network.html")]
pub struct NetworkEdit {
    /// The frame.
    pub frame: Frame,
    /// The line that is changed; `None`: a new one.
    pub line: Option<usize>,
    /// What is typed.
    pub form: NetworkFields,
    /// The field that is wrong, and why.
    pub bad: Option<(&'static str, String)>,
}

/// The fields of a network, as they were typed.
#[derive(Clone, Debug, Default)]
pub struct NetworkFields {
    /// The revision of the policy that a change would replace.
    pub revision: i64,
    /// The draft that is changed further.
    pub draft: Option<i64>,
    /// The addresses.
    pub cidr: String,
    /// What it is called.
    pub name: String,
    /// A remark.
    pub comment: String,
    /// The second factor is skipped there.
    pub trusted: bool,
    /// Many people come from one address there.
    pub shared: bool,
}

impl Networks {
    fn place(&self, path: &str) -> String {
        let draft = self.draft.map(|draft| format!("?draft={draft}"));
        let path = format!("/admin/networks{path}{}", draft.unwrap_or_default());
        self.frame.link(&path)
    }

    fn line(&self, row: &NetworkRow) -> String {
        self.place(&format!("/{}", row.line))
    }

    /// Which line decides about an address, and why.
    fn says(&self, found: &AddressMatch) -> String {
        let frame = &self.frame;
        let address = found.address.as_str();
        let Some(first) = found.holding.first() else {
            return frame.msg_with("networks-match-none", &[("address", address.into())]);
        };
        let (name, cidr) = (first.name.as_str(), first.cidr.as_str());
        match first.trusted {
            true => frame.msg_with(
                "networks-match-trusted",
                &[
                    ("address", address.into()),
                    ("name", name.into()),
                    ("cidr", cidr.into()),
                ],
            ),
            false => frame.msg_with(
                "networks-match-untrusted",
                &[
                    ("address", address.into()),
                    ("name", name.into()),
                    ("cidr", cidr.into()),
                ],
            ),
        }
    }

    /// The further lines that hold an address, where there are any.
    fn others(&self, found: &AddressMatch) -> Option<String> {
        let others = found.holding.get(1..).filter(|rest| !rest.is_empty())?;
        let others = others
            .iter()
            .map(|row| format!("{} ({})", row.name, row.cidr));
        let others = others.collect::<Vec<_>>().join(", ");
        Some(
            self.frame
                .msg_with("networks-match-others", &[("others", others.into())]),
        )
    }
}

impl NetworkEdit {
    fn title(&self) -> &str {
        match self.line {
            Some(_) => self.frame.msg("networks-change"),
            None => self.frame.msg("networks-add"),
        }
    }

    fn action(&self) -> String {
        self.frame.link(&match self.line {
            Some(line) => format!("/admin/networks/{line}"),
            None => "/admin/networks/add".to_owned(),
        })
    }

    fn back(&self) -> String {
        let draft = self.form.draft.map(|draft| format!("?draft={draft}"));
        let path = format!("/admin/networks{}", draft.unwrap_or_default());
        self.frame.link(&path)
    }

    fn is_bad(&self, field: &str) -> bool {
        self.bad.as_ref().is_some_and(|(bad, _)| *bad == field)
    }

    fn described_by(&self, field: &str) -> String {
        match self.is_bad(field) {
            true => format!("{field}-hint bad"),
            false => format!("{field}-hint"),
        }
    }
}

//! Samples of networks: the console's list and form, and the person's own place.

use warifu_web::pages::views::admin::{
    AddressMatch, HoldingRow, NetworkEdit, NetworkFields, NetworkRow, Networks,
};
use warifu_web::pages::views::{LoginHere, MailAt, OwnNetwork};

use super::{Rendered, Samples, print};

impl Samples<'_> {
    pub(super) fn networks(&self) -> Rendered {
        let row = |line, cidr: &str, trusted| NetworkRow {
            line,
            cidr: cidr.into(),
            name: self.cast.tenant.clone(),
            comment: self.cast.name.clone(),
            trusted,
            shared: !trusted,
            caution: trusted.then(|| self.cast.agent.clone()),
        };
        let holding = |line, cidr: &str, trusted| HoldingRow {
            line,
            cidr: cidr.into(),
            name: self.cast.tenant.clone(),
            trusted,
        };
        let list = || Networks {
            frame: self.console("/{tenant}/admin/networks"),
            rows: vec![
                row(1, "192.0.2.0/24", true),
                row(2, "2001:db8:4860:4860:1234:5678:9abc::/112", false),
            ],
            draft: Some(7),
            here: AddressMatch {
                address: "203.0.113.7".into(),
                holding: vec![],
            },
            tried: "192.0.2.130".into(),
            unreadable: false,
            found: Some(AddressMatch {
                address: "192.0.2.130".into(),
                holding: vec![
                    holding(2, "192.0.2.128/25", false),
                    holding(1, "192.0.2.0/24", true),
                ],
            }),
        };
        let edit = |bad: Option<&'static str>| NetworkEdit {
            frame: self.console("/{tenant}/admin/networks/{line}"),
            line: Some(2),
            form: NetworkFields {
                revision: 4,
                draft: Some(7),
                cidr: "192.0.2.1/24".into(),
                name: self.cast.tenant.clone(),
                comment: String::new(),
                trusted: true,
                shared: false,
            },
            bad: bad.map(|field| (field, self.cast.agent.clone())),
        };
        let place = |login, mail| OwnNetwork {
            frame: self.signed_in(),
            address: "2001:db8:4860:4860:1234:5678:9abc:def0".into(),
            network: Some(self.cast.tenant.clone()),
            login,
            mail,
        };
        vec![
            ("console-networks", print(&list())),
            (
                "console-networks-none",
                print(&Networks {
                    rows: vec![],
                    draft: None,
                    tried: "here".into(),
                    unreadable: true,
                    found: None,
                    ..list()
                }),
            ),
            ("console-network", print(&edit(None))),
            ("console-network-bad", print(&edit(Some("cidr")))),
            (
                "network-trusted",
                print(&place(LoginHere::Trusted, Some(MailAt::Free))),
            ),
            (
                "network-asked",
                print(&OwnNetwork {
                    network: None,
                    ..place(LoginHere::Asked, Some(MailAt::Needed))
                }),
            ),
            (
                "network-window",
                print(&place(
                    LoginHere::Asked,
                    Some(MailAt::Until("2026-11-22 09:04 JST".into())),
                )),
            ),
            ("network-alike", print(&place(LoginHere::Password, None))),
        ]
    }
}

//! Samples of the pages about mail programs (K9, K11).

use warifu_domain::mail_gate::Remedy;
use warifu_web::pages::views::{
    MailNetwork, MailPermit, MailProgram, MailPrograms,
    admin::{User, UserAct, UserActPage, UserAddress, UserMail, remedy_text},
};

use super::{Rendered, Samples, console::NOW, print};

impl Samples<'_> {
    pub(super) fn mail_programs(&self) -> Rendered {
        let window = |network: &str, is_here, programs: &str| MailNetwork {
            key: network.into(),
            network: network.into(),
            is_here,
            since: "2026-11-21 08:12 JST".into(),
            until: "2026-11-21 22:12 JST".into(),
            hours_left: 3,
            minutes_left: 8,
            programs: programs.into(),
            used: (!programs.is_empty()).then(|| "2026-11-21 19:01 JST".into()),
        };
        let refused = || MailProgram {
            key: "198.51.100.77".into(),
            address: "198.51.100.77".into(),
            programs: "IMAP".into(),
            at: "2026-11-21 18:55 JST".into(),
        };
        let page = |needed, here_trusted, windows, refused| {
            print(&MailPrograms {
                frame: self.signed_in(),
                needed,
                here: "203.0.113.9".into(),
                here_trusted,
                hours: 14,
                windows,
                refused,
            })
        };
        let open = vec![
            window("203.0.113.9", true, "IMAP、SMTP"),
            window("2001:db8:1234:5678::/64", false, ""),
        ];
        vec![
            ("mail-programs", page(true, false, open, vec![refused()])),
            (
                "mail-programs-none",
                page(true, false, Vec::new(), Vec::new()),
            ),
            (
                "mail-programs-trusted",
                page(true, true, Vec::new(), Vec::new()),
            ),
            (
                "mail-programs-unneeded",
                page(false, false, Vec::new(), Vec::new()),
            ),
            (
                "mail-permit",
                print(&MailPermit {
                    frame: self.signed_in(),
                    program: refused(),
                    hours: 14,
                }),
            ),
            ("console-user-mail", print(&self.campus_user())),
            ("console-act-end-mail", print(&self.act(UserAct::EndMail))),
            (
                "console-act-end-mail-one",
                print(&UserActPage {
                    network: Some(("cb007107".into(), "203.0.113.7".into())),
                    ..self.act(UserAct::EndMail)
                }),
            ),
            (
                "console-act-remove-mail",
                print(&UserActPage {
                    emailed_codes: true,
                    ..self.act(UserAct::Remove)
                }),
            ),
        ]
    }

    /// Somebody with codes by mail and mail programs.
    fn campus_user(&self) -> User {
        let network = |network: &str, used: Option<&str>| MailNetwork {
            key: "cb007107".into(),
            network: network.into(),
            is_here: false,
            since: "2026-11-21 08:31 JST".into(),
            until: "2026-11-21 22:31 JST".into(),
            hours_left: 3,
            minutes_left: 27,
            programs: "IMAP, SMTP".into(),
            used: used.map(str::to_owned),
        };
        let texts = self.console("/{tenant}/admin/users/{user}").texts.clone();
        let refused = |address: &str, remedy| {
            let program = MailProgram {
                key: "cb007107".into(),
                address: address.into(),
                programs: "IMAP".into(),
                at: NOW.into(),
            };
            (program, remedy_text(&texts, remedy).to_owned())
        };
        User {
            offers_helpdesk_code: false,
            app: None,
            address: Some(UserAddress {
                current: Some((
                    "taro.private@example.com".into(),
                    "2026-10-02 09:12 JST".into(),
                )),
                awaited: Some("taro.elsewhere@example.net".into()),
                counts: false,
            }),
            mail: Some(UserMail {
                windows: vec![
                    network("203.0.113.7", Some(NOW)),
                    network("2001:db8:4860:4860::/64", None),
                ],
                refused: vec![
                    refused("198.51.100.20", Remedy::Login),
                    refused("198.51.100.21", Remedy::OtherNetwork),
                    refused("2001:db8:4860:4860:1234:5678:9abc:def0", Remedy::SetUp),
                    refused("198.51.100.23", Remedy::Nothing),
                    refused("198.51.100.24", Remedy::Reopening),
                ],
            }),
            ..self.user()
        }
    }
}

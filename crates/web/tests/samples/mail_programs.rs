//! Samples of the pages about mail programs (K9, K11).

use warifu_web::pages::views::{MailNetwork, MailPermit, MailProgram, MailPrograms};

use super::{Rendered, Samples, print};

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
        ]
    }
}

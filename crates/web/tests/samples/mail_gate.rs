//! Samples of the gate of mail servers: keys, and shared addresses.

use warifu_web::pages::views::admin::{
    CrowdRow, GateKey, GateKeyAdd, GateKeyRemove, GateKeyShown, MailGate,
};

use super::{Rendered, Samples, print};

impl Samples<'_> {
    pub(super) fn mail_gate(&self) -> Rendered {
        let frame = || self.console("/{tenant}/admin/mail-gate");
        let key = |name: &str, used: Option<&str>| GateKey {
            id: "1".into(),
            name: name.into(),
            added: "2026-11-21 19:04 JST".into(),
            used: used.map(str::to_owned),
        };
        let crowd = |network: &str, people, name: Option<&str>| CrowdRow {
            network: network.into(),
            people,
            name: name.map(str::to_owned),
            is_shared: name.is_some(),
        };
        let text = "auth_policy_server_url = https://login.example.jp/midori/gate/dovecot\n\
                    auth_policy_server_api_header = Authorization: Bearer 0123456789abcdefghijklmnopqrstuvwxyz\n";
        vec![
            (
                "console-mail-gate",
                print(&MailGate {
                    frame: frame(),
                    keys: vec![
                        key(&self.cast.name, Some("2026-11-21 19:00 JST")),
                        key("mx2", None),
                    ],
                    crowds: vec![
                        crowd("203.0.113.7", 1204, Some(&self.cast.tenant)),
                        crowd("2001:db8:4860:4860::/64", 2, None),
                    ],
                    windows: true,
                    crowd: 20,
                    crowd_hours: 1,
                }),
            ),
            (
                "console-mail-gate-none",
                print(&MailGate {
                    frame: frame(),
                    keys: vec![],
                    crowds: vec![],
                    windows: false,
                    crowd: 0,
                    crowd_hours: 14,
                }),
            ),
            (
                "console-gate-key",
                print(&GateKeyAdd {
                    frame: frame(),
                    name: String::new(),
                }),
            ),
            (
                "console-gate-key-shown",
                print(&GateKeyShown {
                    frame: frame(),
                    name: self.cast.name.clone(),
                    key: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG".into(),
                    address: "https://login.example.jp/midori/gate/mail".into(),
                    settings: [("2.3", text.into()), ("2.4", text.into())],
                }),
            ),
            (
                "console-gate-key-remove",
                print(&GateKeyRemove {
                    frame: frame(),
                    key: key(&self.cast.name, None),
                }),
            ),
        ]
    }
}

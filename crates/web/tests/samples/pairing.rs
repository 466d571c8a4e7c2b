//! Samples of registering an app by two typed codes (K4), and of where its name stands afterwards.

use super::{Rendered, Samples, print};
use warifu_web::pages::views::{
    Account, Afterwards, AppState, Facts, PairedApp, Pairing, PairingAppCode, PairingState, Proof,
    ProofTarget, Removal, Remove,
};

impl Samples<'_> {
    fn paired(&self) -> PairedApp {
        PairedApp {
            tag: "X3J1".into(),
            device: self.cast.agent.clone(),
        }
    }

    pub(super) fn pairing(&self) -> Rendered {
        let login = self.cast.login.clone();
        let user_code = |frame, in_login, paired, tries_left| {
            print(&Pairing {
                frame,
                in_login,
                user_code: "T5MK-RHG6-63Q3-5C91".into(),
                paired,
                tries_left,
                time_left: self.time_left(),
            })
        };
        let app_code = |frame, in_login, codes_left| {
            print(&PairingAppCode {
                frame,
                in_login,
                user_code_first: !in_login,
                device: self.cast.agent.clone(),
                codes_left,
                time_left: self.time_left(),
            })
        };
        let account = |app, pairing| {
            print(&Account {
                frame: self.signed_in(),
                name: Some(self.cast.name.clone()),
                login: login.clone(),
                has_password: true,
                app,
                set_up_pending: false,
                set_up_keeps_key: true,
                pairing: Some(pairing),
                may_set_up: true,
                required: false,
                may_skip_until: None,
                removal: Removal::ByUser,
                email: None,
                own_switch: None,
                backup: None,
                backup_offered: false,
                mail_windows: false,
                place_matters: true,
                sessions: 1,
            })
        };
        let app = |suspended| {
            Some(AppState {
                paired: Some(self.paired()),
                since: "2026-10-02 09:12 JST".into(),
                last_used: None,
                suspended,
            })
        };
        let none = Facts::default();
        vec![
            (
                "pairing-user-code",
                user_code(self.signed_in(), false, None, None),
            ),
            (
                "pairing-code",
                user_code(self.signed_in(), false, Some(self.paired()), None),
            ),
            (
                "pairing-code-at-login",
                user_code(self.frame(), true, Some(self.paired()), None),
            ),
            (
                "pairing-code-wrong",
                user_code(
                    self.refused("OTP-01", &none),
                    true,
                    Some(self.paired()),
                    Some(1),
                ),
            ),
            ("pairing-app-code", app_code(self.signed_in(), false, None)),
            (
                "pairing-app-code-at-login",
                app_code(self.frame(), true, None),
            ),
            (
                "pairing-app-code-mistyped",
                app_code(self.refused("PAIR-05", &none), false, Some(1)),
            ),
            ("account-paired", account(app(false), PairingState::Offered)),
            (
                "account-paired-suspended",
                account(app(true), PairingState::Offered),
            ),
            ("account-off-or-pair", account(None, PairingState::Offered)),
            ("account-off-pairing", account(None, PairingState::Open)),
            (
                "remove-paired",
                print(&Remove {
                    frame: self.signed_in(),
                    login: login.clone(),
                    paired: Some(self.paired()),
                    codes_left: None,
                    afterwards: Afterwards::SetUp,
                    asks_password: false,
                }),
            ),
            (
                "proof-for-pairing",
                print(&Proof {
                    to: String::new(),
                    frame: self.signed_in(),
                    login: login.clone(),
                    target: ProofTarget::Pairing,
                    code_digits: None,
                    email: None,
                    backup_codes: None,
                }),
            ),
        ]
    }
}

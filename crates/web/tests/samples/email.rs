//! Samples of the pages for codes by mail, and of the own switch.

use super::{Rendered, Samples, print};
use warifu_web::pages::views::{
    Account, AppState, AskedCode, Email, EmailRemove, EmailState, Facts, FirstEnd, LoginCode,
    LoginEmail, LoginMethod, LostDevice, OwnSwitch, Proof, ProofTarget, Removal, SwitchState,
};

impl Samples<'_> {
    fn asked(&self, waits: bool) -> AskedCode {
        AskedCode {
            request: "K7QM".into(),
            address: "h•••@home.example".into(),
            ends: "19:14:12 JST".into(),
            again_from: waits.then(|| "19:05:12 JST".into()),
            wait: if waits { 42 } else { 0 },
        }
    }

    pub(super) fn email(&self) -> Rendered {
        let login = self.cast.login.clone();
        let sign_in = |frame, asked, first_end| {
            print(&LoginEmail {
                frame,
                login: login.clone(),
                address: "h•••@home.example".into(),
                asked,
                digits: 6,
                per_hour: 5,
                time_left: self.time_left(),
                first_end,
                tries_left: 3,
                app: true,
                backup_codes: true,
                helpdesk_code: true,
            })
        };
        let register = |frame, current: Option<&str>, asked, is_offer| {
            print(&Email {
                frame,
                current: current.map(str::to_owned),
                asked,
                typed: String::new(),
                is_offer,
                domains: "kit.example、edu.kit.example".into(),
                digits: 6,
                is_own_sender: true,
            })
        };
        let switch = |on| {
            print(&OwnSwitch {
                frame: self.signed_in(),
                login: login.clone(),
                on,
                mail_programs: true,
                nothing_registered: true,
            })
        };
        let proof = |code_digits, asked| {
            print(&Proof {
                to: String::new(),
                frame: self.signed_in(),
                login: login.clone(),
                target: ProofTarget::Email,
                code_digits,
                email: Some(("h•••@home.example".into(), asked)),
                backup_codes: None,
            })
        };
        let account = |email, switch| {
            print(&Account {
                frame: self.signed_in(),
                name: Some(self.cast.name.clone()),
                login: login.clone(),
                has_password: true,
                app: Some(AppState {
                    paired: None,
                    since: "2026-10-02 09:12 JST".into(),
                    last_used: None,
                    suspended: false,
                }),
                set_up_pending: false,
                set_up_keeps_key: true,
                pairing: None,
                may_set_up: true,
                required: false,
                may_skip_until: None,
                removal: Removal::ByUser,
                email: Some(EmailState { current: email }),
                own_switch: Some(switch),
                backup: None,
                backup_offered: false,
                mail_windows: false,
                place_matters: true,
                sessions: 1,
            })
        };
        let state = SwitchState {
            on: true,
            compulsory: false,
            trusted_network: true,
        };
        let address = "hanako.sato@home.example";
        let left = Facts {
            left: Some(2),
            until: Some("19:05:12 JST".into()),
            ..Facts::default()
        };
        vec![
            (
                "login-method",
                print(&LoginMethod {
                    frame: self.frame(),
                    login: login.clone(),
                    backup_codes: true,
                    helpdesk_code: false,
                }),
            ),
            (
                "login-email",
                sign_in(self.frame(), None, FirstEnd::Attempt),
            ),
            (
                "login-email-sent",
                sign_in(self.frame(), Some(self.asked(true)), FirstEnd::Code),
            ),
            (
                "login-email-wrong",
                sign_in(
                    self.refused("MAIL-01", &left),
                    Some(self.asked(false)),
                    FirstEnd::Attempt,
                ),
            ),
            (
                "login-email-too-soon",
                sign_in(
                    self.refused("MAIL-04", &left),
                    Some(self.asked(true)),
                    FirstEnd::Code,
                ),
            ),
            (
                "login-code-with-email",
                print(&LoginCode {
                    frame: self.frame(),
                    login: login.clone(),
                    digits: 6,
                    time_left: self.time_left(),
                    tries_left: 3,
                    suspended: false,
                    email: true,
                    backup_codes: false,
                    helpdesk_code: false,
                    show_again: false,
                }),
            ),
            (
                "lost-device-with-email",
                print(&LostDevice {
                    frame: self.frame(),
                    login: login.clone(),
                    backup_codes: false,
                    email: true,
                }),
            ),
            ("email", register(self.signed_in(), None, None, false)),
            ("email-offer", register(self.signed_in(), None, None, true)),
            (
                "email-sent",
                register(
                    self.signed_in(),
                    Some(address),
                    Some(self.asked(true)),
                    false,
                ),
            ),
            (
                "email-protected",
                register(self.refused("MAIL-06", &left), None, None, false),
            ),
            (
                "email-remove",
                print(&EmailRemove {
                    frame: self.signed_in(),
                    login: login.clone(),
                    address: address.into(),
                    has_app: false,
                }),
            ),
            ("own-switch-on", switch(true)),
            ("own-switch-off", switch(false)),
            ("proof-by-email", proof(None, None)),
            ("proof-by-email-sent", proof(None, Some(self.asked(false)))),
            ("proof-by-either", proof(Some(6), None)),
            (
                "account-campus",
                account(Some((address.into(), "2026-10-02 09:14 JST".into())), state),
            ),
            (
                "account-campus-compulsory",
                account(
                    None,
                    SwitchState {
                        compulsory: true,
                        trusted_network: false,
                        ..state
                    },
                ),
            ),
        ]
    }
}

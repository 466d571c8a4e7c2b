//! Samples of the pages from the login ID to the session, and of registering an app.

use super::{Rendered, Samples, URI, print};
use warifu_web::pages::qr::Qr;
use warifu_web::pages::views::{
    CodeShape, Facts, Login, LoginBackupCode, LoginCode, LoginPlace, LostDevice, Notice, SetUp,
    SetUpDone, SetUpPlace, ShownKey,
};

impl Samples<'_> {
    pub(super) fn login(&self) -> Rendered {
        let at = |place, frame| {
            print(&Login {
                frame,
                login: String::new(),
                place,
                remember: None,
                code_digits: None,
                code_open: false,
                password_reset: false,
            })
        };
        let page = |frame, login: &str, remember, code_digits, code_open| {
            print(&Login {
                frame,
                login: login.into(),
                place: LoginPlace::Tenant,
                remember,
                code_digits,
                code_open,
                password_reset: remember.is_some(),
            })
        };
        let login = self.cast.login.as_str();
        let facts = Facts::default();
        vec![
            ("login", page(self.frame(), "", None, None, false)),
            (
                "login-administrators",
                at(LoginPlace::Administrators, self.frame()),
            ),
            ("login-common", at(LoginPlace::Common, self.outside())),
            (
                "login-remember",
                page(self.frame(), "", Some(false), None, false),
            ),
            (
                "login-same-page",
                page(self.frame(), "", None, Some(6), false),
            ),
            (
                "login-refused",
                page(
                    self.frame().with_problem("LOGIN-01", None, &facts),
                    login,
                    Some(true),
                    None,
                    false,
                ),
            ),
            (
                "login-refused-same-page",
                page(self.refused("OTP-01", &facts), login, None, Some(6), true),
            ),
            (
                "login-attempt-over",
                page(self.refused("LOGIN-03", &facts), login, None, None, false),
            ),
            (
                "login-signed-out",
                page(
                    self.frame().with_notice(Notice::SignedOut),
                    "",
                    None,
                    None,
                    false,
                ),
            ),
        ]
    }

    pub(super) fn second_step(&self) -> Rendered {
        let login = self.cast.login.clone();
        let page = |frame, tries_left| LoginCode {
            frame,
            login: login.clone(),
            digits: 6,
            time_left: self.time_left(),
            tries_left,
            suspended: false,
            email: false,
            backup_codes: true,
            helpdesk_code: true,
            show_again: false,
        };
        let code = |frame, tries_left| print(&page(frame, tries_left));
        let backup_code = |frame, tries_left, shape| {
            print(&LoginBackupCode {
                frame,
                login: login.clone(),
                shape,
                time_left: self.time_left(),
                tries_left,
            })
        };
        let digits = CodeShape::Digits(8);
        let left = Facts {
            left: Some(2),
            ..Facts::default()
        };
        vec![
            ("login-code", code(self.frame(), 3)),
            (
                "login-code-show-again",
                print(&LoginCode {
                    show_again: true,
                    backup_codes: false,
                    ..page(self.frame(), 3)
                }),
            ),
            (
                "login-code-suspended",
                print(&LoginCode {
                    suspended: true,
                    ..page(self.frame(), 3)
                }),
            ),
            (
                "lost-device",
                print(&LostDevice {
                    frame: self.frame(),
                    login: login.clone(),
                    backup_codes: true,
                    email: false,
                }),
            ),
            ("login-code-wrong", code(self.refused("OTP-01", &left), 2)),
            ("login-code-used", code(self.refused("OTP-03", &left), 2)),
            (
                "login-code-clock",
                code(
                    self.refused(
                        "OTP-04",
                        &Facts {
                            minutes: Some(7),
                            ..Facts::default()
                        },
                    ),
                    1,
                ),
            ),
            ("login-backup-code", backup_code(self.frame(), 3, digits)),
            (
                "login-backup-code-symbols",
                backup_code(self.frame(), 3, CodeShape::Symbols(16)),
            ),
            (
                "login-backup-code-used",
                backup_code(self.refused("BAK-02", &left), 2, digits),
            ),
            (
                "login-backup-code-superseded",
                backup_code(self.refused("BAK-03", &left), 2, digits),
            ),
        ]
    }

    pub(super) fn set_up(&self) -> Rendered {
        let page = |frame, place: SetUpPlace| {
            print(&SetUp {
                frame,
                new_key_on_visit: place == SetUpPlace::Account,
                place,
                qr: Qr::encode(URI).expect("the sample is short"),
                uri: URI.into(),
                issuer: self.cast.tenant.clone(),
                account: self.cast.login.clone(),
                key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
                digits: 6,
                period: 30,
                time_left: self.time_left(),
                pairing: false,
            })
        };
        let done = |codes| {
            print(&SetUpDone {
                frame: self.signed_in(),
                codes,
            })
        };
        vec![
            ("set-up", page(self.signed_in(), SetUpPlace::Account)),
            ("set-up-at-login", page(self.frame(), at_login(None))),
            (
                "set-up-at-login-or-later",
                page(self.frame(), at_login(Some("2026-12-01 09:00 JST"))),
            ),
            (
                "set-up-wrong",
                page(self.refused("OTP-01", &Facts::default()), at_login(None)),
            ),
            ("set-up-done", done(self.codes())),
            (
                "shown-key",
                print(&ShownKey {
                    frame: self.frame(),
                    qr: Qr::encode(URI).expect("the sample is short"),
                    uri: URI.into(),
                    issuer: self.cast.tenant.clone(),
                    account: self.cast.login.clone(),
                    key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
                }),
            ),
        ]
    }
}

fn at_login(may_skip_until: Option<&str>) -> SetUpPlace {
    SetUpPlace::Login {
        may_skip_until: may_skip_until.map(str::to_owned),
    }
}

//! Samples of the user's own page and of what can be changed from there.

use super::{Rendered, Samples, print};
use warifu_web::pages::views::{
    Account, Afterwards, AppState, BackupCodes, CodeShape, Facts, Notice, Password, Proof,
    ProofTarget, Removal, Remove, ViewedCode,
};

impl Samples<'_> {
    pub(super) fn account(&self) -> Rendered {
        let off = || Account {
            mail_windows: false,
            place_matters: true,
            frame: self.signed_in(),
            name: Some(self.cast.name.clone()),
            login: self.cast.login.clone(),
            app: None,
            set_up_pending: false,
            set_up_keeps_key: true,
            pairing: None,
            may_set_up: true,
            required: false,
            may_skip_until: None,
            removal: Removal::ByUser,
            email: None,
            own_switch: None,
            backup: None,
            backup_offered: true,
            sessions: 1,
            has_password: true,
        };
        let on = |left| Account {
            app: Some(AppState {
                paired: None,
                since: "2026-10-02 09:12 JST".into(),
                last_used: Some("2026-11-21 08:55 JST".into()),
                suspended: false,
            }),
            backup: Some(self.backup(left)),
            sessions: 3,
            has_password: true,
            ..off()
        };
        vec![
            ("account", print(&on(8))),
            ("account-few-codes", print(&on(2))),
            ("account-no-codes-left", print(&on(0))),
            (
                "account-codes-never-issued",
                print(&Account {
                    backup: None,
                    ..on(0)
                }),
            ),
            (
                "account-put-off",
                print(&Account {
                    required: true,
                    may_skip_until: Some("2027-04-01 00:00 JST".into()),
                    ..off()
                }),
            ),
            (
                "account-just-turned-on",
                print(&Account {
                    frame: self.signed_in().with_notice(Notice::TurnedOn),
                    ..on(10)
                }),
            ),
            (
                "account-by-administrator",
                print(&Account {
                    removal: Removal::ByAdministrator,
                    backup_offered: false,
                    ..on(0)
                }),
            ),
            (
                "account-suspended",
                print(&Account {
                    app: Some(AppState {
                        paired: None,
                        since: "2026-10-02 09:12 JST".into(),
                        last_used: None,
                        suspended: true,
                    }),
                    ..on(8)
                }),
            ),
            ("account-off", print(&off())),
            (
                "account-off-required",
                print(&Account {
                    required: true,
                    name: None,
                    ..off()
                }),
            ),
            (
                "account-off-pending",
                print(&Account {
                    set_up_pending: true,
                    ..off()
                }),
            ),
            (
                "account-not-offered",
                print(&Account {
                    may_set_up: false,
                    ..off()
                }),
            ),
            (
                "account-just-turned-off",
                print(&Account {
                    frame: self.signed_in().with_notice(Notice::TurnedOff),
                    ..off()
                }),
            ),
        ]
    }

    pub(super) fn changes(&self) -> Rendered {
        let facts = Facts {
            min: Some(12),
            ..Facts::default()
        };
        let login = &self.cast.login;
        let remove = |frame, codes_left, asks_password| {
            print(&Remove {
                frame,
                login: login.clone(),
                paired: None,
                codes_left,
                afterwards: Afterwards::Password,
                asks_password,
            })
        };
        let codes = |state, new, download_only| {
            print(&BackupCodes {
                frame: self.signed_in(),
                state,
                new,
                viewable: true,
                viewed: Vec::new(),
                download_only,
                count: 10,
                generation: 2,
            })
        };
        let viewed = |number: usize| ViewedCode {
            code: format!("4821-90{number:02}"),
            is_used: number == 1,
        };
        let proof = |frame, target, code_digits| {
            print(&Proof {
                to: String::new(),
                frame,
                login: login.clone(),
                target,
                code_digits,
                email: None,
                backup_codes: Some(CodeShape::Digits(8)),
            })
        };
        let password = |frame, is_first| {
            print(&Password {
                frame,
                is_first,
                login: login.clone(),
                min: 12,
            })
        };
        vec![
            ("remove", remove(self.signed_in(), Some(8), false)),
            (
                "remove-without-codes",
                remove(self.signed_in(), None, false),
            ),
            (
                "remove-with-password",
                remove(
                    self.signed_in().with_problem("ACC-03", Some(login), &facts),
                    Some(5),
                    true,
                ),
            ),
            (
                "backup-codes-viewed",
                print(&BackupCodes {
                    frame: self.signed_in(),
                    state: Some(self.backup(5)),
                    new: None,
                    viewable: true,
                    viewed: (0..6).map(viewed).collect(),
                    download_only: false,
                    count: 6,
                    generation: 2,
                }),
            ),
            ("backup-codes", codes(Some(self.backup(8)), None, false)),
            ("backup-codes-few", codes(Some(self.backup(1)), None, true)),
            ("backup-codes-none", codes(None, None, false)),
            (
                "backup-codes-issued-symbols",
                codes(Some(self.backup(10)), Some(self.long_codes()), false),
            ),
            (
                "backup-codes-issued",
                codes(Some(self.backup(10)), Some(self.codes()), false),
            ),
            (
                "proof",
                proof(self.signed_in(), ProofTarget::Remove, Some(6)),
            ),
            (
                "proof-password-only",
                proof(self.signed_in(), ProofTarget::SetUp, None),
            ),
            (
                "proof-refused",
                proof(
                    self.signed_in().with_problem("ACC-03", Some(login), &facts),
                    ProofTarget::BackupCodes,
                    Some(6),
                ),
            ),
            ("password", password(self.signed_in(), false)),
            ("password-first", password(self.signed_in(), true)),
            (
                "password-refused",
                password(
                    self.signed_in().with_problem("PWD-01", Some(login), &facts),
                    false,
                ),
            ),
        ]
    }
}

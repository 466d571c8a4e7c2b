//! Samples of the ways in which people are added: one by one, and from a file.

use warifu_domain::user::Role;
use warifu_web::pages::views::admin::{
    GroupChoice, ImportCounts, ImportStage, ProblemRow, SampleRow, UserAdded, UserImport,
    UserImportState, UserImportUndo, UserNew, problem_text, role_name,
};

use super::{Rendered, Samples, print};

const AT: &str = "/{tenant}/admin/users";

impl Samples<'_> {
    pub(super) fn newcomers(&self) -> Rendered {
        let texts = self.signed_in().texts;
        let role = |role: Role| role_name(&texts, role).to_owned();
        let form = |problem: Option<&str>| UserNew {
            frame: match problem {
                Some(code) => self.in_console(AT, code),
                None => self.console(AT),
            },
            login: self.cast.login.clone(),
            name: self.cast.name.clone(),
            email: self.cast.login.clone(),
            groups: vec![GroupChoice {
                id: "7".into(),
                name: "営業部".into(),
                is_chosen: true,
            }],
            roles: vec![
                ("1".into(), role(Role::Member), true),
                ("3".into(), role(Role::Administrator), false),
            ],
            can_mail: true,
            mails: true,
        };
        vec![
            ("console-user-new", print(&form(None))),
            ("console-user-new-taken", print(&form(Some("USR-01")))),
            (
                "console-user-added",
                print(&UserAdded {
                    frame: self.console(AT),
                    id: "12".into(),
                    login: self.cast.login.clone(),
                    password: "k7wq-93ht-mmzx-4fpd".into(),
                }),
            ),
        ]
    }

    pub(super) fn imports(&self) -> Rendered {
        let upload = |text: &str, bad: Option<&str>| UserImport {
            frame: self.console(AT),
            text: text.into(),
            bad: bad.map(str::to_owned),
        };
        let pasted = "login,name\n\"taro@example.jp,山田 太郎\n";
        let quote = problem_text(&self.signed_in().texts, "quote", &[]);
        vec![
            ("console-import", print(&upload("", None))),
            (
                "console-import-unreadable",
                print(&upload(pasted, Some(&quote))),
            ),
            (
                "console-import-refused",
                print(&UserImportState {
                    problems: self.problems(),
                    more_from: Some(50),
                    ..self.import(ImportStage::Refused)
                }),
            ),
            (
                "console-import-nobody-new",
                print(&UserImportState {
                    counts: ImportCounts {
                        existing: 12,
                        ..ImportCounts::default()
                    },
                    sample: Vec::new(),
                    ..self.import(ImportStage::NobodyNew)
                }),
            ),
            (
                "console-import-checked",
                print(&UserImportState {
                    is_shift_jis: true,
                    ..self.import(ImportStage::Checked)
                }),
            ),
            (
                "console-import-running",
                print(&self.import(ImportStage::Running(37))),
            ),
            (
                "console-import-stopped",
                print(&self.import(ImportStage::Stopped)),
            ),
            (
                "console-import-forgotten",
                print(&self.import(ImportStage::Forgotten)),
            ),
            (
                "console-import-done",
                print(&self.import(ImportStage::Done)),
            ),
            (
                "console-import-undo",
                print(&UserImportUndo {
                    frame: self.console(AT),
                    id: "4".into(),
                    untouched: 1197,
                    reason: String::new(),
                }),
            ),
        ]
    }

    fn import(&self, stage: ImportStage) -> UserImportState {
        let added = match stage {
            ImportStage::Done => 1203,
            ImportStage::Running(_) | ImportStage::Stopped => 445,
            _ => 0,
        };
        let person = |login: &str, name: &str, has_hash| SampleRow {
            login: login.into(),
            name: name.into(),
            email: login.into(),
            group: "営業部".into(),
            role: role_name(&self.signed_in().texts, Role::Member).into(),
            has_hash,
        };
        UserImportState {
            frame: self.console(AT),
            id: "4".into(),
            stage,
            counts: ImportCounts {
                fresh: 1204,
                existing: 3,
                bad: if stage == ImportStage::Refused { 58 } else { 0 },
                weak: 17,
                without_password: 40,
                can_be_mailed: 38,
                added,
                overtaken: 1,
                left: added,
                untouched: (added - 6).max(0),
            },
            checked_at: "2026-11-21 19:04 JST".into(),
            is_shift_jis: false,
            can_mail: true,
            problems: Vec::new(),
            more_from: None,
            sample: vec![
                person(&self.cast.login, &self.cast.name, true),
                person(
                    "a-login-that-is-as-long-as-mail-addresses-get@department.example.co.jp",
                    "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末",
                    false,
                ),
            ],
        }
    }

    fn problems(&self) -> Vec<ProblemRow> {
        let texts = self.signed_in().texts;
        let wrong = [
            (2, "login", "login", [0, 0]),
            (3, "email", "email", [0, 0]),
            (5, "password_hash", "hash-scheme", [0, 0]),
            (9, "", "cells", [4, 7]),
            (14, "login", "twice", [2, 0]),
        ];
        wrong
            .into_iter()
            .map(|(line, column, word, numbers)| ProblemRow {
                line,
                column,
                text: problem_text(&texts, word, &numbers),
            })
            .collect()
    }
}

//! Samples of the console's reminder mails.

use warifu_web::pages::views::{
    Facts, Frame,
    admin::{
        GroupChoice, ReminderFields, ReminderGroup, ReminderObstacle, ReminderPreview,
        ReminderRound, ReminderText, Reminders, RoundProgress, RoundRow,
    },
};

use super::{Rendered, Samples, print};

const AT: &str = "/{tenant}/admin/adoption/reminders";

/// A round of reminders.
pub(super) fn reminder_round(progress: RoundProgress) -> RoundRow {
    RoundRow {
        id: "1".into(),
        begun_at: "2026-11-21 19:04 JST".into(),
        group: None,
        day: Some("2026-12-18".into()),
        note: "システム部の田中です。12月の監査の前にお願いします。".into(),
        people: 480,
        sent: match progress {
            RoundProgress::Done => 431,
            _ => 200,
        },
        recent: 41,
        no_address: 5,
        crowded: 3,
        progress,
    }
}

impl Samples<'_> {
    pub(super) fn reminders(&self) -> Rendered {
        let page = |frame: Frame, preview: Option<i64>| {
            Reminders {
            frame,
            obstacle: None,
            groups: vec![
                ReminderGroup {
                    name: None,
                    without: 120,
                    begun: 4,
                    recent: 0,
                    no_address: 2,
                },
                ReminderGroup {
                    name: Some("営業部".into()),
                    without: 310,
                    begun: 46,
                    recent: 41,
                    no_address: 3,
                },
            ],
            lately: vec![("2026-11-18".into(), 41)],
            quiet_days: 7,
            choices: vec![GroupChoice {
                id: "1".into(),
                name: "営業部".into(),
                is_chosen: true,
            }],
            form: ReminderFields {
                group: "1".into(),
                day: "2026-12-18".into(),
                note: "システム部の田中です。".into(),
                reason: String::new(),
            },
            preview: preview.map(|reached| ReminderPreview {
                reached,
                mails: vec![
                    ReminderText {
                        language: "ja",
                        name: "日本語",
                        subject: "[みどり商事] 2要素認証の設定のお願い".into(),
                        body: "2要素認証の設定のお願い\n\nみどり商事のtaro.yamadaさん\n\n2026-12-18 までに設定をお願いします。\n\nhttps://login.example.jp/warifu-trading/login\n".into(),
                    },
                    ReminderText {
                        language: "en",
                        name: "English",
                        subject: "[みどり商事] Please set up two-factor authentication".into(),
                        body: "Please set up two-factor authentication\n\ntaro.yamada at みどり商事\n\nPlease do so by 2026-12-18.\n".into(),
                    },
                ],
            }),
            rounds: vec![reminder_round(RoundProgress::Done)],
        }
        };
        let bad = |code: &str| {
            let frame = self.console(AT);
            frame.with_problem(code, Some(&self.cast.login), &Facts::default())
        };
        let round = |progress, last_leaves: Option<&str>| {
            print(&ReminderRound {
                frame: self.console(AT),
                round: reminder_round(progress),
                last_leaves: last_leaves.map(str::to_owned),
                reason: String::new(),
            })
        };
        let soon = Some("2026-11-21 19:06 JST");
        vec![
            ("console-reminders", print(&page(self.console(AT), None))),
            (
                "console-reminders-preview",
                print(&page(self.console(AT), Some(312))),
            ),
            (
                "console-reminders-nobody",
                print(&page(bad("REM-01"), Some(0))),
            ),
            (
                "console-reminders-note-refused",
                print(&page(bad("REM-02"), None)),
            ),
            (
                "console-reminders-no-mail",
                print(&Reminders {
                    obstacle: Some(ReminderObstacle::NoMail),
                    ..page(self.console(AT), None)
                }),
            ),
            (
                "console-reminders-running",
                round(RoundProgress::Running, soon),
            ),
            (
                "console-reminders-stopped",
                round(RoundProgress::Stopped, soon),
            ),
            ("console-reminders-done", round(RoundProgress::Done, None)),
        ]
    }
}

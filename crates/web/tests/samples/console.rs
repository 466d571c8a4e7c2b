//! Samples of the tenant's console: people, groups, adoption.

use warifu_domain::user::Role;
use warifu_web::pages::views::admin::{
    Adoption, Choice, Compulsory, DayCount, Group, GroupChoice, GroupCount, GroupFields,
    GroupRemove, GroupRow, Groups, HelpdeskCodeShown, RoundProgress, RowFactor, UnprotectedRow,
    User, UserAct, UserActPage, UserApp, UserCount, UserEdit, UserRow, Users,
};
use warifu_web::pages::views::{Console, Facts, Frame, Notice, SessionRow};

use warifu_web::text::Language;

use super::{Rendered, Samples, print, reminders::reminder_round};

pub(super) const NOW: &str = "2026-11-21 19:04 JST";

impl Samples<'_> {
    /// A page of the administrator's console, of the section at `route`.
    pub(super) fn console(&self, route: &'static str) -> Frame {
        Frame {
            console: Console::new(Role::Administrator, route),
            path: route.replace("{tenant}", "warifu-trading"),
            ..self.signed_in()
        }
    }

    fn word(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    pub(super) fn in_console(&self, route: &'static str, code: &str) -> Frame {
        let login = self.cast.login.as_str();
        let frame = self.console(route);
        frame.with_problem(code, Some(login), &Facts::default())
    }

    pub(super) fn people(&self) -> Rendered {
        let at = "/{tenant}/admin/users";
        let row = |id: &str, login: &str, name: &str, factor| UserRow {
            id: id.into(),
            login: login.into(),
            name: name.into(),
            group: Some("営業部".into()),
            role: None,
            factor,
            codes_low: false,
            is_blocked: false,
            disabled: false,
            last_login: Some(NOW.into()),
        };
        let choice = |name: &str, is_chosen| Choice {
            name: name.into(),
            query: "?show=on".into(),
            is_chosen,
        };
        let list = || Users {
            frame: self.console(at),
            search: String::new(),
            parts: vec![
                choice(self.word("すべて", "All"), true),
                choice(self.word("有効", "On"), false),
            ],
            groups: vec![choice("営業部", false), choice("開発部", false)],
            orders: vec![
                choice(self.word("氏名", "Name"), true),
                choice(self.word("最終ログイン", "Last login"), false),
            ],
            rows: vec![
                UserRow {
                    role: Some(self.word("管理者", "Administrator").into()),
                    codes_low: true,
                    ..row("1", &self.cast.login, &self.cast.name, RowFactor::On)
                },
                UserRow {
                    is_blocked: true,
                    last_login: None,
                    ..row(
                        "2",
                        "a-login-that-is-as-long-as-mail-addresses-get@department.example.co.jp",
                        "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末",
                        RowFactor::Pending,
                    )
                },
                UserRow {
                    disabled: true,
                    group: None,
                    ..row("3", "suzuki", "鈴木 一郎", RowFactor::Off)
                },
            ],
            kept: vec![("show", "on".into())],
            count: UserCount::Exactly(1_234_567),
            cut_after: None,
            is_back: false,
            is_found_order: false,
            previous: Some("?back=1".into()),
            next: Some("?number=3".into()),
            export: String::new(),
        };
        let nobody = |search: &str| Users {
            search: search.into(),
            rows: vec![],
            orders: vec![],
            previous: None,
            next: None,
            ..list()
        };
        vec![
            ("console-users", print(&list())),
            (
                "console-users-cut",
                print(&Users {
                    search: "yamada".into(),
                    count: UserCount::MoreThan(1000),
                    cut_after: Some(50_000),
                    is_found_order: true,
                    ..list()
                }),
            ),
            ("console-users-none", print(&nobody(""))),
            ("console-users-not-found", print(&nobody("yamada"))),
            ("console-user", print(&self.user())),
            (
                "console-user-without",
                print(&User {
                    frame: self
                        .console("/{tenant}/admin/users/{user}")
                        .with_notice(Notice::SecondFactorRemoved),
                    email: None,
                    group: None,
                    last_login: None,
                    disabled: true,
                    has_factor: false,
                    offers_helpdesk_code: false,
                    app: None,
                    address: None,
                    codes: None,
                    helpdesk_until: None,
                    sessions: vec![],
                    mail: None,
                    events: vec![],
                    ..self.user()
                }),
            ),
            (
                "console-user-edit",
                print(&UserEdit {
                    frame: self.in_console("/{tenant}/admin/users/{user}/edit", "USR-06"),
                    id: "1".into(),
                    login: self.cast.login.clone(),
                    name: self.cast.name.clone(),
                    email: "taro@".into(),
                    groups: ["営業部", "開発部"]
                        .map(|name| GroupChoice {
                            id: "1".into(),
                            name: name.into(),
                            is_chosen: name == "開発部",
                        })
                        .into(),
                }),
            ),
            ("console-act", print(&self.act(UserAct::Remove))),
            ("console-act-role", print(&self.act(UserAct::Role))),
            (
                "console-act-without-reason",
                print(&UserActPage {
                    frame: self.in_console("/{tenant}/admin/users/{user}/delete", "ADM-02"),
                    ..self.act(UserAct::Delete)
                }),
            ),
            (
                "console-helpdesk-code",
                print(&HelpdeskCodeShown {
                    frame: self.console(at),
                    id: "1".into(),
                    login: self.cast.login.clone(),
                    code: "4827-1911".into(),
                    until: "19:14 JST".into(),
                }),
            ),
        ]
    }

    pub(super) fn user(&self) -> User {
        User {
            frame: self.console("/{tenant}/admin/users/{user}"),
            id: "1".into(),
            login: self.cast.login.clone(),
            name: self.cast.name.clone(),
            email: Some("taro@example.jp".into()),
            group: Some("営業部".into()),
            role: self.word("利用者", "Member").into(),
            added: "2026-10-02 09:12 JST".into(),
            last_login: Some(NOW.into()),
            is_oneself: false,
            disabled: false,
            blocked: Some(warifu_web::pages::views::admin::Blocked::Until(
                "19:34 JST".into(),
            )),
            next_login: self
                .word(
                    "パスワードのあとに、確認コードの入力が必要です。",
                    "After the password, a code of the app is asked for.",
                )
                .into(),
            has_factor: true,
            offers_helpdesk_code: true,
            app: Some(UserApp {
                paired: None,
                since: "2026-10-02 09:12 JST".into(),
                last_used: Some(NOW.into()),
                is_lost: false,
            }),
            address: None,
            no_password_link: None,
            is_pending: false,
            codes: Some((8, "2026-10-02 09:12 JST".into())),
            helpdesk_until: Some("19:14 JST".into()),
            sessions: vec![SessionRow {
                id: "11".into(),
                current: false,
                agent: self.cast.agent.clone(),
                address: "2001:db8:4860:4860:1234:5678:9abc:def0".into(),
                since: "2026-11-20 08:31 JST".into(),
                last_seen: NOW.into(),
            }],
            mail: None,
            events: self.events(),
        }
    }

    pub(super) fn act(&self, act: UserAct) -> UserActPage {
        let roles = [
            self.word("利用者", "Member"),
            self.word("管理者", "Administrator"),
        ];
        UserActPage {
            frame: self.console("/{tenant}/admin/users/{user}/remove"),
            act,
            id: "1".into(),
            login: self.cast.login.clone(),
            reason: String::new(),
            network: None,
            emailed_codes: false,
            roles: match act {
                UserAct::Role => roles
                    .map(|role| (role.to_owned(), role.to_owned(), role == roles[0]))
                    .into(),
                _ => vec![],
            },
        }
    }

    pub(super) fn groups(&self) -> Rendered {
        let at = "/{tenant}/admin/groups";
        let row = |name: &str, grace_until: Option<&str>| GroupRow {
            id: "1".into(),
            name: name.into(),
            grace_until: grace_until.map(str::to_owned),
            members: 1234,
        };
        let fields = || GroupFields {
            name: "営業部".into(),
            grace_until: "2026-12-01".into(),
        };
        let groups = |frame, rows, form| Groups { frame, rows, form };
        let full = vec![
            row("営業部", Some("2026-12-01 00:00 JST")),
            row("開発部", None),
        ];
        vec![
            (
                "console-groups",
                print(&groups(
                    self.console(at),
                    full.clone(),
                    GroupFields::default(),
                )),
            ),
            (
                "console-groups-none",
                print(&groups(self.console(at), vec![], GroupFields::default())),
            ),
            (
                "console-groups-taken",
                print(&groups(self.in_console(at, "USR-08"), full, fields())),
            ),
            (
                "console-group",
                print(&Group {
                    frame: self.console(at),
                    id: "1".into(),
                    form: fields(),
                }),
            ),
            (
                "console-group-remove",
                print(&GroupRemove {
                    frame: self.console(at),
                    id: "1".into(),
                    name: "営業部".into(),
                    members: 12,
                }),
            ),
        ]
    }

    pub(super) fn adoption(&self) -> Rendered {
        let at = "/{tenant}/admin/adoption";
        let group = |name: Option<&str>, people, with_app| GroupCount {
            name: name.map(str::to_owned),
            people,
            with_factor: with_app,
            with_app: with_app - with_app / 3,
            with_email: with_app / 2,
            begun: (people - with_app) / 2,
        };
        let day = |n: i64| DayCount {
            day: format!("2026-11-{:02}", n + 1),
            people: 100 + n,
            with_factor: n * n / 8,
            with_app: n * n / 9,
            with_email: n * n / 16,
        };
        let person = |login: &str, begun, group: Option<&str>| UnprotectedRow {
            user: "1".into(),
            login: login.into(),
            begun,
            group: group.map(str::to_owned),
            from: Some("2026-12-01 00:00 JST".into()),
        };
        vec![
            (
                "console-adoption",
                print(&Adoption {
                    frame: self.console(at),
                    emailed_codes: true,
                    counted_at: Some(NOW.into()),
                    groups: vec![
                        group(Some("営業部"), 80, 40),
                        group(Some("開発部"), 0, 0),
                        group(None, 40, 39),
                    ],
                    days: (0..28).map(day).collect(),
                    compulsory: Compulsory::From("2026-12-01 00:00 JST".into()),
                    people: vec![
                        person(&self.cast.login, true, Some("営業部")),
                        person("suzuki", false, None),
                    ],
                    next: Some("?after=1".into()),
                    rounds: vec![reminder_round(RoundProgress::Done)],
                }),
            ),
            (
                "console-adoption-none",
                print(&Adoption {
                    frame: self.console(at),
                    emailed_codes: false,
                    counted_at: None,
                    groups: vec![],
                    days: vec![],
                    compulsory: Compulsory::No,
                    people: vec![],
                    next: None,
                    rounds: vec![],
                }),
            ),
        ]
    }
}

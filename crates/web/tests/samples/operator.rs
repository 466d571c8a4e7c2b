//! Samples of the operator's console.

use warifu_domain::{policy::Enrolment, user::Role};
use warifu_storage::JobState;
use warifu_web::pages::views::operator::{
    Administrator, Health, KeyRow, Keys, MailPage, NewTenant, Proxies, RescuePage, ResealAsk,
    ResealPage, ServerRow, TenantAct, TenantActPage, TenantDetails, TenantLine, TenantList,
    TenantState, WaitingRescue,
};
use warifu_web::pages::views::{Console, Facts, Frame, Notice};

use super::{Rendered, Samples, print};

impl Samples<'_> {
    pub(super) fn operator(&self, route: &'static str) -> Frame {
        Frame {
            console: Console::new(Role::Operator, route),
            path: route.replace("{tenant}", "warifu-trading"),
            ..self.signed_in()
        }
    }

    fn refused_operator(&self, route: &'static str, code: &str) -> Frame {
        let login = self.cast.login.as_str();
        let frame = self.operator(route);
        frame.with_problem(code, Some(login), &Facts::default())
    }

    pub(super) fn tenants_managed(&self) -> Rendered {
        let at = "/{tenant}/operator/tenants";
        let line = |slug: &str, name: &str, state| TenantLine {
            slug: slug.into(),
            name: name.into(),
            state,
            people: 12_345,
            with_factor: 6_789,
        };
        let details = || TenantDetails {
            frame: self.operator("/{tenant}/operator/tenants/{managed}"),
            slug: "camera".into(),
            name: "みまもりカメラ".into(),
            state: TenantState::Active,
            delete_at: None,
            added_at: "2026-10-02 09:12 JST".into(),
            enrolment: Enrolment::Required,
            required_from: Some("2026-12-01 00:00 JST".into()),
            people: 12_345,
            with_factor: 6_789,
            sessions: 432,
            is_own: false,
            administrators: vec![Administrator {
                login: "boss@example.jp".into(),
                name: self.cast.name.clone(),
                disabled: false,
                has_app: true,
            }],
            rescue_waits: true,
        };
        let new = |frame| NewTenant {
            frame,
            slug: "camera".into(),
            name: "みまもりカメラ".into(),
            presets: vec![("default".into(), true), ("camera".into(), false)],
            login: "boss".into(),
            email: "boss@example.jp".into(),
        };
        let act = |act| TenantActPage {
            frame: self.operator("/{tenant}/operator/tenants/{managed}/{act}"),
            act,
            slug: "camera".into(),
            name: "みまもりカメラ".into(),
            reason: String::new(),
            day: "2026-12-01".into(),
            confirm: String::new(),
        };
        let rescue = |needs_second, waiting| RescuePage {
            frame: self.operator("/{tenant}/operator/tenants/{managed}/rescue"),
            slug: "camera".into(),
            name: "みまもりカメラ".into(),
            logins: vec![("boss@example.jp".into(), true)],
            company: String::new(),
            email: String::new(),
            how: String::new(),
            needs_second,
            waiting,
        };
        let add = "/{tenant}/operator/tenants/add";
        vec![
            (
                "operator-tenants",
                print(&TenantList {
                    frame: self.operator(at).with_notice(Notice::TenantAdded),
                    rows: vec![
                        line("camera", "みまもりカメラ", TenantState::Active),
                        line("mail", "メール中継サービス", TenantState::Suspended),
                        line("old", "旧システム", TenantState::ToBeDeleted),
                    ],
                    next: Some("old".into()),
                }),
            ),
            ("operator-tenant", print(&details())),
            (
                "operator-tenant-to-be-deleted",
                print(&TenantDetails {
                    state: TenantState::ToBeDeleted,
                    delete_at: Some("2026-11-28 19:04 JST".into()),
                    administrators: vec![],
                    ..details()
                }),
            ),
            ("operator-add", print(&new(self.operator(add)))),
            (
                "operator-add-taken",
                print(&new(self.refused_operator(add, "OPR-03"))),
            ),
            ("operator-schedule", print(&act(TenantAct::Schedule))),
            ("operator-suspend", print(&act(TenantAct::Suspend))),
            ("operator-delete", print(&act(TenantAct::Delete))),
            ("operator-keep", print(&act(TenantAct::Keep))),
            ("operator-rescue", print(&rescue(false, vec![]))),
            (
                "operator-rescue-waiting",
                print(&rescue(
                    true,
                    vec![WaitingRescue {
                        login: "boss@example.jp".into(),
                        statement: "みまもりカメラ / address-told / called back".into(),
                        asked_by: Some("kato".into()),
                        is_own: false,
                        asked_at: "2026-11-21 19:04 JST".into(),
                        expires_at: "2026-11-22 19:04 JST".into(),
                    }],
                )),
            ),
        ]
    }

    pub(super) fn server(&self) -> Rendered {
        let mail = |relay: Option<&str>| MailPage {
            frame: self.operator("/{tenant}/operator/mail"),
            relay: relay.map(str::to_owned),
            sender: Some("Warifu <noreply@example.jp>".into()),
            waiting: 12,
            tried: 3,
            oldest: Some("2026-11-21 19:04 JST".into()),
            to: self.cast.login.clone(),
        };
        let proxies = |is_a_proxy| Proxies {
            frame: self.operator("/{tenant}/operator/proxies"),
            peer: "10.0.0.2".into(),
            forwarded: "203.0.113.7, 10.0.0.9".into(),
            believed: "203.0.113.7".into(),
            is_a_proxy,
            trusted: vec!["10.0.0.0/8".into()],
        };
        let key = |what, is_active, is_known| KeyRow {
            what,
            key: "2".into(),
            values: 12_345,
            is_active,
            is_known,
        };
        let reseal = |state| ResealPage {
            frame: self.operator("/{tenant}/operator/keys/reseal/{job}"),
            id: 7,
            state,
            percent: 42,
            done: 420_000,
            total: 1_000_000,
            key: 2,
            unreadable: 0,
        };
        let health = |writes| Health {
            frame: self.operator("/{tenant}/operator/health"),
            version: "0.1.0",
            database: "PostgreSQL",
            writes,
            waiting_hashes: 3,
            waiting_mails: 12,
            swept: Some("2026-11-21 19:00 JST".into()),
        };
        vec![
            (
                "operator-mail",
                print(&mail(Some("smtp.example.jp:587 (STARTTLS)"))),
            ),
            ("operator-mail-off", print(&mail(None))),
            ("operator-proxies", print(&proxies(false))),
            ("operator-proxies-own", print(&proxies(true))),
            (
                "operator-keys",
                print(&Keys {
                    frame: self.operator("/{tenant}/operator/keys"),
                    active: "2".into(),
                    known: "1, 2".into(),
                    retired: "1".into(),
                    to_reseal: 12_345,
                    servers: vec![ServerRow {
                        name: "login1".into(),
                        active: "2".into(),
                        keys: "1, 2".into(),
                    }],
                    rows: vec![
                        key("totp", true, true),
                        key("outbox", false, true),
                        key("password", false, false),
                    ],
                }),
            ),
            (
                "operator-reseal-ask",
                print(&ResealAsk {
                    frame: self.operator("/{tenant}/operator/keys/reseal"),
                    reason: String::new(),
                }),
            ),
            ("operator-reseal", print(&reseal(JobState::Running))),
            ("operator-reseal-done", print(&reseal(JobState::Finished))),
            ("operator-reseal-failed", print(&reseal(JobState::Failed))),
            ("operator-health", print(&health(true))),
            ("operator-health-bad", print(&health(false))),
        ]
    }
}

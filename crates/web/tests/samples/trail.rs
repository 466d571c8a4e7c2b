//! Samples of the audit trail and of the tenant's look.

use warifu_domain::{
    audit::{Actor, EventKind},
    ids::UserId,
    policy::{LOOK, look, standard_word},
};
use warifu_web::pages::views::admin::{Branding, BrandingField, BrandingLogo, PreviewBar};
use warifu_web::pages::views::audit::{
    Audit, AuditCheck, AuditRequest, ChainState, EventRow, SearchForm, Trail,
};
use warifu_web::pages::views::{Facts, Frame, Login, LoginPlace, Notice, TenantMark};

use super::{Rendered, Samples, print};

impl Samples<'_> {
    fn event(&self, kind: EventKind, code: Option<&str>, actor: Actor) -> EventRow {
        EventRow {
            kind,
            time: "2026-11-21 19:04:12 JST".into(),
            code: code.map(str::to_owned),
            user: Some("1".into()),
            login: Some(self.cast.login.clone()),
            actor,
            actor_login: None,
            address: Some("203.0.113.7".into()),
            reference: Some("7K3M-Q9TZ".into()),
            detail: None,
        }
    }

    pub(super) fn events(&self) -> Vec<EventRow> {
        let row = |kind, code, actor| self.event(kind, code, actor);
        vec![
            row(EventKind::CodeChecked, Some("OTP-03"), Actor::Subject),
            EventRow {
                actor_login: Some("boss@example.jp".into()),
                detail: Some("紛失のため再発行".into()),
                address: Some("2001:db8:1234:5678:9abc:def0:1234:5678".into()),
                ..row(
                    EventKind::SecondFactorReset,
                    None,
                    Actor::Administrator(UserId(9)),
                )
            },
            EventRow {
                user: None,
                login: None,
                address: None,
                reference: None,
                detail: Some("from revision 4".into()),
                ..row(EventKind::PolicyChanged, None, Actor::CommandLine)
            },
        ]
    }

    pub(super) fn audit(&self) -> Rendered {
        let at = "/{tenant}/admin/audit";
        let search = |form, unread, rows| Audit {
            frame: self.console(at),
            trail: Trail::Tenant,
            form,
            unread,
            rows,
            next: None,
            cut: None,
            export: String::new(),
        };
        let form = || SearchForm {
            user: "nobody".into(),
            since: "2026-11-01T00:00".into(),
            ..SearchForm::default()
        };
        let request = |request, around| AuditRequest {
            frame: self.console("/{tenant}/admin/audit/requests/{reference}"),
            trail: Trail::Tenant,
            reference: "7K3M-Q9TZ".into(),
            request,
            around,
        };
        let check = |state| AuditCheck {
            frame: self.console("/{tenant}/admin/audit/checks/{check}"),
            trail: Trail::Tenant,
            check: 7,
            time: "2026-11-21 19:04 JST".into(),
            state,
        };
        let events = self.events();
        vec![
            (
                "console-audit",
                print(&Audit {
                    next: Some("?before=1.1.1".into()),
                    ..search(SearchForm::default(), None, events.clone())
                }),
            ),
            ("console-audit-none", print(&search(form(), None, vec![]))),
            (
                "console-audit-cut",
                print(&Audit {
                    cut: Some("2026-11-02 10:00 JST".into()),
                    next: Some("?before=1.1.1".into()),
                    ..search(form(), None, vec![])
                }),
            ),
            (
                "console-audit-unread",
                print(&search(form(), Some("user"), vec![])),
            ),
            (
                "console-audit-request",
                print(&request(events[..1].to_vec(), events)),
            ),
            (
                "console-audit-request-unknown",
                print(&request(vec![], vec![])),
            ),
            (
                "console-audit-checking",
                print(&check(ChainState::Checking {
                    percent: 42,
                    done: 420_000,
                    total: 1_000_000,
                })),
            ),
            (
                "console-audit-whole",
                print(&check(ChainState::Whole(123_456))),
            ),
            (
                "console-audit-broken",
                print(&check(ChainState::Broken(1, 77))),
            ),
            (
                "console-audit-cancelled",
                print(&check(ChainState::Cancelled)),
            ),
            ("console-audit-stopped", print(&check(ChainState::Stopped))),
        ]
    }

    pub(super) fn server_audit(&self) -> Rendered {
        let row = |kind, code: Option<&str>, actor| EventRow {
            user: None,
            login: None,
            detail: Some("key 2".into()),
            ..self.event(kind, code, actor)
        };
        let rows = vec![
            EventRow {
                actor_login: Some("ope@example.jp".into()),
                detail: Some("key 2: 年に一度の切り替え".into()),
                ..row(EventKind::KeysResealed, None, Actor::Operator(UserId(9)))
            },
            EventRow {
                address: None,
                reference: None,
                ..row(EventKind::KeyActivated, None, Actor::CommandLine)
            },
            EventRow {
                detail: None,
                ..row(EventKind::PasswordChecked, Some("LOGIN-01"), Actor::Subject)
            },
        ];
        let search = |form, unread, rows| Audit {
            frame: self.operator("/{tenant}/operator/audit"),
            trail: Trail::Server,
            form,
            unread,
            rows,
            next: None,
            cut: None,
            export: String::new(),
        };
        let form = || SearchForm {
            by: "nobody".into(),
            ..SearchForm::default()
        };
        vec![
            (
                "operator-audit",
                print(&search(SearchForm::default(), None, rows.clone())),
            ),
            ("operator-audit-none", print(&search(form(), None, vec![]))),
            (
                "operator-audit-unread",
                print(&search(form(), Some("by"), vec![])),
            ),
            (
                "operator-audit-request",
                print(&AuditRequest {
                    frame: self.operator("/{tenant}/operator/audit/requests/{reference}"),
                    trail: Trail::Server,
                    reference: "7K3M-Q9TZ".into(),
                    request: rows[2..].to_vec(),
                    around: vec![],
                }),
            ),
            (
                "operator-audit-broken",
                print(&AuditCheck {
                    frame: self.operator("/{tenant}/operator/audit/checks/{check}"),
                    trail: Trail::Server,
                    check: 7,
                    time: "2026-11-21 19:04 JST".into(),
                    state: ChainState::Broken(1, 77),
                }),
            ),
        ]
    }

    pub(super) fn branding(&self) -> Rendered {
        let at = "/{tenant}/admin/branding";
        let policy = warifu_domain::policy::Preset::find("workspace")
            .expect("it ships with us")
            .policy();
        let fields = |bad: Option<&str>| {
            let field = |name: &'static str| BrandingField {
                name,
                value: look(&policy, name).unwrap_or_default().to_owned(),
                standard: standard_word(name),
                is_bad: bad == Some(name),
            };
            LOOK.map(field).into()
        };
        let logo = BrandingLogo {
            name: "7afafafafafafafa".into(),
            path: "/logo/7afafafafafafafa".into(),
            is_removed: false,
        };
        let problem = |code| {
            let login = self.cast.login.as_str();
            self.console(at)
                .with_problem(code, Some(login), &Facts::default())
        };
        let form = || Branding {
            frame: self.console(at),
            fields: fields(None),
            logo: None,
            is_logo_bad: false,
        };
        vec![
            (
                "console-branding",
                print(&Branding {
                    frame: self.console(at).with_notice(Notice::BrandingSaved),
                    ..form()
                }),
            ),
            (
                "console-branding-logo",
                print(&Branding {
                    frame: self.with_logo(self.console(at)),
                    logo: Some(logo),
                    ..form()
                }),
            ),
            (
                "console-branding-bad-colour",
                print(&Branding {
                    frame: problem("BRD-02"),
                    fields: fields(Some("branding.accent")),
                    ..form()
                }),
            ),
            (
                "console-branding-bad-logo",
                print(&Branding {
                    frame: problem("BRD-03"),
                    is_logo_bad: true,
                    ..form()
                }),
            ),
            ("console-branding-preview", self.preview("light")),
            ("console-branding-preview-dark", self.preview("dark")),
        ]
    }

    fn with_logo(&self, frame: Frame) -> Frame {
        let mark = frame.tenant.clone().expect("a page of a tenant");
        Frame {
            tenant: Some(TenantMark {
                logo: Some("/logo/7afafafafafafafa".into()),
                ..mark
            }),
            ..frame
        }
    }

    fn preview(&self, theme: &'static str) -> String {
        let frame = self.with_logo(self.with_desk());
        print(&Login {
            frame: Frame {
                preview: Some(PreviewBar {
                    texts: frame.texts.clone(),
                    form_token: frame.form_token.clone(),
                    values: vec![("branding.accent", "#b00020".into())],
                    removes_logo: theme == "dark",
                    theme,
                    view: if theme == "dark" {
                        "ja-dark"
                    } else {
                        "ja-light"
                    },
                }),
                ..frame
            },
            login: String::new(),
            place: LoginPlace::Tenant,
            remember: Some(false),
            password_reset: true,
            code_digits: None,
            code_open: false,
        })
    }
}

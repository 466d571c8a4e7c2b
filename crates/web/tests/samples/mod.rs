//! One sample of every page and state, for the tests and for the gallery.

use askama::Template;
use warifu_domain::policy::Preset;
use warifu_web::pages::qr::Qr;
use warifu_web::pages::views::{
    Account, AppState, BackupCodes, BackupState, CodeShape, DemoAccount, DemoMail, DemoTenant,
    ErrorPage, Facts, Frame, Help, KeptMail, Login, LoginBackupCode, LoginCode, NewCodes, Notice,
    Password, Proof, ProofTarget, Removal, Remove, SessionRow, Sessions, SetUp, SetUpDone,
    SetUpPlace, TenantMark, Tenants, TimeLeft,
};
use warifu_web::text::{Labels, Language, Texts};

const URI: &str = "otpauth://totp/%E3%82%8F%E3%82%8A%E3%81%B5%E5%95%86%E4%BA%8B:taro%40example.jp?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=%E3%82%8F%E3%82%8A%E3%81%B5%E5%95%86%E4%BA%8B&algorithm=SHA1&digits=6&period=30";

/// A page as it is sent, under a name for files.
pub(crate) struct Sample {
    /// Page and state.
    pub(crate) name: &'static str,
    /// The document.
    pub(crate) html: String,
}

/// Who the pages are about; a hostile one shows whether everything is escaped.
pub(crate) struct Cast {
    /// Name of the organisation.
    pub(crate) tenant: String,
    /// Name of the user.
    pub(crate) name: String,
    /// Login ID of the user.
    pub(crate) login: String,
    /// Browser of another session.
    pub(crate) agent: String,
}

impl Default for Cast {
    fn default() -> Self {
        Self {
            tenant: "わりふ商事株式会社".into(),
            name: "山田 太郎".into(),
            login: "taro@example.jp".into(),
            agent: "Safari (iPhone)".into(),
        }
    }
}

/// The words of the preset `workspace`.
pub(crate) fn labels(language: Language) -> Labels {
    Preset::find("workspace")
        .expect("it ships with us")
        .policy()
        .labels
        .of(language.into())
        .into()
}

/// Every page in every state worth seeing.
pub(crate) fn all(language: Language, cast: &Cast) -> Vec<Sample> {
    let samples = Samples { language, cast };
    [
        samples.login(),
        samples.second_step(),
        samples.set_up(),
        samples.account(),
        samples.changes(),
        samples.others(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, html)| Sample { name, html })
    .collect()
}

struct Samples<'a> {
    language: Language,
    cast: &'a Cast,
}

type Rendered = Vec<(&'static str, String)>;

impl Samples<'_> {
    fn frame(&self) -> Frame {
        Frame {
            texts: Texts::new(self.language, labels(self.language)),
            tenant: Some(TenantMark {
                slug: "warifu-trading".into(),
                name: self.cast.tenant.clone(),
                logo: None,
                accent: None,
            }),
            login: None,
            form_token: "dG9rZW4tb2YtdGhpcy1icm93c2VyLWFuZC1mb3Jt".into(),
            path: "/warifu-trading/login".into(),
            reference: "7K3M-Q9TZ".into(),
            time: "2026-11-21 19:04:12 JST".into(),
            zone: "Asia/Tokyo".into(),
            problem: None,
            notice: None,
        }
    }

    fn signed_in(&self) -> Frame {
        Frame {
            login: Some(self.cast.login.clone()),
            path: "/warifu-trading/account".into(),
            ..self.frame()
        }
    }

    fn outside(&self) -> Frame {
        Frame {
            tenant: None,
            path: "/".into(),
            ..self.frame()
        }
    }

    fn refused(&self, code: &str, facts: &Facts) -> Frame {
        self.frame()
            .with_problem(code, Some(&self.cast.login), facts)
    }

    fn time_left(&self) -> TimeLeft {
        TimeLeft {
            until: "19:14 JST".into(),
            seconds: 582,
        }
    }

    fn codes(&self) -> NewCodes {
        NewCodes {
            shown: (1..=10_u64)
                .map(|n| format!("{:04}-{:04}", n * 4827 % 10_000, n * 1911 % 10_000))
                .collect(),
        }
    }

    fn long_codes(&self) -> NewCodes {
        NewCodes {
            shown: vec!["7K3M-Q9TZ-0WXY-4H5J".into(); 10],
        }
    }

    fn backup(&self, left: u32) -> BackupState {
        BackupState {
            left,
            total: 10,
            issued: "2026-10-02 09:12 JST".into(),
        }
    }

    fn login(&self) -> Rendered {
        let page = |frame, login: &str, remember, code_digits, code_open| {
            print(&Login {
                frame,
                login: login.into(),
                remember,
                code_digits,
                code_open,
            })
        };
        let login = self.cast.login.as_str();
        let facts = Facts::default();
        vec![
            ("login", page(self.frame(), "", None, None, false)),
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

    fn second_step(&self) -> Rendered {
        let login = self.cast.login.clone();
        let code = |frame, tries_left| {
            print(&LoginCode {
                frame,
                login: login.clone(),
                digits: 6,
                time_left: self.time_left(),
                tries_left,
                backup_codes: true,
            })
        };
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

    fn set_up(&self) -> Rendered {
        let page = |frame, place| {
            print(&SetUp {
                frame,
                place,
                qr: Qr::encode(URI).expect("the sample is short"),
                uri: URI.into(),
                issuer: self.cast.tenant.clone(),
                account: self.cast.login.clone(),
                key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
                digits: 6,
                period: 30,
                time_left: self.time_left(),
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
            ("set-up-at-login", page(self.frame(), SetUpPlace::Login)),
            (
                "set-up-wrong",
                page(self.refused("OTP-01", &Facts::default()), SetUpPlace::Login),
            ),
            ("set-up-done", done(self.codes())),
        ]
    }

    fn account(&self) -> Rendered {
        let off = || Account {
            frame: self.signed_in(),
            name: Some(self.cast.name.clone()),
            login: self.cast.login.clone(),
            app: None,
            set_up_pending: false,
            may_set_up: true,
            required: false,
            removal: Removal::ByUser,
            backup: None,
            backup_offered: true,
            sessions: 1,
        };
        let on = |left| Account {
            app: Some(AppState {
                since: "2026-10-02 09:12 JST".into(),
                last_used: Some("2026-11-21 08:55 JST".into()),
            }),
            backup: Some(self.backup(left)),
            sessions: 3,
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

    fn changes(&self) -> Rendered {
        let facts = Facts {
            min: Some(12),
            ..Facts::default()
        };
        let login = &self.cast.login;
        let remove = |codes_left| {
            print(&Remove {
                frame: self.signed_in(),
                login: login.clone(),
                codes_left,
            })
        };
        let codes = |state, new, download_only| {
            print(&BackupCodes {
                frame: self.signed_in(),
                state,
                new,
                download_only,
                count: 10,
                generation: 2,
            })
        };
        let proof = |frame, target, code_digits| {
            print(&Proof {
                frame,
                login: login.clone(),
                target,
                code_digits,
                backup_codes: Some(CodeShape::Digits(8)),
            })
        };
        let password = |frame| {
            print(&Password {
                frame,
                login: login.clone(),
                min: 12,
            })
        };
        vec![
            ("remove", remove(Some(8))),
            ("remove-without-codes", remove(None)),
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
            ("password", password(self.signed_in())),
            (
                "password-refused",
                password(self.signed_in().with_problem("PWD-01", Some(login), &facts)),
            ),
        ]
    }

    fn others(&self) -> Rendered {
        let row = |id: &str, current, agent: &str, address: &str| SessionRow {
            id: id.into(),
            current,
            agent: agent.into(),
            address: address.into(),
            since: "2026-11-20 08:31 JST".into(),
            last_seen: "2026-11-21 19:03 JST".into(),
        };
        let here = row("11", true, "Chrome (Windows)", "203.0.113.7");
        let rows = vec![
            here.clone(),
            row(
                "12",
                false,
                &self.cast.agent,
                "2001:db8:4860:4860:1234:5678:9abc:def0",
            ),
            row("13", false, "", "198.51.100.23"),
        ];
        let help = |backup_codes, removal| {
            print(&Help {
                frame: self.frame(),
                digits: 6,
                period: 30,
                backup_codes,
                removal,
            })
        };
        let error = |frame: Frame, code, login| {
            print(&ErrorPage {
                frame: frame.with_problem(code, login, &Facts::default()),
            })
        };
        vec![
            (
                "sessions",
                print(&Sessions {
                    frame: self.signed_in(),
                    rows,
                }),
            ),
            (
                "sessions-only-this",
                print(&Sessions {
                    frame: self.signed_in(),
                    rows: vec![here],
                }),
            ),
            (
                "help",
                help(Some((10, CodeShape::Digits(8))), Removal::ByUser),
            ),
            (
                "help-by-administrator",
                help(None, Removal::ByAdministrator),
            ),
            ("error-not-found", error(self.frame(), "REQ-01", None)),
            (
                "error-removal",
                error(self.signed_in(), "SET-03", Some(self.cast.login.as_str())),
            ),
            ("error-fault", error(self.signed_in(), "REQ-06", None)),
            ("error-unknown-host", error(self.outside(), "REQ-04", None)),
            (
                "tenants",
                print(&Tenants {
                    frame: self.outside(),
                    tenants: self.tenants(),
                }),
            ),
            (
                "tenants-none",
                print(&Tenants {
                    frame: self.outside(),
                    tenants: vec![],
                }),
            ),
            (
                "demo-mail",
                print(&DemoMail {
                    frame: self.outside(),
                    mails: self.mails(),
                }),
            ),
            (
                "demo-mail-none",
                print(&DemoMail {
                    frame: self.outside(),
                    mails: vec![],
                }),
            ),
        ]
    }

    fn tenants(&self) -> Vec<DemoTenant> {
        let account = |login: &str| DemoAccount {
            login: login.into(),
            password: "correct-horse-battery".into(),
        };
        vec![
            DemoTenant {
                slug: "workspace".into(),
                name: self.cast.tenant.clone(),
                accounts: vec![account(&self.cast.login), account("hanako@example.jp")],
            },
            DemoTenant {
                slug: "camera".into(),
                name: "みまもりカメラ".into(),
                accounts: vec![account("jiro@example.net")],
            },
        ]
    }

    fn mails(&self) -> Vec<KeptMail> {
        vec![KeptMail {
            at: "2026-11-21 19:04 JST".into(),
            to: self.cast.login.clone(),
            subject: format!("{}：2要素認証が有効になりました", self.cast.tenant),
            body: format!(
                "{} 様\n\n2要素認証が有効になりました。\n心当たりがない場合は、管理者にご連絡ください。",
                self.cast.name
            ),
        }]
    }
}

fn print(page: &impl Template) -> String {
    page.render()
        .expect("a template that compiled prints into a String")
}

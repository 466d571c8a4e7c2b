//! One sample of every page and state, for the tests and for the gallery.

mod account;
mod console;
mod email;
mod import;
mod login;
mod mail_gate;
mod mail_programs;
mod networks;
mod operator;
mod pairing;
mod policy;
mod reminders;
mod trail;

use std::sync::Arc;

use askama::Template;
use warifu_domain::policy::Preset;
use warifu_web::pages::views::{
    BackupState, CodeShape, Console, DemoAccount, DemoMail, DemoTenant, Desk, ErrorPage, Facts,
    Frame, Help, HelpNumbers, KeptMail, NewCodes, NotificationRow, Notifications, OwnQuestion,
    Removal, SessionRow, Sessions, SetUpStart, TenantMark, Tenants, TimeLeft,
};
use warifu_web::text::{Labels, Language, Texts};

const URI: &str = "otpauth://totp/%E3%82%8F%E3%82%8A%E3%81%B5%E5%95%86%E4%BA%8B:taro%40example.jp?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=%E3%82%8F%E3%82%8A%E3%81%B5%E5%95%86%E4%BA%8B&algorithm=SHA1&digits=6&period=30";

/// Where samples say that the logo is.
#[allow(dead_code, reason = "only those who look at pages need it")]
pub(crate) const LOGO: &str = "/warifu-trading/logo/7afafafafafafafa";

/// What stands in for it where pages are looked at. Real ones are never SVG.
#[allow(dead_code, reason = "only those who look at pages need it")]
pub(crate) const LOGO_PICTURE: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='240' height='80'>\
    <path d='M8 40L40 8L72 40L40 72Z' fill='#b00020'/>\
    <text x='88' y='54' font-size='40' font-family='sans-serif' fill='#222'>Warifu</text></svg>";

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
        samples.email(),
        samples.mail_programs(),
        samples.pairing(),
        samples.others(),
        samples.people(),
        samples.newcomers(),
        samples.imports(),
        samples.groups(),
        samples.adoption(),
        samples.reminders(),
        samples.policies(),
        samples.networks(),
        samples.mail_gate(),
        samples.audit(),
        samples.server_audit(),
        samples.branding(),
        samples.tenants_managed(),
        samples.server(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, html)| Sample { name, html })
    .collect()
}

/// A frame of the tenant's pages.
#[allow(dead_code, reason = "the gallery shows whole pages only")]
pub(crate) fn frame(language: Language) -> Frame {
    let cast = &Cast::default();
    Samples { language, cast }.frame()
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
                base: "/warifu-trading".into(),
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
            console: Console::CLOSED,
            desk: None,
            login_path: "/login",
            preview: None,
        }
    }

    fn with_desk(&self) -> Frame {
        Frame {
            desk: Some(Arc::new(Desk {
                name: Some(format!("{} IT", self.cast.name)),
                phone: Some("03-1234-5678".into()),
                mail: Some("help@example.jp".into()),
                page: Some("https://www.example.jp/help".into()),
                hours: Some("平日 9:00–17:00".into()),
            })),
            ..self.frame()
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
            viewable: false,
            shown: (1..=10_u64)
                .map(|n| format!("{:04}-{:04}", n * 4827 % 10_000, n * 1911 % 10_000))
                .collect(),
        }
    }

    fn long_codes(&self) -> NewCodes {
        NewCodes {
            viewable: false,
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
        let help = |backup_codes, removal, set_up| {
            print(&Help {
                frame: self.with_desk(),
                numbers: HelpNumbers {
                    digits: 6,
                    period: 30,
                    attempt_minutes: 10,
                    wrong_codes: 3,
                    idle_minutes: 60,
                    absolute_hours: 12,
                    password_chars: 15,
                },
                backup_codes,
                email_codes: true,
                pairing: true,
                mail_hours: Some(14),
                set_up,
                show_again: set_up == SetUpStart::AtLogin,
                password_reset: set_up == SetUpStart::FromAccount,
                remember_days: (set_up == SetUpStart::FromAccount).then_some(30),
                removal,
                own: vec![OwnQuestion {
                    id: "vpn".into(),
                    question: format!("{} – VPN?", self.cast.name),
                    answer: vec!["使えます。".into(), self.cast.agent.clone()],
                }],
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
                "notifications",
                print(&Notifications {
                    frame: self.signed_in(),
                    rows: vec![
                        NotificationRow {
                            id: None,
                            address: "hanako.sato@example.jp".into(),
                            waits_until: None,
                        },
                        NotificationRow {
                            id: Some(7),
                            address: "a-rather-long-address-of-somebody@mail.elsewhere.example"
                                .into(),
                            waits_until: Some("2026-11-21 09:30 JST".into()),
                        },
                    ],
                    may_add: true,
                    typed: String::new(),
                }),
            ),
            (
                "notifications-none",
                print(&Notifications {
                    frame: self.signed_in(),
                    rows: Vec::new(),
                    may_add: false,
                    typed: String::new(),
                }),
            ),
            (
                "help",
                help(
                    Some((10, CodeShape::Digits(8))),
                    Removal::ByUser,
                    SetUpStart::FromAccount,
                ),
            ),
            (
                "help-by-administrator",
                help(None, Removal::ByAdministrator, SetUpStart::AtLogin),
            ),
            ("error-not-found", error(self.with_desk(), "REQ-01", None)),
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
                    is_kept: false,
                }),
            ),
            (
                "tenants-none",
                print(&Tenants {
                    frame: self.outside(),
                    tenants: vec![],
                    is_kept: true,
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
            path: "/midori/login".into(),
            login: login.into(),
            role: warifu_domain::user::Role::Member,
            password: Some("correct-horse-battery".into()),
        };
        vec![
            DemoTenant {
                entrances: vec!["http://127.0.0.1:8080/d/かえで.jp/login".into()],
                slug: "workspace".into(),
                name: self.cast.tenant.clone(),
                accounts: vec![account(&self.cast.login), account("hanako@example.jp")],
            },
            DemoTenant {
                entrances: vec!["http://127.0.0.1:8080/d/かえで.jp/login".into()],
                slug: "camera".into(),
                name: "みまもりカメラ".into(),
                accounts: vec![DemoAccount {
                    password: None,
                    ..account("jiro@example.net")
                }],
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

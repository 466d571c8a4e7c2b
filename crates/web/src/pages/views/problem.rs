//! The block that says what went wrong: what happened, what to do now, and one line to report.

use super::{Frame, Question};
use fluent_bundle::FluentValue;

/// A refusal or fault as a page shows it. Made by [`Frame::with_problem`].
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its stable code, as in `OTP-03`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do now, and whom to ask.
    pub action: String,
    /// Code, time, login ID and reference in one line, for the administrator.
    pub line: String,
    /// The question that explains it: its address and its title. Outside tenants there is none.
    pub help: Option<(String, String)>,
    /// Name of the field it is about.
    pub(super) field: Option<&'static str>,
}

/// What a refusal's sentences may name. Sentences do without what is absent.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Minutes that the phone's clock is off, without its sign (OTP-04).
    pub minutes: Option<u32>,
    /// When one may try again, as in `19:34 JST` (OTP-05).
    pub until: Option<String>,
    /// Wrong codes that this attempt still bears.
    pub left: Option<u32>,
    /// The least length of a password, in characters (PWD-01).
    pub min: Option<u32>,
    /// The greatest length of a password, in characters (PWD-02).
    pub max: Option<u32>,
    /// The address that a policy must not trust (NET-01 to NET-03).
    pub address: Option<String>,
}

impl Problem {
    pub(super) fn new(frame: &Frame, code: &str, login: Option<&str>, facts: &Facts) -> Self {
        let parts = facts.parts();
        let time = FluentValue::from(&frame.time);
        let reference = FluentValue::from(&frame.reference);
        Self {
            code: code.to_owned(),
            message: frame.msg_with(&format!("refusal-{code}"), &parts),
            action: frame.msg_with(&format!("refusal-{code}-do"), &parts),
            line: match login {
                Some(login) => frame.msg_with(
                    "problem-line",
                    &[
                        ("error", code.into()),
                        ("time", time),
                        ("login", login.into()),
                        ("reference", reference),
                    ],
                ),
                None => frame.msg_with(
                    "problem-line-without-login",
                    &[
                        ("error", code.into()),
                        ("time", time),
                        ("reference", reference),
                    ],
                ),
            },
            help: frame.tenant.as_ref().map(|_| {
                let question = Question::explaining(code);
                let address = frame.link(&format!("/help#{}", question.id()));
                (address, question.title(&frame.texts).to_owned())
            }),
            field: match code {
                "LOGIN-01" | "ACC-03" => Some("password"),
                "LOGIN-05" => Some("code"),
                "MAIL-01" | "MAIL-02" | "MAIL-03" => Some("emailed_code"),
                "MAIL-05" | "MAIL-06" => Some("private_address"),
                _ if code.starts_with("OTP-") => Some("code"),
                "PAIR-02" | "PAIR-03" | "PAIR-04" | "PAIR-05" | "PAIR-06" => Some("app_code"),
                "ADM-02" => Some("reason"),
                "USR-03" | "USR-04" => Some("login"),
                "USR-05" | "USR-08" | "USR-09" | "USR-14" | "GATE-01" | "GATE-03" => Some("name"),
                "USR-06" | "ACC-06" | "ACC-07" => Some("email"),
                "ACC-08" | "ACC-09" => Some("code"),
                "USR-10" => Some("grace_until"),
                "REM-02" => Some("note"),
                "REM-05" => Some("day"),
                _ if code.starts_with("HLP-") => Some("helpdesk_code"),
                _ if code.starts_with("BAK-") => Some("backup_code"),
                _ if code.starts_with("PWD-") => Some("new_password"),
                _ => None,
            },
        }
    }
}

impl Problem {
    /// The parts of the line, none of which should break in the middle.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.line.split(" · ")
    }
}

impl Facts {
    /// All facts under the names that messages select by; an absent one selects the variant `absent`.
    fn parts(&self) -> [(&'static str, FluentValue<'_>); 6] {
        let number =
            |value: Option<u32>| value.map_or(FluentValue::from("absent"), FluentValue::from);
        [
            ("minutes", number(self.minutes)),
            ("until", self.until.as_deref().unwrap_or("absent").into()),
            ("left", number(self.left)),
            ("min", number(self.min)),
            ("max", number(self.max)),
            (
                "address",
                self.address.as_deref().unwrap_or("absent").into(),
            ),
        ]
    }
}

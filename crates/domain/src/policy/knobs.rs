//! The rules that are set one by one, as data: what a form needs to know about each, and how one is changed in a policy's
//! text without losing the rest of it. Words, questions and the like are edited in the text itself.

use super::{Policy, place};
use crate::permission::Operation;

/// What a knob's value may be. Whether it is right is still [`Policy::parse`]'s to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnobKind {
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number, both ends included.
    Number(i64, i64),
    /// A text.
    Text,
    /// A text that may be left out.
    MaybeText,
    /// Texts, one a line.
    Lines,
}

/// One rule that can be set by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Its section and field, as in `login.wrong_codes`.
    pub path: &'static str,
    /// What it may be.
    pub kind: KnobKind,
}

impl Knob {
    /// What one must be allowed to change it: names by which a tenant is reached are the operators' to give.
    pub fn operation(self) -> Operation {
        match self.path {
            "entrances.hosts" | "entrances.domains" => Operation::GiveNames,
            _ => Operation::ChangePolicy,
        }
    }
}

const fn knob(path: &'static str, kind: KnobKind) -> Knob {
    Knob { path, kind }
}

use KnobKind::{Choice, Lines, MaybeText, Number, Switch, Text};

/// Every knob, in the order in which a form shows them; those of one section stand together.
pub const KNOBS: &[Knob] = &[
    knob(
        "second_factor.enrolment",
        Choice(&["off", "optional", "required", "required-off-network"]),
    ),
    knob("second_factor.required_from", MaybeText),
    knob("second_factor.own_switch", Switch),
    knob("login.code_field", Choice(&["next-page", "same-page"])),
    knob("login.remember_me", Switch),
    knob("login.attempt_minutes", Number(1, 10)),
    knob("login.wrong_codes", Number(1, 3)),
    knob("login.password_reset", Switch),
    knob("totp.algorithm", Choice(&["SHA1", "SHA256", "SHA512"])),
    knob("totp.digits", Number(6, 8)),
    knob("totp.period_seconds", Number(5, 300)),
    knob("totp.skew_steps", Number(0, 2)),
    knob("enrolment.minutes", Number(1, 10)),
    knob("enrolment.keep_on_reload", Switch),
    knob("enrolment.reauthentication", Choice(&["proof", "password"])),
    knob("enrolment.show_again", Switch),
    knob(
        "enrolment.pairing",
        Choice(&["off", "user-code-first", "app-code-first", "by-place"]),
    ),
    knob("removal.by_user", Switch),
    knob(
        "removal.reauthentication",
        Choice(&["confirm", "password", "proof"]),
    ),
    knob("backup_codes.enabled", Switch),
    knob("backup_codes.count", Number(1, 40)),
    knob("backup_codes.shape", Choice(&["symbols16", "digits8"])),
    knob("backup_codes.shown", Choice(&["page", "download"])),
    knob("backup_codes.viewable", Switch),
    knob("email_code.enabled", Switch),
    knob("email_code.digits", Number(6, 8)),
    knob("email_code.minutes", Number(1, 10)),
    knob("email_code.resend_seconds", Number(30, 600)),
    knob("email_code.per_hour", Number(1, 20)),
    knob("email_code.sender", Choice(&["service", "own-address"])),
    knob("email_code.refused_domains", Lines),
    knob("mail.windows", Switch),
    knob("mail.window_hours", Number(1, 24)),
    knob("mail.ipv6_prefix", Number(64, 128)),
    knob("mail.imap", Switch),
    knob("mail.pop3", Switch),
    knob("mail.submission", Switch),
    knob("mail.managesieve", Switch),
    knob("mail.say_why", Switch),
    knob("mail.crowd", Number(0, 10_000)),
    knob("mail.crowd_hours", Number(0, 24)),
    knob("session.idle_minutes", Number(1, 60)),
    knob("session.absolute_hours", Number(1, 24)),
    knob("session.remember_days", Number(0, 90)),
    knob("retention.address_days", Number(0, 3650)),
    knob("retention.event_days", Number(0, 3650)),
    knob("retention.device_days", Number(1, 730)),
    knob("locale.language", Choice(&["ja", "en"])),
    knob("locale.time_zone", Text),
    knob("entrances.hosts", Lines),
    knob("entrances.domains", Lines),
    knob("entrances.administrators", Choice(&["same", "own"])),
];

impl Knob {
    /// The section that it belongs to.
    pub fn section(&self) -> &'static str {
        self.path.split('.').next().unwrap_or_default()
    }

    /// What is typed for it, as it stands in a policy's text. `None`: it is left out.
    fn literal(&self, typed: &str) -> Option<String> {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let typed = typed.trim();
        Some(match self.kind {
            MaybeText if typed.is_empty() => return None,
            // Not a number: the words stay, and reading the policy says what is wrong with them.
            Number(..) => match typed.parse::<i64>() {
                Ok(number) => number.to_string(),
                Err(_) => quoted(typed),
            },
            Switch => (typed == "true").to_string(),
            Choice(_) | Text | MaybeText => quoted(typed),
            Lines => {
                let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
                format!("[{}]", lines.map(quoted).collect::<Vec<_>>().join(", "))
            }
        })
    }
}

impl Policy {
    /// The knobs that this version knows, each with its value as a form holds it.
    pub fn knobs(&self) -> Vec<(Knob, String)> {
        let table: toml::Table = self
            .to_toml()
            .parse()
            .expect("what was written as TOML reads as TOML");
        let value = |knob: &Knob| {
            let (section, field) = knob.path.split_once('.')?;
            let value = table.get(section)?.get(field);
            match (value, knob.kind) {
                (None, MaybeText) => Some(String::new()),
                (None, _) => None,
                (Some(toml::Value::String(text)), _) => Some(text.clone()),
                (Some(toml::Value::Array(lines)), _) => {
                    let lines = lines.iter().filter_map(toml::Value::as_str);
                    Some(lines.collect::<Vec<_>>().join("\n"))
                }
                (Some(other), _) => Some(other.to_string()),
            }
        };
        KNOBS
            .iter()
            .filter_map(|knob| Some((*knob, value(knob)?)))
            .collect()
    }

    /// `text`, a policy's TOML, with some knobs set as they were typed; comments and order stay. Only what differs from the
    /// text's own meaning is touched. Whether the result is a policy is for [`Policy::parse`] to say.
    pub fn with_knobs(&self, text: &str, typed: &[(Knob, String)]) -> String {
        let known = self.knobs();
        let mut text = text.to_owned();
        for (knob, value) in typed {
            let is_new = known
                .iter()
                .any(|(other, old)| other == knob && !same(old, value));
            if is_new {
                text = set(&text, knob, value);
            }
        }
        text
    }
}

fn same(old: &str, typed: &str) -> bool {
    old.trim()
        .lines()
        .map(str::trim)
        .eq(typed.trim().lines().map(str::trim))
}

/// Puts a value into a text: in place of the one that is there, else as the first line of its section.
fn set(text: &str, knob: &Knob, typed: &str) -> String {
    let literal = knob.literal(typed);
    let (section, field) = knob.path.split_once('.').unwrap_or((knob.path, ""));
    if let Some(span) = place::span(text, knob.path) {
        return match literal {
            Some(literal) => format!("{}{literal}{}", &text[..span.start], &text[span.end..]),
            None => {
                let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
                let end = text[span.end..]
                    .find('\n')
                    .map_or(text.len(), |at| span.end + at + 1);
                format!("{}{}", &text[..start], &text[end..])
            }
        };
    }
    let Some(literal) = literal else {
        return text.to_owned();
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_head = |line: &String| {
        let head = line.split('#').next().unwrap_or_default().trim();
        head.strip_prefix('[')
            .and_then(|head| head.strip_suffix(']'))
            .is_some_and(|name| name.trim() == section)
    };
    match lines.iter().position(is_head) {
        Some(head) => lines.insert(head + 1, format!("{field} = {literal}")),
        None => {
            lines.push(String::new());
            lines.push(format!("[{section}]"));
            lines.push(format!("{field} = {literal}"));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Enrolment, PRESETS, Pairing, Preset};

    #[test]
    fn every_rule_but_words_is_a_knob() {
        let mut policy = Policy::default();
        policy.second_factor.required_from = Some(crate::time::Timestamp(0));
        let table: toml::Table = policy.to_toml().parse().unwrap();
        for (section, fields) in table {
            if ["labels", "faq", "networks", "branding", "contact"].contains(&section.as_str()) {
                continue;
            }
            for (field, _) in fields.as_table().unwrap() {
                let path = format!("{section}.{field}");
                assert!(
                    KNOBS.iter().any(|knob| knob.path == path),
                    "{path} is no knob"
                );
            }
        }
    }

    #[test]
    fn a_knob_is_turned_in_the_text_and_everything_else_stays() {
        for preset in PRESETS {
            let policy = preset.policy();
            for (knob, old) in policy.knobs() {
                // Paired apps show six digits, so this one cannot be turned before the other.
                if knob.path == "totp.digits" && policy.enrolment.pairing != Pairing::Off {
                    continue;
                }
                let new = match knob.kind {
                    Switch => (old != "true").to_string(),
                    Choice(words) => {
                        let other = words.iter().rev().find(|word| **word != old).unwrap();
                        (*other).to_owned()
                    }
                    Number(least, most) => {
                        let value: i64 = old.parse().unwrap();
                        (if value == least { most } else { least }).to_string()
                    }
                    Text => "Europe/Paris".to_owned(),
                    MaybeText => "2027-04-01T00:00:00Z".to_owned(),
                    Lines => "a.example\nb.example".to_owned(),
                };
                let text = policy.with_knobs(preset.text, &[(knob, new.clone())]);
                let changed =
                    Policy::parse(&text).unwrap_or_else(|bad| panic!("{}: {bad}", knob.path));
                for (other, value) in changed.knobs() {
                    let before = policy
                        .knobs()
                        .into_iter()
                        .find(|(known, _)| *known == other);
                    let expected = if other == knob {
                        &new
                    } else {
                        &before.unwrap().1
                    };
                    assert_eq!(&value, expected, "{} by {}", other.path, knob.path);
                }
                let comments = |text: &str| text.matches('#').count();
                assert_eq!(comments(&text), comments(preset.text), "{}", knob.path);
                // And back again.
                let back = changed.with_knobs(&text, &[(knob, old)]);
                assert_eq!(Policy::parse(&back), Ok(policy.clone()), "{}", knob.path);
            }
            assert_eq!(policy.with_knobs(preset.text, &policy.knobs()), preset.text);
        }
    }

    #[test]
    fn what_no_policy_may_hold_is_refused_with_its_place() {
        let preset = Preset::find("default").unwrap();
        let policy = preset.policy();
        for (path, typed) in [
            ("login.wrong_codes", "9"),
            ("login.wrong_codes", "many"),
            ("second_factor.enrolment", "\"\nenrolment = \"off"),
            ("second_factor.required_from", "tomorrow"),
            ("entrances.hosts", "not a name"),
        ] {
            let knob = KNOBS.iter().find(|knob| knob.path == path).unwrap();
            let text = policy.with_knobs(preset.text, &[(*knob, typed.to_owned())]);
            let refused = Policy::parse(&text).unwrap_err();
            assert!(refused.place().0 > 1, "{path} {refused}");
        }
        assert_eq!(policy.second_factor.enrolment, Enrolment::Required);
    }
}

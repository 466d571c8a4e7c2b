//! The desk that people ask: how to reach it, and when. It stands on help and error pages (G9, W9).

use serde::{Deserialize, Serialize};

use super::{
    Language,
    check::{Allowed, OutOfRange},
};
use crate::user::check_email;

/// How to reach the desk. What is left out is not shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactRules {
    /// A telephone number as people write it, 1 to 40 of digits, spaces and `+ - ( ) #`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The desk's own page, beginning with `https://`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// On Japanese pages.
    pub ja: DeskWords,
    /// On English pages.
    pub en: DeskWords,
}

/// What is said about the desk in one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskWords {
    /// Its name, where that is more than `labels.contact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When somebody is there: 平日 9:00–17:00 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
}

/// The desk as pages in one language show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Desk<'a> {
    /// See [`DeskWords::name`].
    pub name: Option<&'a str>,
    /// See [`ContactRules::phone`].
    pub phone: Option<&'a str>,
    /// See [`ContactRules::mail`].
    pub mail: Option<&'a str>,
    /// See [`ContactRules::page`].
    pub page: Option<&'a str>,
    /// See [`DeskWords::hours`].
    pub hours: Option<&'a str>,
}

impl ContactRules {
    /// The desk for pages in `language`; `None` if nothing is known of it. What is not said in that language is better said in
    /// the other one than not at all.
    pub fn of(&self, language: Language) -> Option<Desk<'_>> {
        let (words, other) = match language {
            Language::Ja => (&self.ja, &self.en),
            Language::En => (&self.en, &self.ja),
        };
        let desk = Desk {
            name: words.name.as_deref().or(other.name.as_deref()),
            phone: self.phone.as_deref(),
            mail: self.mail.as_deref(),
            page: self.page.as_deref(),
            hours: words.hours.as_deref().or(other.hours.as_deref()),
        };
        let parts = [desk.name, desk.phone, desk.mail, desk.page, desk.hours];
        parts.iter().any(Option::is_some).then_some(desk)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let refuse = |field: &str, text: &str, allowed| {
            Err(OutOfRange {
                field: format!("contact.{field}"),
                value: format!("{text:?}"),
                allowed,
            })
        };
        if let Some(phone) = &self.phone
            && !is_phone(phone)
        {
            return refuse("phone", phone, Allowed::Phone);
        }
        if let Some(mail) = &self.mail
            && check_email(mail).is_err()
        {
            return refuse("mail", mail, Allowed::MailAddress);
        }
        if let Some(page) = &self.page
            && !is_page(page)
        {
            return refuse("page", page, Allowed::WebAddress);
        }
        for (language, words) in [("ja", &self.ja), ("en", &self.en)] {
            for (name, text) in [("name", &words.name), ("hours", &words.hours)] {
                let Some(text) = text else { continue };
                if !is_line(text) {
                    let allowed = Allowed::Line {
                        least: 1,
                        most: 120,
                    };
                    return refuse(&format!("{language}.{name}"), text, allowed);
                }
            }
        }
        Ok(())
    }
}

fn is_line(text: &str) -> bool {
    (1..=120).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_phone(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().any(|b| b.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b" +-()#".contains(&b))
}

/// Another scheme could run a script or open a program.
fn is_page(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    text.len() <= 200
        && rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        && rest
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"'<>\\`{}|^".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_071_a_desk_is_plain_text_and_its_page_a_web_page() {
        let check = |change: &dyn Fn(&mut ContactRules)| {
            let mut rules = ContactRules::default();
            change(&mut rules);
            rules.check().is_ok()
        };
        for good in ["03-1234-5678", "+81 (0)3 1234 5678", "0120#1"] {
            assert!(check(&|rules| rules.phone = Some(good.into())), "{good}");
        }
        for bad in [
            "",
            "call us",
            "----",
            "03-1234-5678;ext=<b>",
            &"1".repeat(41),
        ] {
            assert!(!check(&|rules| rules.phone = Some(bad.into())), "{bad}");
        }
        for good in ["https://www.example.jp/help?x=1#y", "https://192.0.2.1/"] {
            assert!(check(&|rules| rules.page = Some(good.into())), "{good}");
        }
        for bad in [
            "",
            "https://",
            "http://example.jp/",
            "javascript:alert(1)",
            "https:///evil.example",
            "https://a b",
            "https://a\"><script>",
            "//evil.example",
            "data:text/html,x",
            "https://例え.jp/",
        ] {
            assert!(!check(&|rules| rules.page = Some(bad.into())), "{bad}");
        }
        assert!(!check(&|rules| rules.mail = Some("a@b\r\nBcc: c@d".into())));
        assert!(check(&|rules| rules.en.hours = Some("Weekdays 9–17".into())));
        assert!(!check(&|rules| rules.ja.name = Some("a\nb".into())));
    }

    #[test]
    fn a_language_that_is_left_out_borrows_from_the_other() {
        let mut rules = ContactRules::default();
        assert_eq!(rules.of(Language::Ja), None);
        rules.ja.hours = Some("平日 9:00–17:00".into());
        let hours = |language| rules.of(language).and_then(|desk| desk.hours);
        assert_eq!(hours(Language::En), Some("平日 9:00–17:00"));
        rules.en.hours = Some("Weekdays".into());
        let hours = |language| rules.of(language).and_then(|desk| desk.hours);
        assert_eq!(hours(Language::En), Some("Weekdays"));
        assert_eq!(hours(Language::Ja), Some("平日 9:00–17:00"));
    }
}

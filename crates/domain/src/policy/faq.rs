//! The tenant's own questions and answers, behind those that every tenant has (G9, W9). Plain text, in both languages.

use serde::{Deserialize, Serialize};

use super::{
    Language,
    check::{Allowed, OutOfRange},
};

/// Most questions of its own that a tenant may have.
const MAX_ENTRIES: usize = 30;

/// Longest question, in characters.
const MAX_QUESTION: usize = 120;

/// Longest answer, in characters.
const MAX_ANSWER: usize = 2000;

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqEntry {
    /// Names it in addresses (`/help#own-ID`): 1 to 40 of a-z, 0-9 and hyphens, each once.
    pub id: String,
    /// On Japanese pages.
    pub ja: FaqWords,
    /// On English pages.
    pub en: FaqWords,
}

/// A question with its answer in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqWords {
    /// 1 to 120 characters.
    pub question: String,
    /// 1 to 2000 characters; an empty line begins a new paragraph.
    pub answer: String,
}

impl FaqEntry {
    /// The words for pages in `language`.
    pub fn of(&self, language: Language) -> &FaqWords {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }
}

impl FaqWords {
    /// The answer's paragraphs.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        let parts = self.answer.split("\n\n").map(str::trim);
        parts.filter(|paragraph| !paragraph.is_empty())
    }
}

pub(super) fn check(entries: &[FaqEntry]) -> Result<(), OutOfRange> {
    let refuse = |field: String, value: &str, allowed| {
        Err(OutOfRange {
            field,
            value: format!("{value:?}"),
            allowed,
        })
    };
    if entries.len() > MAX_ENTRIES {
        let count = entries.len().to_string();
        let allowed = Allowed::Questions { most: MAX_ENTRIES };
        return refuse("faq".to_owned(), &count, allowed);
    }
    for (index, entry) in entries.iter().enumerate() {
        let field = |name: &str| format!("faq.{}.{name}", index + 1);
        let is_first = entries[..index].iter().all(|other| other.id != entry.id);
        if !is_id(&entry.id) || !is_first {
            return refuse(field("id"), &entry.id, Allowed::QuestionId);
        }
        for (language, words) in [("ja", &entry.ja), ("en", &entry.en)] {
            let FaqWords { question, answer } = words;
            if !is_text(question, MAX_QUESTION, false) {
                let allowed = Allowed::Line {
                    least: 1,
                    most: MAX_QUESTION,
                };
                return refuse(field(&format!("{language}.question")), question, allowed);
            }
            if !is_text(answer, MAX_ANSWER, true) {
                let allowed = Allowed::Text { most: MAX_ANSWER };
                return refuse(field(&format!("{language}.answer")), answer, allowed);
            }
        }
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_text(text: &str, most: usize, lines: bool) -> bool {
    let forbidden = |c: char| c.is_control() && !(lines && c == '\n');
    !text.trim().is_empty() && text.chars().count() <= most && !text.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use super::super::{BadPolicy, Language, Policy};

    const GOOD: &str = "[[faq]]
id = \"vpn\"
ja = { question = \"VPNでも使えますか\", answer = \"使えます。\\n\\n学外からも同じです。\" }
en = { question = \"Does it work with the VPN?\", answer = \"Yes.\" }
";

    #[test]
    fn own_questions_are_read_in_both_languages() {
        let policy = Policy::parse(GOOD).unwrap();
        let words = policy.faq[0].of(Language::Ja);
        assert_eq!(words.question, "VPNでも使えますか");
        assert_eq!(words.paragraphs().count(), 2);
        assert_eq!(Policy::parse(&policy.to_toml()).as_ref(), Ok(&policy));
    }

    #[test]
    fn a_bad_question_is_named_with_its_place() {
        let check = |text: &str, field: &str, line| match Policy::parse(text) {
            Err(BadPolicy::Range {
                field: found,
                line: at,
                ..
            }) => assert_eq!((found.as_str(), at), (field, line), "{text}"),
            other => panic!("{text}: {other:?}"),
        };
        check(&GOOD.replace("vpn", "V P N"), "faq.1.id", 2);
        check(&GOOD.repeat(2), "faq.2.id", 6);
        check(&GOOD.replace("Yes.", "  "), "faq.1.en.answer", 4);
        check(&GOOD.replace("Yes.", "\\u0000"), "faq.1.en.answer", 4);
        let long = "x".repeat(121);
        check(&GOOD.replace("Does it", &long), "faq.1.en.question", 4);
        let many: String = (0..31)
            .map(|n| GOOD.replace("vpn", &format!("q{n}")))
            .collect();
        check(&many, "faq", 1);
        assert!(Policy::parse(&GOOD.replace("en = ", "fr = ")).is_err());
    }
}

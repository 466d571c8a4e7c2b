//! The two languages of the pages, and which one a visitor gets.

use warifu_domain::policy;

/// A language that every page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

impl Language {
    /// All languages, in the order in which a switch lists them.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The tag for `lang=`, cookies and forms (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The language's own name, for the switch.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
        }
    }

    /// Reads a tag such as `ja`, `ja-JP` or `EN_us`; `None` if it names another language.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The visitor's own choice, else what the browser prefers (`Accept-Language`, RFC 9110 section 12.5.4), else `default`.
    #[must_use]
    pub fn negotiate(choice: Option<Self>, accept_language: Option<&str>, default: Self) -> Self {
        choice
            .or_else(|| accept_language.and_then(Self::preferred))
            .unwrap_or(default)
    }

    /// The language with the greatest weight above zero; the earlier one among equals.
    fn preferred(accept_language: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::parse) else {
                continue;
            };
            let weight = parts
                .filter_map(|part| part.trim().strip_prefix("q=")?.trim().parse::<f32>().ok())
                .map(|q| (q.clamp(0.0, 1.0) * 1000.0) as u16)
                .next()
                .unwrap_or(1000);
            if weight > best.map_or(0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

impl From<policy::Language> for Language {
    fn from(language: policy::Language) -> Self {
        match language {
            policy::Language::Ja => Self::Ja,
            policy::Language::En => Self::En,
        }
    }
}

impl From<Language> for policy::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Ja => Self::Ja,
            Language::En => Self::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, En, Ja};

    #[test]
    fn the_choice_beats_the_browser_and_the_browser_beats_the_tenant() {
        for (choice, accept, default, expected) in [
            (Some(En), Some("ja"), Ja, En),
            (None, Some("en-GB,en;q=0.9,ja;q=0.8"), Ja, En),
            (None, Some("ja, en;q=0.5"), En, Ja),
            (None, Some("en;q=0.3, ja;q=0.7"), En, Ja),
            (None, Some("fr, de;q=0.5"), Ja, Ja),
            (None, Some("fr;q=1, en;q=0"), Ja, Ja),
            (None, Some("*"), Ja, Ja),
            (None, Some("EN_us"), Ja, En),
            (None, Some("en;q=nonsense"), Ja, En),
            (None, Some(";;,,=q"), En, En),
            (None, None, En, En),
        ] {
            assert_eq!(
                Language::negotiate(choice, accept, default),
                expected,
                "{choice:?} {accept:?} {default:?}"
            );
        }
    }
}

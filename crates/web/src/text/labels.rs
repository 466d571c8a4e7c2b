//! The tenant's words for the feature and its codes (二要素認証, 2段階認証, セキュリティコード …).

use super::Language;

/// A tenant's words, each in the form inside a sentence and in the form at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    feature: Word,
    code: Word,
    backup_code: Word,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    inside: String,
    start: String,
}

impl Labels {
    /// Takes the words for the second factor, for a one-time code and for a backup code, each in the singular.
    #[must_use]
    pub fn new(feature: &str, code: &str, backup_code: &str) -> Self {
        Self {
            feature: Word::new(feature),
            code: Word::new(code),
            backup_code: Word::new(backup_code),
        }
    }

    /// The words used where no tenant is known.
    #[must_use]
    pub fn standard(language: Language) -> Self {
        match language {
            Language::Ja => Self::new("二要素認証", "確認コード", "バックアップコード"),
            Language::En => Self::new("Two-factor authentication", "security code", "backup code"),
        }
    }

    /// The word for the second factor, as it stands in titles.
    #[must_use]
    pub fn feature(&self) -> &str {
        &self.feature.start
    }

    /// The words under the names that messages use; upper case first letter for the start of a sentence.
    pub(super) fn named(&self) -> [(&'static str, &str); 6] {
        // In the order of bytes, so that each is appended where a sorted list keeps them.
        [
            ("Backup_code", &self.backup_code.start),
            ("Code", &self.code.start),
            ("Feature", &self.feature.start),
            ("backup_code", &self.backup_code.inside),
            ("code", &self.code.inside),
            ("feature", &self.feature.inside),
        ]
    }
}

impl Word {
    fn new(word: &str) -> Self {
        let mut rest = word.chars();
        let (first, rest) = (rest.next(), rest.as_str());
        // "MFA" and "OTP code" keep their capitals; "Two-factor" is lowered inside a sentence.
        let is_plain = !rest.starts_with(|c: char| c.is_uppercase());
        Self {
            inside: match first {
                Some(first) if is_plain => first.to_lowercase().chain(rest.chars()).collect(),
                _ => word.to_owned(),
            },
            start: first
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(rest.chars())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_inside_a_sentence_and_at_its_start() {
        for (given, inside, start) in [
            (
                "Two-factor authentication",
                "two-factor authentication",
                "Two-factor authentication",
            ),
            ("security code", "security code", "Security code"),
            ("MFA", "MFA", "MFA"),
            ("2FA", "2FA", "2FA"),
            (
                "セキュリティコード",
                "セキュリティコード",
                "セキュリティコード",
            ),
            ("", "", ""),
        ] {
            let word = Word::new(given);
            assert_eq!((word.inside.as_str(), word.start.as_str()), (inside, start));
        }
    }
}

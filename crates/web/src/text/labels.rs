//! The tenant's words for the feature, its codes and whom to ask (二要素認証, 2段階認証, セキュリティコード …), as sentences need them.

use super::Language;
use warifu_domain::policy;

/// A tenant's words in one language, each in the form inside a sentence and in the form at its start; and what sentences do not
/// speak of because the tenant has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    has_backup_codes: bool,
    feature: Word,
    code: Word,
    backup_code: Word,
    login: Word,
    contact: Word,
    app: Word,
    key: Word,
    set_up_title: Word,
    set_up_submit: Word,
    set_up_done: Word,
    code_title: Word,
    code_submit: Word,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    inside: String,
    start: String,
}

impl From<policy::Label<'_>> for Labels {
    fn from(words: policy::Label<'_>) -> Self {
        Self {
            has_backup_codes: true,
            feature: Word::new(words.feature),
            code: Word::new(words.code),
            backup_code: Word::new(words.backup_code),
            login: Word::new(words.login),
            contact: Word::new(words.contact),
            app: Word::new(words.app),
            key: Word::new(words.key),
            set_up_title: Word::whole(words.set_up_title),
            set_up_submit: Word::whole(words.set_up_submit),
            set_up_done: Word::whole(words.set_up_done),
            code_title: Word::whole(words.code_title),
            code_submit: Word::whole(words.code_submit),
        }
    }
}

impl Labels {
    /// The words used where no tenant is known.
    #[must_use]
    pub fn standard(language: Language) -> Self {
        policy::Labels::default().of(language.into()).into()
    }

    /// The same words, where the policy may have no backup codes.
    #[must_use]
    pub fn with_backup_codes(self, has_backup_codes: bool) -> Self {
        Self {
            has_backup_codes,
            ..self
        }
    }

    /// The word under its name in messages; with a capital, as it stands at the start of a sentence.
    pub(super) fn word(&self, name: &str) -> &str {
        match name {
            "feature" => &self.feature.inside,
            "Feature" => &self.feature.start,
            "code" => &self.code.inside,
            "Code" => &self.code.start,
            "backup_code" => &self.backup_code.inside,
            "Backup_code" => &self.backup_code.start,
            "login_label" => &self.login.inside,
            "Login_label" => &self.login.start,
            "contact" => &self.contact.inside,
            "Contact" => &self.contact.start,
            "app" => &self.app.inside,
            "App" => &self.app.start,
            "key" => &self.key.inside,
            "Key" => &self.key.start,
            "set_up_title" => &self.set_up_title.inside,
            "set_up_submit" => &self.set_up_submit.inside,
            "set_up_done" => &self.set_up_done.inside,
            "code_title" => &self.code_title.inside,
            "code_submit" => &self.code_submit.inside,
            // Messages select by it.
            "backup_codes" if self.has_backup_codes => "some",
            "backup_codes" => "none",
            _ => unreachable!("the build knows the same names"),
        }
    }
}

impl Word {
    /// A headline or a button, as it is; messages select the variant `absent` where the tenant has none of its own.
    fn whole(words: Option<&str>) -> Self {
        let words = words.unwrap_or("absent").to_owned();
        Self {
            inside: words.clone(),
            start: words,
        }
    }

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

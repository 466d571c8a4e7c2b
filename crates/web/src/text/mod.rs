//! The texts of the pages in both languages, in the tenant's words. The sentences are in `locales/`;
//! `build.rs` sees to it that both languages are complete.

mod bundle;
mod labels;
mod language;

use fluent_bundle::FluentValue;
use std::sync::{Arc, OnceLock};

pub use labels::Labels;
pub use language::Language;

/// The texts in one language and one tenant's words. Cheap to clone; clones share what was printed once.
#[derive(Clone, Debug)]
pub struct Texts {
    language: Language,
    labels: Arc<Labels>,
    /// Messages that name nothing but the tenant's words, by their place in the table of keys: a page has dozens of them,
    /// and printing them again would take longer than everything else about it.
    printed: Arc<[OnceLock<Box<str>>]>,
}

impl Texts {
    /// Texts in `language` with the tenant's `labels`, which must be words of that language.
    pub fn new(language: Language, labels: impl Into<Arc<Labels>>) -> Self {
        let printed = vec![OnceLock::new(); bundle::count(language)];
        Self {
            language,
            labels: labels.into(),
            printed: printed.into(),
        }
    }

    /// The language of these texts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The tenant's words.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The message `key`. An unknown key comes back as it is; for keys written in the code the build rules that out.
    #[must_use]
    pub fn msg<'t>(&'t self, key: &'t str) -> &'t str {
        match bundle::place(self.language, key) {
            Some(place) => self.printed[place].get_or_init(|| self.msg_with(key, &[]).into()),
            None => key,
        }
    }

    /// The message `key` with its named parts filled in. The tenant's words need not be among `parts`.
    #[must_use]
    pub fn msg_with(&self, key: &str, parts: &[(&str, FluentValue<'_>)]) -> String {
        bundle::format(self.language, &self.labels, key, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warifu_domain::policy::Preset;

    fn texts(language: Language) -> Texts {
        Texts::new(language, Labels::standard(language))
    }

    #[test]
    fn both_languages_load_and_speak_the_tenants_words() {
        let policy = Preset::find("workspace").unwrap().policy();
        let labels = policy.labels.of(Language::Ja.into());
        assert_eq!(
            Texts::new(Language::Ja, Labels::from(labels)).msg("account-app-title"),
            "2要素認証"
        );
        assert_eq!(
            texts(Language::En).msg("account-app-title"),
            "Two-factor authentication"
        );
    }

    #[test]
    fn numbers_take_the_plural_of_the_language() {
        let say = |language, tries: u32| {
            texts(language).msg_with("login-code-tries-left", &[("left", tries.into())])
        };
        assert_eq!(say(Language::En, 1), "One try is left.");
        assert_eq!(say(Language::En, 3), "3 tries are left.");
        assert_eq!(say(Language::Ja, 3), "あと3回まで入力できます。");
    }

    #[test]
    fn an_unknown_key_is_printed_as_it_is() {
        let key = String::from("no-such-message");
        assert_eq!(texts(Language::Ja).msg(&key), key);
    }

    #[test]
    fn named_parts_are_printed_without_isolation_marks() {
        let line =
            texts(Language::En).msg_with("frame-signed-in", &[("login", "taro@example.jp".into())]);
        assert_eq!(line, "Signed in as taro@example.jp");
    }
}

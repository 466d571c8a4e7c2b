//! The tenant's words for things, in both languages: labels are data, so that a service keeps the words its users know.

use serde::{Deserialize, Serialize};

use super::{Language, check::OutOfRange};

/// The words in both languages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Labels {
    /// On Japanese pages.
    pub ja: Words,
    /// On English pages.
    pub en: Words,
}

/// Words that stand in sentences of the pages. A word that is left out is the language's default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Two-factor login itself: 二要素認証, 2段階認証, 多要素認証 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The digits of the app: 確認コード, セキュリティコード, ワンタイムパスワード …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Codes to keep for emergencies: バックアップコード …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_code: Option<String>,
    /// What a person types to say who it is: ログインID, メールアドレス …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Whom to ask: a desk with its hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The words of one language, none missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// See [`Words::feature`].
    pub feature: &'a str,
    /// See [`Words::code`].
    pub code: &'a str,
    /// See [`Words::backup_code`].
    pub backup_code: &'a str,
    /// See [`Words::login`].
    pub login: &'a str,
    /// See [`Words::contact`].
    pub contact: &'a str,
}

const JA: Label<'static> = Label {
    feature: "二要素認証",
    code: "確認コード",
    backup_code: "バックアップコード",
    login: "ログインID",
    contact: "組織の管理者",
};

const EN: Label<'static> = Label {
    feature: "two-factor authentication",
    code: "security code",
    backup_code: "backup code",
    login: "login ID",
    contact: "your administrator",
};

impl Labels {
    /// The words for pages in `language`.
    pub fn of(&self, language: Language) -> Label<'_> {
        let (words, default) = match language {
            Language::Ja => (&self.ja, JA),
            Language::En => (&self.en, EN),
        };
        Label {
            feature: words.feature.as_deref().unwrap_or(default.feature),
            code: words.code.as_deref().unwrap_or(default.code),
            backup_code: words.backup_code.as_deref().unwrap_or(default.backup_code),
            login: words.login.as_deref().unwrap_or(default.login),
            contact: words.contact.as_deref().unwrap_or(default.contact),
        }
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        for (language, words) in [("ja", &self.ja), ("en", &self.en)] {
            let Words {
                feature,
                code,
                backup_code,
                login,
                contact,
            } = words;
            for (name, text) in [
                ("feature", feature),
                ("code", code),
                ("backup_code", backup_code),
                ("login", login),
                ("contact", contact),
            ] {
                let Some(text) = text else { continue };
                let ok =
                    (1..=80).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                if !ok {
                    return Err(OutOfRange {
                        field: format!("labels.{language}.{name}"),
                        value: format!("{text:?}"),
                        range: "1 to 80 characters without line breaks",
                    });
                }
            }
        }
        Ok(())
    }
}

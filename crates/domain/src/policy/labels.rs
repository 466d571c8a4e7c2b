//! The tenant's words for things, in both languages: labels are data, so that a service keeps the words its users know.

use serde::{Deserialize, Serialize};

use super::{
    Language,
    check::{Allowed, OutOfRange},
};

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
    /// What shows the codes: 認証アプリ, 認証システムアプリ …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The secret as it is typed: キー, シークレットキー …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The headline of the set-up: 二要素認証設定, ワンタイムパスワード初期設定 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_up_title: Option<String>,
    /// The button that ends the set-up: 登録して有効化する …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_up_submit: Option<String>,
    /// What is true after it: 二要素認証が有効になっています。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_up_done: Option<String>,
    /// The headline where the code is asked for: ワンタイムパスワード認証 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_title: Option<String>,
    /// The button under it: 送信 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_submit: Option<String>,
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
    /// See [`Words::app`].
    pub app: &'a str,
    /// See [`Words::key`].
    pub key: &'a str,
    /// See [`Words::set_up_title`]; `None`: made from the other words.
    pub set_up_title: Option<&'a str>,
    /// See [`Words::set_up_submit`]; `None`: made from the other words.
    pub set_up_submit: Option<&'a str>,
    /// See [`Words::set_up_done`]; `None`: made from the other words.
    pub set_up_done: Option<&'a str>,
    /// See [`Words::code_title`]; `None`: made from the other words.
    pub code_title: Option<&'a str>,
    /// See [`Words::code_submit`]; `None`: made from the other words.
    pub code_submit: Option<&'a str>,
}

const JA: Label<'static> = Label {
    feature: "二要素認証",
    code: "確認コード",
    backup_code: "バックアップコード",
    login: "ログインID",
    contact: "組織の管理者",
    app: "認証アプリ",
    key: "キー",
    set_up_title: None,
    set_up_submit: None,
    set_up_done: None,
    code_title: None,
    code_submit: None,
};

const EN: Label<'static> = Label {
    feature: "two-factor authentication",
    code: "security code",
    backup_code: "backup code",
    login: "login ID",
    contact: "your administrator",
    app: "authenticator app",
    key: "key",
    set_up_title: None,
    set_up_submit: None,
    set_up_done: None,
    code_title: None,
    code_submit: None,
};

/// The words of a language where a tenant has none of its own.
pub(super) fn standard(language: Language) -> Label<'static> {
    match language {
        Language::Ja => JA,
        Language::En => EN,
    }
}

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
            app: words.app.as_deref().unwrap_or(default.app),
            key: words.key.as_deref().unwrap_or(default.key),
            set_up_title: words.set_up_title.as_deref().or(default.set_up_title),
            set_up_submit: words.set_up_submit.as_deref().or(default.set_up_submit),
            set_up_done: words.set_up_done.as_deref().or(default.set_up_done),
            code_title: words.code_title.as_deref().or(default.code_title),
            code_submit: words.code_submit.as_deref().or(default.code_submit),
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
                app,
                key,
                set_up_title,
                set_up_submit,
                set_up_done,
                code_title,
                code_submit,
            } = words;
            for (name, text) in [
                ("feature", feature),
                ("code", code),
                ("backup_code", backup_code),
                ("login", login),
                ("contact", contact),
                ("app", app),
                ("key", key),
                ("set_up_title", set_up_title),
                ("set_up_submit", set_up_submit),
                ("set_up_done", set_up_done),
                ("code_title", code_title),
                ("code_submit", code_submit),
            ] {
                let Some(text) = text else { continue };
                let ok =
                    (1..=80).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                if !ok {
                    return Err(OutOfRange {
                        field: format!("labels.{language}.{name}"),
                        value: format!("{text:?}"),
                        allowed: Allowed::Line { least: 1, most: 80 },
                    });
                }
            }
        }
        Ok(())
    }
}

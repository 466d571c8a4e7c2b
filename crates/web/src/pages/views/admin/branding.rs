//! `/admin/branding`: colour, words and desk, and the bar above a preview of them.

use askama::Template;

use crate::{pages::views::Frame, text::Texts};

/// The form.
#[derive(Debug, Template)]
#[template(path = "admin/branding.html")]
pub struct Branding {
    /// The frame.
    pub frame: Frame,
    /// The fields.
    pub fields: Vec<BrandingField>,
    /// The logo that stands in the form; `None`: there is none.
    pub logo: Option<BrandingLogo>,
    /// Whether the file that was chosen cannot be.
    pub is_logo_bad: bool,
}

/// A logo in the form.
#[derive(Clone, Debug)]
pub struct BrandingLogo {
    /// What the form calls it.
    pub name: String,
    /// Its path, below the tenant.
    pub path: String,
    /// Whether it is to be taken away.
    pub is_removed: bool,
}

/// A field of the look.
#[derive(Clone, Debug)]
pub struct BrandingField {
    /// As it stands in the policy.
    pub name: &'static str,
    /// What it has.
    pub value: String,
    /// What stands there where it is left empty.
    pub standard: Option<&'static str>,
    /// Whether what was typed cannot be.
    pub is_bad: bool,
}

/// What stands above a page that is shown as it would be.
#[derive(Clone, Debug)]
pub struct PreviewBar {
    /// In the administrator's own language.
    pub texts: Texts,
    /// Token of its forms (SEC-72).
    pub form_token: String,
    /// The unsaved values, by their fields.
    pub values: Vec<(&'static str, String)>,
    /// Whether the tenant has a logo, and would have none.
    pub removes_logo: bool,
    /// `light` or `dark`.
    pub theme: &'static str,
    /// Which of [`VIEWS`] is shown.
    pub view: &'static str,
}

/// Languages and themes in which a preview is shown.
pub const VIEWS: [&str; 4] = ["ja-light", "ja-dark", "en-light", "en-dark"];

impl PreviewBar {
    pub(crate) fn views(&self) -> impl Iterator<Item = (&'static str, &str, bool)> {
        let name = |view| match view {
            "ja-light" => self.texts.msg("branding-view-ja-light"),
            "ja-dark" => self.texts.msg("branding-view-ja-dark"),
            "en-light" => self.texts.msg("branding-view-en-light"),
            _ => self.texts.msg("branding-view-en-dark"),
        };
        VIEWS
            .into_iter()
            .map(move |view| (view, name(view), view == self.view))
    }
}

impl Branding {
    /// The parts of the form: each with its title and its fields.
    fn parts(&self) -> [(&str, Vec<&BrandingField>); 4] {
        let of = |prefixes: &[&str]| {
            let fits = |field: &&BrandingField| {
                prefixes.iter().any(|prefix| field.name.starts_with(prefix))
            };
            self.fields.iter().filter(fits).collect()
        };
        [
            (self.frame.msg("branding-colour"), of(&["branding."])),
            (self.frame.msg("desk-title"), of(&["contact."])),
            (self.frame.msg("branding-words-ja"), of(&["labels.ja."])),
            (self.frame.msg("branding-words-en"), of(&["labels.en."])),
        ]
    }

    fn hint(&self, field: &&BrandingField) -> Option<&str> {
        (field.name == "branding.accent").then(|| self.frame.msg("branding-accent-hint"))
    }

    fn label(&self, field: &&BrandingField) -> String {
        let name = match field.name.rsplit('.').next().unwrap_or_default() {
            "accent" => self.frame.msg("branding-accent"),
            "phone" => self.frame.msg("desk-phone"),
            "mail" => self.frame.msg("desk-mail"),
            "page" => self.frame.msg("desk-page"),
            "name" => self.frame.msg("desk-name"),
            "hours" => self.frame.msg("desk-hours"),
            "feature" => self.frame.msg("branding-word-feature"),
            "code" => self.frame.msg("branding-word-code"),
            "backup_code" => self.frame.msg("branding-word-backup-code"),
            "login" => self.frame.msg("branding-word-login"),
            _ => self.frame.msg("branding-word-contact"),
        };
        match field.name.split('.').nth(1) {
            Some("ja") if field.name.starts_with("contact.") => {
                let parts = [("name", name.into())];
                self.frame.msg_with("branding-in-ja", &parts)
            }
            Some("en") if field.name.starts_with("contact.") => {
                let parts = [("name", name.into())];
                self.frame.msg_with("branding-in-en", &parts)
            }
            _ => name.to_owned(),
        }
    }
}

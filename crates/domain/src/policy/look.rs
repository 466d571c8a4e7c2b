//! What an administrator may change of a policy without touching its rules: colour, words, desk. The text around it stays as it was
//! written, comments included.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::{BadPolicy, Language, Policy};
use crate::refusal::Refusal;

/// Every field of the look, as it stands in a policy.
pub const LOOK: [&str; 18] = [
    "branding.accent",
    "contact.phone",
    "contact.mail",
    "contact.page",
    "contact.ja.name",
    "contact.ja.hours",
    "contact.en.name",
    "contact.en.hours",
    "labels.ja.feature",
    "labels.ja.code",
    "labels.ja.backup_code",
    "labels.ja.login",
    "labels.ja.contact",
    "labels.en.feature",
    "labels.en.code",
    "labels.en.backup_code",
    "labels.en.login",
    "labels.en.contact",
];

/// What a policy says in a field of [`LOOK`], if it says anything.
pub fn look<'p>(policy: &'p Policy, field: &str) -> Option<&'p str> {
    let (section, name) = field.rsplit_once('.')?;
    let words = match section {
        "branding" => return policy.branding.accent.as_deref(),
        "labels.ja" => &policy.labels.ja,
        "labels.en" => &policy.labels.en,
        _ => return desk(policy, section, name),
    };
    match name {
        "feature" => words.feature.as_deref(),
        "code" => words.code.as_deref(),
        "backup_code" => words.backup_code.as_deref(),
        "login" => words.login.as_deref(),
        _ => words.contact.as_deref(),
    }
}

fn desk<'p>(policy: &'p Policy, section: &str, name: &str) -> Option<&'p str> {
    let contact = &policy.contact;
    let words = match section {
        "contact.ja" => &contact.ja,
        "contact.en" => &contact.en,
        _ => {
            return match name {
                "phone" => contact.phone.as_deref(),
                "mail" => contact.mail.as_deref(),
                _ => contact.page.as_deref(),
            };
        }
    };
    match name {
        "name" => words.name.as_deref(),
        _ => words.hours.as_deref(),
    }
}

/// The word that stands where a field of [`LOOK`] is left out.
pub fn standard_word(field: &str) -> Option<&'static str> {
    let language = match field.split('.').nth(1) {
        Some("ja") if field.starts_with("labels.") => Language::Ja,
        Some("en") if field.starts_with("labels.") => Language::En,
        _ => return None,
    };
    let words = super::labels::standard(language);
    Some(match field.rsplit('.').next()? {
        "feature" => words.feature,
        "code" => words.code,
        "backup_code" => words.backup_code,
        "login" => words.login,
        _ => words.contact,
    })
}

/// The policy `text` with these fields of [`LOOK`] changed; an empty value takes a field out. Fields that are not named stay.
///
/// # Errors
/// [`Refusal::BadLook`] with the first field that cannot have its value.
pub fn with_look(text: &str, values: &[(&'static str, String)]) -> Result<String, Refusal> {
    let first = LOOK[0];
    let bad = |field| Refusal::BadLook { field };
    let policy = Policy::parse(text).map_err(|_| bad(first))?;
    let mut document: DocumentMut = text.parse().map_err(|_| bad(first))?;
    for (field, text) in values {
        let text = text.trim();
        if look(&policy, field).unwrap_or_default() != text {
            set(document.as_table_mut(), field, text).ok_or(bad(field))?;
        }
    }
    let text = document.to_string();
    match Policy::parse(&text) {
        Ok(_) => Ok(text),
        Err(BadPolicy::Range { field, .. }) => {
            let known = LOOK.into_iter().find(|known| *known == field);
            Err(bad(known.unwrap_or(first)))
        }
        Err(BadPolicy::Syntax { .. }) => Err(bad(first)),
    }
}

/// Sets one field or takes it out; tables on the way are made. `None`: something else stands on the way.
fn set(table: &mut dyn TableLike, field: &str, text: &str) -> Option<()> {
    let Some((name, rest)) = field.split_once('.') else {
        match text {
            "" => drop(table.remove(field)),
            text => drop(table.insert(field, value(text))),
        }
        return Some(());
    };
    if table.get(name).is_none() {
        let mut section = Table::new();
        section.set_implicit(true);
        table.insert(name, Item::Table(section));
    }
    set(table.get_mut(name)?.as_table_like_mut()?, rest, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PRESETS;

    fn change(text: &str, values: &[(&'static str, &str)]) -> Result<String, Refusal> {
        let own = |(field, value): &(&'static str, &str)| (*field, (*value).to_owned());
        with_look(text, &values.iter().map(own).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_not_touched_stays_as_it_was_written() {
        for preset in PRESETS {
            let changed = change(
                preset.text,
                &[
                    ("branding.accent", "#123456"),
                    ("contact.ja.name", " 窓口 "),
                    ("labels.en.code", "token"),
                ],
            )
            .unwrap();
            let policy = Policy::parse(&changed).unwrap();
            assert_eq!(look(&policy, "branding.accent"), Some("#123456"));
            assert_eq!(look(&policy, "contact.ja.name"), Some("窓口"));
            assert_eq!(look(&policy, "labels.en.code"), Some("token"));
            for line in preset.text.lines().filter(|line| line.contains('#')) {
                assert!(changed.contains(line.trim()), "{}: {line}", preset.name);
            }
            // And back: the same rules and words as before.
            let all: Vec<_> = LOOK
                .into_iter()
                .map(|field| {
                    (
                        field,
                        look(&preset.policy(), field).unwrap_or_default().to_owned(),
                    )
                })
                .collect();
            let back = with_look(&changed, &all).unwrap();
            assert_eq!(
                Policy::parse(&back).unwrap(),
                preset.policy(),
                "{}",
                preset.name
            );
        }
    }

    #[test]
    fn a_value_that_cannot_be_is_named() {
        for (field, bad) in [
            ("branding.accent", "red"),
            ("contact.page", "javascript:alert(1)"),
            ("contact.mail", "a\nb@c"),
            ("labels.ja.feature", "\u{7}"),
        ] {
            assert_eq!(
                change("", &[(field, bad)]),
                Err(Refusal::BadLook { field }),
                "{field}"
            );
        }
        assert_eq!(change("", &[]), Ok(String::new()));
    }

    #[test]
    fn every_field_is_read_and_written() {
        for field in LOOK {
            let text = match field {
                "branding.accent" => "#123456",
                "contact.page" => "https://a.example/",
                "contact.mail" => "a@b.example",
                "contact.phone" => "0120",
                _ => "言葉",
            };
            let changed = change("", &[(field, text)]).unwrap();
            let policy = Policy::parse(&changed).unwrap();
            for other in LOOK {
                let expected = (other == field).then_some(text);
                assert_eq!(look(&policy, other), expected, "{field} {other}");
            }
            assert_eq!(standard_word(field).is_some(), field.starts_with("labels."));
        }
    }
}

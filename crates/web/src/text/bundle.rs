//! The two Fluent bundles, parsed once per process.

use super::{Labels, Language};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::{collections::HashMap, sync::LazyLock};
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// Keys in order, each with the names of the tenant's words it uses. Handing every message all words would take
/// longer than printing it.
type LabelTable = &'static [(&'static str, &'static [&'static str])];

static JA: LazyLock<Messages> = LazyLock::new(|| {
    load(
        "ja",
        include_str!(concat!(env!("OUT_DIR"), "/ja.ftl")),
        include!(concat!(env!("OUT_DIR"), "/ja_labels.rs")),
    )
});
static EN: LazyLock<Messages> = LazyLock::new(|| {
    load(
        "en",
        include_str!(concat!(env!("OUT_DIR"), "/en.ftl")),
        include!(concat!(env!("OUT_DIR"), "/en_labels.rs")),
    )
});

/// All messages of one language.
struct Messages {
    bundle: Bundle,
    labels: LabelTable,
    /// The place of each key in `labels`: a page asks for dozens.
    places: HashMap<&'static str, usize>,
}

fn load(tag: &str, text: &str, labels: LabelTable) -> Messages {
    let language: LanguageIdentifier = tag.parse().expect("our tags are well-formed");
    let resource = FluentResource::try_new(text.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("the texts in {tag} do not parse: {errors:?}"));
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Neither language is written from right to left, and the marks would end up in what people copy.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => grouped(number.value),
        _ => None,
    }));
    bundle
        .add_resource(resource)
        .expect("the build refuses keys that stand twice");
    let keys = labels.iter().enumerate();
    Messages {
        bundle,
        labels,
        places: keys.map(|(place, (key, _))| (*key, place)).collect(),
    }
}

/// A whole number in groups of three digits, as both languages write it; another one as it is.
fn grouped(number: f64) -> Option<String> {
    if number.fract() != 0.0 || number.abs() < 1000.0 {
        return None;
    }
    let digits = format!("{:.0}", number.abs());
    let mut text = String::from(if number < 0.0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Some(text)
}

fn of(language: Language) -> &'static Messages {
    match language {
        Language::Ja => &JA,
        Language::En => &EN,
    }
}

/// How many messages there are.
pub(super) fn count(language: Language) -> usize {
    of(language).labels.len()
}

/// The place of `key` among all keys.
pub(super) fn place(language: Language, key: &str) -> Option<usize> {
    of(language).places.get(key).copied()
}

/// The message `key` in `language`, or `key` itself if there is none.
pub(super) fn format(
    language: Language,
    labels: &Labels,
    key: &str,
    parts: &[(&str, FluentValue<'_>)],
) -> String {
    let Messages {
        bundle,
        labels: table,
        ..
    } = of(language);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let used = place(language, key).map_or(&[][..], |place| table[place].1);
    let mut arguments = FluentArgs::with_capacity(used.len() + parts.len());
    for name in used {
        arguments.set(*name, labels.word(name));
    }
    for (name, value) in parts {
        arguments.set(*name, value.clone());
    }
    // A part that is missing shows as its name; the build has compared the names at every call it can read.
    bundle
        .format_pattern(pattern, Some(&arguments), &mut Vec::new())
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_read_in_groups() {
        for (number, text) in [
            (0.0, None),
            (999.0, None),
            (1000.0, Some("1,000")),
            (-1_234_567.0, Some("-1,234,567")),
            (1000.5, None),
        ] {
            assert_eq!(grouped(number).as_deref(), text);
        }
    }
}

//! Where in a policy's text something stands, so that whoever edits the file finds it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Line and column of a byte, both from 1, the column in characters.
pub(super) fn of_byte(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Where the value of `field` (as in `login.wrong_codes` or `faq.1.id`) stands in a text that is TOML.
pub(super) fn of_field(text: &str, field: &str) -> (usize, usize) {
    of_byte(text, span(text, field).map_or(0, |span| span.start))
}

/// The bytes of the value of `field`, if the text has it.
pub(super) fn span(text: &str, field: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    span_of(table.get_ref(), field)
}

fn span_of(table: &DeTable<'_>, field: &str) -> Option<Range<usize>> {
    let (name, rest) = match field.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (field, None),
    };
    let (_, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    match (value.get_ref(), rest) {
        (DeValue::Table(inner), Some(rest)) => span_of(inner, rest),
        (DeValue::Array(entries), Some(rest)) => {
            let (number, rest) = rest.split_once('.')?;
            let entry = entries.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
            match entry.get_ref() {
                DeValue::Table(inner) => span_of(inner, rest),
                _ => Some(entry.span()),
            }
        }
        _ => Some(value.span()),
    }
}

//! Writes `reference.toml` from the sections' own doc comments and defaults. Part of the tests: the program embeds the file.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Database, Hashing, Keys, Log, Metrics, Server, Tls};

/// What the macro of `section.rs` tells about a section.
pub(super) trait Section {
    const ABOUT: &'static [&'static str];
    fn fields() -> Vec<Field>;
}

/// One setting: its name, its doc comment, and its line.
pub(super) struct Field {
    doc: &'static [&'static str],
    line: Option<String>,
}

impl Field {
    /// A setting with a default is shown as it is; one without as a comment, with the example. One without either is a
    /// section of its own.
    pub(super) fn new(
        name: &str,
        doc: &'static [&'static str],
        default: &impl Serialize,
        example: &[&str],
    ) -> Self {
        let line = match (example, toml::Value::try_from(default)) {
            ([example], _) => Some(format!("#{name} = {example}")),
            (_, Ok(value)) => Some(format!("{name} = {value}")),
            (_, Err(_)) => None,
        };
        Self { doc, line }
    }
}

fn write_section<S: Section>(name: &str, out: &mut String) {
    let required = if S::fields().iter().all(|field| {
        field
            .line
            .as_deref()
            .is_some_and(|line| line.starts_with('#'))
    }) && name.contains('.')
    {
        "#"
    } else {
        ""
    };
    out.push('\n');
    for line in S::ABOUT {
        writeln!(out, "#{line}").unwrap();
    }
    writeln!(out, "{required}[{name}]").unwrap();
    for field in S::fields() {
        let Some(line) = field.line else { continue };
        out.push('\n');
        for doc in field.doc {
            writeln!(out, "#{doc}").unwrap();
        }
        writeln!(out, "{line}").unwrap();
    }
}

/// The whole file.
pub(super) fn write() -> String {
    let mut out = String::from(
        "# Configuration of Warifu. Every setting is shown with its default; a line that begins with # and a name is an\n\
         # example of a setting that has none. A name that is not in this file is refused. Relative paths start at the\n\
         # folder of this file. Who has to use which second factor is not set here but in each tenant's policy.\n",
    );
    write_section::<Server>("server", &mut out);
    write_section::<Tls>("server.tls", &mut out);
    write_section::<Database>("database", &mut out);
    write_section::<Keys>("keys", &mut out);
    write_section::<Log>("log", &mut out);
    write_section::<Metrics>("metrics", &mut out);
    write_section::<Hashing>("hashing", &mut out);
    out
}

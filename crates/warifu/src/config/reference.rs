//! Writes `reference.toml` from the sections' own doc comments and defaults. Part of the tests: the program embeds the file.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    Database, FirstFactor, Hashing, Keys, Log, Mail, MailGate, MailServer, Metrics, Rescue, Server,
    Tls,
};

/// What the macro of `section.rs` tells about a section.
pub(super) trait Section {
    const ABOUT: &'static [&'static str];
    fn fields() -> Vec<Field>;
}

/// One setting: its doc comment and its line. A section within the section has no line.
pub(super) struct Field {
    doc: &'static [&'static str],
    line: Option<String>,
}

impl Field {
    pub(super) fn with_default(
        name: &str,
        doc: &'static [&'static str],
        default: &impl Serialize,
    ) -> Self {
        let value = toml::Value::try_from(default).expect("a default can be written as TOML");
        Self {
            doc,
            line: Some(format!("{name} = {value}")),
        }
    }

    /// Shown as a comment: nothing is set where the line is missing.
    pub(super) fn with_example(
        name: &str,
        doc: &'static [&'static str],
        example: &'static str,
    ) -> Self {
        let line = (!example.is_empty()).then(|| format!("#{name} = {example}"));
        Self { doc, line }
    }
}

/// `mark` is `#` for a section that is not there by default.
fn write_section<S: Section>(mark: &str, name: &str, out: &mut String) {
    out.push('\n');
    for line in S::ABOUT {
        writeln!(out, "#{line}").unwrap();
    }
    writeln!(out, "{mark}[{name}]").unwrap();
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
    write_section::<Server>("", "server", &mut out);
    write_section::<Tls>("#", "server.tls", &mut out);
    write_section::<Database>("", "database", &mut out);
    write_section::<Keys>("", "keys", &mut out);
    write_section::<Log>("", "log", &mut out);
    write_section::<Metrics>("", "metrics", &mut out);
    write_section::<Hashing>("", "hashing", &mut out);
    write_section::<Mail>("", "mail", &mut out);
    write_section::<Rescue>("", "rescue", &mut out);
    write_section::<FirstFactor>("#", "[first_factor]", &mut out);
    write_section::<MailGate>("#", "[mail_gate]", &mut out);
    write_section::<MailServer>("#", "[mail_server]", &mut out);
    out
}

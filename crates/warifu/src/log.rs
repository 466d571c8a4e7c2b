//! How log lines are written: as text for people, as JSON for programs, and in neither can what a stranger sent pretend to be a
//! line or a field of its own (SEC-80). What is logged is said where it happens.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error as _};
use tracing::field::Field;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::{self as lines, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;

/// What another server said, in short and without anything that could break a line.
pub(crate) fn words(text: &str) -> String {
    text.replace(char::is_control, " ")
        .chars()
        .take(300)
        .collect()
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Which lines are written, as `info,warifu_storage=debug`: a level, and other levels for the modules whose path begins so.
#[derive(Clone, PartialEq)]
pub(crate) struct Filter {
    text: String,
    targets: Targets,
}

impl Default for Filter {
    /// `info`: every refusal and every fault.
    fn default() -> Self {
        Self {
            text: "info".to_owned(),
            targets: Targets::new().with_default(Level::INFO),
        }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut targets = Targets::new();
        for part in text.split(',').map(str::trim) {
            // `Targets` itself would read a misspelt level as the name of a module, and fall silent.
            let (module, level) = match part.split_once('=') {
                Some((module, level)) => (Some(module.trim()), level.trim()),
                None => (None, part),
            };
            let level = level_named(level).ok_or_else(|| {
                format!("`{level}` is not a level: error, warn, info, debug, trace or off")
            })?;
            targets = match module {
                Some(module) => targets.with_target(module, level),
                None => targets.with_default(level),
            };
        }
        Ok(Self {
            text: text.to_owned(),
            targets,
        })
    }
}

fn level_named(name: &str) -> Option<LevelFilter> {
    Some(match name {
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        "off" => LevelFilter::OFF,
        _ => return None,
    })
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
impl serde::Serialize for Filter {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

/// Sends the process' log to standard error from now on, panics included. Once, at the start.
pub(crate) fn start(format: Format, filter: &Filter) {
    let colours = io::stderr().is_terminal();
    tracing::subscriber::set_global_default(subscriber(format, filter, io::stderr, colours))
        .expect("nothing before the start of the log sets one");
    // The usual hook prints several lines of its own, which no reader of JSON understands. A panic's message is one of our
    // `expect` texts or a library's: neither carries a secret (SEC-78).
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("(no message)");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(panic = message, place, "a thread panicked");
    }));
}

/// Writes what passes the filter to `writer`.
fn subscriber<W>(
    format: Format,
    filter: &Filter,
    writer: W,
    colours: bool,
) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = match format {
        Format::Json => lines::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(writer)
            .boxed(),
        Format::Text => lines::layer()
            .fmt_fields(debug_fn(write_field).delimited(" "))
            .with_ansi(colours)
            .with_writer(writer)
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(filter.targets.clone())
        .with(layer)
}

/// One field of a text line: bare where it is a plain word, else quoted, with everything that is not printable escaped.
fn write_field(to: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let text = format!("{value:?}");
    if field.name() == "message" {
        // Without `=` it cannot look like a field.
        let quoted = quoted(&text);
        let is_plain = !text.contains('=') && quoted[1..quoted.len() - 1] == text;
        return to.write_str(if is_plain { &text } else { &quoted });
    }
    write!(to, "{}=", field.name())?;
    let is_word = |c: char| c.is_alphanumeric() || "-_.:/@+%".contains(c);
    if text.chars().all(is_word) || is_quoted(&text) {
        to.write_str(&text)
    } else {
        to.write_str(&quoted(&text))
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Whether it is already one string in quotes, as the `Debug` of a string writes it.
fn is_quoted(text: &str) -> bool {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return false,
            '\\' if characters.next().is_none() => return false,
            other if other.is_control() => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: Format, filter: &str, act: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let filter = filter.parse().unwrap();
        tracing::subscriber::with_default(
            subscriber(format, &filter, move || writer.clone(), false),
            act,
        );
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const HOSTILE: [&str; 12] = [
        "taro\n2026-11-21T00:00:00Z  INFO warifu: signed in user.id=1",
        "taro\r\nforged",
        "taro forged=OTP-03",
        "\"taro\" forged=\"OTP-03\"",
        "taro\",\"forged\":\"yes",
        "taro\"}\n{\"forged\":\"yes\"}",
        "\\",
        "\\\" forged=1 \\",
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{9b}31m\u{85}forged\u{2028}forged=1\u{2029}",
        "\u{202e}forged=1",
        "\0",
    ];

    /// Logs a hostile text in every way that a field can be recorded.
    fn log_everywhere(hostile: &str) {
        let span = tracing::info_span!("request", agent = hostile, path = %hostile);
        let _entered = span.enter();
        tracing::info!(a = hostile, b = %hostile, c = ?hostile, d = ?[hostile], "{hostile}");
    }

    #[test]
    fn sec_080_a_json_line_is_one_object_and_hostile_text_stays_in_its_field() {
        for hostile in HOSTILE {
            let line = written(Format::Json, "info", || log_everywhere(hostile));
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            let object: serde_json::Value = serde_json::from_str(&line).unwrap();
            for field in ["a", "b", "message"] {
                assert_eq!(object[field], hostile, "{line}");
            }
            assert_eq!(object["span"]["agent"], hostile, "{line}");
            assert_eq!(object["span"]["path"], hostile, "{line}");
            let mut names: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
            names.sort();
            let known = [
                "a",
                "b",
                "c",
                "d",
                "level",
                "message",
                "span",
                "target",
                "timestamp",
            ];
            assert_eq!(names, known, "{line}");
        }
    }

    #[test]
    fn sec_080_a_text_line_keeps_hostile_text_in_quotes() {
        for hostile in HOSTILE {
            let line = written(Format::Text, "info", || log_everywhere(hostile));
            let line = line.strip_suffix('\n').unwrap();
            assert!(
                !line.contains(|c: char| c.is_control() || "\u{2028}\u{2029}\u{202e}".contains(c)),
                "{line:?}"
            );
            assert!(!outside_quotes(line).contains("forged="), "{line}");
        }
    }

    /// The line without what stands in quotes.
    fn outside_quotes(line: &str) -> String {
        let mut out = String::new();
        let mut inside = false;
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => inside = !inside,
                '\\' if inside => {
                    characters.next();
                }
                other if !inside => out.push(other),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn a_text_line_is_pleasant_to_read() {
        let line = written(Format::Text, "info", || {
            let span = tracing::info_span!("request", reference = %"7K3M-Q9TZ");
            let _entered = span.enter();
            tracing::info!(refusal = %"OTP-03", user.id = 7, login = "太郎", agent = "a b", "code refused");
        });
        let (_, rest) = line.split_once("INFO ").unwrap();
        assert_eq!(
            rest,
            "request{reference=7K3M-Q9TZ}: warifu::log::tests: code refused refusal=OTP-03 user.id=7 login=\"太郎\" agent=\"a b\"\n"
        );
    }

    #[test]
    fn the_filter_chooses_levels_by_module() {
        let act = || {
            tracing::debug!(target: "warifu_storage::sqlite", "one");
            tracing::debug!(target: "hyper", "two");
            tracing::warn!(target: "hyper", "three");
            tracing::error!(target: "noisy", "four");
        };
        let lines = written(Format::Json, "info, warifu_storage=debug,noisy=off", act);
        assert!(lines.contains("one") && lines.contains("three"), "{lines}");
        assert!(!lines.contains("two") && !lines.contains("four"), "{lines}");
    }

    #[test]
    fn a_misspelt_level_is_refused() {
        for text in [
            "inof",
            "warifu",
            "info,warifu=loud",
            "",
            "info,",
            "=",
            "debug=info=warn",
        ] {
            assert!(text.parse::<Filter>().is_err(), "{text}");
        }
    }
}

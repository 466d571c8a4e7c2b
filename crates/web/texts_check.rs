//! Checks the texts when the crate is built: both languages say the same things, and pages and texts agree.
//! Included by `build.rs` and by `tests/texts_check.rs`; reads no files itself.

use std::collections::{BTreeMap, BTreeSet};

/// Refusals that pages explain. Each has `refusal-<code>` (what happened) and `refusal-<code>-do` (what to do now).
#[rustfmt::skip] // one family a line
pub(crate) const REFUSALS: &[&str] = &[
    "LOGIN-01", "LOGIN-02", "LOGIN-03", "LOGIN-04", "LOGIN-05", "LOGIN-06",
    "OTP-01", "OTP-02", "OTP-03", "OTP-04", "OTP-05", "OTP-06", "OTP-07",
    "BAK-01", "BAK-02", "BAK-03", "BAK-04", "BAK-05", "BAK-06",
    "MAIL-01", "MAIL-02", "MAIL-03", "MAIL-04", "MAIL-05", "MAIL-06", "MAIL-07",
    "SET-01", "SET-02", "SET-03", "SET-04",
    "PAIR-01", "PAIR-02", "PAIR-03", "PAIR-04", "PAIR-05", "PAIR-06", "PAIR-07", "PAIR-08", "PAIR-09",
    "RST-01", "RST-02",
    "ACC-01", "ACC-02", "ACC-03", "ACC-04", "ACC-05", "ACC-06", "ACC-07", "ACC-08", "ACC-09",
    "BRD-01", "BRD-02", "BRD-03", "BRD-04", "BRD-05",
    "ADM-01", "ADM-02", "POL-01", "POL-02", "NET-01", "NET-02", "NET-03",
    "HLP-01", "HLP-02", "HLP-03", "USR-01", "USR-02", "USR-03", "USR-04", "USR-05", "USR-06", "USR-07", "USR-08", "USR-09", "USR-10", "USR-11", "USR-12", "USR-13", "USR-14", "WIN-01", "WIN-02", "WIN-03", "GATE-01", "GATE-02", "GATE-03", "REM-01", "REM-02", "REM-03", "REM-04", "REM-05", "PWD-01", "PWD-02", "PWD-03", "PWD-04", "PWD-05",
    "OPR-01", "OPR-02", "OPR-03", "OPR-04", "OPR-05", "OPR-06", "OPR-07", "OPR-08", "OPR-09", "OPR-10", "OPR-11", "OPR-12",
    "OPR-13", "OPR-14", "OPR-15",
    "FORM-01", "FORM-02",
    "REQ-01", "REQ-02", "REQ-03", "REQ-04", "REQ-05", "REQ-06",
];

/// Variables that every message may use: the tenant's words, inside a sentence and at its start; and `backup_codes`, by which a
/// message leaves them out (`none`) where the policy has none.
const LABELS: &[&str] = &[
    "feature",
    "Feature",
    "code",
    "Code",
    "backup_code",
    "contact",
    "Contact",
    "login_label",
    "Login_label",
    "Backup_code",
    "app",
    "App",
    "key",
    "Key",
    "set_up_title",
    "set_up_submit",
    "set_up_done",
    "code_title",
    "code_submit",
    "backup_codes",
];

/// Variables that every refusal may use.
const REFUSAL_FACTS: &[&str] = &["minutes", "until", "left", "min", "max", "address"];

/// The messages of one language: each key with the variables it uses.
pub(crate) type Messages = BTreeMap<String, BTreeSet<String>>;

/// One place in a template or source file that prints a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The message.
    pub(crate) key: String,
    /// Names of the arguments given; `None` where they cannot be read off the text.
    pub(crate) arguments: Option<BTreeSet<String>>,
}

/// Reads the keys and variables of a Fluent file. Problems (a key twice, a line outside a message) go to `problems`.
pub(crate) fn read_messages(
    file: &str,
    text: &str,
    messages: &mut Messages,
    problems: &mut Vec<String>,
) {
    let mut current: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", number + 1);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '}']) {
            let Some((key, _)) = line.split_once('=') else {
                problems.push(format!("{place}: neither a message nor its continuation"));
                continue;
            };
            let key = key.trim().to_owned();
            if messages.insert(key.clone(), BTreeSet::new()).is_some() {
                problems.push(format!("{place}: {key} stands twice"));
            }
            current = Some(key);
        }
        let Some(variables) = current.as_ref().and_then(|key| messages.get_mut(key)) else {
            problems.push(format!("{place}: text before the first message"));
            continue;
        };
        for rest in line.split('$').skip(1) {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            variables.insert(rest[..end].to_owned());
        }
    }
}

/// Finds every `msg("…")` and `msg_with("…", &[…])` in a template or source file.
pub(crate) fn find_uses(text: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    for (at, _) in text.match_indices("msg(\"") {
        let rest = &text[at + 5..];
        if let Some(end) = rest.find('"') {
            uses.push(Use {
                key: rest[..end].to_owned(),
                arguments: Some(BTreeSet::new()),
            });
        }
    }
    for (at, _) in text.match_indices("msg_with(") {
        let rest = text[at + 9..].trim_start();
        let Some(rest) = rest.strip_prefix('"') else {
            continue;
        };
        let Some(end) = rest.find('"') else { continue };
        let tail = rest[end + 1..].trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        let arguments = tail.strip_prefix("&[").and_then(|list| {
            let list = &list[..list.find(']')?];
            Some(
                list.split("(\"")
                    .skip(1)
                    .filter_map(|item| Some(item[..item.find('"')?].to_owned()))
                    .collect(),
            )
        });
        uses.push(Use {
            key: rest[..end].to_owned(),
            arguments,
        });
    }
    uses
}

/// What is wrong, in words; empty when all is well.
pub(crate) fn check(ja: &Messages, en: &Messages, uses: &[(String, Use)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (here, there, name) in [(ja, en, "en"), (en, ja, "ja")] {
        for key in here.keys().filter(|key| !there.contains_key(*key)) {
            problems.push(format!("{key}: missing in {name}"));
        }
    }
    for (key, variables) in ja {
        let variables = facts(variables);
        let Some(others) = en.get(key).map(facts) else {
            continue;
        };
        if variables != others {
            problems.push(format!("{key}: ja uses {variables:?}, en uses {others:?}"));
        }
    }
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for code in REFUSALS {
        for key in [format!("refusal-{code}"), format!("refusal-{code}-do")] {
            let unknown = ja.get(&key).map(|variables| {
                facts(variables)
                    .into_iter()
                    .filter(|name| !REFUSAL_FACTS.contains(&name.as_str()))
                    .collect::<Vec<_>>()
            });
            match unknown {
                None => problems.push(format!("{key}: missing")),
                Some(names) if !names.is_empty() => {
                    problems.push(format!("{key}: nobody supplies {names:?}"))
                }
                Some(_) => {}
            }
            wanted.insert(key);
        }
    }
    for (place, Use { key, arguments }) in uses {
        wanted.insert(key.clone());
        let Some(variables) = ja.get(key) else {
            problems.push(format!("{place}: uses {key}, which no language has"));
            continue;
        };
        let needed = facts(variables);
        if let Some(given) = arguments
            && *given != needed
        {
            problems.push(format!(
                "{place}: {key} needs {needed:?} and is given {given:?}"
            ));
        }
    }
    for key in ja.keys().filter(|key| !wanted.contains(*key)) {
        problems.push(format!("{key}: used nowhere"));
    }
    problems
}

/// Which of the tenant's words each message uses, as the source of a table sorted by key.
pub(crate) fn label_table(messages: &Messages) -> String {
    let mut table = String::from("&[\n");
    for (key, variables) in messages {
        let labels: Vec<_> = LABELS
            .iter()
            .filter(|label| variables.contains(**label))
            .collect();
        table.push_str(&format!("    ({key:?}, &{labels:?}),\n"));
    }
    table + "]\n"
}

/// The variables that the caller must supply: all but the tenant's words.
fn facts(variables: &BTreeSet<String>) -> BTreeSet<String> {
    variables
        .iter()
        .filter(|name| !LABELS.contains(&name.as_str()))
        .cloned()
        .collect()
}

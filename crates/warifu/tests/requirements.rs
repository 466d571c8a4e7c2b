//! Keeps the tables of `docs/requirements.md` and `docs/security-requirements.md` true: every requirement is there, and each
//! names exactly the tests that show it. `WARIFU_UPDATE=1` writes the column of tests anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const TABLES: [&str; 2] = ["docs/requirements.md", "docs/security-requirements.md"];

/// The ids there are, by their letters: G1 to G9, and so on.
const FAMILIES: [(&str, u32); 6] = [
    ("G", 9),
    ("C", 7),
    ("K", 13),
    ("W", 9),
    ("P", 6),
    ("SEC-", 85),
];

fn repository() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let crates = crates.expect("a crate lies in crates/");
    crates
        .parent()
        .expect("crates/ lies in the repository")
        .to_owned()
}

fn all_ids() -> Vec<String> {
    let ids = FAMILIES.iter();
    ids.flat_map(|(letters, last)| (1..=*last).map(move |number| format!("{letters}{number}")))
        .collect()
}

/// The ids at the beginning of a test's name: `sec_012_sec_013_…` shows SEC-12 and SEC-13, `w3_…` shows W3.
fn ids_of_name(name: &str) -> Vec<String> {
    let number = |digits: &str| digits.parse::<u32>().ok();
    let mut ids = Vec::new();
    let mut words = name.split('_');
    while let Some(word) = words.next() {
        if word == "sec" {
            let Some(n) = words.next().and_then(number) else {
                break;
            };
            ids.push(format!("SEC-{n}"));
        } else if let Some(n) = word
            .strip_prefix(['g', 'c', 'k', 'w', 'p'])
            .and_then(number)
        {
            ids.push(format!("{}{n}", word[..1].to_uppercase()));
        } else {
            break;
        }
    }
    ids
}

/// The ids of lines that begin with `Shows:` in the comments directly above a function.
fn ids_of_comment(above: &[&str]) -> Vec<String> {
    let lines = above.iter().rev();
    lines
        .take_while(|line| line.starts_with("//") || line.starts_with("#["))
        .filter_map(|line| line.trim_start_matches(['/', ' ']).strip_prefix("Shows:"))
        .flat_map(|list| list.split(','))
        .map(|id| id.trim().trim_end_matches('.').to_owned())
        .collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources are readable") {
        let path = entry.expect("the sources are readable").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// For each id the tests that show it, as `crate::test`.
fn tests_by_id() -> BTreeMap<String, BTreeSet<String>> {
    let crates = repository().join("crates");
    let mut files = Vec::new();
    rust_files(&crates, &mut files);
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&crates).expect("found below crates/");
        let krate = inside.iter().next().expect("below a crate").display();
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let line = line.strip_prefix("async ").unwrap_or(line);
            let declaration = line.strip_prefix("fn ");
            let Some((name, _)) = declaration.and_then(|rest| rest.split_once('(')) else {
                continue;
            };
            let mut ids = ids_of_name(name);
            ids.extend(ids_of_comment(&lines[..index]));
            for id in ids.into_iter().collect::<BTreeSet<_>>() {
                let names = tests.entry(id).or_default();
                let is_new = names.insert(format!("{krate}::{name}"));
                assert!(is_new, "two tests of {krate} are called {name}");
            }
        }
    }
    tests
}

/// A row's id, its requirement, and what the last column says.
fn cells(line: &str) -> Option<(&str, &str, &str)> {
    let (id, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
    let (requirement, tests) = rest.strip_suffix(" |")?.split_once(" | ")?;
    let is_id = FAMILIES.iter().any(|(letters, _)| {
        let number = id.strip_prefix(letters).map(str::parse::<u32>);
        matches!(number, Some(Ok(_)))
    });
    is_id.then_some((id, requirement, tests))
}

/// The table's text with its last column written anew.
fn brought_up_to_date(text: &str, tests: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut written = String::new();
    for line in text.lines() {
        if let Some((id, requirement, _)) = cells(line) {
            let shown = match tests.get(id) {
                Some(names) => names.iter().map(|name| format!("`{name}`")).collect(),
                None => vec!["open".to_owned()],
            };
            written += &format!("| {id} | {requirement} | {} |\n", shown.join(", "));
        } else {
            written += &format!("{line}\n");
        }
    }
    written
}

#[test]
fn every_requirement_has_its_row() {
    let mut found = Vec::new();
    for table in TABLES {
        let text = fs::read_to_string(repository().join(table)).unwrap();
        let ids = text.lines().filter_map(|line| Some(cells(line)?.0));
        found.extend(ids.map(str::to_owned));
    }
    assert_eq!(found, all_ids());
}

#[test]
fn every_test_is_listed_under_what_it_shows() {
    #[expect(
        clippy::disallowed_methods,
        reason = "asks the person who runs the tests"
    )]
    let update = std::env::var_os("WARIFU_UPDATE").is_some();
    let tests = tests_by_id();
    let ids = all_ids();
    for (id, names) in &tests {
        assert!(
            ids.contains(id),
            "there is no requirement {id}, which {names:?} would show"
        );
    }
    for table in TABLES {
        let path = repository().join(table);
        let text = fs::read_to_string(&path).unwrap();
        let expected = brought_up_to_date(&text, &tests);
        if update {
            fs::write(&path, expected).unwrap();
            continue;
        }
        for (is, ought) in text.lines().zip(expected.lines()) {
            assert_eq!(
                is, ought,
                "{table} is out of date: WARIFU_UPDATE=1 cargo test -p warifu --test requirements"
            );
        }
    }
}

#[test]
fn names_and_comments_tell_what_a_test_shows() {
    let two = ids_of_name("sec_012_sec_013_w4_a_code_works_once");
    assert_eq!(two, ["SEC-12", "SEC-13", "W4"]);
    assert_eq!(ids_of_name("k12_both_languages"), ["K12"]);
    assert!(ids_of_name("sec_is_not_a_number").is_empty());
    assert!(ids_of_name("waits_double").is_empty());

    let above = ["fn other() {}", "/// Shows: SEC-13, W4.", "#[test]"];
    assert_eq!(ids_of_comment(&above), ["SEC-13", "W4"]);
    assert!(ids_of_comment(&above[..1]).is_empty());
}

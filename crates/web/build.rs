//! Gathers the texts, refuses to build when they are incomplete (see `texts_check.rs`), joins the style sheet, and names the
//! assets by content.

mod texts_check;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};
use texts_check::{Messages, check, find_uses, label_table, read_messages};

fn main() -> ExitCode {
    for path in [
        "build.rs",
        "texts_check.rs",
        "locales",
        "templates",
        "src",
        "assets",
    ] {
        println!("cargo:rerun-if-changed={path}");
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how cargo names the folder"
    )]
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut problems = Vec::new();
    let ja = gather_language("ja", &out, &mut problems);
    let en = gather_language("en", &out, &mut problems);
    let mut uses = Vec::new();
    for path in files_under("templates")
        .into_iter()
        .chain(files_under("src"))
    {
        let place = path.display().to_string();
        uses.extend(
            find_uses(&read(&path))
                .into_iter()
                .map(|found| (place.clone(), found)),
        );
    }
    problems.extend(check(&ja, &en, &uses));
    if !problems.is_empty() {
        for problem in problems {
            println!("cargo::error={problem}");
        }
        return ExitCode::FAILURE;
    }
    let css = out.join("app.css");
    let parts: Vec<String> = files_under("assets/css")
        .iter()
        .map(|path| read(path))
        .collect();
    fs::write(&css, parts.join("\n")).expect("OUT_DIR is writable");
    for (name, path) in [
        ("CSS", css),
        ("JS", PathBuf::from("assets/app.js")),
        ("ICON", PathBuf::from("assets/icon.svg")),
    ] {
        println!(
            "cargo:rustc-env=WARIFU_{name}_HASH={:016x}",
            fnv1a(&fs::read(path).expect("the asset is a file"))
        );
    }
    ExitCode::SUCCESS
}

/// Joins the files of one language into `OUT_DIR/<language>.ftl` and reads what they hold;
/// `<language>_labels.rs` lists which words of the tenant each message uses.
fn gather_language(language: &str, out: &Path, problems: &mut Vec<String>) -> Messages {
    let mut messages = Messages::new();
    let mut joined = String::new();
    for path in files_under(&format!("locales/{language}")) {
        let text = read(&path);
        read_messages(&path.display().to_string(), &text, &mut messages, problems);
        joined.push_str(&text);
        joined.push('\n');
    }
    fs::write(out.join(format!("{language}.ftl")), joined).expect("OUT_DIR is writable");
    fs::write(
        out.join(format!("{language}_labels.rs")),
        label_table(&messages),
    )
    .expect("OUT_DIR is writable");
    messages
}

/// All files below `folder`, in a stable order.
fn files_under(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is readable") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// FNV-1a, 64 bits: tells versions of our own files apart; nobody gains by a collision.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

//! Writes every page and state in both languages into a folder, to be leafed through in a browser:
//! `cargo run -p warifu-web --example gallery -- FOLDER`.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{fs, io};
use warifu_web::pages::views::ASSETS;
use warifu_web::text::Language;

const LOGO: &str = "logo.svg";

fn main() -> io::Result<()> {
    let folder = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .ok_or_else(|| io::Error::other("name a folder"))?,
    );
    fs::create_dir_all(&folder)?;
    for asset in ASSETS {
        fs::write(folder.join(file_name(asset.path)), asset.body)?;
    }
    fs::write(folder.join(LOGO), samples::LOGO_PICTURE)?;
    let mut index = String::from("<!doctype html><meta charset=\"utf-8\"><title>Warifu</title>");
    for language in Language::ALL {
        write!(index, "<h1>{}</h1><ul>", language.own_name()).map_err(io::Error::other)?;
        for sample in samples::all(language, &samples::Cast::default()) {
            let name = format!("{}-{}.html", language.tag(), sample.name);
            // Beside the pages, not below the server's root.
            let html = ASSETS.iter().fold(sample.html, |html, asset| {
                html.replace(asset.path, file_name(asset.path))
            });
            let html = html.replace(samples::LOGO, LOGO);
            fs::write(folder.join(&name), html)?;
            write!(index, "<li><a href=\"{name}\">{}</a></li>", sample.name)
                .map_err(io::Error::other)?;
        }
        index.push_str("</ul>");
    }
    fs::write(folder.join("index.html"), index)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

//! Forms that bring a file (RFC 7578, RFC 2046), as strict as `forms.rs`: what browsers never send is refused instead of repaired.
//! The file stands behind all other fields, so that one that is too large costs none of them.

use axum::http::{HeaderMap, header};

use super::forms::{BadForm, Fields};

/// The file that a form brought.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Upload {
    /// Nothing was chosen.
    #[default]
    Nothing,
    /// Its content. What the browser says of its name and kind is not read.
    Content(Vec<u8>),
    /// It is larger than the form has room for.
    TooLarge,
}

/// What stands between the parts, if the body says that it is such a form.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let (name, boundary) = parameters.trim().split_once('=')?;
    let boundary = boundary.trim_matches('"');
    let fits = name.eq_ignore_ascii_case("boundary")
        && (1..=70).contains(&boundary.len())
        && boundary
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b));
    fits.then(|| boundary.to_owned())
}

/// Takes a body apart. `is_whole`: nothing of it was thrown away.
///
/// # Errors
/// As [`BadForm`] says; too large is only what is not the file.
pub(super) fn parse(
    body: &[u8],
    boundary: &str,
    is_whole: bool,
    max_file: usize,
) -> Result<Fields, BadForm> {
    let line = format!("--{boundary}");
    let between = format!("\r\n{line}");
    let mut fields = Fields::default();
    let mut rest = body
        .strip_prefix(line.as_bytes())
        .ok_or(BadForm::Malformed)?;
    loop {
        match rest {
            b"--" | b"--\r\n" => return Ok(fields),
            _ => rest = rest.strip_prefix(b"\r\n").ok_or(cut(is_whole))?,
        }
        let head = find(rest, b"\r\n\r\n").ok_or(cut(is_whole))?;
        let part = Part::read(&rest[..head])?;
        rest = &rest[head + 4..];
        let end = find(rest, between.as_bytes());
        match (part, end) {
            (Part::File, None) if !is_whole => {
                fields.add_file(Upload::TooLarge)?;
                return Ok(fields);
            }
            (_, None) => return Err(cut(is_whole)),
            (Part::File, Some(end)) => fields.add_file(match end {
                0 => Upload::Nothing,
                end if end > max_file => Upload::TooLarge,
                end => Upload::Content(rest[..end].to_vec()),
            })?,
            (Part::Text(name), Some(end)) => {
                let value = std::str::from_utf8(&rest[..end]).map_err(|_| BadForm::Malformed)?;
                fields.add(name, value.to_owned())?;
            }
        }
        rest = &rest[end.unwrap_or_default() + between.len()..];
    }
}

/// Why a body ends where it should not.
fn cut(is_whole: bool) -> BadForm {
    if is_whole {
        BadForm::Malformed
    } else {
        BadForm::TooLarge
    }
}

enum Part {
    /// With its name.
    Text(String),
    File,
}

impl Part {
    fn read(head: &[u8]) -> Result<Self, BadForm> {
        let head = std::str::from_utf8(head).map_err(|_| BadForm::Malformed)?;
        let wanted = |line: &&str| {
            line.split_once(':')
                .is_some_and(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
        };
        let line = head.split("\r\n").find(wanted).ok_or(BadForm::Malformed)?;
        let (_, value) = line.split_once(':').ok_or(BadForm::Malformed)?;
        let value = value.trim().strip_prefix("form-data; name=\"");
        let (name, rest) = value
            .and_then(|value| value.split_once('"'))
            .ok_or(BadForm::Malformed)?;
        if rest.starts_with("; filename=") {
            Ok(Self::File)
        } else if rest.is_empty() {
            Ok(Self::Text(name.to_owned()))
        } else {
            Err(BadForm::Malformed)
        }
    }
}

/// Where `wanted` begins. Its first byte is looked for first: a file has few of them.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = 0;
    while let Some(next) = bytes.get(at..)?.iter().position(|byte| *byte == first) {
        at += next;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    fn form(parts: &[Vec<u8>]) -> Vec<u8> {
        [parts.concat(), b"--x--\r\n".to_vec()].concat()
    }

    #[test]
    fn fields_and_the_file_are_told_apart() {
        let file = b"\x89PNG\r\n--y\r\n\x00";
        let body = form(&[
            part("name=\"a\"", "あ\r\nb".as_bytes()),
            part("name=\"empty\"", b""),
            part(
                "name=\"f\"; filename=\"a\\\"b.png\"\r\nContent-Type: text/html",
                file,
            ),
        ]);
        let fields = parse(&body, "x", true, 100).unwrap();
        assert_eq!(
            (fields.get("a"), fields.get("empty")),
            (Some("あ\r\nb"), Some(""))
        );
        assert!(fields.get("f").is_none());
        assert!(*fields.file() == Upload::Content(file.to_vec()));
        let none = form(&[part("name=\"f\"; filename=\"\"", b"")]);
        assert!(*parse(&none, "x", true, 100).unwrap().file() == Upload::Nothing);
    }

    #[test]
    fn a_file_that_is_too_large_costs_no_other_field() {
        let body = form(&[
            part("name=\"a\"", b"1"),
            part("name=\"f\"; filename=\"f\"", &[7; 101]),
        ]);
        for (body, is_whole) in [(&body[..], true), (&body[..150], false)] {
            let fields = parse(body, "x", is_whole, 100).unwrap();
            assert_eq!(fields.get("a"), Some("1"));
            assert!(*fields.file() == Upload::TooLarge, "{is_whole}");
        }
        let long = part("name=\"a\"", &[b'a'; 200]);
        assert_eq!(
            parse(&long[..150], "x", false, 100).err(),
            Some(BadForm::TooLarge)
        );
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        let twice = [part("name=\"a\"", b"1"), part("name=\"a\"", b"2")];
        let files = [
            part("name=\"f\"; filename=\"1\"", b"1"),
            part("name=\"g\"; filename=\"2\"", b"2"),
        ];
        for body in [
            &b""[..],
            b"--x",
            b"--x--",
            b"--y\r\n\r\n--y--",
            b" --x--\r\n",
            b"--x\r\n\r\n\r\n--x--",
            b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x--",
            &form(&twice),
            &form(&files),
            &form(&[part("name=\"a\"; size=1", b"1")]),
            &form(&[part("filename=\"a\"", b"1")]),
            &form(&[part("name=\"a\"", b"\xff")]),
            &part("name=\"a\"", b"1"),
            &[&form(&[])[..], b"more"].concat(),
        ] {
            let parsed = parse(body, "x", true, 100);
            let is_empty = body == b"--x--";
            assert_eq!(
                parsed.is_ok(),
                is_empty,
                "{:?}",
                body.escape_ascii().to_string()
            );
        }
        for kind in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=x",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; charset=utf-8; boundary=x",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(boundary(&headers), None, "{kind}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), is_whole: bool) {
            let _ = parse(&bytes, "x", is_whole, 10);
            let body = form(&[part("name=\"f\"; filename=\"f\"", &bytes)]);
            let _ = parse(&body, "x", is_whole, 10);
        }
    }
}

//! Output with everything replaced that differs from run to run, so that it can be compared with what is written down.

/// Writes `[time]`, `[utc]`, `[password]`, `[pairing code]`, `[tag]`, `[code]`, `[n]` and `[dir]` for what they stand for.
pub(crate) fn normal(text: &str, dir: &str) -> String {
    let text = text.replace(dir, "[dir]");
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        let at_word_start = !shown.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let found = if at_word_start { variable(rest) } else { None };
        match found {
            Some((length, name)) => {
                shown.push_str(name);
                rest = &rest[length..];
            }
            None => {
                shown.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        // A lane is drawn, and with it the place in it; a code lasts as long as it does.
        let counted = ["\"lane\":", "\"seq\":", "\"seconds_left\":", "[code]  ("];
        if counted.iter().any(|before| shown.ends_with(before)) {
            shown.push_str("[n]");
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    shown
}

/// What the text begins with, and how long that is.
fn variable(text: &str) -> Option<(usize, &'static str)> {
    // 0 stands for a digit, a for a small letter, A for a capital, # for a capital or a digit.
    for (shape, name) in [
        ("aaaa-aaaa-aaaa-aaaa-aaaa", "[password]"),
        ("####-####-####-####", "[pairing code]"),
        ("tag  ####", "tag  [tag]"),
        ("\"tag\":\"####\"", "\"tag\":\"[tag]\""),
        ("code  000000", "code  [code]"),
        ("\"code\":\"000000\"", "\"code\":\"[code]\""),
        ("0000-00-00 00:00:00 AAA", "[time]"),
        ("0000-00-00 00:00 AAA", "[time]"),
    ] {
        if fits(text, shape) {
            return Some((shape.len(), name));
        }
    }
    let seconds = "0000-00-00T00:00:00";
    if fits(text, seconds) {
        let end = text[seconds.len()..].find('Z')?;
        return Some((seconds.len() + end + 1, "[utc]"));
    }
    None
}

fn fits(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                b'a' => byte.is_ascii_lowercase(),
                b'A' => byte.is_ascii_uppercase(),
                b'#' => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
                other => byte == other,
            })
}

#[test]
fn what_differs_from_run_to_run_is_replaced() {
    let shown = normal(
        "at 2026-11-22 06:18 JST and 2026-11-22 06:18:36 JST, kobu-tami-soni-wara-futo\n/tmp/x/data {\"at\":\"2026-11-21T21:18:36.9Z\",\"lane\":12,\"seq\":3} second-factor 山田",
        "/tmp/x",
    );
    assert_eq!(
        shown,
        "at [time] and [time], [password]\n[dir]/data {\"at\":\"[utc]\",\"lane\":[n],\"seq\":[n]} second-factor 山田"
    );
}

//! What people and hostile clients may send as a code.
#![expect(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise, as a test may"
)]

use proptest::prelude::*;
use warifu_otp::{Digits, MalformedCode, OneTimeCode};

/// Separators that must be understood, wherever they stand.
const SEPARATORS: &[char] = &[
    ' ', '\t', '\n', '\r', '\u{A0}', '\u{2003}', '\u{2009}', '\u{202F}', '\u{3000}', // spaces
    '-', '\u{AD}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}',
    '\u{2212}', // hyphens
    '\u{2500}', '\u{301C}', '\u{30FC}', '\u{FE63}', '\u{FF0D}', '\u{FF5E}',
    '\u{FF70}', // from Japanese keyboards
    '\u{200B}', '\u{200E}', '\u{202C}', '\u{202D}', '\u{2066}', '\u{2069}',
    '\u{FEFF}', // from clipboards
];

fn check(text: &str, expected: Result<&str, MalformedCode>) {
    let parsed = OneTimeCode::parse(text).map(|code| code.expose().to_string());
    assert_eq!(parsed, expected.map(str::to_owned), "{text:?}");
}

#[test]
fn a_code_may_be_typed_the_way_people_type_it() {
    check("123456", Ok("123456"));
    check("000000", Ok("000000"));
    check("0123456", Ok("0123456"));
    check("99999999", Ok("99999999"));
    check("123 456", Ok("123456"));
    check(" 123-456\r\n", Ok("123456"));
    check("１２３４５６", Ok("123456"));
    check("１２３　４５６", Ok("123456"));
    check("１２３ー４５６", Ok("123456"));
    check("１2３-４5６", Ok("123456"));
    check("\u{202D}123 456\u{202C}", Ok("123456"));
    check("1-2-3-4-5-6-7-8", Ok("12345678"));
}

#[test]
fn every_separator_is_dropped() {
    for separator in SEPARATORS {
        check(
            &format!("{separator}123{separator}{separator}456{separator}"),
            Ok("123456"),
        );
    }
}

#[test]
fn sec_024_malformed_codes_are_refused() {
    for text in [
        "",
        " ",
        "　",
        "-",
        "ー",
        "12345",
        "123456789",
        "1234567890",
        "000000000",
        "0000000123456",
        "12345a",
        "abcdef",
        "null",
        "[]",
        "{}",
        "[123456]",
        "\"123456\"",
        "123456\0",
        "\0",
        "+123456",
        "-1.23456",
        "123.456",
        "123,456",
        "123_456",
        "1e5000",
        "0x123456",
        "123456;",
        "%31%32%33%34%35%36",
        "１２３４５",
        "一二三四五六",
        "①②③④⑤⑥",
        "¹²³⁴⁵⁶",
        "𝟏𝟐𝟑𝟒𝟓𝟔",
        "١٢٣٤٥٦",
        "१२३४५६",
        "12345\u{301}6",
        "\u{FFFD}123456",
        "123456\u{1F600}",
    ] {
        check(text, Err(MalformedCode));
    }
}

#[test]
fn sec_024_a_long_text_is_refused_before_it_is_read() {
    let padded = |width: usize| format!("{:>width$}", "123456");
    check(&padded(OneTimeCode::MAX_TEXT_CHARS), Ok("123456"));
    check(&padded(OneTimeCode::MAX_TEXT_CHARS + 1), Err(MalformedCode));
    // Counted in characters: a Japanese space has three bytes.
    check(
        &format!("{}123456", "　".repeat(OneTimeCode::MAX_TEXT_CHARS - 6)),
        Ok("123456"),
    );
    check(&"1".repeat(10_000_000), Err(MalformedCode));
}

/// Any digit in either width, with up to two separators after it.
fn typed_digit() -> impl Strategy<Value = (char, String)> {
    let separators = prop::collection::vec(prop::sample::select(SEPARATORS), 0..=2);
    (0..10_u32, any::<bool>(), separators).prop_map(|(digit, full_width, separators)| {
        let plain = char::from_digit(digit, 10).unwrap();
        let shown = if full_width {
            char::from_u32('０' as u32 + digit).unwrap()
        } else {
            plain
        };
        (plain, std::iter::once(shown).chain(separators).collect())
    })
}

proptest! {
    #[test]
    fn every_spelling_of_a_code_is_the_same_code(typed in prop::collection::vec(typed_digit(), 6..=8)) {
        let plain: String = typed.iter().map(|(digit, _)| *digit).collect();
        let shown: String = typed.iter().map(|(_, shown)| shown.as_str()).collect();
        let code = OneTimeCode::parse(&shown).unwrap();
        prop_assert_eq!(code.expose().to_string(), plain.clone());
        prop_assert_eq!(code.digits(), Digits::new(plain.len() as u8).unwrap());
        prop_assert!(code == OneTimeCode::parse(&plain).unwrap());
    }

    #[test]
    fn no_text_makes_the_parser_panic_or_a_code_of_another_length(text in any::<String>()) {
        if let Ok(code) = OneTimeCode::parse(&text) {
            prop_assert!((6..=8).contains(&code.expose().len()));
        }
    }

    #[test]
    fn codes_are_equal_when_value_and_length_are(a in "[0-9]{6,8}", b in "[0-9]{6,8}") {
        let [code_a, code_b] = [&a, &b].map(|text| OneTimeCode::parse(text).unwrap());
        prop_assert_eq!(code_a == code_b, a == b);
    }
}

#[test]
fn leading_zeros_count() {
    assert!(OneTimeCode::parse("0123456").unwrap() != OneTimeCode::parse("123456").unwrap());
}

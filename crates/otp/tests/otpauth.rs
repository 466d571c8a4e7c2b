//! The URI a phone reads from the QR code, as parsers other than ours read it (SEC-18).
#![expect(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise, as a test may"
)]

mod oracle;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use warifu_otp::{
    Algorithm, Digits, MAX_ACCOUNT_CHARS, MAX_ISSUER_CHARS, Secret, TotpParams, otpauth_uri,
};

#[test]
fn sec_018_the_uri_has_exactly_this_form() {
    let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
    assert_eq!(
        *otpauth_uri(
            TotpParams::default(),
            &secret,
            "Example University",
            "yamada@example.ac.jp"
        ),
        "otpauth://totp/Example%20University:yamada%40example.ac.jp\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20University&algorithm=SHA1&digits=6&period=30"
    );
    let params = TotpParams::new(Algorithm::Sha512, Digits::Eight, 60).unwrap();
    assert_eq!(
        *otpauth_uri(params, &secret, "東大", "山田"),
        "otpauth://totp/%E6%9D%B1%E5%A4%A7:%E5%B1%B1%E7%94%B0\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%9D%B1%E5%A4%A7&algorithm=SHA512&digits=8&period=60"
    );
}

#[test]
fn sec_018_the_longest_names_still_fit_a_qr_code() {
    let secret = Secret::from_bytes(vec![0; 64]);
    let params = TotpParams::new(Algorithm::Sha512, Digits::Eight, 3600).unwrap();
    let uri = otpauth_uri(params, &secret, &"😀".repeat(1000), &"😀".repeat(1000));
    assert_eq!(
        uri.matches("%F0%9F%98%80").count(),
        2 * MAX_ISSUER_CHARS + MAX_ACCOUNT_CHARS
    );
    // ISO/IEC 18004: a QR code of version 40 with error correction L holds 2953 bytes, with M 2331.
    assert!(uri.len() <= 2331, "{}", uri.len());
}

/// A URI, the settings it was made from, and the names that a parser must find in it.
#[derive(Debug)]
struct Case {
    uri: String,
    params: TotpParams,
    key: String,
    issuer: String,
    account: String,
}

fn case(
    params: TotpParams,
    secret: &Secret,
    [issuer, account]: [&str; 2],
    [seen_issuer, seen_account]: [&str; 2],
) -> Case {
    Case {
        uri: otpauth_uri(params, secret, issuer, account).to_string(),
        params,
        key: secret.to_base32().to_string(),
        issuer: seen_issuer.to_owned(),
        account: seen_account.to_owned(),
    }
}

/// Asks totp-rs, a strict parser on Python's urllib, and pyotp wherever its own fault leaves it able to answer.
/// Returns how many pyotp answered.
fn check(cases: &[Case]) -> usize {
    let uris: Vec<_> = cases.iter().map(|case| case.uri.clone()).collect();
    let answers = oracle::ask_python("uris.py", &uris);
    assert_eq!(answers.len(), cases.len());
    let mut answered_by_pyotp = 0;
    for (case, answer) in cases.iter().zip(answers) {
        let (algorithm, digits) = (case.params.algorithm(), case.params.digits().count());
        let period = case.params.period_seconds();
        let expected = [
            &case.issuer,
            &case.account,
            &case.key,
            algorithm.name(),
            &digits.to_string(),
            &period.to_string(),
        ]
        .map(|text: &str| {
            text.bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        });
        let fields: Vec<_> = answer.split('\t').collect();
        assert_eq!(fields[..6], expected, "urllib: {case:?}");
        if fields[6..] != ["-"] {
            assert_eq!(fields[6..], expected, "pyotp: {case:?}");
            answered_by_pyotp += 1;
        }

        let totp = totp_rs::Totp::from_url_unchecked(&case.uri).expect(&case.uri);
        assert_eq!(
            totp.issuer(),
            Some(case.issuer.as_str()),
            "totp-rs: {case:?}"
        );
        assert_eq!(totp.account_name(), case.account, "totp-rs: {case:?}");
        assert_eq!(
            totp.secret().to_base32().to_string(),
            case.key,
            "totp-rs: {case:?}"
        );
        assert_eq!(
            totp.algorithm().as_str(),
            algorithm.name(),
            "totp-rs: {case:?}"
        );
        assert_eq!(
            (totp.digits(), totp.step()),
            (digits, u64::from(period)),
            "totp-rs: {case:?}"
        );
    }
    answered_by_pyotp
}

#[test]
fn sec_018_japanese_and_hostile_names_round_trip_through_three_parsers() {
    let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
    let names = [
        ["Example University", "yamada@example.ac.jp"],
        ["東京大学", "山田太郎"],
        ["株式会社　わりふ", "髙橋 﨑"],
        ["カ\u{3099}ﾊﾟ㍿", "🏴‍☠️👨‍👩‍👧"],
        ["Ünïcode", "אבג"],
        ["全角：コロン", "a／b"],
        ["path/../../x", "..\\..//@host/"],
        ["'\"<script>alert(1)</script>", "`$(id)`|^{}[]!*()"],
        ["~-._", "0"],
        // From here on pyotp is defeated.
        ["A&B", "a&secret=MZXW6YTBOI&issuer=Evil"],
        ["C++ Lab", "1+1=2"],
        ["100%", "%41%00%zz%E3%81"],
        ["#1?", "a?b#c;d"],
    ];
    let cases: Vec<_> = names
        .iter()
        .map(|names| case(TotpParams::default(), &secret, *names, *names))
        .collect();
    assert_eq!(check(&cases), 9);
}

#[test]
fn sec_018_what_a_name_must_not_hold_never_reaches_the_parsers() {
    let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
    let long = "あ".repeat(1000);
    let cases = [
        (["Evil:", ":admin"], ["Evil", "admin"]),
        (["a:b:c", "d::e"], ["a b c", "d e"]),
        (
            ["a\r\nSet-Cookie: x", "b\0\u{1B}[2J"],
            ["a Set-Cookie x", "b[2J"],
        ),
        (
            ["\u{202E}drawkcab\u{202C}", "a\u{2066}b\u{2069}\u{200F}"],
            ["drawkcab", "ab"],
        ),
        (["", "\u{202E}:\n"], ["-", "-"]),
        (
            [&long, &long],
            [
                &long[..3 * MAX_ISSUER_CHARS],
                &long[..3 * MAX_ACCOUNT_CHARS],
            ],
        ),
    ]
    .map(|(names, seen)| case(TotpParams::default(), &secret, names, seen));
    assert_eq!(check(&cases), cases.len());
}

prop_compose! {
    /// Names of which everything survives: no colon, nothing removed, no space where it would be dropped.
    fn any_kept_case()(
        algorithm in prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        digits in prop::sample::select(&[Digits::Six, Digits::Seven, Digits::Eight]),
        period in 5..=3600_u16,
        secret in prop::collection::vec(any::<u8>(), 10..=64),
        issuer in "[ -9;-~ぁ-ん一-龥😀-🙏]{1,32}".prop_map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")),
        account in "[!-9;-~ぁ-ん一-龥é]{1,64}",
    ) -> Case {
        let issuer = if issuer.is_empty() { "-".to_owned() } else { issuer };
        let params = TotpParams::new(algorithm, digits, period).unwrap();
        let names = [issuer.as_str(), account.as_str()];
        case(params, &Secret::from_bytes(secret), names, names)
    }
}

#[test]
fn sec_018_random_names_keys_and_settings_round_trip() {
    let mut runner = TestRunner::default();
    let cases: Vec<_> = (0..300)
        .map(|_| any_kept_case().new_tree(&mut runner).unwrap().current())
        .collect();
    check(&cases);
}

fn is_direction_or_line(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

proptest! {
    #[test]
    fn sec_018_no_name_breaks_the_form(issuer in any::<String>(), account in any::<String>(), many in 0..50_usize) {
        let secret = Secret::from_bytes(vec![7; Secret::NEW_LENGTH]);
        let uri = otpauth_uri(TotpParams::default(), &secret, &issuer.repeat(many), &account.repeat(many));
        let totp = totp_rs::Totp::from_url(uri.as_str()).unwrap();
        let seen_issuer = totp.issuer().unwrap();
        for (name, most) in [(seen_issuer, MAX_ISSUER_CHARS), (totp.account_name(), MAX_ACCOUNT_CHARS)] {
            prop_assert!((1..=most).contains(&name.chars().count()));
            prop_assert!(!name.contains(|c: char| c == ':' || c.is_control()));
            prop_assert!(!name.contains(is_direction_or_line));
        }
        // What was cleaned once stays as it is.
        prop_assert_eq!(&uri, &otpauth_uri(TotpParams::default(), &secret, seen_issuer, totp.account_name()));
        prop_assert_eq!(uri.matches(':').count(), 2);
    }
}

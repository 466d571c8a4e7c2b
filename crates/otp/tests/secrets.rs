//! Keys: how they are read and shown, and that nothing of a secret is ever printed.

use proptest::prelude::*;
use warifu_otp::{MalformedBase32, OneTimeCode, Secret, TotpKey, TotpParams};

fn check(text: &str, expected: Result<&[u8], MalformedBase32>) {
    let read = Secret::from_base32(text).map(|secret| secret.expose().to_vec());
    assert_eq!(read, expected.map(<[u8]>::to_vec), "{text:?}");
}

#[test]
fn a_key_may_be_typed_the_way_people_type_it() {
    for text in [
        "MZXW6YTBOI",
        "mzxw6ytboi",
        "MZXW 6YTB OI",
        "mzxw-6ytb-oi",
        "MZXW6YTBOI======",
        "MZXW6YTBOI=",
        "  mzxw 6ytb\u{3000}oi = = \n",
        "ＭＺＸＷ６ＹＴＢＯＩ＝＝",
        "ｍｚｘｗ６ｙｔｂｏｉ",
        "MZXW\u{2011}6YTB\u{200B}OI",
        "MZXW6YTBOJ", // the same key with the left-over bits set
    ] {
        check(text, Ok(b"foobar"));
    }
}

#[test]
fn malformed_keys_are_refused() {
    for text in [
        "",
        " ",
        "=",
        "====",
        "M",
        "MZX",
        "MZXW6Y",
        "MZXW6YTBOI=A",
        "=MZXW6YTBOI",
        "MZXW6YTB0I",
        "MZXW6YTB1I",
        "MZXW6YTB8I",
        "MZXW6YTB9I",
        "MZXW6YTB.I",
        "MZXW6YTB\0I",
        "ひらがな",
        "6d7a7877",
    ] {
        check(text, Err(MalformedBase32));
    }
    let long = |chars: usize| format!("MY{}", " ".repeat(chars - 2));
    check(&long(512), Ok(b"f"));
    check(&long(513), Err(MalformedBase32));
}

#[test]
fn sec_017_a_new_key_shows_as_32_characters_in_groups_of_4() {
    let secret = Secret::from_bytes(vec![0xFF; Secret::NEW_LENGTH]);
    assert_eq!(Secret::NEW_LENGTH * 8, 160);
    assert_eq!(*secret.to_base32(), "7".repeat(32));
    assert_eq!(*secret.to_base32_grouped(), ["7777"; 8].join(" "));
    let short = Secret::from_bytes(b"foobar".to_vec());
    assert_eq!(*short.to_base32_grouped(), "MZXW 6YTB OI");
}

proptest! {
    #[test]
    fn base32_reads_back_what_it_wrote(bytes in prop::collection::vec(any::<u8>(), 1..=64)) {
        let secret = Secret::from_bytes(bytes.clone());
        for text in [secret.to_base32(), secret.to_base32_grouped()] {
            let again = Secret::from_base32(&text).unwrap();
            prop_assert_eq!(again.expose(), bytes.as_slice());
            let lower = Secret::from_base32(&text.to_lowercase()).unwrap();
            prop_assert_eq!(lower.expose(), bytes.as_slice());
        }
        prop_assert!(secret.to_base32().bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = Secret::from_base32(&text);
    }
}

#[test]
fn sec_078_debug_prints_nothing_of_a_secret() {
    let secret = Secret::from_base32("GEZDGNBVGY3TQOJQ").unwrap();
    let key = TotpKey::new(TotpParams::default(), &secret);
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert_eq!(
        format!("{:?}", OneTimeCode::parse("123456").unwrap()),
        "OneTimeCode(..)"
    );
    assert_eq!(
        format!("{key:?}"),
        "TotpKey { params: TotpParams { algorithm: Sha1, digits: Six, period_seconds: 30 }, .. }"
    );
}

#[test]
fn sec_078_errors_carry_nothing_of_the_text() {
    let code = OneTimeCode::parse("12345x").unwrap_err();
    let key = Secret::from_base32("GEZDGNBVGY3TQOJ!").unwrap_err();
    assert_eq!(
        format!("{code} {code:?}"),
        "not a code of 6 to 8 digits MalformedCode"
    );
    assert_eq!(format!("{key} {key:?}"), "not a base32 key MalformedBase32");
}

/// Fails to compile, as ambiguous, once a secret type has `Display`.
#[test]
fn sec_078_secrets_have_no_display() {
    trait Hidden<Marker> {
        fn check() {}
    }
    struct Printable;
    impl<T> Hidden<()> for T {}
    impl<T: std::fmt::Display> Hidden<Printable> for T {}

    <Secret as Hidden<_>>::check();
    <OneTimeCode as Hidden<_>>::check();
    <TotpKey as Hidden<_>>::check();
}

//! Pairing against the vectors of its specification, and against what people type.

use proptest::prelude::*;
use serde_json::Value;
use warifu_otp::{
    BadPairingCode, PairingCode,
    PairingRole::{self, App, User},
    TotpKey, TotpParams, derive_pairing,
};

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/pairing.json")).expect("JSON")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().expect("a text")
}

fn bytes(hex: &str) -> [u8; 10] {
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes());
    let bytes = bytes.expect("hexadecimal").try_into();
    bytes.expect("ten bytes")
}

#[test]
fn k4_both_sides_compute_the_seed_the_tag_and_the_codes_of_the_vectors() {
    let vectors = vectors();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let read = |role, name: &str| {
            let typed = PairingCode::parse(role, text(vector, &format!("typed_{name}_code")));
            let typed = typed.unwrap();
            let made = bytes(text(vector, &format!("{name}_entropy_hex")));
            let made = PairingCode::from_random(role, made);
            let shown = text(vector, &format!("{name}_code"));
            assert_eq!(
                (&*typed.grouped(), &*made.grouped()),
                (&shown.to_owned(), &shown.to_owned())
            );
            typed
        };
        let pairing = derive_pairing(&read(App, "app"), &read(User, "user"));
        assert_eq!(&*pairing.seed.to_base32(), text(vector, "seed_base32"));
        assert_eq!(pairing.tag, text(vector, "pair_tag"));
        let key = TotpKey::new(TotpParams::default(), &pairing.seed);
        for totp in vector["totp"].as_array().unwrap() {
            let code = key.code_at(key.step_at(totp["time"].as_u64().unwrap()));
            assert_eq!(&*code.expose(), text(totp, "code"));
        }
    }
}

#[test]
fn k4_a_slip_is_told_by_its_kind() {
    for rejected in vectors()["rejected"].as_array().unwrap() {
        let role = if text(rejected, "role") == "app" {
            App
        } else {
            User
        };
        let error = match text(rejected, "error") {
            "wrong_role" => BadPairingCode::WrongRole,
            "bad_length" => BadPairingCode::Length,
            "bad_check" => BadPairingCode::Check,
            "bad_character" => BadPairingCode::Character,
            other => panic!("no such error: {other}"),
        };
        let typed = text(rejected, "typed");
        assert_eq!(
            PairingCode::parse(role, typed).unwrap_err(),
            error,
            "{typed}"
        );
    }
    for (typed, error) in [
        ("", BadPairingCode::Length),
        ("----", BadPairingCode::Length),
        ("G58E-6H3P-N01D-ENP0-G58E", BadPairingCode::Length),
        ("G58E-6H3P-N01D-ENP*", BadPairingCode::Character),
        ("割符", BadPairingCode::Character),
    ] {
        assert_eq!(
            PairingCode::parse(App, typed).unwrap_err(),
            error,
            "{typed}"
        );
    }
    let endless = "0".repeat(1 << 20);
    assert_eq!(
        PairingCode::parse(App, &endless).unwrap_err(),
        BadPairingCode::Length
    );
}

#[test]
fn sec_032_the_codes_carry_more_than_112_bits_together() {
    // Every one of the first 75 random bits reaches the code, and none of the last five.
    let shown = |bytes| PairingCode::from_random(App, bytes).grouped().to_string();
    let zero = shown([0; 10]);
    let bits: Vec<usize> = (0..80)
        .filter(|bit| {
            let mut bytes = [0; 10];
            bytes[bit / 8] = 0x80 >> (bit % 8);
            shown(bytes) != zero
        })
        .collect();
    assert!(bits.iter().copied().eq(0..75));
    assert!(2 * bits.len() >= 112);
}

#[test]
fn sec_078_a_code_prints_nothing_of_itself() {
    let code = PairingCode::from_random(User, [0x5a; 10]);
    assert_eq!(format!("{code:?}"), "PairingCode(..)");
}

fn role() -> impl Strategy<Value = PairingRole> {
    prop_oneof![Just(App), Just(User)]
}

proptest! {
    #[test]
    fn every_code_reads_back_and_only_as_its_own_kind(role in role(), random: [u8; 10]) {
        let code = PairingCode::from_random(role, random);
        let shown = code.grouped();
        let again = PairingCode::parse(role, &shown).unwrap();
        prop_assert_eq!(&*again.grouped(), &*shown);
        let other = if role == App { User } else { App };
        prop_assert_eq!(PairingCode::parse(other, &shown).unwrap_err(), BadPairingCode::WrongRole);
    }

    #[test]
    fn every_wrong_symbol_and_every_swap_is_caught(
        role in role(), random: [u8; 10], place in 0..16_usize, other in 0..16_usize, symbol in 0..32_usize,
    ) {
        let shown = PairingCode::from_random(role, random).grouped().replace('-', "");
        let mut wrong: Vec<char> = shown.chars().collect();
        wrong[place] = char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[symbol]);
        let mut swapped: Vec<char> = shown.chars().collect();
        swapped.swap(place, other);
        for typed in [wrong, swapped] {
            let typed: String = typed.into_iter().collect();
            let read = PairingCode::parse(role, &typed);
            prop_assert_eq!(read.is_ok(), typed == shown, "{} for {}", typed, shown);
        }
    }
}

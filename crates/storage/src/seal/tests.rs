//! Sealed values open where they belong and nowhere else.

use proptest::prelude::*;

use super::*;

const HOME: SealContext<'_> = SealContext {
    tenant: TenantId(1),
    purpose: "totp",
    owner: 7,
};

fn ring() -> KeyRing {
    KeyRing::generate([3; 32])
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    for plaintext in [b"".as_slice(), b"12345678901234567890", &[0; 5000]] {
        let sealed = seal(&ring(), [9; 24], &HOME, plaintext);
        assert_eq!(open(&ring(), &HOME, &sealed).unwrap().as_slice(), plaintext);
        assert_eq!(sealed.len(), 4 + 24 + plaintext.len() + 16);
        assert_eq!(sealed[..28], [[0, 0, 0, 1].as_slice(), &[9; 24]].concat());
    }
}

#[test]
fn sec_077_swapped_ciphertexts_are_refused() {
    let sealed = seal(&ring(), [9; 24], &HOME, b"12345678901234567890");
    for elsewhere in [
        SealContext {
            tenant: TenantId(2),
            ..HOME
        },
        SealContext { owner: 8, ..HOME },
        SealContext {
            purpose: "email",
            ..HOME
        },
        SealContext {
            purpose: "totp2",
            ..HOME
        },
        SealContext {
            tenant: TenantId(7),
            owner: 1,
            ..HOME
        },
    ] {
        assert_eq!(
            open(&ring(), &elsewhere, &sealed),
            Err(StoreError::Sealed),
            "{elsewhere:?}"
        );
    }
}

#[test]
fn sec_077_a_value_under_an_unknown_key_names_the_key() {
    let mut rotated = ring();
    let second = rotated.add_key([4; 32]);
    rotated.activate(second).unwrap();
    let sealed = seal(&rotated, [9; 24], &HOME, b"secret");
    assert_eq!(
        open(&ring(), &HOME, &sealed),
        Err(StoreError::KeyMissing { key_id: 2 })
    );
    let other_secret = KeyRing::generate([5; 32]);
    assert_eq!(
        open(
            &other_secret,
            &HOME,
            &seal(&ring(), [9; 24], &HOME, b"secret")
        ),
        Err(StoreError::Sealed)
    );
}

#[test]
fn sec_077_a_value_under_an_old_key_opens_after_rotation() {
    let sealed = seal(&ring(), [9; 24], &HOME, b"secret");
    let mut rotated = ring();
    let second = rotated.add_key([4; 32]);
    rotated.activate(second).unwrap();
    assert_eq!(
        open(&rotated, &HOME, &sealed).unwrap().as_slice(),
        b"secret"
    );
    assert_eq!(seal(&rotated, [9; 24], &HOME, b"secret")[..4], [0, 0, 0, 2]);
}

#[test]
fn the_stored_form_does_not_change() {
    // Pinned so that a refactoring cannot lock anybody out: key derivation, associated data and layout. The value
    // comes from an independent implementation.
    let sealed = seal(
        &KeyRing::generate([1; 32]),
        [2; 24],
        &HOME,
        b"12345678901234567890",
    );
    let expected = "d0bc00a77c153467b1ba643026ba5bada849d510ce8b2bea398ddd4b7d5523162a2feca6";
    assert_eq!(data_encoding::HEXLOWER.encode(&sealed[28..]), expected);
}

proptest! {
    #[test]
    fn no_altered_or_cut_value_opens(index in 0_usize..60, flip in 1_u8..=255, cut in 0_usize..60) {
        let sealed = seal(&ring(), [9; 24], &HOME, b"1234567890123456");
        let mut altered = sealed.clone();
        altered[index] ^= flip;
        prop_assert!(open(&ring(), &HOME, &altered).is_err());
        prop_assert!(open(&ring(), &HOME, &sealed[..cut]).is_err());
    }
}

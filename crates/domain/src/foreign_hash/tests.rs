//! Hashes of other programs: which are read, and which are refused.

use super::*;
use BadForeignHash::{Malformed, Scheme as Unknown, TooDear};
use proptest::prelude::*;

const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
const HASH: &str = "QeqvybJoRz5A33IgYk3wbHQmIWs8wtAs1P/F6cPYYro";

fn check(text: &str, why: BadForeignHash) {
    assert_eq!(ForeignHash::parse(text), Err(why), "{text}");
}

#[test]
fn other_schemes_and_passwords_in_clear_are_no_hashes() {
    for text in [
        "",
        "secret",
        "$",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$2x$05$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2",
        "$y$j9T$abc$def",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "{PLAIN}secret",
        "$argon2$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$abc",
    ] {
        check(text, Unknown);
    }
}

#[test]
fn hashes_that_are_cut_off_or_malformed_are_refused() {
    let crypt =
        "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    for text in [
        format!("$argon2id$v=19$m=4096,t=3,p=1${SALT}"),
        format!("$argon2id$v=20$m=4096,t=3,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$t=3,m=4096,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$m=4096,t=3,p=1,keyid=a${SALT}${HASH}"),
        format!("$argon2id$v=19$m=4096,t=0,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$m=8,t=1,p=2${SALT}${HASH}"),
        format!("$argon2id$v=19$m=+4096,t=3,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$m=4096,t=3,p=1${SALT}==${HASH}"),
        format!("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA${HASH}"),
        format!("$argon2id$v=19$m=4096,t=3,p=1${SALT}${HASH}$"),
        format!("$scrypt$ln=0,r=8,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=64,r=8,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=14,r=4294967295,p=4294967295${SALT}${HASH}"),
        format!("$pbkdf2-sha256$0${SALT}${HASH}"),
        format!("$pbkdf2-sha256$i=1000,l=16${SALT}${HASH}"),
        format!("$pbkdf2-sha256$i=1000,x=16${SALT}${HASH}"),
        format!("$pbkdf2-sha256$1000${SALT}$aGFzaA"),
        "$2b$5$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2".to_owned(),
        "$2b$03$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2".to_owned(),
        "$2b$05$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf".to_owned(),
        "$2b$05$DCq7YPn5Rq63x1Lad4cllz2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2".to_owned(),
        "$2b$05$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V=ehgq7vuBmDYYuFxRf2".to_owned(),
        "$2b$05$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf3".to_owned(),
        format!("$6$saltstring${}z", &crypt[..85]),
        "{SSHA}".to_owned(),
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=".to_owned(),
        "{SSHA}not base64".to_owned(),
        format!("$6$rounds=999$saltstring${crypt}"),
        format!("$6$rounds=$saltstring${crypt}"),
        format!("$6$saltstringsaltstr${crypt}"),
        format!("$6$${crypt}"),
        format!("$5$saltstring${crypt}"),
        format!("$6$salt\u{3042}${crypt}"),
        format!("$6$salt${}", "a".repeat(1000)),
    ] {
        check(&text, Malformed);
    }
}

#[test]
fn sec_076_a_hash_that_would_keep_the_server_busy_is_refused() {
    for text in [
        format!("$argon2id$v=19$m=4194304,t=3,p=4${SALT}${HASH}"),
        format!("$argon2id$v=19$m=4294967295,t=4294967295,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$m=65536,t=17,p=1${SALT}${HASH}"),
        format!("$argon2id$v=19$m=65536,t=1,p=17${SALT}${HASH}"),
        format!("$scrypt$ln=18,r=8,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=63,r=1024,p=1024${SALT}${HASH}"),
        format!("$scrypt$ln=10,r=8,p=1024${SALT}${HASH}"),
        format!("$scrypt$ln=17,r=8,p=3${SALT}${HASH}"),
        format!("$pbkdf2-sha256$i=2000001,l=32${SALT}${HASH}"),
        format!("$pbkdf2-sha1$4294967295${SALT}${HASH}"),
        "$2b$15$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2".to_owned(),
        "$2y$31$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2".to_owned(),
        "$5$rounds=999999999$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5".to_owned(),
    ] {
        check(&text, TooDear);
    }
    for text in [
        format!("$argon2id$v=19$m=131072,t=8,p=16${SALT}${HASH}"),
        format!("$scrypt$ln=17,r=8,p=2${SALT}${HASH}"),
        format!("$pbkdf2-sha512$2000000${SALT}${HASH}"),
    ] {
        assert!(ForeignHash::parse(&text).is_ok(), "{text}");
    }
}

#[test]
fn weak_hashes_are_told_from_those_that_the_recommendation_asks_for() {
    let bcrypt = |cost| format!("$2b${cost}$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2");
    for (text, weak) in [
        (
            format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}${HASH}"),
            false,
        ),
        (format!("$argon2id$v=19$m=4096,t=3,p=1${SALT}${HASH}"), true),
        (format!("$scrypt$ln=17,r=8,p=1${SALT}${HASH}"), false),
        (format!("$scrypt$ln=14,r=8,p=1${SALT}${HASH}"), true),
        (format!("$pbkdf2-sha256$600000${SALT}${HASH}"), false),
        (format!("$pbkdf2-sha256$29000${SALT}${HASH}"), true),
        (bcrypt("12"), false),
        (bcrypt("09"), true),
        (
            "{SSHA}ub91DZl/nKOBXrG6qXxvEMbL4lUxMjM0NTY3OA==".to_owned(),
            true,
        ),
        (
            "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5".to_owned(),
            true,
        ),
        (
            "$5$rounds=535000$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5".to_owned(),
            false,
        ),
    ] {
        let hash = ForeignHash::parse(&text).expect(&text);
        assert_eq!(hash.is_weak(), weak, "{text}");
    }
}

#[test]
fn sec_078_a_hash_does_not_print_itself() {
    let text = "{SSHA}ub91DZl/nKOBXrG6qXxvEMbL4lUxMjM0NTY3OA==";
    let hash = ForeignHash::parse(text).expect("well formed");
    assert_eq!(format!("{hash:?}"), "ForeignHash(..)");
}

proptest! {
    #[test]
    fn parsing_never_panics(
        start in "(\\$argon2id|\\$scrypt|\\$pbkdf2-sha1|\\$2b|\\$5|\\{SSHA\\})?",
        rest in "[$=,.a-z0-9mtplnri]{0,120}",
    ) {
        let _ = ForeignHash::parse(&format!("{start}{rest}"));
    }
}

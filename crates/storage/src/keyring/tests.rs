//! Which files are a key ring, and which keys come out of one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::testing::Place;

const TEXT: &str =
    "active = 2\n\n[[key]]\nid = 2\nsecret = \"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\"\n";

/// A folder that goes away, and a key ring in it with the given mode.
fn file(text: &str, mode: u32) -> (Place, PathBuf) {
    let place = Place::sqlite();
    let path = place.path().with_file_name("keys.toml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    (place, path)
}

#[test]
fn a_ring_survives_its_text() {
    let mut ring = KeyRing::generate([1; 32]);
    assert_eq!(
        (ring.add_key([2; 32]), ring.active_id()),
        (2, 1),
        "a new key is known before it is used"
    );
    ring.activate(2).unwrap();
    let (_place, path) = file(&ring.to_text(), 0o600);
    let again = KeyRing::load(&path).unwrap();
    assert_eq!(again.ids().collect::<Vec<_>>(), [1, 2]);
    for purpose in Purpose::ALL {
        assert_eq!(again.active(purpose), (2, ring.key(2, purpose).unwrap()));
        assert_eq!(again.key(1, purpose), ring.key(1, purpose));
    }
    assert_eq!(again.to_text(), ring.to_text());
}

#[test]
fn every_purpose_and_every_key_has_its_own_key() {
    let mut ring = KeyRing::generate([1; 32]);
    ring.add_key([2; 32]);
    let mut keys: Vec<_> = [1, 2]
        .iter()
        .flat_map(|id| Purpose::ALL.map(|purpose| *ring.key(*id, purpose).unwrap()))
        .collect();
    keys.extend(["seal", "gate"].map(|purpose| *ring.derive(1, purpose).unwrap()));
    keys.push([1; 32]);
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
    assert_eq!(
        (ring.key(3, Purpose::Seal), ring.derive(3, "gate")),
        (None, None)
    );
}

#[test]
fn derived_keys_do_not_change() {
    // Pinned so that a refactoring cannot lock anybody out. HKDF-SHA256 without salt, info "warifu v1 <purpose>";
    // the values come from an independent implementation.
    let ring = KeyRing::generate([1; 32]);
    let key = |purpose| data_encoding::HEXLOWER.encode(ring.active(purpose).1);
    for (purpose, expected) in [
        (
            Purpose::Seal,
            "8fb3bac54b5f84d471143e6efdfa9ceb909ba8fea6c2aa42d4baee0a94c223f3",
        ),
        (
            Purpose::Pepper,
            "abd6e0181afd70b59c39a21e8906e8ce265ee75686a3eea4b9f8e9c71de3c90a",
        ),
        (
            Purpose::FormToken,
            "12f9837e214f96282bdcc4ce61f7a0a26c0ca8297c29755f5c430606c317bf82",
        ),
        (
            Purpose::Device,
            "7e6861b68e93b7effe2b5af0f37bb2389f4b84d75065d3e91f88c4f86b173c6a",
        ),
        (
            Purpose::Audit,
            "0c246f4f652d5ce111e8f375dbe10cb6a9d3a3bb3f61fb8c25803eb1cec5821c",
        ),
    ] {
        assert_eq!(key(purpose), expected, "{purpose:?}");
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_remedy() {
    for mode in [0o644, 0o640, 0o604, 0o660, 0o700, 0o4600] {
        let (_place, path) = file(TEXT, mode);
        let error = KeyRing::load(&path).unwrap_err();
        assert_eq!(
            error,
            KeyRingError::TooOpen {
                path: path.clone(),
                mode
            }
        );
        assert!(
            error
                .to_string()
                .contains(&format!("chmod 600 {}", path.display())),
            "{error}"
        );
    }
    for mode in [0o600, 0o400] {
        let (_place, path) = file(TEXT, mode);
        assert!(KeyRing::load(&path).is_ok(), "{mode:o}");
    }
}

#[test]
fn a_key_file_of_somebody_else_is_refused() {
    let (_place, path) = file(TEXT, 0o600);
    // Only root can give a file away; for others the rule is tested with a user id that is not theirs.
    if std::os::unix::fs::chown(&path, Some(65534), None).is_ok() {
        let error = KeyRing::load(&path).unwrap_err();
        assert_eq!(
            error,
            KeyRingError::ForeignOwner {
                path,
                owner: 65534,
                user: 0
            }
        );
    }
}

#[test]
fn what_is_not_a_file_is_refused() {
    let (_place, path) = file(TEXT, 0o600);
    let folder = path.parent().unwrap();
    assert_eq!(
        KeyRing::load(folder).unwrap_err(),
        KeyRingError::NotAFile {
            path: folder.to_owned()
        }
    );
    let missing = folder.join("missing");
    assert!(matches!(
        KeyRing::load(&missing),
        Err(KeyRingError::Unreadable { .. })
    ));
}

#[test]
fn malformed_rings_are_refused_without_quoting_them() {
    const SECRET: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    let key = |id: &str, secret: &str| format!("[[key]]\nid = {id}\nsecret = \"{secret}\"\n");
    for (text, expected) in [
        (String::new(), KeyRingError::Malformed { line: 1 }),
        (
            format!(
                "active = 1\n{}",
                key("1", SECRET).replace("secret", "secrets")
            ),
            KeyRingError::Malformed { line: 4 },
        ),
        (
            format!("active = 1\n[[key]]\nid = 1\nsecret = {SECRET}\n"),
            KeyRingError::Malformed { line: 4 },
        ),
        (
            format!("active = 1\n[[key]]\nid = \"{SECRET}\"\n"),
            KeyRingError::Malformed { line: 3 },
        ),
        (
            format!("active = 1\n{}", key("1", &SECRET[1..])),
            KeyRingError::MalformedSecret { id: 1 },
        ),
        (
            format!("active = 1\n{}", key("1", &format!("{SECRET}AAAA"))),
            KeyRingError::MalformedSecret { id: 1 },
        ),
        (
            format!("active = 1\n{}", key("1", &SECRET.replace('A', "+"))),
            KeyRingError::MalformedSecret { id: 1 },
        ),
        (
            format!("active = 3\n{}", key("1", SECRET)),
            KeyRingError::NoSuchKey { id: 3 },
        ),
        (
            "active = 1\nkey = []\n".to_owned(),
            KeyRingError::NoSuchKey { id: 1 },
        ),
        (
            format!("active = 1\n{0}{0}", key("1", SECRET)),
            KeyRingError::DuplicateKey { id: 1 },
        ),
    ] {
        let error = KeyRing::from_env_text(&text).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains(&SECRET[1..9]),
            "{error}"
        );
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn sec_078_debug_shows_no_secret() {
    let ring = KeyRing::from_env_text(TEXT).unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing { active: 2, ids: [2], .. }");
}

#[test]
fn sec_077_a_retired_key_opens_nothing_and_survives_its_text() {
    let mut ring = KeyRing::generate([1; 32]);
    ring.add_key([2; 32]);
    assert_eq!(ring.retire(1, true), Err(KeyRingError::ActiveKey { id: 1 }));
    ring.activate(2).unwrap();
    let whole = KeyRing::from_env_text(&ring.to_text()).unwrap();
    ring.retire(1, true).unwrap();
    assert_eq!(ring.retire(3, true), Err(KeyRingError::NoSuchKey { id: 3 }));
    let secret = data_encoding::BASE64URL_NOPAD.encode(&[1; 32]);
    for (keep_pepper, lines) in [(true, 2), (false, 1)] {
        ring.retire(1, keep_pepper).unwrap();
        let text = ring.to_text();
        assert!(!text.contains(&secret), "its secret is gone");
        let again = KeyRing::from_env_text(&text).unwrap();
        for ring in [&ring, &again] {
            assert_eq!(
                ring.state(1),
                Some(KeyState::Retired { pepper: lines == 2 })
            );
            for purpose in Purpose::ALL {
                let stays =
                    purpose == Purpose::Audit || (keep_pepper && purpose == Purpose::Pepper);
                let expected = whole.key(1, purpose).filter(|_| stays);
                assert_eq!(ring.key(1, purpose), expected, "{purpose:?}");
            }
            assert_eq!(ring.derive(1, "gate"), None);
        }
        assert_eq!(again.to_text(), text);
        let lost = again.lost_since(&whole).unwrap();
        assert_eq!(lost.len(), Purpose::ALL.len() - lines);
        assert_eq!(whole.lost_since(&again), Ok(Vec::new()));
    }
    assert_eq!(ring.activate(1), Err(KeyRingError::RetiredKey { id: 1 }));
    assert_eq!(ring.add_key([3; 32]), 3, "a number is never used again");
    // Half a key, or both halves at once.
    for key in [
        "",
        "pepper = \"x\"",
        &format!("secret = \"{secret}\"\naudit = \"{secret}\""),
    ] {
        let text = format!("{TEXT}\n[[key]]\nid = 3\n{key}\n");
        assert_eq!(
            KeyRing::from_env_text(&text).map(drop),
            Err(KeyRingError::MalformedSecret { id: 3 })
        );
    }
}

//! Presets parse; bad policies are refused with their place.

use super::*;

#[test]
fn the_default_preset_writes_out_the_defaults() {
    assert_eq!(
        Preset::find("default").expect("exists").policy(),
        Policy::default()
    );
}

#[test]
fn every_preset_parses_and_reads_back() {
    for preset in PRESETS {
        let policy =
            Policy::parse(preset.text).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert_eq!(
            Policy::parse(&policy.to_toml()).as_ref(),
            Ok(&policy),
            "{}",
            preset.name
        );
    }
}

#[test]
fn a_mistake_is_named_with_line_and_column() {
    let check = |text: &str| match Policy::parse(text) {
        Err(BadPolicy::Syntax {
            line,
            column,
            message,
        }) => (line, column, message),
        other => panic!("{text}: {other:?}"),
    };
    let (line, column, message) = check("[login]\nwrong_codes = 3\nwrong_cods = 3\n");
    assert_eq!((line, column), (3, 1), "{message}");
    assert!(message.contains("wrong_cods"), "{message}");
    assert_eq!(check("[login]\nwrong_codes = \"three\"\n").0, 2);
    assert_eq!(check("[second_factor]\nenrolment = \"sometimes\"\n").0, 2);
    assert_eq!(check("[login\n").0, 1);
}

#[test]
fn values_outside_their_range_are_refused() {
    for (text, field) in [
        ("[login]\nwrong_codes = 0", "login.wrong_codes"),
        ("[login]\nwrong_codes = 4", "login.wrong_codes"),
        ("[login]\nattempt_minutes = 11", "login.attempt_minutes"),
        ("[totp]\ndigits = 5", "totp.digits"),
        (
            "[totp]\ndigits = 8\n[enrolment]\npairing = \"by-place\"",
            "totp.digits",
        ),
        ("[totp]\nskew_steps = 3", "totp.skew_steps"),
        ("[totp]\nperiod_seconds = 0", "totp.period_seconds"),
        ("[backup_codes]\ncount = 41", "backup_codes.count"),
        ("[session]\nabsolute_hours = 25", "session.absolute_hours"),
        (
            "[locale]\ntime_zone = \"../etc/passwd\"",
            "locale.time_zone",
        ),
        ("[labels.ja]\nfeature = \"\"", "labels.ja.feature"),
    ] {
        match Policy::parse(text) {
            Err(BadPolicy::Range {
                field: found,
                line,
                column,
                ..
            }) => {
                assert_eq!(found, field);
                let name = field.rsplit('.').next().unwrap();
                assert_eq!((line, column), (2, name.len() + 4), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn words_that_are_left_out_are_the_languages_own() {
    let policy = Policy::parse("[labels.en]\nfeature = \"2SV\"\n").expect("parses");
    assert_eq!(policy.labels.of(Language::En).feature, "2SV");
    assert_eq!(policy.labels.of(Language::En).code, "security code");
    assert_eq!(policy.labels.of(Language::Ja).feature, "二要素認証");
}

#[test]
fn g1_a_date_is_a_time_with_its_offset() {
    let text = "[second_factor]\nrequired_from = \"2027-04-01T00:00:00+09:00\"\n";
    let policy = Policy::parse(text).expect("parses");
    let at = Timestamp(1_806_505_200_000);
    assert_eq!(policy.second_factor.required_from, Some(at));
    assert_eq!(Policy::parse(&policy.to_toml()), Ok(policy));
    for bad in ["2027-04-01", "2027-04-01T00:00:00", "tomorrow", ""] {
        let text = format!("[second_factor]\nrequired_from = \"{bad}\"\n");
        match Policy::parse(&text) {
            Err(error) => assert_eq!(error.place().0, 2, "{bad}"),
            Ok(policy) => panic!("{bad}: {policy:?}"),
        }
    }
}

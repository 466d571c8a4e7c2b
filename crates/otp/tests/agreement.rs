//! Agreement with implementations that are not ours, on random keys, times and settings (SEC-15).
#![expect(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise, as a test may"
)]

mod oracle;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use warifu_otp::{Algorithm, Digits, OneTimeCode, Secret, Step, TotpKey, TotpParams, hotp};

#[derive(Debug, Clone)]
struct Case {
    algorithm: Algorithm,
    digits: Digits,
    period: u16,
    secret: Vec<u8>,
    time: u64,
}

impl Case {
    fn secret(&self) -> Secret {
        Secret::from_bytes(self.secret.clone())
    }

    fn key(&self) -> TotpKey {
        let params = TotpParams::new(self.algorithm, self.digits, self.period).unwrap();
        TotpKey::new(params, &self.secret())
    }

    fn code(&self) -> String {
        let key = self.key();
        key.code_at(key.step_at(self.time)).expose().to_string()
    }
}

prop_compose! {
    /// Times until the year 2242, so that a step or a time in 32 bits would show.
    fn any_case()(
        algorithm in prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        digits in prop::sample::select(&[Digits::Six, Digits::Seven, Digits::Eight]),
        period in prop_oneof![Just(30), Just(60), 5..=3600_u16],
        secret in prop_oneof![
            prop::collection::vec(any::<u8>(), Secret::NEW_LENGTH),
            prop::collection::vec(any::<u8>(), 10..=200),
        ],
        time in 0..1_u64 << 33,
    ) -> Case {
        Case { algorithm, digits, period, secret, time }
    }
}

/// Drawn anew in each run; a disagreement prints its case.
fn draw(count: usize) -> Vec<Case> {
    let mut runner = TestRunner::default();
    (0..count)
        .map(|_| any_case().new_tree(&mut runner).unwrap().current())
        .collect()
}

fn totp_rs(case: &Case) -> totp_rs::Totp {
    totp_rs::Builder::new()
        .with_algorithm(match case.algorithm {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
            Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        })
        .with_digits(case.digits.count())
        .with_step_duration(case.period.into())
        .with_skew(1)
        .with_secret(case.secret.as_slice())
        .build_noncompliant()
}

proptest! {
    #[test]
    fn sec_015_codes_agree_with_totp_rs(case in any_case()) {
        prop_assert_eq!(case.code(), totp_rs(&case).generate(case.time).to_string());
    }

    /// The two pick different steps when two share the code; whether there is one is the same question.
    #[test]
    fn sec_015_judgements_agree_with_totp_rs(case in any_case(), off in -3..=3_i64, guess in "[0-9]{6}") {
        let (key, theirs) = (case.key(), totp_rs(&case));
        let Step(now) = key.step_at(case.time);
        let near = key.code_at(Step(now.saturating_add_signed(off))).expose().to_string();
        for text in [near, guess] {
            let ours = key.matching_step(&OneTimeCode::parse(&text).unwrap(), case.time, 1);
            prop_assert_eq!(ours.is_some(), theirs.check(&text, case.time).is_some(), "{}", text);
        }
    }

    #[test]
    fn totp_is_hotp_of_the_step(case in any_case()) {
        let code = hotp(&case.secret(), case.algorithm, case.digits, case.time / u64::from(case.period));
        prop_assert_eq!(code.expose().to_string(), case.code());
    }
}

#[test]
fn sec_015_totp_agrees_with_oathtool() {
    for case in draw(60) {
        // Ten steps from one run: `--window` lists the codes that follow.
        let theirs = oracle::ask(
            "oathtool",
            &[
                &format!("--totp={}", case.algorithm.name()),
                &format!("--digits={}", case.digits.count()),
                &format!("--time-step-size={}s", case.period),
                &format!("--now=@{}", case.time),
                "--window=9",
                "--base32",
                "-", // a key on the command line could be read by others
            ],
            &[case.secret().to_base32().to_string()],
        );
        let key = case.key();
        let Step(first) = key.step_at(case.time);
        let ours: Vec<_> = (first..first + 10)
            .map(|step| key.code_at(Step(step)).expose().to_string())
            .collect();
        assert_eq!(ours, theirs, "{case:?}");
    }
}

#[test]
fn sec_015_hotp_agrees_with_oathtool() {
    for case in draw(20) {
        let theirs = oracle::ask(
            "oathtool",
            &[
                "--hotp",
                &format!("--digits={}", case.digits.count()),
                &format!("--counter={}", case.time),
                "--window=9",
                "--base32",
                "-",
            ],
            &[case.secret().to_base32().to_string()],
        );
        let ours: Vec<_> = (case.time..case.time + 10)
            .map(|counter| {
                hotp(&case.secret(), Algorithm::Sha1, case.digits, counter)
                    .expose()
                    .to_string()
            })
            .collect();
        assert_eq!(ours, theirs, "{case:?}");
    }
}

#[test]
fn sec_015_totp_agrees_with_pyotp() {
    let cases = draw(500);
    let questions: Vec<_> = cases
        .iter()
        .map(|case| {
            let (algorithm, digits) = (case.algorithm.name(), case.digits.count());
            format!(
                "{algorithm} {digits} {} {} {}",
                case.period,
                case.time,
                *case.secret().to_base32()
            )
        })
        .collect();
    let answers = oracle::ask_python("codes.py", &questions);
    assert_eq!(answers.len(), cases.len());
    for (case, theirs) in cases.iter().zip(answers) {
        assert_eq!(case.code(), theirs, "{case:?}");
    }
}

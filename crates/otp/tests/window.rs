//! The window around now: its edges, which step wins, how long a judgement takes, and clocks that are far off.
#![expect(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise, as a test may"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use warifu_otp::{
    Algorithm, Digits, OneTimeCode, PeriodOutOfRange, Secret, Step, TotpKey, TotpParams,
};

/// The secret of RFC 6238. With SHA-1 and 6 digits its steps 153567 and 153569 share a code.
const SECRET: &[u8] = b"12345678901234567890";

fn key() -> TotpKey {
    TotpKey::new(TotpParams::default(), &Secret::from_bytes(SECRET.to_vec()))
}

#[test]
fn sec_014_window_edges_are_exact_to_the_second() {
    for period in [5, 30, 60, 3600] {
        let params = TotpParams::new(Algorithm::Sha1, Digits::Eight, period).unwrap();
        let key = TotpKey::new(params, &Secret::from_bytes(SECRET.to_vec()));
        let step = Step(1_000_000);
        let code = key.code_at(step);
        for skew in 0..=2_u8 {
            let first = (step.0 - u64::from(skew)) * u64::from(period);
            let after = (step.0 + u64::from(skew) + 1) * u64::from(period);
            let check = |time, expected| {
                assert_eq!(
                    key.matching_step(&code, time, skew),
                    expected,
                    "{period} s, skew {skew}, at {time}"
                );
            };
            check(first - 1, None);
            check(first, Some(step));
            check(after - 1, Some(step));
            check(after, None);
        }
    }
}

#[test]
fn sec_014_no_skew_widens_the_window_beyond_two_steps() {
    let key = key();
    let code = key.code_at(Step(1000));
    for skew in [2, 3, 100, u8::MAX] {
        assert_eq!(key.matching_step(&code, 1002 * 30, skew), Some(Step(1000)));
        assert_eq!(key.matching_step(&code, 1003 * 30, skew), None);
        assert_eq!(key.matching_step(&code, 997 * 30 + 29, skew), None);
    }
}

#[test]
fn sec_014_the_window_ends_with_time_itself() {
    let key = key();
    assert_eq!(
        key.matching_step(&key.code_at(Step(0)), 0, 2),
        Some(Step(0))
    );
    assert_eq!(
        key.matching_step(&key.code_at(Step(2)), 0, 2),
        Some(Step(2))
    );
    let last = key.step_at(u64::MAX);
    assert_eq!(
        key.matching_step(&key.code_at(last), u64::MAX, 2),
        Some(last)
    );
    assert_eq!(key.distant_step(&key.code_at(Step(3)), 0, 5), Some(3));
    assert_eq!(key.distant_step(&key.code_at(last), u64::MAX, 5), Some(0));
}

#[test]
fn sec_014_a_code_of_another_length_matches_nothing() {
    let secret = Secret::from_bytes(SECRET.to_vec());
    let of = |digits| {
        TotpKey::new(
            TotpParams::new(Algorithm::Sha1, digits, 30).unwrap(),
            &secret,
        )
    };
    // RFC 6238, appendix B: 07081804, so the shorter codes differ in leading digits only.
    let time = 1_111_111_109;
    let step = of(Digits::Six).step_at(time);
    for ours in [Digits::Six, Digits::Seven, Digits::Eight] {
        for theirs in [Digits::Six, Digits::Seven, Digits::Eight] {
            let found = of(ours).matching_step(&of(theirs).code_at(step), time, 1);
            assert_eq!(
                found,
                (ours == theirs).then_some(step),
                "{ours:?} given {theirs:?}"
            );
        }
    }
    let zero_before = OneTimeCode::parse("0081804").unwrap();
    assert_eq!(of(Digits::Six).matching_step(&zero_before, time, 1), None);
}

#[test]
fn the_newest_of_two_steps_with_one_code_wins() {
    let key = key();
    let code = key.code_at(Step(153_567));
    assert!(code == key.code_at(Step(153_569)));
    assert_eq!(
        key.matching_step(&code, 153_568 * 30, 1),
        Some(Step(153_569))
    );
    assert_eq!(key.matching_step(&code, 153_568 * 30, 0), None);
    assert_eq!(
        key.matching_step(&code, 153_567 * 30, 1),
        Some(Step(153_567))
    );
}

#[test]
fn a_distant_clock_is_told_from_a_wrong_code() {
    let key = key();
    let now = 50_000_000 * 30 + 17;
    let off = |steps: i64| {
        key.distant_step(
            &key.code_at(Step(50_000_000_u64.strict_add_signed(steps))),
            now,
            60,
        )
    };
    assert_eq!(off(0), Some(0));
    assert_eq!(off(7), Some(7));
    assert_eq!(off(-7), Some(-7));
    assert_eq!(off(60), Some(60));
    assert_eq!(off(-60), Some(-60));
    assert_eq!(off(61), None);
    assert_eq!(off(-61), None);
    assert_eq!(
        key.distant_step(&OneTimeCode::parse("12345678").unwrap(), now, 60),
        None
    );
}

#[test]
fn the_nearest_of_two_distant_steps_with_one_code_wins() {
    let key = key();
    let code = key.code_at(Step(153_567));
    assert_eq!(key.distant_step(&code, 153_566 * 30, 60), Some(1));
    assert_eq!(key.distant_step(&code, 153_570 * 30, 60), Some(-1));
}

#[test]
fn periods_are_5_to_3600_seconds() {
    for period in [5, 30, 60, 3600] {
        let params = TotpParams::new(Algorithm::Sha1, Digits::Six, period).unwrap();
        assert_eq!(params.period_seconds(), period);
    }
    for period in [0, 1, 4, 3601, u16::MAX] {
        assert_eq!(
            TotpParams::new(Algorithm::Sha1, Digits::Six, period),
            Err(PeriodOutOfRange)
        );
    }
    assert_eq!(
        TotpParams::new(Algorithm::Sha1, Digits::Six, 30),
        Ok(TotpParams::default())
    );
}

/// A judgement that stopped at the first match, from either end, would take three times as long for one of the three
/// codes as for another. The samples alternate, so that a busy machine slows all alike, and noise is given five chances:
/// code that really stops early fails them all.
#[test]
#[expect(clippy::disallowed_methods, reason = "only measures")]
fn sec_016_a_judgement_takes_as_long_whichever_step_matches() {
    let key = key();
    let now = 50_000_000;
    let oldest = key.code_at(Step(now - 1));
    let newest = key.code_at(Step(now + 1));
    let none = (0..10).map(|n| OneTimeCode::parse(&format!("{n:06}")).unwrap());
    let none = none
        .into_iter()
        .find(|code| key.matching_step(code, now * 30, 1).is_none())
        .unwrap();
    let codes = [oldest, newest, none];

    let slowest_to_fastest = || {
        let mut samples = [const { Vec::new() }; 3];
        for _ in 0..301 {
            for (code, samples) in codes.iter().zip(&mut samples) {
                let start = Instant::now();
                for _ in 0..32 {
                    black_box(key.matching_step(black_box(code), now * 30, 1));
                }
                samples.push(start.elapsed());
            }
        }
        let medians = samples.map(|mut samples: Vec<Duration>| {
            samples.sort_unstable();
            samples[samples.len() / 2].as_secs_f64()
        });
        medians.iter().copied().fold(0.0, f64::max)
            / medians.iter().copied().fold(f64::MAX, f64::min)
    };
    let ratios: Vec<f64> = (0..5).map(|_| slowest_to_fastest()).collect();
    assert!(
        ratios.iter().any(|ratio| *ratio < 1.5),
        "slowest to fastest: {ratios:?}"
    );
}

prop_compose! {
    fn any_key()(
        algorithm in prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        digits in prop::sample::select(&[Digits::Six, Digits::Seven, Digits::Eight]),
        period in 5..=3600_u16,
        secret in prop::collection::vec(any::<u8>(), 1..=80),
    ) -> TotpKey {
        TotpKey::new(TotpParams::new(algorithm, digits, period).unwrap(), &Secret::from_bytes(secret))
    }
}

proptest! {
    /// Two steps may share a code, so the claim is about the code of the step found, not about its number.
    #[test]
    fn sec_014_a_step_is_found_exactly_when_the_window_holds_its_code(
        key in any_key(), now in 0..1_u64 << 40, skew in 0..=2_u8, off in -4..=4_i64,
    ) {
        let Step(current) = key.step_at(now);
        let Some(theirs) = current.checked_add_signed(off) else { return Ok(()) };
        let code = key.code_at(Step(theirs));
        let found = key.matching_step(&code, now, skew);
        let skew = u64::from(skew);
        let newest = (current.saturating_sub(skew)..=current + skew).rev().find(|step| key.code_at(Step(*step)) == code);
        prop_assert_eq!(found, newest.map(Step));
        if off.unsigned_abs() <= skew {
            prop_assert!(found >= Some(Step(theirs)));
        }
    }

    #[test]
    fn a_distant_step_has_the_code_and_is_no_farther_than_the_clock(
        key in any_key(), now in 1_u64 << 20..1 << 40, off in -40..=40_i64, max in 0..=30_u16,
    ) {
        let Step(current) = key.step_at(now);
        let code = key.code_at(Step(current.strict_add_signed(off)));
        match key.distant_step(&code, now, max) {
            Some(found) => {
                prop_assert!(found.unsigned_abs() <= off.unsigned_abs().min(u64::from(max)));
                prop_assert!(key.code_at(Step(current.strict_add_signed(found))) == code);
            }
            None => prop_assert!(off.unsigned_abs() > u64::from(max)),
        }
    }
}

//! What a TOTP authenticator may accept. The arithmetic is the otp crate's.

use warifu_otp::{OneTimeCode, Step, TotpKey};

use crate::{refusal::Refusal, time::Timestamp};

/// How far back and ahead a code is searched only to tell the user that the phone's clock is off.
const CLOCK_SEARCH_STEPS: u16 = 60;

/// A proof that a code was right and its time step is new. Only [`judge_code`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedStep(Step);

impl AcceptedStep {
    /// The step that the code spends.
    pub fn step(self) -> Step {
        self.0
    }
}

/// Decides whether `code` opens `key` at `now`, and which time step it spends.
///
/// `last_step` is the newest step spent so far, `skew_steps` how many steps before and after now still count (0–2).
pub fn judge_code(
    key: &TotpKey,
    last_step: Option<Step>,
    code: &OneTimeCode,
    now: Timestamp,
    skew_steps: u8,
) -> Result<AcceptedStep, Refusal> {
    let Some(step) = key.matching_step(code, now.unix_seconds(), skew_steps) else {
        return Err(explain_wrong_code(key, code, now));
    };
    // RFC 6238, 5.2: a step opens the door once, even while its window is still open.
    if last_step.is_some_and(|last| step <= last) {
        return Err(Refusal::CodeAlreadyUsed);
    }
    Ok(AcceptedStep(step))
}

/// A wrong code that would be right at another time of the last or next half hour means a clock that is off.
/// Told only after the right password; it helps nobody guess, since it answers for the code that was sent.
fn explain_wrong_code(key: &TotpKey, code: &OneTimeCode, now: Timestamp) -> Refusal {
    let period = i64::from(key.params().period_seconds());
    match key.distant_step(code, now.unix_seconds(), CLOCK_SEARCH_STEPS) {
        Some(steps) => Refusal::ClockOff {
            minutes: rounded_minutes(steps * period),
        },
        None => Refusal::WrongCode,
    }
}

/// Seconds to minutes, away from zero, so that a clock 40 s off is not called 0 minutes off.
fn rounded_minutes(seconds: i64) -> i64 {
    let minutes = (seconds.abs() + 30) / 60;
    seconds.signum() * minutes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warifu_otp::{Secret, TotpParams};

    const NOW: Timestamp = Timestamp(1_700_000_010_000);

    fn key() -> TotpKey {
        TotpKey::new(TotpParams::default(), &Secret::from_bytes(vec![7; 20]))
    }

    /// Judges the code of the step `offset` steps from now, when `spent` (same counting) was the last one.
    fn check(offset: i64, spent: Option<i64>, skew: u8) -> Result<i64, Refusal> {
        let key = key();
        let at = |offset: i64| Step((key.step_at(NOW.unix_seconds()).0 as i64 + offset) as u64);
        judge_code(&key, spent.map(at), &key.code_at(at(offset)), NOW, skew)
            .map(|accepted| accepted.step().0 as i64 - at(0).0 as i64)
    }

    #[test]
    fn sec_012_a_step_and_all_before_it_are_spent_once() {
        assert_eq!(check(0, None, 1), Ok(0));
        assert_eq!(check(0, Some(0), 1), Err(Refusal::CodeAlreadyUsed));
        assert_eq!(check(-1, Some(0), 1), Err(Refusal::CodeAlreadyUsed));
        assert_eq!(check(1, Some(0), 1), Ok(1));
    }

    #[test]
    fn sec_014_the_window_is_as_wide_as_the_policy_says() {
        for skew in 0..=2_i64 {
            for offset in -4..=4_i64 {
                let got = check(offset, None, skew as u8);
                assert_eq!(
                    got.is_ok(),
                    offset.abs() <= skew,
                    "offset {offset}, skew {skew}: {got:?}"
                );
            }
        }
    }

    #[test]
    fn a_clock_that_is_off_is_told_in_minutes() {
        assert_eq!(check(-8, None, 1), Err(Refusal::ClockOff { minutes: -4 }));
        assert_eq!(check(2, None, 1), Err(Refusal::ClockOff { minutes: 1 }));
        assert_eq!(check(61, None, 1), Err(Refusal::WrongCode));
    }
}

//! TOTP (RFC 6238): time steps, the window around now, and how far off a phone's clock is.
//! That a step is spent only once is kept by the database, not here.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::code::OneTimeCode;
use crate::counter_mac::CounterMac;
use crate::hotp::{Algorithm, Digits};
use crate::secret::Secret;

/// The widest window, in steps to each side of now (SEC-14).
pub const MAX_SKEW_STEPS: u8 = 2;

/// A time step: the number of whole periods since the Unix epoch (RFC 6238, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(pub u64);

/// How codes are made from a secret. The default is what every phone app knows: SHA-1, 6 digits, 30 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TotpParams {
    algorithm: Algorithm,
    digits: Digits,
    period_seconds: u16,
}

impl TotpParams {
    /// The period is 5 to 3600 seconds: shorter than anybody types, or longer than a code should stay good.
    ///
    /// # Errors
    /// When it is neither.
    pub fn new(
        algorithm: Algorithm,
        digits: Digits,
        period_seconds: u16,
    ) -> Result<Self, PeriodOutOfRange> {
        if !(5..=3600).contains(&period_seconds) {
            return Err(PeriodOutOfRange);
        }
        Ok(Self {
            algorithm,
            digits,
            period_seconds,
        })
    }

    /// The hash below HMAC.
    pub fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// How many digits a code has.
    pub fn digits(self) -> Digits {
        self.digits
    }

    /// Length of a time step.
    pub fn period_seconds(self) -> u16 {
        self.period_seconds
    }
}

impl Default for TotpParams {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            period_seconds: 30,
        }
    }
}

/// A period that is not 5 to 3600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodOutOfRange;

impl fmt::Display for PeriodOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the period of a code is 5 to 3600 seconds")
    }
}

impl std::error::Error for PeriodOutOfRange {}

/// A secret ready to make and judge codes: the work that depends on the key alone is done once, in
/// [`new`](Self::new). Wiped when dropped; prints nothing of itself (SEC-78).
pub struct TotpKey {
    params: TotpParams,
    mac: CounterMac,
}

impl TotpKey {
    /// Prepares `secret`.
    pub fn new(params: TotpParams, secret: &Secret) -> Self {
        Self {
            params,
            mac: CounterMac::new(params.algorithm, secret.expose()),
        }
    }

    /// How its codes are made.
    pub fn params(&self) -> TotpParams {
        self.params
    }

    /// The step that `unix_seconds` falls into. The time is the server's own (SEC-19).
    pub fn step_at(&self, unix_seconds: u64) -> Step {
        Step(unix_seconds / u64::from(self.params.period_seconds))
    }

    /// The code of `step`.
    pub fn code_at(&self, step: Step) -> OneTimeCode {
        let digits = self.params.digits;
        OneTimeCode::new(digits.cut(self.mac.truncated(step.0)), digits)
    }

    /// The step within `skew_steps` of now whose code is `code`; the newest, should two steps share it, so that
    /// spending it leaves none behind.
    ///
    /// Every step of the window is computed and compared whatever the outcome (SEC-16). A skew above
    /// [`MAX_SKEW_STEPS`] counts as that (SEC-14). A code of another length matches nothing.
    pub fn matching_step(
        &self,
        code: &OneTimeCode,
        unix_seconds: u64,
        skew_steps: u8,
    ) -> Option<Step> {
        let Step(now) = self.step_at(unix_seconds);
        let skew = u64::from(skew_steps.min(MAX_SKEW_STEPS));
        self.last_match(code, now.saturating_sub(skew)..=now.saturating_add(skew))
            .map(Step)
    }

    /// How many steps the clock that made `code` is ahead of ours (negative: behind), if at most `max_steps`; the
    /// nearest, should several steps share the code. Not a judgement: for telling a person that a clock is wrong.
    ///
    /// Costs `2 * max_steps + 1` codes, always: all are compared (SEC-16). A random code is found with a probability
    /// of that many in 10^digits.
    pub fn distant_step(
        &self,
        code: &OneTimeCode,
        unix_seconds: u64,
        max_steps: u16,
    ) -> Option<i64> {
        let Step(now) = self.step_at(unix_seconds);
        let nearer_and_nearer = (0..=u64::from(max_steps))
            .rev()
            .flat_map(|distance| [now.checked_sub(distance), now.checked_add(distance)])
            .flatten();
        // A difference of at most 16 bits, in either direction.
        self.last_match(code, nearer_and_nearer)
            .map(|step| step.wrapping_sub(now).cast_signed())
    }

    /// The last of `steps` whose code is `code`. Computes and compares all of them, and neither branches nor indexes on
    /// how a comparison turned out (SEC-16).
    fn last_match(&self, code: &OneTimeCode, steps: impl Iterator<Item = u64>) -> Option<u64> {
        let digits = self.params.digits;
        let same_length = code.digits().count().ct_eq(&digits.count());
        let mut found = LastMatch::default();
        self.mac.for_each_truncated(steps, |step, bits| {
            found.offer(step, same_length & digits.cut(bits).ct_eq(&code.value()));
        });
        found.step()
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpKey")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// The last step offered as a match, kept without a branch on whether it was one.
struct LastMatch {
    step: u64,
    any: Choice,
}

impl Default for LastMatch {
    fn default() -> Self {
        Self {
            step: 0,
            any: Choice::from(0),
        }
    }
}

impl LastMatch {
    fn offer(&mut self, step: u64, matches: Choice) {
        self.step.conditional_assign(&step, matches);
        self.any |= matches;
    }

    fn step(self) -> Option<u64> {
        bool::from(self.any).then_some(self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_match_offered_is_kept() {
        for matching in [
            vec![],
            vec![0],
            vec![2],
            vec![4],
            vec![0, 4],
            vec![1, 2, 3],
            vec![0, 1, 2, 3, 4],
        ] {
            let mut found = LastMatch::default();
            for step in 0..5 {
                found.offer(step, Choice::from(u8::from(matching.contains(&step))));
            }
            assert_eq!(found.step(), matching.last().copied());
        }
    }
}

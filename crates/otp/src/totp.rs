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
        self.params.digits.cut(self.mac.truncated(step.0))
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
        let window = now.saturating_sub(skew)..=now.saturating_add(skew);
        last_match(window, |step| self.code_at(Step(step)).ct_eq(code)).map(Step)
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
        let nearer_and_nearer = (1..=i64::from(max_steps))
            .rev()
            .flat_map(|distance| [-distance, distance]);
        let candidates = nearer_and_nearer
            .chain([0])
            .filter(|offset| now.checked_add_signed(*offset).is_some());
        last_match(candidates, |offset| {
            self.code_at(Step(now.wrapping_add_signed(offset)))
                .ct_eq(code)
        })
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpKey")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// The last of `candidates` that matches. Looks at all of them, and neither branches nor indexes on a result.
fn last_match<T: ConditionallySelectable + Default>(
    candidates: impl Iterator<Item = T>,
    mut matches: impl FnMut(T) -> Choice,
) -> Option<T> {
    let mut found = T::default();
    let mut any = Choice::from(0);
    for candidate in candidates {
        let matched = matches(candidate);
        found.conditional_assign(&candidate, matched);
        any |= matched;
    }
    bool::from(any).then_some(found)
}

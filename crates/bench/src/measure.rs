//! Time and statistics: a stopwatch, the time of one thread on the processor, medians, pairs. The only place of this crate
//! that reads a clock to measure.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Runs from [`Stopwatch::start`] on.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "it only measures")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    #[expect(clippy::disallowed_methods, reason = "it only measures")]
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn seconds(self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

/// How long the calling thread has been on a processor: other programs that share the machine do not count.
pub(crate) fn thread_time() -> Result<Duration> {
    // proc(5): the first number of schedstat is nanoseconds on the processor.
    let text = fs::read_to_string("/proc/thread-self/schedstat")
        .context("this kernel does not say how long a thread ran")?;
    let nanoseconds = text.split_whitespace().next().unwrap_or_default();
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// The middle value, or the mean of the middle two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// The median of `of` over `runs`.
pub(crate) fn median_of<R>(runs: &[R], of: impl Fn(&R) -> f64) -> f64 {
    median(runs.iter().map(of))
}

/// Resident memory, processor time and other integers have one unit each; rates are printed with a separator.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < -0.5 {
        format!("-{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_separators() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 2.5);
        assert!(median([]).is_nan());
        for (value, text) in [
            (0.0, "0"),
            (999.4, "999"),
            (1000.0, "1,000"),
            (-1_234_567.0, "-1,234,567"),
        ] {
            assert_eq!(thousands(value), text);
        }
    }

    #[test]
    fn a_thread_that_works_uses_time() {
        let before = thread_time().unwrap();
        let watch = Stopwatch::start();
        let mut sum = 0_u64;
        while watch.seconds() < 0.05 {
            sum = sum.wrapping_mul(31).wrapping_add(7);
        }
        assert!(sum != 1);
        assert!(thread_time().unwrap() > before);
    }
}

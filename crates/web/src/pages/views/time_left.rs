//! How long something still lasts, in words that stay true on a page that is not reloaded.

use super::Frame;

/// The end of something that runs out.
#[derive(Clone, Debug)]
pub struct TimeLeft {
    /// When it ends, as in `19:14 JST`.
    pub until: String,
    /// Seconds to go when the page was made; the script counts down from here.
    pub seconds: u32,
}

impl TimeLeft {
    pub(super) fn sentence(&self, frame: &Frame) -> String {
        // Rounded down: a promise of ten minutes must not end after nine and a half.
        match self.seconds / 60 {
            0 => frame.msg_with("time-left-short", &[("until", (&self.until).into())]),
            minutes => frame.msg_with(
                "time-left",
                &[("until", (&self.until).into()), ("minutes", minutes.into())],
            ),
        }
    }
}

//! Reminders to people who have no second factor yet: how often, how fast, and what an administrator may add to one.

use crate::{
    refusal::Refusal,
    time::{Span, Timestamp},
};

/// Nobody is reminded twice within this time. A week is what people read as one reminder and not as pestering, and leaves everybody
/// a working day to act on it; whoever is on leave gets the next one. No administrator can shorten it (SEC-29).
pub const QUIET: Span = Span::days(7);

/// How far apart the reminders of one round fall due: three hundred a minute. Other mail never waits behind them, and a relay that
/// limits what it takes from one sender is not flooded.
pub const APART: Span = Span(200);

/// Reminders to one address in a day, whoever's it is: a mailbox that many accounts share is not filled.
pub const TO_ADDRESS_IN_DAY: i64 = 5;

/// Longest note of an administrator, in characters.
pub const MAX_NOTE_CHARS: usize = 200;

/// How far ahead a day may be that is typed.
const FARTHEST: Span = Span::days(3 * 366);

/// Until when a reminder asks its reader to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// There is no day.
    None,
    /// The second factor is compulsory already: the next login leads to the set-up.
    Passed,
    /// It is compulsory from then on.
    Compulsory(Timestamp),
    /// The administrator asks for it by then; nothing happens on the day by itself.
    Asked(Timestamp),
}

impl Deadline {
    /// What a reminder tells somebody for whom the second factor is compulsory from `compulsory_from` on, where the administrator
    /// typed `asked`. A day that binds is never hidden behind a later one that does not.
    pub fn of(
        compulsory_from: Option<Timestamp>,
        asked: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        match (compulsory_from, asked) {
            (Some(from), _) if from <= now => Self::Passed,
            (Some(from), Some(asked)) if asked < from => Self::Asked(asked),
            (Some(from), _) => Self::Compulsory(from),
            (None, Some(asked)) => Self::Asked(asked),
            (None, None) => Self::None,
        }
    }

    /// As it is kept with a mail that waits.
    pub fn word(self) -> String {
        match self {
            Self::None => "-".to_owned(),
            Self::Passed => "!".to_owned(),
            Self::Compulsory(at) => format!("c{}", at.0),
            Self::Asked(at) => format!("a{}", at.0),
        }
    }

    /// Reads [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        let time = |word: &str| word.parse().ok().map(Timestamp);
        match word.split_at_checked(1)? {
            ("-", "") => Some(Self::None),
            ("!", "") => Some(Self::Passed),
            ("c", at) => time(at).map(Self::Compulsory),
            ("a", at) => time(at).map(Self::Asked),
            _ => None,
        }
    }
}

/// Whether a day that an administrator typed lies ahead, and not absurdly far.
///
/// # Errors
/// [`Refusal::BadReminderDay`] if not.
pub fn check_day(day: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    match day > now && day < now + FARTHEST {
        true => Ok(()),
        false => Err(Refusal::BadReminderDay),
    }
}

/// A sentence that an administrator adds; may be empty. It is shown as it is, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// Reads what an administrator types.
    ///
    /// # Errors
    /// [`Refusal::BadReminderNote`] if it is too long, has a line break or a sign that nobody sees, or looks like a link: the only
    /// address in a reminder is that of the login page, so that nobody learns to follow others (SEC-30).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let note = text.trim();
        let folded = note.to_lowercase();
        let is_link = ["://", "www.", "mailto:"]
            .iter()
            .any(|sign| folded.contains(sign))
            || folded
                .split(|c: char| !c.is_alphanumeric() && !"-._@".contains(c))
                .any(is_host);
        let ok = note.chars().count() <= MAX_NOTE_CHARS
            && !note.chars().any(|c| c.is_control() || is_unseen(c))
            && !is_link;
        match ok {
            true => Ok(Self(note.to_owned())),
            false => Err(Refusal::BadReminderNote),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether mail programs would make a link of a word: a host name stands there, and no mail address.
fn is_host(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    !word.contains('@')
        && word.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() >= 2 && top.chars().all(|c| c.is_ascii_lowercase())
        })
}

/// Signs that turn the direction of text around, or break it.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_030_a_note_is_one_line_of_text_without_an_address() {
        let good = |text: &str| Note::parse(text).map(|note| note.0);
        assert_eq!(
            good("  総務部の山田です。 "),
            Ok("総務部の山田です。".to_owned())
        );
        assert_eq!(good(""), Ok(String::new()));
        for desk in [
            "Ask help@example.ac.jp, e.g. by 3 p.m.",
            "内線 12.34 まで。",
            "Ver. 2.0",
        ] {
            assert!(good(desk).is_ok(), "{desk}");
        }
        assert_eq!(good("<b>& 1 < 2"), Ok("<b>& 1 < 2".to_owned()));
        assert!(good(&"あ".repeat(MAX_NOTE_CHARS)).is_ok());
        for bad in [
            &"あ".repeat(MAX_NOTE_CHARS + 1),
            "one\r\nBcc: x@example.org",
            "see https://evil.example/login",
            "see WWW.evil.example",
            "次のページへ: Evil.Example/login",
            "(evil.example)",
            "ログイン.example.",
            "MailTo:x@example.org",
            "\u{202e}moc.live",
            "zero\u{200b}width",
        ] {
            assert_eq!(Note::parse(bad), Err(Refusal::BadReminderNote), "{bad:?}");
        }
    }

    #[test]
    fn a_day_that_binds_is_told_rather_than_a_later_one_that_does_not() {
        let (now, soon, later) = (Timestamp(10), Timestamp(20), Timestamp(30));
        for (from, asked, told) in [
            (None, None, Deadline::None),
            (None, Some(soon), Deadline::Asked(soon)),
            (Some(now), None, Deadline::Passed),
            (Some(now), Some(soon), Deadline::Passed),
            (Some(later), None, Deadline::Compulsory(later)),
            (Some(later), Some(soon), Deadline::Asked(soon)),
            (Some(soon), Some(later), Deadline::Compulsory(soon)),
        ] {
            assert_eq!(Deadline::of(from, asked, now), told);
            assert_eq!(Deadline::from_word(&told.word()), Some(told));
        }
        for bad in ["", "x", "c", "cx", "-1", "日"] {
            assert_eq!(Deadline::from_word(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_lies_ahead_and_not_absurdly_far() {
        let now = Timestamp(1_795_255_452_000);
        assert!(check_day(now + Span::days(1), now).is_ok());
        for bad in [now, now - Span::days(1), now + Span::days(2000)] {
            assert_eq!(check_day(bad, now), Err(Refusal::BadReminderDay));
        }
    }
}

//! Mail clients that know nothing of a second factor (K9, K10): windows that a login in the browser opens for them.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};
use crate::time::Span;

/// A way in for mail clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailProtocol {
    /// IMAP (RFC 9051).
    Imap,
    /// POP3 (RFC 1939).
    Pop3,
    /// Message submission (RFC 6409), by whichever server.
    Submission,
    /// ManageSieve (RFC 5804).
    ManageSieve,
}

/// Mail clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailRules {
    /// A login with a second factor opens a window for mail clients; without one they are refused wherever a browser would be
    /// asked for the second factor.
    pub windows: bool,
    /// Hours that a window is open, 1–24. Use never prolongs it (SEC-52).
    pub window_hours: i64,
    /// How much of an IPv6 address makes a source network, 64–128 bits (SEC-52).
    pub ipv6_prefix: u8,
    /// IMAP needs a window.
    pub imap: bool,
    /// POP3 needs one.
    pub pop3: bool,
    /// Message submission needs one.
    pub submission: bool,
    /// ManageSieve needs one.
    pub managesieve: bool,
    /// The mail client is told why it is refused, with the address to visit. It tells a stranger that the account has its second
    /// factor on; `false` answers as to a wrong password (SEC-49).
    pub say_why: bool,
    /// From as many people with an open window on one network, the network counts as shared, 0–10000. 0: never.
    pub crowd: i64,
    /// Hours that a window is open on a shared network, 0–24. 0: none is opened there.
    pub crowd_hours: i64,
}

impl Default for MailRules {
    fn default() -> Self {
        Self {
            windows: false,
            window_hours: 14,
            ipv6_prefix: 64,
            imap: true,
            pop3: true,
            submission: true,
            managesieve: true,
            say_why: true,
            crowd: 0,
            crowd_hours: 14,
        }
    }
}

impl MailRules {
    /// How long a window is open, on a shared network or elsewhere. `None`: none is opened.
    pub fn window(&self, on_shared: bool) -> Option<Span> {
        let hours = if on_shared {
            self.crowd_hours.min(self.window_hours)
        } else {
            self.window_hours
        };
        (self.windows && hours > 0).then(|| Span::hours(hours))
    }

    /// Whether mail clients that speak `protocol` need a window.
    pub fn is_gated(&self, protocol: MailProtocol) -> bool {
        self.windows
            && match protocol {
                MailProtocol::Imap => self.imap,
                MailProtocol::Pop3 => self.pop3,
                MailProtocol::Submission => self.submission,
                MailProtocol::ManageSieve => self.managesieve,
            }
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("mail.window_hours", self.window_hours, (1, 24))?;
        number("mail.ipv6_prefix", self.ipv6_prefix, (64, 128))?;
        number("mail.crowd", self.crowd, (0, 10_000))?;
        number("mail.crowd_hours", self.crowd_hours, (0, 24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_052_a_window_lasts_a_day_at_most() {
        let check = |window_hours, crowd_hours| {
            let rules = MailRules {
                window_hours,
                crowd_hours,
                ..MailRules::default()
            };
            rules.check().is_ok()
        };
        assert!(check(1, 0) && check(24, 24));
        for (window_hours, crowd_hours) in [(0, 1), (25, 1), (72, 1), (14, -1), (14, 25)] {
            assert!(
                !check(window_hours, crowd_hours),
                "{window_hours} {crowd_hours}"
            );
        }
    }
}

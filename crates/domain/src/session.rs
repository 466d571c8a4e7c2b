//! A signed-in browser: what was proved, when, and how long that lasts. Levels are computed from evidence, never
//! stored (security.md, section 3).

use crate::{
    attempt::Proven,
    ids::UserId,
    policy::SessionRules,
    time::{Span, Timestamp},
};

/// How long the fresh proof of SEC-37 lasts.
pub const FRESH_PROOF: Span = Span::minutes(5);

/// What was proved to get a session; a set of flags as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence(i64);

impl Evidence {
    /// The password.
    pub const PASSWORD: Self = Self(1);
    /// A code of an authenticator app.
    pub const TOTP: Self = Self(2);
    /// A backup code.
    pub const BACKUP_CODE: Self = Self(4);
    /// A code that an administrator read out.
    pub const HELPDESK_CODE: Self = Self(8);
    /// A code that was sent by mail.
    pub const EMAILED_CODE: Self = Self(16);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The number that is stored.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Reads a stored number.
    pub const fn from_number(number: i64) -> Self {
        Self(number & 31)
    }

    /// How it was proved, in the words of RFC 8176 where it has one: what the audit trail says.
    pub const fn word(self) -> &'static str {
        match self.0 {
            1 => "pwd",
            3 => "pwd otp",
            5 => "pwd backup_code",
            7 => "pwd otp backup_code",
            9 => "pwd helpdesk_code",
            17 => "pwd emailed_code",
            _ => "no password",
        }
    }

    /// What this evidence is worth.
    pub const fn level(self) -> Level {
        let has_password = self.0 & 1 == 1;
        if has_password && self.0 & 14 != 0 {
            Level::Mfa
        } else if has_password && self.0 & 16 != 0 {
            Level::EmailedCode
        } else {
            Level::Password
        }
    }
}

/// What a login is worth; ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `pwd`: AAL1.
    Password,
    /// The password and a code by mail: more than `pwd`, and no AAL2 (SEC-26).
    EmailedCode,
    /// `mfa`: AAL2.
    Mfa,
}

/// A session as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// What was proved at `proved_at`.
    pub evidence: Evidence,
    /// When it began.
    pub began_at: Timestamp,
    /// When `evidence` was last proved.
    pub proved_at: Timestamp,
    /// When a request was last seen (kept to the minute).
    pub seen_at: Timestamp,
    /// The user asked to stay logged in (SEC-11).
    pub remembered: bool,
}

impl Session {
    /// The session that a finished login is worth. There is no other way to make a new one (SEC-1).
    pub fn begin(proven: &Proven, rules: &SessionRules) -> Self {
        Self {
            user: proven.user(),
            evidence: proven.evidence(),
            began_at: proven.at(),
            proved_at: proven.at(),
            seen_at: proven.at(),
            remembered: proven.remember() && rules.remember_days > 0,
        }
    }

    /// Until when it can live at most.
    pub fn ends_at(&self, rules: &SessionRules) -> Timestamp {
        let longest = if self.remembered {
            Span::days(rules.remember_days)
        } else {
            rules.absolute()
        };
        self.began_at + longest
    }

    /// Whether it has ended: by its absolute end, or by idleness where the user did not ask to stay (SEC-6).
    pub fn is_over(&self, rules: &SessionRules, now: Timestamp) -> bool {
        let idle = !self.remembered && now >= self.seen_at + rules.idle();
        idle || now >= self.ends_at(rules)
    }

    /// What it is worth now (SEC-11).
    pub fn level(&self, rules: &SessionRules, now: Timestamp) -> Level {
        self.evidence_now(rules, now).level()
    }

    /// What is left of its evidence. A remembered session outlives the ordinary ends, by idleness and since the last
    /// proof; what it proved beyond the password does not.
    pub fn evidence_now(&self, rules: &SessionRules, now: Timestamp) -> Evidence {
        if now >= self.seen_at + rules.idle() || now >= self.proved_at + rules.absolute() {
            Evidence(self.evidence.0 & Evidence::PASSWORD.0)
        } else {
            self.evidence
        }
    }

    /// Whether the person proved everything there is to prove within the last five minutes (SEC-37).
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.proved_at + FRESH_PROOF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(remembered: bool) -> Session {
        let at = Timestamp(0);
        Session {
            user: UserId(1),
            evidence: Evidence::PASSWORD.and(Evidence::TOTP),
            began_at: at,
            proved_at: at,
            seen_at: at,
            remembered,
        }
    }

    const RULES: SessionRules = SessionRules {
        idle_minutes: 60,
        absolute_hours: 12,
        remember_days: 30,
    };

    #[test]
    fn sec_006_idleness_and_the_absolute_time_count_to_the_second() {
        let mut session = session(false);
        let second = Span::seconds(1);
        assert!(!session.is_over(&RULES, Timestamp(0) + Span::minutes(60) - second));
        assert!(session.is_over(&RULES, Timestamp(0) + Span::minutes(60)));
        session.seen_at = Timestamp(0) + Span::hours(12) - second;
        assert!(!session.is_over(&RULES, Timestamp(0) + Span::hours(12) - second));
        assert!(session.is_over(&RULES, Timestamp(0) + Span::hours(12)));
    }

    #[test]
    fn sec_011_staying_logged_in_prolongs_but_the_level_drops() {
        let mut session = session(true);
        let second = Span::seconds(1);
        let limit = Timestamp(0) + Span::minutes(60);
        assert_eq!(session.level(&RULES, limit - second), Level::Mfa);
        assert_eq!(session.level(&RULES, limit), Level::Password);
        let limit = Timestamp(0) + Span::hours(12);
        session.seen_at = limit - second;
        assert_eq!(session.level(&RULES, limit - second), Level::Mfa);
        assert_eq!(session.level(&RULES, limit), Level::Password);
        assert!(!session.is_over(&RULES, limit));
        assert!(session.is_over(&RULES, Timestamp(0) + Span::days(30)));
    }

    #[test]
    fn the_level_needs_both_factors() {
        assert_eq!(Evidence::PASSWORD.level(), Level::Password);
        assert_eq!(Evidence::TOTP.level(), Level::Password);
        assert_eq!(
            Evidence::PASSWORD.and(Evidence::BACKUP_CODE).level(),
            Level::Mfa
        );
    }
}

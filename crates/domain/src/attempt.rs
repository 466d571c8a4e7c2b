//! The login attempt: the state machine from the right password to a session. Illegal moves do not compile: only
//! [`begin`] makes an attempt, only a judged proof turns it into [`Proven`], and only `Proven` makes a session (SEC-1, SEC-3).

use crate::{
    backup_code::AcceptedBackupCode,
    decide::{Decision, Methods},
    emailed_code::AcceptedEmailedCode,
    helpdesk_code::AcceptedHelpdeskCode,
    ids::UserId,
    policy::LoginRules,
    refusal::Refusal,
    session::Evidence,
    time::Timestamp,
    totp::AcceptedStep,
};

/// How many attempts an account may have open at once; the oldest gives way. Each took the right password, so that more than
/// a few are somebody who has it and no second factor.
pub const OPEN_ATTEMPTS: i64 = 10;

/// A proof that the password of this user was verified. Made by the flow that verified it.
#[derive(Debug)]
pub struct PasswordProved {
    /// Whose password it was.
    pub user: UserId,
    /// The user asked to stay logged in.
    pub remember: bool,
}

/// What an open attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A code by one of these methods.
    SecondFactor(Methods),
    /// The first code of a new authenticator (G3).
    Enrolment {
        /// Until then the person may put it off (W8).
        may_skip_until: Option<Timestamp>,
    },
}

/// A proof that the set-up may be put off now. Only [`MaySkip::of`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaySkip(());

impl MaySkip {
    /// What a decision of this moment allows.
    pub fn of(decision: Decision) -> Option<Self> {
        match decision {
            Decision::Enrol {
                may_skip_until: Some(_),
            } => Some(Self(())),
            _ => None,
        }
    }
}

/// An attempt whose password was right and whose second factor is missing. It is no session and opens nothing.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Whose.
    pub user: UserId,
    /// The user asked to stay logged in.
    pub remember: bool,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A finished login. Its fields are private: it comes out of [`begin`] or of one of [`Pending`]'s moves.
#[derive(Clone, Debug)]
pub struct Proven {
    user: UserId,
    evidence: Evidence,
    at: Timestamp,
    remember: bool,
}

/// Where the right password leads.
#[derive(Debug)]
pub enum Begun {
    /// The password was enough.
    Done(Proven),
    /// The attempt goes on.
    Pending(Pending, Stage),
    /// No.
    Refused(Refusal),
}

/// Begins an attempt as `decision` says.
pub fn begin(
    proved: PasswordProved,
    decision: Decision,
    rules: &LoginRules,
    now: Timestamp,
) -> Begun {
    let PasswordProved { user, remember } = proved;
    let remember = remember && rules.remember_me;
    let pending = Pending {
        user,
        remember,
        expires_at: now + rules.attempt(),
    };
    match decision {
        Decision::Allow => Begun::Done(Proven {
            user,
            evidence: Evidence::PASSWORD,
            at: now,
            remember,
        }),
        Decision::Challenge { methods } => Begun::Pending(pending, Stage::SecondFactor(methods)),
        Decision::Enrol { may_skip_until } => {
            Begun::Pending(pending, Stage::Enrolment { may_skip_until })
        }
        Decision::Refuse(refusal) => Begun::Refused(refusal),
    }
}

impl Pending {
    /// Whether the time limit has passed (G7).
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Finishes with a right code of an authenticator app, registered before or just now.
    pub fn pass_totp(self, _: AcceptedStep, now: Timestamp) -> Proven {
        self.proven(Evidence::PASSWORD.and(Evidence::TOTP), now)
    }

    /// Finishes with a backup code.
    pub fn pass_backup_code(self, _: AcceptedBackupCode, now: Timestamp) -> Proven {
        self.proven(Evidence::PASSWORD.and(Evidence::BACKUP_CODE), now)
    }

    /// Finishes with a code that was sent by mail.
    pub fn pass_emailed_code(self, _: AcceptedEmailedCode, now: Timestamp) -> Proven {
        self.proven(Evidence::PASSWORD.and(Evidence::EMAILED_CODE), now)
    }

    /// Finishes with a helpdesk code.
    pub fn pass_helpdesk_code(self, _: AcceptedHelpdeskCode, now: Timestamp) -> Proven {
        self.proven(Evidence::PASSWORD.and(Evidence::HELPDESK_CODE), now)
    }

    /// Finishes with the password alone, because the set-up may still be put off (W8).
    pub fn skip(self, _: MaySkip, now: Timestamp) -> Proven {
        self.proven(Evidence::PASSWORD, now)
    }

    fn proven(self, evidence: Evidence, now: Timestamp) -> Proven {
        Proven {
            user: self.user,
            evidence,
            at: now,
            remember: self.remember,
        }
    }
}

impl Proven {
    /// Who logged in.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// What was proved.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether the user asked to stay logged in, and the policy allows it.
    pub fn remember(&self) -> bool {
        self.remember
    }
}

//! What the reference knows about a person: password, app, backup codes, and how often each was guessed at.

use warifu_domain::{
    refusal::Refusal,
    time::{Span, Timestamp},
};

use crate::support::Phone;

/// Failures in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    failures: i64,
    blocked_until: Timestamp,
}

impl Budget {
    pub(super) const FRESH: Self = Self {
        failures: 0,
        blocked_until: Timestamp(0),
    };

    /// Takes a guess, or says why not. The pause that it brings counts from now.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), Refusal> {
        if self.failures >= 50 {
            return Err(Refusal::MethodDisabled);
        }
        if now < self.blocked_until {
            return Err(Refusal::MethodPaused {
                until: self.blocked_until,
            });
        }
        self.failures += 1;
        if self.failures >= 5 {
            let doubled = 1_i64 << (self.failures - 5).min(30);
            self.blocked_until = now + Span::seconds(doubled.min(900));
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct App {
    pub(super) phone: usize,
    pub(super) last_step: u64,
    pub(super) budget: Budget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Starter {
    Attempt(u64),
    Session(u64),
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) starter: Starter,
    pub(super) phone: usize,
    pub(super) expires_at: Timestamp,
    pub(super) wrong: i64,
}

#[derive(Debug)]
pub(super) struct Set {
    /// Each with whether it was used.
    pub(super) current: Vec<(String, bool)>,
    pub(super) superseded: Vec<String>,
    pub(super) budget: Budget,
}

#[derive(Debug)]
pub(super) struct Person {
    pub(super) password: String,
    pub(super) disabled: bool,
    pub(super) app: Option<App>,
    pub(super) pending: Option<Pending>,
    pub(super) set: Option<Set>,
    pub(super) known: Budget,
    pub(super) other: Budget,
}

const SKEW: u8 = 1;

impl Person {
    pub(super) fn new(password: String) -> Self {
        Self {
            password,
            disabled: false,
            app: None,
            pending: None,
            set: None,
            known: Budget::FRESH,
            other: Budget::FRESH,
        }
    }

    /// Whether a code of the app opens; it is spent.
    pub(super) fn judge_code(
        &mut self,
        text: &str,
        phones: &[Phone],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let app = self.app.as_mut().ok_or(Refusal::MethodMissing)?;
        app.budget.take(now)?;
        let step = step_of(&phones[app.phone], text)?;
        if step <= app.last_step {
            return Err(Refusal::CodeAlreadyUsed);
        }
        app.last_step = step;
        app.budget = Budget::FRESH;
        if let Some(set) = &mut self.set {
            set.budget = Budget::FRESH;
        }
        Ok(())
    }

    /// Whether a backup code opens; it is spent.
    pub(super) fn judge_backup_code(&mut self, text: &str, now: Timestamp) -> Result<(), Refusal> {
        let set = self.set.as_mut().ok_or(Refusal::MethodMissing)?;
        set.budget.take(now)?;
        if text.len() != 19 {
            return Err(Refusal::MalformedBackupCode);
        }
        match set.current.iter_mut().find(|(code, _)| code == text) {
            Some((_, true)) => return Err(Refusal::BackupCodeUsed),
            Some((_, used)) => *used = true,
            None if set.superseded.iter().any(|code| code == text) => {
                return Err(Refusal::BackupCodeSuperseded);
            }
            None => return Err(Refusal::WrongBackupCode),
        }
        set.budget = Budget::FRESH;
        if let Some(app) = &mut self.app {
            app.budget = Budget::FRESH;
        }
        Ok(())
    }

    /// A new set; the one before is superseded.
    pub(super) fn issue(&mut self, codes: Vec<String>) {
        self.void();
        let superseded = self.set.take().map_or(Vec::new(), |set| set.superseded);
        self.set = Some(Set {
            current: codes.into_iter().map(|code| (code, false)).collect(),
            superseded,
            budget: Budget::FRESH,
        });
    }

    fn void(&mut self) {
        if let Some(set) = &mut self.set
            && !set.current.is_empty()
        {
            set.superseded = set.current.drain(..).map(|(code, _)| code).collect();
            set.budget = Budget::FRESH;
        }
    }

    /// Without a second factor.
    pub(super) fn clear(&mut self) {
        (self.app, self.pending) = (None, None);
        self.void();
    }
}

/// The step whose code was typed, within the window around now.
pub(super) fn step_of(phone: &Phone, text: &str) -> Result<u64, Refusal> {
    if text.len() != 6 {
        return Err(Refusal::MalformedCode);
    }
    phone
        .step_of(text, SKEW)
        .ok_or_else(|| match phone.steps_off(text) {
            Some(steps) => {
                let seconds = steps * 30;
                let minutes = ((seconds.abs() + 30) / 60).max(1);
                Refusal::ClockOff {
                    minutes: minutes * seconds.signum(),
                }
            }
            None => Refusal::WrongCode,
        })
}

//! What the two sides of the comparison do and answer.

use warifu_domain::{policy::Enrolment, refusal::Refusal};

/// What a step brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Good {
    Done,
    SignedIn,
    AsksCode,
    AsksSetUp,
    /// The page of a set-up, with the number of the phone entry that scanned it.
    Shows(usize),
    /// The page of an attempt: waits for a set-up, guesses left.
    Attempt(bool, i64),
}

pub(super) type Outcome = Result<Good, Refusal>;

/// A step with everything that is typed or sent.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Login {
        browser: usize,
        person: usize,
        password: String,
    },
    AttemptPage {
        browser: usize,
    },
    Code {
        browser: usize,
        text: String,
    },
    BackupCode {
        browser: usize,
        text: String,
    },
    ForcedPage {
        browser: usize,
    },
    ForcedCode {
        browser: usize,
        text: String,
    },
    Start {
        browser: usize,
    },
    FirstCode {
        browser: usize,
        text: String,
    },
    Abandon {
        browser: usize,
    },
    Remove {
        browser: usize,
    },
    Issue {
        browser: usize,
    },
    Prove {
        browser: usize,
        password: String,
        second: Option<Second>,
    },
    ChangePassword {
        browser: usize,
        new: String,
    },
    SignOut {
        browser: usize,
    },
    EndOthers {
        browser: usize,
    },
    Disable {
        person: usize,
    },
    Enable {
        person: usize,
    },
    Reset {
        person: usize,
    },
    SetPassword {
        person: usize,
        new: String,
    },
    Suspend,
    Resume,
    Policy(Enrolment),
    Sweep,
}

#[derive(Clone, Debug)]
pub(super) enum Second {
    Code(String),
    BackupCode(String),
}

impl Step {
    /// The browser that must be signed in for this step.
    pub(super) fn signed_in(&self) -> Option<usize> {
        match self {
            Self::Start { browser }
            | Self::FirstCode { browser, .. }
            | Self::Abandon { browser }
            | Self::Remove { browser }
            | Self::Issue { browser }
            | Self::Prove { browser, .. }
            | Self::ChangePassword { browser, .. }
            | Self::SignOut { browser }
            | Self::EndOthers { browser } => Some(*browser),
            _ => None,
        }
    }
}

//! How a command ends: its exit code, and the two lines that say what is wrong and how to mend it.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use warifu_domain::operating::Unfit;
use warifu_domain::password::BadPassword;
use warifu_domain::refusal::Refusal;
use warifu_flows::key_rotation::KeyChangeError;
use warifu_flows::manage_tenants::TenantError;
use warifu_flows::manage_users::ManageError;
use warifu_flows::{Fault, FlowError};
use warifu_storage::{KeyRingError, NodeRow, StoreError};

use crate::config::ConfigError;

/// The exit codes, as documented for scripts. Success is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Refused, or failed for a reason that has no code of its own.
    Failed = 1,
    /// The command line makes no sense; the same code as the argument parser's own.
    Usage = 2,
    /// The configuration is missing or wrong.
    Configuration = 3,
    /// The database or the key ring cannot be used.
    State = 4,
    /// There is no such tenant or user.
    NotFound = 5,
    /// There is already something of that name.
    Exists = 6,
    /// A mail server lets clients in without asking.
    OpenDoor = 7,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) problem: String,
    /// What to do about it; may be empty.
    pub(crate) mend: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, problem: impl Into<String>) -> Self {
        Self {
            exit,
            problem: problem.into(),
            mend: String::new(),
        }
    }

    pub(crate) fn failed(problem: impl Into<String>) -> Self {
        Self::new(Exit::Failed, problem)
    }

    /// With advice.
    pub(crate) fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }

    /// Nobody reads the output any more, as in `warifu audit list … | head`: no message, but no success either.
    pub(crate) fn unread() -> Self {
        Self::failed("")
    }

    /// Says it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.problem.is_empty() {
            // With standard error closed, the exit code has to say it alone.
            let _ = writeln!(io::stderr(), "warifu: {self}");
        }
        ExitCode::from(self.exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)?;
        if !self.mend.is_empty() {
            write!(f, "\n  {}", self.mend)?;
        }
        Ok(())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let text = error.to_string();
        let (problem, mend) = text.split_once("\n  ").unwrap_or((&text, ""));
        Self::new(Exit::Configuration, problem).mend(mend)
    }
}

impl From<KeyRingError> for Failure {
    fn from(error: KeyRingError) -> Self {
        let mend = match &error {
            KeyRingError::Unreadable { .. } => {
                "correct [keys] in the configuration, or let the user that Warifu runs as read the file"
            }
            KeyRingError::Malformed { .. }
            | KeyRingError::MalformedSecret { .. }
            | KeyRingError::DuplicateKey { .. }
            | KeyRingError::NoSuchKey { .. }
            | KeyRingError::RetiredKey { .. }
            | KeyRingError::ActiveKey { .. }
            | KeyRingError::ChangedKey { .. } => "restore the key ring from its copy",
            KeyRingError::NotAFile { .. }
            | KeyRingError::TooOpen { .. }
            | KeyRingError::ForeignOwner { .. } => "",
        };
        Self::new(Exit::State, error.to_string()).mend(mend)
    }
}

impl From<KeyChangeError> for Failure {
    fn from(error: KeyChangeError) -> Self {
        let names = |servers: &[NodeRow]| {
            let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
            names.join("; ")
        };
        let (exit, mend) = match &error {
            KeyChangeError::Fault(_) => (Exit::State, String::new()),
            KeyChangeError::Ring(KeyRingError::NoSuchKey { .. }) => (
                Exit::NotFound,
                "`warifu keys list` shows those there are".to_owned(),
            ),
            KeyChangeError::Ring(KeyRingError::RetiredKey { .. }) => {
                (Exit::Failed, "`warifu keys add` makes a new one".to_owned())
            }
            KeyChangeError::Ring(KeyRingError::ActiveKey { .. }) => (
                Exit::Failed,
                "take another key into use first: `warifu keys activate`".to_owned(),
            ),
            KeyChangeError::Ring(_) | KeyChangeError::NeededByAudit { .. } => {
                (Exit::State, "restore the key ring from its copy".to_owned())
            }
            KeyChangeError::NotKnownToAll { servers, .. }
            | KeyChangeError::UsedByServers { servers, .. } => {
                let say = "copy the key ring to these servers, which then read it by themselves, and try again";
                (Exit::Failed, format!("{say}: {}", names(servers)))
            }
            KeyChangeError::StillNeeded { .. } => (
                Exit::Failed,
                "seal it again under the active key: `warifu keys reseal`".to_owned(),
            ),
        };
        match error {
            KeyChangeError::Fault(fault) => fault.into(),
            error => Self::new(exit, error.to_string()).mend(mend),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let mend = match &error {
            StoreError::Busy | StoreError::Contended => "try again",
            StoreError::Locked => {
                "another program (a backup, an open sqlite3 shell) holds it: end that, then try again"
            }
            StoreError::Unavailable => {
                "see the log line above for the cause; `warifu check` looks at every part"
            }
            StoreError::ReadOnly => {
                "let the user that Warifu runs as write the database's file and folder, or point database.url at the primary server"
            }
            StoreError::Full => "free space where the database lives; nothing of this was stored",
            StoreError::Corrupt { .. } => "restore the database from a backup",
            StoreError::CannotOpen { .. } => {
                "correct database.url in the configuration, or the rights on what it names"
            }
            StoreError::KeyMissing { .. } => {
                "put that key back into the key ring from its copy; without it the value cannot be read"
            }
            StoreError::Sealed => {
                "the database and the key ring do not belong together, or the database was altered"
            }
            StoreError::EditedMigration { .. } => {
                "this program was built from changed sources; run the one that made the database"
            }
            StoreError::NewerSchema { .. } | StoreError::Conflict | StoreError::Other(_) => "",
        };
        Self::new(Exit::State, error.to_string()).mend(mend)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(error) => error.into(),
            Fault::HashingBusy => Self::failed(fault.to_string()).mend("try again"),
            Fault::Policy { ref slug, .. } => Self::failed(fault.to_string())
                .mend(format!("replace it: `warifu policy set {slug} FILE`")),
        }
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refusal) => refusal.into(),
            FlowError::Fault(fault) => fault.into(),
        }
    }
}

impl From<TenantError> for Failure {
    fn from(error: TenantError) -> Self {
        let exit = match error {
            TenantError::Fault(fault) => return fault.into(),
            TenantError::BadPerson(error) => return error.into(),
            TenantError::Refused(refusal) => return refusal.into(),
            TenantError::NoSuchTenant(_) => Exit::NotFound,
            TenantError::SlugTaken(_) | TenantError::NameTaken(_) => Exit::Exists,
            TenantError::BadSlug(_)
            | TenantError::BadName
            | TenantError::BadPolicy(_)
            | TenantError::Overtaken => Exit::Failed,
        };
        let mend = match error {
            TenantError::NoSuchTenant(_) => "`warifu tenant list` shows those there are",
            _ => "",
        };
        Self::new(exit, error.to_string()).mend(mend)
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        let exit = match error {
            ManageError::Fault(fault) => return fault.into(),
            ManageError::Refused(refusal) => return refusal.into(),
            ManageError::NoSuchUser(_) => Exit::NotFound,
            ManageError::LoginTaken(_) => Exit::Exists,
            ManageError::BadPerson(_) => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

/// In words; the code is the one that pages show.
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code();
        if let Refusal::Operating(unfit) = refusal {
            let (why, mend) = words_of(unfit);
            return Failure::failed(format!("{why} ({code})")).mend(mend);
        }
        if let Some((why, mend)) = words_of_reminders(&refusal) {
            return Failure::failed(format!("{why} ({code})")).mend(mend);
        }
        if let Refusal::TrustsLoopback { address } | Refusal::TrustsProxy { address } = refusal {
            let problem = format!(
                "the policy would trust {address}, from where one program speaks for everybody ({code})"
            );
            return Failure::failed(problem)
                .mend("choose networks without this address, or add it as an exception");
        }
        let Refusal::Password(bad) = refusal else {
            return Failure::failed(format!("refused ({code})"));
        };
        let (why, mend) = match bad {
            BadPassword::TooShort { min } => (
                format!("it has fewer than {min} characters"),
                "longer is safer; a few random words are easy to type",
            ),
            BadPassword::TooLong => ("it has more than 1,024 bytes".to_owned(), ""),
            BadPassword::Common => (
                "it is among those that attackers try first".to_owned(),
                "a few random words are safe and easy to type",
            ),
            BadPassword::ContainsName => (
                "it is little more than a name that anybody knows".to_owned(),
                "a few random words are safe and easy to type",
            ),
            BadPassword::Unchanged => ("it is the one in use".to_owned(), ""),
        };
        Failure::failed(format!("the password is refused ({code}): {why}")).mend(mend)
    }
}

/// Why no reminders are sent, and how to mend it.
fn words_of_reminders(refusal: &Refusal) -> Option<(&'static str, &'static str)> {
    Some(match refusal {
        Refusal::NobodyToRemind => (
            "nobody is left who would get a reminder",
            "--dry-run says why people are left out",
        ),
        Refusal::RemindersRunning => (
            "reminders are being sent already",
            "wait until they are done, or stop them at the console",
        ),
        Refusal::BadReminderDay => ("--deadline is no day from tomorrow on", ""),
        Refusal::NoMail => (
            "this server is not set up to send mail",
            "fill in [mail] in the configuration",
        ),
        _ => return None,
    })
}

/// What is wrong with an operator's act, and how to mend it.
fn words_of(unfit: Unfit) -> (&'static str, &'static str) {
    match unfit {
        Unfit::Date => (
            "that is not a day from today on",
            "write it as in 2027-04-01; it begins at midnight in the organisation's time zone",
        ),
        Unfit::Slug => ("that is not a slug", ""),
        Unfit::SlugTaken => ("there is, or was, an organisation of that slug", ""),
        Unfit::TenantName => ("that is not a name", ""),
        Unfit::FirstPerson => ("that person cannot be added", ""),
        Unfit::Identity => (
            "what was told is not what stands in the account",
            "ask again for the organisation's name and the account's mail address, and say how the caller was checked",
        ),
        Unfit::AnotherCanHelp => (
            "somebody in the organisation can help",
            "another administrator who has a second factor removes it at the console",
        ),
        Unfit::SameOperator => (
            "the same operator asked for it",
            "another operator approves it at the console",
        ),
        Unfit::NothingToApprove => (
            "no rescue of this person waits for approval",
            "it was done, taken back, or is older than a day",
        ),
        Unfit::NotConfirmed => (
            "what was typed to confirm is not the slug",
            "repeat the slug: --confirm SLUG",
        ),
        Unfit::DeletionBegun => ("the waiting time is over: it is being deleted", ""),
        Unfit::OwnTenant => ("operators are in this organisation", ""),
        Unfit::MailNotTaken => ("the relay did not take the mail", ""),
        Unfit::MailAddress => ("that is not a mail address like taro@example.jp", ""),
        Unfit::Overtaken => (
            "somebody else changed this at the same moment",
            "look at it and try again",
        ),
    }
}

//! Every answer "no" that a person can act on, with its stable code. A fault of ours is not here.
//!
//! What a stranger could learn is decided here: before the password is right there is one refusal, [`Refusal::WrongLogin`].

use std::net::IpAddr;

use crate::time::Timestamp;

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Login ID or password wrong; also an unknown, disabled, locked or throttled account (SEC-49).
    WrongLogin,
    /// The login attempt took longer than the policy allows (G7).
    AttemptExpired,
    /// As many wrong codes as the policy allows in one attempt (G7).
    TooManyWrongCodes,
    /// The attempt is finished, replaced or unknown.
    AttemptOver,

    /// The person said that the device is lost: the app's codes are refused until it is found or replaced (SEC-44).
    AppSuspended,

    /// The directory that knows the tenant's passwords cannot be asked.
    DirectoryAway,

    /// A well-formed code that does not match.
    WrongCode,
    /// No code at all: empty, letters, wrong number of digits (SEC-24).
    MalformedCode,
    /// The code's time step was spent already (RFC 6238, 5.2).
    CodeAlreadyUsed,
    /// The code is right for another time: the phone's clock is this many minutes ahead (behind if negative).
    ClockOff {
        /// Minutes, never 0.
        minutes: i64,
    },
    /// Too many failures in a row: this method waits (SEC-45).
    MethodPaused {
        /// When the next guess is looked at.
        until: Timestamp,
    },
    /// Fifty failures in a row: this method is off until another one, or an administrator, opens it (SEC-45).
    MethodDisabled,
    /// The user has no such method.
    MethodMissing,

    /// A well-formed backup code that does not match.
    WrongBackupCode,
    /// This backup code was used before.
    BackupCodeUsed,
    /// This backup code belongs to an older set.
    BackupCodeSuperseded,
    /// Not the shape of a backup code (SEC-24).
    MalformedBackupCode,
    /// The codes of this set were shown already; they are shown once (SEC-25).
    BackupCodesShown,
    /// The set was issued when codes were shown once, so there is nothing to look at (C3).
    BackupCodesNotKept,

    /// A well-formed helpdesk code that does not match.
    WrongHelpdeskCode,
    /// Not the shape of a helpdesk code (SEC-24).
    MalformedHelpdeskCode,
    /// No helpdesk code is open: it has expired, was used, or was guessed at too often.
    HelpdeskCodeOver,

    /// A well-formed code by mail that does not match.
    WrongEmailedCode,
    /// Not the shape of a code by mail (SEC-24).
    MalformedEmailedCode,
    /// No code by mail is open here: it has expired, was used, replaced or guessed at too often, or none was asked for.
    EmailedCodeOver,
    /// Another code by mail can be asked for only later.
    EmailedCodeTooSoon {
        /// From then on.
        until: Timestamp,
    },
    /// Not one plain mail address.
    BadPrivateAddress,
    /// The private address lies in a domain that this login protects (SEC-27).
    ProtectedAddress,
    /// This server sends no mail.
    NoMail,

    /// The set-up expired, was abandoned or was replaced by a newer one (SEC-38).
    SetUpOver,
    /// The tenant's policy does not offer this.
    NotOffered,
    /// Only an administrator may remove it (P4).
    OnlyAdministrator,
    /// The time in which the set-up could be put off is over (W8).
    NoLongerSkipped,

    /// The pairing has expired, was given up, or gave way to a newer set-up (K4).
    PairingOver,
    /// What was typed as app code has a character that no code has.
    AppCodeCharacter,
    /// An app code has sixteen symbols.
    AppCodeLength,
    /// The code that the page itself shows was typed as app code.
    AppCodeOfPage,
    /// The check symbol of the app code does not fit: a symbol is mistyped.
    AppCodeMistyped,
    /// As many app codes as one pairing takes.
    TooManyAppCodes,
    /// As many wrong one-time codes as one pairing bears: it is ended.
    TooManyPairingGuesses,
    /// Too many pairings of this person came to nothing within a day.
    PairingLocked {
        /// When another may be begun.
        until: Timestamp,
    },
    /// A one-time code came before any app code.
    AppCodeMissing,

    /// The link of a reset mail was used, is too old, or was never sent (SEC-40).
    ResetLinkVoid,
    /// As many mails with such a link as one account is sent in an hour or a day (SEC-29).
    MailedTooOften,

    /// Nobody is signed in.
    NotSignedIn,
    /// The fresh proof of SEC-37 is missing or too old.
    ProofNeeded,
    /// The password of a signed-in person, typed again, is wrong.
    WrongPassword,
    /// The session to be ended has ended already.
    SessionGone,
    /// The password was to be used once; another has to be chosen before anything else (SEC-70).
    PasswordTemporary,

    /// Notices go to this address already.
    AddressKnown,
    /// The person has as many addresses for notices as there can be.
    TooManyAddresses,
    /// Not the code that was mailed to the address.
    WrongAddressCode,
    /// The code of the address has expired, or was guessed at too often, or there is no such address.
    AddressCodeOver,

    /// The person's role does not allow this operation, or not on this account (SEC-69).
    NotAllowed,
    /// An act on an account needs a reason for the audit trail (SEC-41).
    ReasonMissing,
    /// A mail client came from an address for which no window is open (K10).
    MailWindowMissing,
    /// The network is shared by many, and the policy opens no windows there.
    MailWindowShared,
    /// No refused mail client from there is on record any more, or the window is closed already.
    MailWindowGone,
    /// No name of a gate key: empty, too long, with a control character, or taken.
    BadGateKeyName,
    /// The tenant has as many gate keys as there can be.
    TooManyGateKeys,
    /// The gate was asked without a good key (SEC-56).
    GateKeyWrong,
    /// The tenant would have no administrator left.
    LastAdministrator,
    /// Nobody does this to the own account at the console.
    OwnAccount,
    /// Somebody has this login ID already.
    LoginTaken,
    /// No login ID: empty, too long, or with white space inside.
    BadLogin,
    /// A name with a line break or a control character, or too long.
    BadName,
    /// Not one plain mail address.
    BadEmail,
    /// The person has no second factor that something could stand in for.
    SecondFactorMissing,
    /// A group has this name already.
    GroupTaken,
    /// The tenant has as many groups as there can be.
    TooManyGroups,
    /// No group's name: empty, too long, or with a control character.
    BadGroupName,
    /// Not a date from which something may be compulsory.
    BadDate,
    /// The group was removed meanwhile.
    GroupGone,
    /// The file to be imported has rows that cannot be imported.
    ImportRefused,
    /// The import is being done, is done, or its file waited too long.
    ImportOver,
    /// Nobody is left who would get a reminder: everybody has a second factor, got one lately, or has no mail address.
    NobodyToRemind,
    /// A note with a line break, a link, or too long.
    BadReminderNote,
    /// Reminders are being sent in this tenant already.
    RemindersRunning,
    /// A round of reminders that is over, or that there is none of.
    RemindersOver,
    /// Not a day that lies ahead.
    BadReminderDay,
    /// An operator's act is refused as it was typed.
    Operating(crate::operating::Unfit),
    /// Another tenant has this host name or mail domain (G2).
    NameTaken,
    /// A colour, a word or a line of the desk that cannot be.
    BadLook {
        /// Its field, as in [`crate::policy::LOOK`].
        field: &'static str,
    },
    /// A file that is no picture we can read whole, of the kinds that we take (SEC-71).
    BadLogo,
    /// A picture, or its file, that is too large for a logo.
    LogoTooLarge,
    /// The picture was replaced by others before it was saved.
    LogoGone,
    /// The new policy would keep out the administrator who saves it.
    WouldLockOutSaver,
    /// Somebody else changed the policy since this draft was begun.
    PolicyOvertaken,
    /// The policy would trust this machine itself, where proxies and webmail run (SEC-50).
    TrustsLoopback {
        /// The address.
        address: IpAddr,
    },
    /// The policy would trust a proxy, through which everybody comes (SEC-50).
    TrustsProxy {
        /// An address of it.
        address: IpAddr,
    },
    /// The policy would trust a proxy whose word is not taken: everybody seems to come from there (SEC-50).
    TrustsUnknownProxy {
        /// Its address.
        address: IpAddr,
    },
    /// A new password is refused.
    Password(crate::password::BadPassword),
}

impl Refusal {
    /// The code that people report; it never changes its meaning.
    pub fn code(&self) -> &'static str {
        use crate::password::BadPassword as P;
        match self {
            Self::WrongLogin => "LOGIN-01",
            Self::AttemptExpired => "LOGIN-02",
            Self::TooManyWrongCodes => "LOGIN-03",
            Self::AttemptOver => "LOGIN-04",
            Self::AppSuspended => "LOGIN-05",
            Self::DirectoryAway => "LOGIN-06",
            Self::WrongCode => "OTP-01",
            Self::MalformedCode => "OTP-02",
            Self::CodeAlreadyUsed => "OTP-03",
            Self::ClockOff { .. } => "OTP-04",
            Self::MethodPaused { .. } => "OTP-05",
            Self::MethodDisabled => "OTP-06",
            Self::MethodMissing => "OTP-07",
            Self::WrongBackupCode => "BAK-01",
            Self::BackupCodeUsed => "BAK-02",
            Self::BackupCodeSuperseded => "BAK-03",
            Self::MalformedBackupCode => "BAK-04",
            Self::BackupCodesShown => "BAK-05",
            Self::BackupCodesNotKept => "BAK-06",
            Self::WrongHelpdeskCode => "HLP-01",
            Self::MalformedHelpdeskCode => "HLP-02",
            Self::HelpdeskCodeOver => "HLP-03",
            Self::WrongEmailedCode => "MAIL-01",
            Self::MalformedEmailedCode => "MAIL-02",
            Self::EmailedCodeOver => "MAIL-03",
            Self::EmailedCodeTooSoon { .. } => "MAIL-04",
            Self::BadPrivateAddress => "MAIL-05",
            Self::ProtectedAddress => "MAIL-06",
            Self::NoMail => "MAIL-07",
            Self::SetUpOver => "SET-01",
            Self::NotOffered => "SET-02",
            Self::OnlyAdministrator => "SET-03",
            Self::NoLongerSkipped => "SET-04",
            Self::PairingOver => "PAIR-01",
            Self::AppCodeCharacter => "PAIR-02",
            Self::AppCodeLength => "PAIR-03",
            Self::AppCodeOfPage => "PAIR-04",
            Self::AppCodeMistyped => "PAIR-05",
            Self::TooManyAppCodes => "PAIR-06",
            Self::TooManyPairingGuesses => "PAIR-07",
            Self::PairingLocked { .. } => "PAIR-08",
            Self::AppCodeMissing => "PAIR-09",
            Self::ResetLinkVoid => "RST-01",
            Self::MailedTooOften => "RST-02",
            Self::NotSignedIn => "ACC-01",
            Self::ProofNeeded => "ACC-02",
            Self::WrongPassword => "ACC-03",
            Self::SessionGone => "ACC-04",
            Self::PasswordTemporary => "ACC-05",
            Self::AddressKnown => "ACC-06",
            Self::TooManyAddresses => "ACC-07",
            Self::WrongAddressCode => "ACC-08",
            Self::AddressCodeOver => "ACC-09",
            Self::NotAllowed => "ADM-01",
            Self::ReasonMissing => "ADM-02",
            Self::MailWindowMissing => "WIN-01",
            Self::MailWindowShared => "WIN-02",
            Self::MailWindowGone => "WIN-03",
            Self::BadGateKeyName => "GATE-01",
            Self::GateKeyWrong => "GATE-02",
            Self::TooManyGateKeys => "GATE-03",
            Self::LastAdministrator => "USR-01",
            Self::OwnAccount => "USR-02",
            Self::LoginTaken => "USR-03",
            Self::BadLogin => "USR-04",
            Self::BadName => "USR-05",
            Self::BadEmail => "USR-06",
            Self::SecondFactorMissing => "USR-07",
            Self::GroupTaken => "USR-08",
            Self::BadGroupName => "USR-09",
            Self::BadDate => "USR-10",
            Self::GroupGone => "USR-11",
            Self::ImportRefused => "USR-12",
            Self::ImportOver => "USR-13",
            Self::TooManyGroups => "USR-14",
            Self::NobodyToRemind => "REM-01",
            Self::BadReminderNote => "REM-02",
            Self::RemindersRunning => "REM-03",
            Self::RemindersOver => "REM-04",
            Self::BadReminderDay => "REM-05",
            Self::Operating(unfit) => unfit.code(),
            Self::NameTaken => "BRD-01",
            Self::BadLook { .. } => "BRD-02",
            Self::BadLogo => "BRD-03",
            Self::LogoTooLarge => "BRD-04",
            Self::LogoGone => "BRD-05",
            Self::WouldLockOutSaver => "POL-01",
            Self::PolicyOvertaken => "POL-02",
            Self::TrustsLoopback { .. } => "NET-01",
            Self::TrustsProxy { .. } => "NET-02",
            Self::TrustsUnknownProxy { .. } => "NET-03",
            Self::Password(P::TooShort { .. }) => "PWD-01",
            Self::Password(P::TooLong) => "PWD-02",
            Self::Password(P::Common) => "PWD-03",
            Self::Password(P::ContainsName) => "PWD-04",
            Self::Password(P::Unchanged) => "PWD-05",
        }
    }

    /// Whether the login attempt is over, so that the person starts again from the password.
    pub fn ends_attempt(&self) -> bool {
        matches!(
            self,
            Self::AttemptExpired | Self::TooManyWrongCodes | Self::AttemptOver
        )
    }
}

//! Facts about security that are kept in order and never changed (SEC-79). The chain over them is storage's.

use std::net::IpAddr;

use crate::{
    ids::{Reference, UserId},
    refusal::Refusal,
};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)*) => {
        /// What happened. Numbers are stored, words are shown by the command line; neither is ever reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[$doc])* $name,)* }

        impl EventKind {
            /// The number that is stored.
            pub fn number(self) -> i64 {
                match self { $(Self::$name => $number,)* }
            }

            /// The word that is shown.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Every kind, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Reads a stored number.
            pub fn from_number(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// Reads the word that is shown.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }
        }
    };
}

events! {
    /// The password step of a login.
    PasswordChecked = 1, "password.checked";
    /// A one-time code was judged, in a login attempt.
    CodeChecked = 2, "code.checked";
    /// A backup code was judged, in a login attempt.
    BackupCodeChecked = 3, "backup_code.checked";
    /// A session began.
    SignedIn = 4, "session.began";
    /// A session was ended by its user.
    SignedOut = 5, "session.ended";
    /// Other sessions of the user were ended.
    SessionsEnded = 6, "sessions.ended";
    /// The fresh proof of SEC-37 was asked for.
    Proved = 7, "proof.checked";
    /// A set-up began: a pending secret was made.
    SetUpStarted = 10, "set_up.started";
    /// A set-up was abandoned.
    SetUpAbandoned = 11, "set_up.abandoned";
    /// A code of a pending secret was judged; accepted: the authenticator is active.
    SetUpConfirmed = 12, "set_up.confirmed";
    /// Two-factor was switched off by its user.
    SecondFactorRemoved = 13, "second_factor.removed";
    /// A new set of backup codes was made; older ones are void.
    BackupCodesIssued = 14, "backup_codes.issued";
    /// An administrator or operator cleared a user's authenticators (SEC-41).
    SecondFactorReset = 15, "second_factor.reset";
    /// A password was set or changed.
    PasswordChanged = 16, "password.changed";
    /// A person who lost the device suspended the own authenticator app (SEC-44).
    SecondFactorSuspended = 17, "second_factor.suspended";
    /// A suspended authenticator app was taken into use again by its owner.
    SecondFactorReactivated = 18, "second_factor.reactivated";
    /// The key of a registered authenticator app was shown again for a further device (G6, SEC-39).
    SecondFactorShown = 19, "second_factor.shown";
    /// A user logged in for the first time with a password that a directory knows, and was added.
    UserAppeared = 120, "user.appeared";
    /// A user was added.
    UserAdded = 20, "user.added";
    /// A user was disabled.
    UserDisabled = 21, "user.disabled";
    /// A disabled user was enabled again.
    UserEnabled = 22, "user.enabled";
    /// A notice could not be sent, and is not tried any more (SEC-43).
    MailGivenUp = 45, "mail.given_up";
    /// A test mail was sent.
    MailTested = 46, "mail.tested";
    /// A user's name, mail address or group was changed.
    UserEdited = 23, "user.edited";
    /// A user got another role.
    RoleChanged = 24, "user.role_changed";
    /// The budgets that wrong guesses had closed were opened.
    UserUnlocked = 25, "user.unlocked";
    /// A user's authenticators were cleared, and the next login leads to a new set-up (G8).
    SecondFactorReissued = 26, "second_factor.reissued";
    /// A user was deleted.
    UserDeleted = 27, "user.deleted";
    /// Everything about a user was exported.
    UserExported = 28, "user.exported";
    /// A code to be read out over the phone was made.
    HelpdeskCodeIssued = 29, "helpdesk_code.issued";
    /// The second factor was made compulsory for the tenant, from a day on or at once (G1).
    SecondFactorScheduled = 70, "second_factor.scheduled";
    /// The tenant is to be deleted when a waiting time is over.
    TenantDeletionSet = 71, "tenant.deletion_set";
    /// The tenant is not deleted after all.
    TenantKept = 72, "tenant.kept";
    /// A tenant was deleted, as it was ordered; only the trail of no tenant can say so.
    TenantDeleted = 73, "tenant.deleted";
    /// An operator recorded an identity check and asked for a rescue that needs a second operator (W7, SEC-42).
    RescueAsked = 74, "rescue.asked";
    /// An administrator who was locked out was rescued, with the identity check (W7, SEC-42).
    AdministratorRescued = 75, "administrator.rescued";
    /// A rescue that waited for a second operator was taken back.
    RescueWithdrawn = 76, "rescue.withdrawn";
    /// Stored values were sealed again under the active key (SEC-77).
    KeysResealed = 77, "keys.resealed";
    /// A key was added to the key ring; nothing uses it yet.
    KeyAdded = 89, "keys.added";
    /// A key of the key ring became that of new values.
    KeyActivated = 90, "keys.activated";
    /// The secret of a key left the key ring (docs/decisions/0007).
    KeyRetired = 91, "keys.retired";
    /// A tenant was added.
    TenantAdded = 30, "tenant.added";
    /// A tenant's policy was replaced.
    PolicyChanged = 31, "policy.changed";
    /// A tenant was suspended.
    TenantSuspended = 32, "tenant.suspended";
    /// A suspended tenant was opened again.
    TenantResumed = 33, "tenant.resumed";
    /// A set-up that is compulsory later was put off (W8).
    SetUpSkipped = 40, "set_up.skipped";
    /// Backup codes were looked at again (C3).
    BackupCodesViewed = 41, "backup_codes.viewed";
    /// A mail that resets a password was asked for (SEC-40).
    PasswordResetAsked = 42, "password.reset_asked";
    /// A password was reset by its mail (SEC-40).
    PasswordReset = 43, "password.reset";
    /// A helpdesk code was judged, in a login attempt.
    HelpdeskCodeChecked = 60, "helpdesk_code.checked";
    /// A group was added.
    GroupAdded = 61, "group.added";
    /// A group's name or date was changed.
    GroupChanged = 62, "group.changed";
    /// A group was removed.
    GroupRemoved = 63, "group.removed";
    /// People were imported from a file.
    UsersImported = 64, "users.imported";
    /// Reminders to people without a second factor were begun, gone on with or done; with how many.
    RemindersSent = 85, "reminders.sent";
    /// Wrong passwords were typed again and again at the fresh proof of an open session (SEC-43).
    ProofGuessed = 132, "proof.guessed";
    /// Pseudonyms took the place of the addresses of old events (SEC-81).
    AddressesMasked = 130, "audit.addresses_masked";
    /// Events whose time was over were removed from the beginnings of their chains (SEC-81).
    AuditRemoved = 131, "audit.removed";
    /// A person was mailed a link by which to choose the first password.
    PasswordInvited = 83, "password.invited";
    /// People who came with an import and never logged in were deleted again.
    ImportUndone = 84, "import.undone";
    /// A second factor opened a window for mail clients (K9).
    MailWindowOpened = 110, "mail_window.opened";
    /// Windows for mail clients were closed by their owner or by an administrator.
    MailWindowClosed = 111, "mail_window.closed";
    /// A person opened a window for another address, whose mail client had been refused (SEC-53).
    MailWindowPermitted = 112, "mail_window.permitted";
    /// A mail client was refused for want of a window; once a network and hour (K10).
    MailClientRefused = 113, "mail_client.refused";
    /// A mail server reported a wrong password; once a network and day (SEC-48).
    MailPasswordWrong = 114, "mail_client.wrong_password";
    /// Open connections of mail clients were ended at the mail server, because the gate would not let them in any more; once a
    /// window (SEC-54).
    MailSessionsEnded = 127, "mail_sessions.ended";
    /// Open connections of mail clients could not be ended within a day: no mail server that has them could be asked.
    MailSessionsLeft = 128, "mail_sessions.left";
    /// A mail server got a key for the gate (SEC-56).
    GateKeyAdded = 115, "gate_key.added";
    /// A mail server's key was removed.
    GateKeyRemoved = 116, "gate_key.removed";
    /// The gate was asked without a good key; once a network and hour.
    GateKeyRefused = 117, "gate_key.refused";
    /// Somebody began to add an address for the own notices (SEC-43).
    AddressAdded = 88, "address.added";
    /// A further address for notices was confirmed by its code.
    AddressConfirmed = 34, "address.confirmed";
    /// A further address for notices was removed.
    AddressRemoved = 35, "address.removed";
    /// A login from a network, or with a browser, that is new for its owner (SEC-43).
    UnfamiliarLogin = 44, "login.unfamiliar";
    /// Wrong codes were typed again and again behind the right password (SEC-43).
    CodesGuessed = 65, "codes.guessed";
    /// Notices were too many to be sent one by one: they are told together (SEC-29).
    MailJoined = 86, "mail.joined";
    /// A mail that was asked for was not sent: too many lately (SEC-29).
    MailSuppressed = 87, "mail.suppressed";
    /// A person switched the use of the own second factor on or off (K1).
    OwnSwitchChanged = 100, "own_switch.changed";
    /// A code was sent to a private mail address, or asked for once too often (K7, SEC-29).
    EmailedCodeSent = 101, "emailed_code.sent";
    /// A code that was sent by mail was judged, in a login attempt.
    EmailedCodeChecked = 102, "emailed_code.checked";
    /// A code that confirms a private mail address was judged; accepted: the address is in use (K6).
    PrivateAddressConfirmed = 103, "private_address.confirmed";
    /// A private mail address was removed by its owner.
    PrivateAddressRemoved = 104, "private_address.removed";
    /// A pairing by two typed codes began (K4).
    PairingStarted = 105, "pairing.started";
    /// An app code was typed; accepted: a code of the app is awaited.
    AppCodeTyped = 106, "pairing.app_code";
    /// A pairing was abandoned.
    PairingAbandoned = 107, "pairing.abandoned";
    /// Wrong one-time codes ended a pairing.
    PairingEnded = 108, "pairing.ended";
    /// The look of a tenant's pages was changed: colour, words, desk.
    BrandingChanged = 50, "branding.changed";
    /// The logo on a tenant's pages was changed or removed.
    LogoChanged = 80, "branding.logo_changed";
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The subject, or somebody who claims to be.
    Subject,
    /// Whoever holds a shell on the server.
    CommandLine,
    /// An administrator of the tenant, at the console.
    Administrator(UserId),
    /// An operator of the server, at the console; a person of another tenant.
    Operator(UserId),
    /// The server by itself, at its time.
    Server,
}

impl Actor {
    /// The number that is stored. People's ids are far above the small numbers.
    pub fn number(self) -> i64 {
        match self {
            Self::Subject => 0,
            Self::CommandLine => 1,
            Self::Server => 2,
            Self::Administrator(user) => user.0,
            Self::Operator(user) => -user.0,
        }
    }

    /// Reads a stored number.
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Subject,
            1 => Self::CommandLine,
            2 => Self::Server,
            id if id > 0 => Self::Administrator(UserId(id)),
            id => Self::Operator(UserId(-id)),
        }
    }

    /// The word that the command line shows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::CommandLine => "command line",
            Self::Server => "server",
            Self::Administrator(_) => "administrator",
            Self::Operator(_) => "operator",
        }
    }
}

/// Those whose deeds are looked for: one actor, or all administrators or operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actors {
    /// The smallest of their numbers.
    pub first: i64,
    /// The greatest.
    pub last: i64,
}

impl Actors {
    /// The words of [`Self::from_word`].
    pub const WORDS: [&str; 5] = [
        "subject",
        "administrator",
        "operator",
        "command line",
        "server",
    ];

    /// This one alone.
    pub fn one(actor: Actor) -> Self {
        let number = actor.number();
        Self {
            first: number,
            last: number,
        }
    }

    /// Reads [`Actor::word`]: everybody who is called so.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "subject" => Self::one(Actor::Subject),
            "command line" => Self::one(Actor::CommandLine),
            "server" => Self::one(Actor::Server),
            "administrator" => Self {
                first: Actor::Server.number() + 1,
                last: i64::MAX,
            },
            "operator" => Self {
                first: i64::MIN,
                last: Actor::Subject.number() - 1,
            },
            _ => return None,
        })
    }
}

/// One fact, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// What happened.
    pub kind: EventKind,
    /// To whom; `None` where no known user is concerned.
    pub user: Option<UserId>,
    /// By whom.
    pub actor: Actor,
    /// The refusal's code, or `None` for a success.
    pub refusal: Option<&'static str>,
    /// From where.
    pub address: Option<IpAddr>,
    /// The request it belongs to.
    pub reference: Option<Reference>,
    /// A short text for people: an administrator's reason, a login ID nobody has. Never a code or a secret.
    pub detail: Option<String>,
}

impl AuditEvent {
    /// A success by the subject; the builder methods add the rest.
    pub fn new(kind: EventKind, user: Option<UserId>) -> Self {
        Self {
            kind,
            user,
            actor: Actor::Subject,
            refusal: None,
            address: None,
            reference: None,
            detail: None,
        }
    }

    /// With the outcome of a judgement.
    pub fn outcome<T>(mut self, verdict: &Result<T, Refusal>) -> Self {
        self.refusal = verdict.as_ref().err().map(Refusal::code);
        self
    }

    /// With a refusal.
    pub fn refused(mut self, refusal: &Refusal) -> Self {
        self.refusal = Some(refusal.code());
        self
    }

    /// Longest detail that is kept, in characters.
    pub const MAX_DETAIL_CHARS: usize = 200;

    /// With a short text; cut at [`Self::MAX_DETAIL_CHARS`], control characters dropped.
    pub fn detail(mut self, text: &str) -> Self {
        self.detail = Some(
            text.chars()
                .filter(|c| !c.is_control())
                .take(Self::MAX_DETAIL_CHARS)
                .collect(),
        );
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Actor, Actors};
    use crate::ids::UserId;

    #[test]
    fn a_word_stands_for_exactly_those_who_are_called_so() {
        let everybody = [
            Actor::Subject,
            Actor::CommandLine,
            Actor::Server,
            Actor::Administrator(UserId(1 << 40)),
            Actor::Administrator(UserId(i64::MAX)),
            Actor::Operator(UserId(1 << 40)),
            Actor::Operator(UserId(i64::MAX)),
        ];
        for word in Actors::WORDS {
            let actors = Actors::from_word(word).unwrap();
            for actor in everybody {
                let is_meant = (actors.first..=actors.last).contains(&actor.number());
                assert_eq!(is_meant, actor.word() == word, "{word}: {actor:?}");
            }
        }
        assert_eq!(Actors::from_word("anybody"), None);
    }
}

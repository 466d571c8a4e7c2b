//! What a page says after something was done: what is true now, and what is next.

use crate::text::Texts;

/// Something just done, carried over a redirect by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Signed out here.
    SignedOut,
    /// The second factor is on.
    TurnedOn,
    /// The second factor is off; the backup codes are void.
    TurnedOff,
    /// The app is registered no more; codes by mail are still asked for.
    AppRemoved,
    /// The app is registered no more; the person's own switch says what follows (K1).
    AppUnregistered,
    /// An app that was reported lost is in use again.
    AppReactivated,
    /// The own switch is on (K1).
    SwitchedOn,
    /// The own switch is off.
    SwitchedOff,
    /// A private address is registered (K6).
    EmailConfirmed,
    /// The private address is removed.
    EmailRemoved,
    /// A reset mail is on its way, if there is such an account.
    ResetAsked,
    /// The password is reset by mail.
    PasswordReset,
    /// A set-up that had been begun is dropped; its key never works.
    SetUpAbandoned,
    /// New backup codes; the earlier ones are void.
    CodesIssued,
    /// One other session is ended.
    SessionEnded,
    /// All other sessions are ended.
    OtherSessionsEnded,
    /// The password is changed.
    PasswordChanged,
    /// A code is on its way to a further address.
    AddressAdded,
    /// Notices go to a further address.
    AddressConfirmed,
    /// Notices go to one address less.
    AddressRemoved,
    /// The person's second factor is removed.
    SecondFactorRemoved,
    /// The person's second factor has to be set up anew.
    SecondFactorReissued,
    /// The person's sessions are ended.
    UserSessionsEnded,
    /// Windows for the person's mail programs are closed.
    UserMailEnded,
    /// The person's budgets are open.
    UserUnlocked,
    /// The account is closed.
    UserDisabled,
    /// The account is open again.
    UserEnabled,
    /// The person has another role.
    UserRoleChanged,
    /// The account is deleted.
    UserDeleted,
    /// What is known about the person is changed.
    UserEdited,
    /// A person is added.
    UserAdded,
    /// A person is added, who chooses a password by a mailed link.
    UserInvited,
    /// A link by which to choose a password is on its way.
    PasswordLinkSent,
    /// An import is being taken back.
    ImportBeingUndone,
    /// A group is added.
    GroupAdded,
    /// A group is changed.
    GroupChanged,
    /// The look of the pages is changed.
    BrandingSaved,
    /// A group is removed; its people stay.
    GroupRemoved,
    /// The policy is changed.
    PolicySaved,
    /// An organisation is added.
    TenantAdded,
    /// The second factor is made compulsory.
    SecondFactorScheduled,
    /// An organisation is closed.
    TenantSuspended,
    /// An organisation is open again.
    TenantResumed,
    /// An organisation is to be deleted.
    TenantDeletionSet,
    /// An organisation is not deleted after all.
    TenantKept,
    /// An administrator is rescued.
    AdministratorRescued,
    /// A rescue waits for a second operator.
    RescueAsked,
    /// A rescue is taken back.
    RescueWithdrawn,
    /// Windows for mail programs are closed.
    MailWindowClosed,
    /// A refused mail program is let in.
    MailWindowPermitted,
    /// The relay took a test mail.
    TestMailSent,
    /// A mail server's key is removed.
    GateKeyRemoved,
}

impl Notice {
    /// All notices.
    pub const ALL: [Self; 52] = [
        Self::SignedOut,
        Self::TurnedOn,
        Self::TurnedOff,
        Self::AppRemoved,
        Self::AppUnregistered,
        Self::AppReactivated,
        Self::SwitchedOn,
        Self::SwitchedOff,
        Self::EmailConfirmed,
        Self::EmailRemoved,
        Self::ResetAsked,
        Self::PasswordReset,
        Self::SetUpAbandoned,
        Self::CodesIssued,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::PasswordChanged,
        Self::AddressAdded,
        Self::AddressConfirmed,
        Self::AddressRemoved,
        Self::SecondFactorRemoved,
        Self::SecondFactorReissued,
        Self::UserSessionsEnded,
        Self::UserMailEnded,
        Self::UserUnlocked,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserRoleChanged,
        Self::UserDeleted,
        Self::UserEdited,
        Self::UserAdded,
        Self::UserInvited,
        Self::PasswordLinkSent,
        Self::ImportBeingUndone,
        Self::GroupAdded,
        Self::GroupChanged,
        Self::BrandingSaved,
        Self::GroupRemoved,
        Self::PolicySaved,
        Self::TenantAdded,
        Self::SecondFactorScheduled,
        Self::TenantSuspended,
        Self::TenantResumed,
        Self::TenantDeletionSet,
        Self::TenantKept,
        Self::AdministratorRescued,
        Self::RescueAsked,
        Self::RescueWithdrawn,
        Self::MailWindowClosed,
        Self::MailWindowPermitted,
        Self::TestMailSent,
        Self::GateKeyRemoved,
    ];

    /// Its name in addresses and cookies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::TurnedOn => "turned-on",
            Self::TurnedOff => "turned-off",
            Self::AppRemoved => "app-removed",
            Self::AppUnregistered => "app-unregistered",
            Self::AppReactivated => "app-reactivated",
            Self::SwitchedOn => "switched-on",
            Self::SwitchedOff => "switched-off",
            Self::EmailConfirmed => "email-confirmed",
            Self::EmailRemoved => "email-removed",
            Self::ResetAsked => "reset-asked",
            Self::PasswordReset => "password-reset",
            Self::SetUpAbandoned => "set-up-abandoned",
            Self::CodesIssued => "codes-issued",
            Self::SessionEnded => "session-ended",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::PasswordChanged => "password-changed",
            Self::AddressAdded => "address-added",
            Self::AddressConfirmed => "address-confirmed",
            Self::AddressRemoved => "address-removed",
            Self::SecondFactorRemoved => "second-factor-removed",
            Self::SecondFactorReissued => "second-factor-reissued",
            Self::UserSessionsEnded => "user-sessions-ended",
            Self::UserMailEnded => "user-mail-ended",
            Self::UserUnlocked => "user-unlocked",
            Self::UserDisabled => "user-disabled",
            Self::UserEnabled => "user-enabled",
            Self::UserRoleChanged => "user-role-changed",
            Self::UserDeleted => "user-deleted",
            Self::UserEdited => "user-edited",
            Self::UserAdded => "user-added",
            Self::UserInvited => "user-invited",
            Self::PasswordLinkSent => "password-link-sent",
            Self::ImportBeingUndone => "import-being-undone",
            Self::GroupAdded => "group-added",
            Self::GroupChanged => "group-changed",
            Self::BrandingSaved => "branding-saved",
            Self::GroupRemoved => "group-removed",
            Self::PolicySaved => "policy-saved",
            Self::TenantAdded => "tenant-added",
            Self::SecondFactorScheduled => "second-factor-scheduled",
            Self::TenantSuspended => "tenant-suspended",
            Self::TenantResumed => "tenant-resumed",
            Self::TenantDeletionSet => "tenant-deletion-set",
            Self::TenantKept => "tenant-kept",
            Self::AdministratorRescued => "administrator-rescued",
            Self::RescueAsked => "rescue-asked",
            Self::RescueWithdrawn => "rescue-withdrawn",
            Self::MailWindowClosed => "mail-window-closed",
            Self::MailWindowPermitted => "mail-window-permitted",
            Self::TestMailSent => "test-mail-sent",
            Self::GateKeyRemoved => "gate-key-removed",
        }
    }

    /// Reads a name; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    pub(super) fn text(self, texts: &Texts) -> &str {
        match self {
            Self::SignedOut => texts.msg("notice-signed-out"),
            Self::TurnedOn => texts.msg("notice-turned-on"),
            Self::TurnedOff => texts.msg("notice-turned-off"),
            Self::AppRemoved => texts.msg("notice-app-removed"),
            Self::AppUnregistered => texts.msg("notice-app-unregistered"),
            Self::AppReactivated => texts.msg("notice-app-reactivated"),
            Self::SwitchedOn => texts.msg("notice-switched-on"),
            Self::SwitchedOff => texts.msg("notice-switched-off"),
            Self::EmailConfirmed => texts.msg("notice-email-confirmed"),
            Self::EmailRemoved => texts.msg("notice-email-removed"),
            Self::ResetAsked => texts.msg("notice-reset-asked"),
            Self::PasswordReset => texts.msg("notice-password-reset"),
            Self::SetUpAbandoned => texts.msg("notice-set-up-abandoned"),
            Self::CodesIssued => texts.msg("notice-codes-issued"),
            Self::SessionEnded => texts.msg("notice-session-ended"),
            Self::OtherSessionsEnded => texts.msg("notice-other-sessions-ended"),
            Self::PasswordChanged => texts.msg("notice-password-changed"),
            Self::AddressAdded => texts.msg("notice-address-added"),
            Self::AddressConfirmed => texts.msg("notice-address-confirmed"),
            Self::AddressRemoved => texts.msg("notice-address-removed"),
            Self::SecondFactorRemoved => texts.msg("notice-second-factor-removed"),
            Self::SecondFactorReissued => texts.msg("notice-second-factor-reissued"),
            Self::UserSessionsEnded => texts.msg("notice-user-sessions-ended"),
            Self::UserMailEnded => texts.msg("notice-user-mail-ended"),
            Self::UserUnlocked => texts.msg("notice-user-unlocked"),
            Self::UserDisabled => texts.msg("notice-user-disabled"),
            Self::UserEnabled => texts.msg("notice-user-enabled"),
            Self::UserRoleChanged => texts.msg("notice-user-role-changed"),
            Self::UserDeleted => texts.msg("notice-user-deleted"),
            Self::UserEdited => texts.msg("notice-user-edited"),
            Self::UserAdded => texts.msg("notice-user-added"),
            Self::UserInvited => texts.msg("notice-user-invited"),
            Self::PasswordLinkSent => texts.msg("notice-password-link-sent"),
            Self::ImportBeingUndone => texts.msg("notice-import-being-undone"),
            Self::GroupAdded => texts.msg("notice-group-added"),
            Self::GroupChanged => texts.msg("notice-group-changed"),
            Self::BrandingSaved => texts.msg("notice-branding-saved"),
            Self::GroupRemoved => texts.msg("notice-group-removed"),
            Self::PolicySaved => texts.msg("policy-saved"),
            Self::TenantAdded => texts.msg("notice-tenant-added"),
            Self::SecondFactorScheduled => texts.msg("notice-second-factor-scheduled"),
            Self::TenantSuspended => texts.msg("notice-tenant-suspended"),
            Self::TenantResumed => texts.msg("notice-tenant-resumed"),
            Self::TenantDeletionSet => texts.msg("notice-tenant-deletion-set"),
            Self::TenantKept => texts.msg("notice-tenant-kept"),
            Self::AdministratorRescued => texts.msg("notice-administrator-rescued"),
            Self::RescueAsked => texts.msg("notice-rescue-asked"),
            Self::RescueWithdrawn => texts.msg("notice-rescue-withdrawn"),
            Self::MailWindowClosed => texts.msg("notice-mail-window-closed"),
            Self::MailWindowPermitted => texts.msg("notice-mail-window-permitted"),
            Self::TestMailSent => texts.msg("notice-test-mail-sent"),
            Self::GateKeyRemoved => texts.msg("notice-gate-key-removed"),
        }
    }
}

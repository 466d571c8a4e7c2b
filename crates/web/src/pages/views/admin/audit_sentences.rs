//! The trail in sentences: what each kind of event is called, what it says when it was done, and why a refusal came about.

use warifu_domain::audit::EventKind;

use crate::text::Texts;

/// What a kind of event is called.
pub(super) fn name(texts: &Texts, kind: EventKind) -> &str {
    use EventKind as K;
    match kind {
        K::PasswordChecked => texts.msg("audit-name-password-checked"),
        K::CodeChecked => texts.msg("audit-name-code-checked"),
        K::BackupCodeChecked => texts.msg("audit-name-backup-code-checked"),
        K::SignedIn => texts.msg("audit-name-signed-in"),
        K::SignedOut => texts.msg("audit-name-signed-out"),
        K::SessionsEnded => texts.msg("audit-name-sessions-ended"),
        K::Proved => texts.msg("audit-name-proved"),
        K::SetUpStarted => texts.msg("audit-name-set-up-started"),
        K::SetUpAbandoned => texts.msg("audit-name-set-up-abandoned"),
        K::SetUpConfirmed => texts.msg("audit-name-set-up-confirmed"),
        K::SecondFactorRemoved => texts.msg("audit-name-second-factor-removed"),
        K::BackupCodesIssued => texts.msg("audit-name-backup-codes-issued"),
        K::SecondFactorReset => texts.msg("audit-name-second-factor-reset"),
        K::PasswordChanged => texts.msg("audit-name-password-changed"),
        K::UserAppeared => texts.msg("audit-name-user-appeared"),
        K::UserAdded => texts.msg("audit-name-user-added"),
        K::UserDisabled => texts.msg("audit-name-user-disabled"),
        K::UserEnabled => texts.msg("audit-name-user-enabled"),
        K::TenantAdded => texts.msg("audit-name-tenant-added"),
        K::PolicyChanged => texts.msg("audit-name-policy-changed"),
        K::TenantSuspended => texts.msg("audit-name-tenant-suspended"),
        K::TenantResumed => texts.msg("audit-name-tenant-resumed"),
        K::MailGivenUp => texts.msg("audit-name-mail-given-up"),
        K::MailTested => texts.msg("audit-name-mail-tested"),
        K::SecondFactorScheduled => texts.msg("audit-name-second-factor-scheduled"),
        K::TenantDeletionSet => texts.msg("audit-name-tenant-deletion-set"),
        K::TenantKept => texts.msg("audit-name-tenant-kept"),
        K::RescueAsked => texts.msg("audit-name-rescue-asked"),
        K::AdministratorRescued => texts.msg("audit-name-administrator-rescued"),
        K::RescueWithdrawn => texts.msg("audit-name-rescue-withdrawn"),
        K::KeysResealed => texts.msg("audit-name-keys-resealed"),
        K::KeyAdded => texts.msg("audit-name-key-added"),
        K::KeyActivated => texts.msg("audit-name-key-activated"),
        K::KeyRetired => texts.msg("audit-name-key-retired"),
        K::SetUpSkipped => texts.msg("audit-name-set-up-skipped"),
        K::BackupCodesViewed => texts.msg("audit-name-backup-codes-viewed"),
        K::PasswordResetAsked => texts.msg("audit-name-password-reset-asked"),
        K::PasswordReset => texts.msg("audit-name-password-reset"),
        K::SecondFactorSuspended => texts.msg("audit-name-second-factor-suspended"),
        K::SecondFactorReactivated => texts.msg("audit-name-second-factor-reactivated"),
        K::SecondFactorShown => texts.msg("audit-name-second-factor-shown"),
        K::UserEdited => texts.msg("audit-name-user-edited"),
        K::RoleChanged => texts.msg("audit-name-role-changed"),
        K::UserUnlocked => texts.msg("audit-name-user-unlocked"),
        K::SecondFactorReissued => texts.msg("audit-name-second-factor-reissued"),
        K::UserDeleted => texts.msg("audit-name-user-deleted"),
        K::UserExported => texts.msg("audit-name-user-exported"),
        K::HelpdeskCodeIssued => texts.msg("audit-name-helpdesk-code-issued"),
        K::HelpdeskCodeChecked => texts.msg("audit-name-helpdesk-code-checked"),
        K::GroupAdded => texts.msg("audit-name-group-added"),
        K::GroupChanged => texts.msg("audit-name-group-changed"),
        K::BrandingChanged => texts.msg("audit-name-branding-changed"),
        K::LogoChanged => texts.msg("audit-name-logo-changed"),
        K::GroupRemoved => texts.msg("audit-name-group-removed"),
        K::UsersImported => texts.msg("audit-name-users-imported"),
        K::PasswordInvited => texts.msg("audit-name-password-invited"),
        K::ImportUndone => texts.msg("audit-name-import-undone"),
        K::RemindersSent => texts.msg("audit-name-reminders-sent"),
        K::MailWindowOpened => texts.msg("audit-name-mail-window-opened"),
        K::MailWindowClosed => texts.msg("audit-name-mail-window-closed"),
        K::MailWindowPermitted => texts.msg("audit-name-mail-window-permitted"),
        K::MailClientRefused => texts.msg("audit-name-mail-client-refused"),
        K::MailPasswordWrong => texts.msg("audit-name-mail-password-wrong"),
        K::GateKeyAdded => texts.msg("audit-name-gate-key-added"),
        K::GateKeyRemoved => texts.msg("audit-name-gate-key-removed"),
        K::GateKeyRefused => texts.msg("audit-name-gate-key-refused"),
        K::MailSuppressed => texts.msg("audit-name-mail-suppressed"),
        K::MailJoined => texts.msg("audit-name-mail-joined"),
        K::CodesGuessed => texts.msg("audit-name-codes-guessed"),
        K::UnfamiliarLogin => texts.msg("audit-name-unfamiliar-login"),
        K::AddressRemoved => texts.msg("audit-name-address-removed"),
        K::AddressConfirmed => texts.msg("audit-name-address-confirmed"),
        K::AddressAdded => texts.msg("audit-name-address-added"),
        K::OwnSwitchChanged => texts.msg("audit-name-own-switch-changed"),
        K::EmailedCodeSent => texts.msg("audit-name-emailed-code-sent"),
        K::EmailedCodeChecked => texts.msg("audit-name-emailed-code-checked"),
        K::PrivateAddressConfirmed => texts.msg("audit-name-private-address-confirmed"),
        K::PrivateAddressRemoved => texts.msg("audit-name-private-address-removed"),
    }
}

/// What happened, where it was done.
pub(super) fn done(texts: &Texts, kind: EventKind) -> &str {
    use EventKind as K;
    match kind {
        K::PasswordChecked => texts.msg("audit-done-password-checked"),
        K::CodeChecked => texts.msg("audit-done-code-checked"),
        K::BackupCodeChecked => texts.msg("audit-done-backup-code-checked"),
        K::SignedIn => texts.msg("audit-done-signed-in"),
        K::SignedOut => texts.msg("audit-done-signed-out"),
        K::SessionsEnded => texts.msg("audit-done-sessions-ended"),
        K::Proved => texts.msg("audit-done-proved"),
        K::SetUpStarted => texts.msg("audit-done-set-up-started"),
        K::SetUpAbandoned => texts.msg("audit-done-set-up-abandoned"),
        K::SetUpConfirmed => texts.msg("audit-done-set-up-confirmed"),
        K::SecondFactorRemoved => texts.msg("audit-done-second-factor-removed"),
        K::BackupCodesIssued => texts.msg("audit-done-backup-codes-issued"),
        K::SecondFactorReset => texts.msg("audit-done-second-factor-reset"),
        K::PasswordChanged => texts.msg("audit-done-password-changed"),
        K::UserAppeared => texts.msg("audit-done-user-appeared"),
        K::UserAdded => texts.msg("audit-done-user-added"),
        K::UserDisabled => texts.msg("audit-done-user-disabled"),
        K::UserEnabled => texts.msg("audit-done-user-enabled"),
        K::TenantAdded => texts.msg("audit-done-tenant-added"),
        K::PolicyChanged => texts.msg("audit-done-policy-changed"),
        K::TenantSuspended => texts.msg("audit-done-tenant-suspended"),
        K::TenantResumed => texts.msg("audit-done-tenant-resumed"),
        K::MailGivenUp => texts.msg("audit-done-mail-given-up"),
        K::MailTested => texts.msg("audit-done-mail-tested"),
        K::SecondFactorScheduled => texts.msg("audit-done-second-factor-scheduled"),
        K::TenantDeletionSet => texts.msg("audit-done-tenant-deletion-set"),
        K::TenantKept => texts.msg("audit-done-tenant-kept"),
        K::RescueAsked => texts.msg("audit-done-rescue-asked"),
        K::AdministratorRescued => texts.msg("audit-done-administrator-rescued"),
        K::RescueWithdrawn => texts.msg("audit-done-rescue-withdrawn"),
        K::KeysResealed => texts.msg("audit-done-keys-resealed"),
        K::KeyAdded => texts.msg("audit-done-key-added"),
        K::KeyActivated => texts.msg("audit-done-key-activated"),
        K::KeyRetired => texts.msg("audit-done-key-retired"),
        K::SetUpSkipped => texts.msg("audit-done-set-up-skipped"),
        K::BackupCodesViewed => texts.msg("audit-done-backup-codes-viewed"),
        K::PasswordResetAsked => texts.msg("audit-done-password-reset-asked"),
        K::PasswordReset => texts.msg("audit-done-password-reset"),
        K::SecondFactorSuspended => texts.msg("audit-done-second-factor-suspended"),
        K::SecondFactorReactivated => texts.msg("audit-done-second-factor-reactivated"),
        K::SecondFactorShown => texts.msg("audit-done-second-factor-shown"),
        K::UserEdited => texts.msg("audit-done-user-edited"),
        K::RoleChanged => texts.msg("audit-done-role-changed"),
        K::UserUnlocked => texts.msg("audit-done-user-unlocked"),
        K::SecondFactorReissued => texts.msg("audit-done-second-factor-reissued"),
        K::UserDeleted => texts.msg("audit-done-user-deleted"),
        K::UserExported => texts.msg("audit-done-user-exported"),
        K::HelpdeskCodeIssued => texts.msg("audit-done-helpdesk-code-issued"),
        K::HelpdeskCodeChecked => texts.msg("audit-done-helpdesk-code-checked"),
        K::GroupAdded => texts.msg("audit-done-group-added"),
        K::GroupChanged => texts.msg("audit-done-group-changed"),
        K::BrandingChanged => texts.msg("audit-done-branding-changed"),
        K::LogoChanged => texts.msg("audit-done-logo-changed"),
        K::GroupRemoved => texts.msg("audit-done-group-removed"),
        K::UsersImported => texts.msg("audit-done-users-imported"),
        K::PasswordInvited => texts.msg("audit-done-password-invited"),
        K::ImportUndone => texts.msg("audit-done-import-undone"),
        K::RemindersSent => texts.msg("audit-done-reminders-sent"),
        K::MailWindowOpened => texts.msg("audit-done-mail-window-opened"),
        K::MailWindowClosed => texts.msg("audit-done-mail-window-closed"),
        K::MailWindowPermitted => texts.msg("audit-done-mail-window-permitted"),
        K::MailClientRefused => texts.msg("audit-done-mail-client-refused"),
        K::MailPasswordWrong => texts.msg("audit-done-mail-password-wrong"),
        K::GateKeyAdded => texts.msg("audit-done-gate-key-added"),
        K::GateKeyRemoved => texts.msg("audit-done-gate-key-removed"),
        K::GateKeyRefused => texts.msg("audit-done-gate-key-refused"),
        K::MailSuppressed => texts.msg("audit-done-mail-suppressed"),
        K::MailJoined => texts.msg("audit-done-mail-joined"),
        K::CodesGuessed => texts.msg("audit-done-codes-guessed"),
        K::UnfamiliarLogin => texts.msg("audit-done-unfamiliar-login"),
        K::AddressRemoved => texts.msg("audit-done-address-removed"),
        K::AddressConfirmed => texts.msg("audit-done-address-confirmed"),
        K::AddressAdded => texts.msg("audit-done-address-added"),
        K::OwnSwitchChanged => texts.msg("audit-done-own-switch-changed"),
        K::EmailedCodeSent => texts.msg("audit-done-emailed-code-sent"),
        K::EmailedCodeChecked => texts.msg("audit-done-emailed-code-checked"),
        K::PrivateAddressConfirmed => texts.msg("audit-done-private-address-confirmed"),
        K::PrivateAddressRemoved => texts.msg("audit-done-private-address-removed"),
    }
}

/// What an administrator is told about a refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advice<'t> {
    /// Why it comes about.
    pub(super) cause: &'t str,
    /// What the administrator can do.
    pub(super) admin: &'t str,
}

/// Why a refusal came about and what can be done, where there is more to say than the person's own page did.
pub(super) fn advice<'t>(texts: &'t Texts, code: &str) -> Option<Advice<'t>> {
    let (cause, admin) = match code {
        "LOGIN-01" => (
            texts.msg("advice-LOGIN-01-cause"),
            texts.msg("advice-LOGIN-01-admin"),
        ),
        "LOGIN-02" => (
            texts.msg("advice-LOGIN-02-cause"),
            texts.msg("advice-LOGIN-02-admin"),
        ),
        "LOGIN-03" => (
            texts.msg("advice-LOGIN-03-cause"),
            texts.msg("advice-LOGIN-03-admin"),
        ),
        "LOGIN-06" => (
            texts.msg("advice-LOGIN-06-cause"),
            texts.msg("advice-LOGIN-06-admin"),
        ),
        "LOGIN-04" => (
            texts.msg("advice-LOGIN-04-cause"),
            texts.msg("advice-LOGIN-04-admin"),
        ),
        "WIN-01" => (
            texts.msg("advice-WIN-01-cause"),
            texts.msg("advice-WIN-01-admin"),
        ),
        "OTP-01" => (
            texts.msg("advice-OTP-01-cause"),
            texts.msg("advice-OTP-01-admin"),
        ),
        "OTP-02" => (
            texts.msg("advice-OTP-02-cause"),
            texts.msg("advice-OTP-02-admin"),
        ),
        "OTP-03" => (
            texts.msg("advice-OTP-03-cause"),
            texts.msg("advice-OTP-03-admin"),
        ),
        "OTP-04" => (
            texts.msg("advice-OTP-04-cause"),
            texts.msg("advice-OTP-04-admin"),
        ),
        "OTP-05" => (
            texts.msg("advice-OTP-05-cause"),
            texts.msg("advice-OTP-05-admin"),
        ),
        "OTP-06" => (
            texts.msg("advice-OTP-06-cause"),
            texts.msg("advice-OTP-06-admin"),
        ),
        "OTP-07" => (
            texts.msg("advice-OTP-07-cause"),
            texts.msg("advice-OTP-07-admin"),
        ),
        "BAK-01" => (
            texts.msg("advice-BAK-01-cause"),
            texts.msg("advice-BAK-01-admin"),
        ),
        "BAK-02" => (
            texts.msg("advice-BAK-02-cause"),
            texts.msg("advice-BAK-02-admin"),
        ),
        "BAK-03" => (
            texts.msg("advice-BAK-03-cause"),
            texts.msg("advice-BAK-03-admin"),
        ),
        "BAK-04" => (
            texts.msg("advice-BAK-04-cause"),
            texts.msg("advice-BAK-04-admin"),
        ),
        "BAK-05" => (
            texts.msg("advice-BAK-05-cause"),
            texts.msg("advice-BAK-05-admin"),
        ),
        "SET-01" => (
            texts.msg("advice-SET-01-cause"),
            texts.msg("advice-SET-01-admin"),
        ),
        "SET-02" => (
            texts.msg("advice-SET-02-cause"),
            texts.msg("advice-SET-02-admin"),
        ),
        "SET-03" => (
            texts.msg("advice-SET-03-cause"),
            texts.msg("advice-SET-03-admin"),
        ),
        "ACC-03" => (
            texts.msg("advice-ACC-03-cause"),
            texts.msg("advice-ACC-03-admin"),
        ),
        "ADM-01" => (
            texts.msg("advice-ADM-01-cause"),
            texts.msg("advice-ADM-01-admin"),
        ),
        _ => return None,
    };
    Some(Advice { cause, admin })
}

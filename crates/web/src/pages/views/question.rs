//! The questions that every tenant answers (G9, W9), their addresses, and which of them explains a refusal.

use crate::text::Texts;

/// A question of the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What the second factor is.
    What,
    /// How to set it up.
    SetUp,
    /// Where to get an app.
    GetApp,
    /// A lost phone.
    LostPhone,
    /// A new phone.
    NewPhone,
    /// Several devices.
    SeveralDevices,
    /// A right code that is refused.
    CodeRefused,
    /// An app code that is refused (K4).
    Pairing,
    /// A mail with a code that does not arrive, or a code from it that is refused.
    EmailedCode,
    /// A mail program that is refused (K10).
    MailPrograms,
    /// Too many wrong codes.
    CodesPaused,
    /// What backup codes are.
    BackupCodes,
    /// A right backup code that is refused.
    BackupCodeRefused,
    /// How to switch the second factor off.
    TurnOff,
    /// A right password that is refused.
    PasswordRefused,
    /// A login that ended before it was done.
    LoginEnded,
    /// A session that ended.
    SignInAgain,
    /// The fresh proof.
    ProveAgain,
    /// A new password that is refused.
    NewPassword,
    /// A form that is refused.
    OldPage,
    /// Whom to ask.
    Who,
}

impl Question {
    /// Every question, in the order in which they stand.
    pub const ALL: &[Self] = &[
        Self::What,
        Self::SetUp,
        Self::GetApp,
        Self::LostPhone,
        Self::NewPhone,
        Self::SeveralDevices,
        Self::CodeRefused,
        Self::Pairing,
        Self::EmailedCode,
        Self::MailPrograms,
        Self::CodesPaused,
        Self::BackupCodes,
        Self::BackupCodeRefused,
        Self::TurnOff,
        Self::PasswordRefused,
        Self::LoginEnded,
        Self::SignInAgain,
        Self::ProveAgain,
        Self::NewPassword,
        Self::OldPage,
        Self::Who,
    ];

    /// The question that explains the refusal `code`; whom to ask, where no other does.
    pub fn explaining(code: &str) -> Self {
        match code {
            "LOGIN-01" | "LOGIN-06" | "ACC-03" | "RST-01" => Self::PasswordRefused,
            "LOGIN-02" | "LOGIN-03" | "LOGIN-04" => Self::LoginEnded,
            "LOGIN-05" => Self::LostPhone,
            "OTP-01" | "OTP-02" | "OTP-03" | "OTP-04" => Self::CodeRefused,
            _ if code.starts_with("PAIR-") => Self::Pairing,
            _ if code.starts_with("MAIL-") => Self::EmailedCode,
            _ if code.starts_with("WIN-") => Self::MailPrograms,
            "OTP-05" | "OTP-06" => Self::CodesPaused,
            "OTP-07" | "SET-01" | "SET-04" => Self::SetUp,
            "BAK-01" | "BAK-02" | "BAK-03" | "BAK-04" => Self::BackupCodeRefused,
            "BAK-05" | "BAK-06" => Self::BackupCodes,
            "SET-02" => Self::What,
            "SET-03" => Self::TurnOff,
            "ACC-01" => Self::SignInAgain,
            "ACC-02" => Self::ProveAgain,
            "FORM-01" | "FORM-02" => Self::OldPage,
            "ACC-05" => Self::NewPassword,
            _ if code.starts_with("PWD-") => Self::NewPassword,
            _ => Self::Who,
        }
    }

    /// What stands behind `#` in its address.
    pub fn id(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::SetUp => "set-up",
            Self::GetApp => "get-app",
            Self::LostPhone => "lost-phone",
            Self::NewPhone => "new-phone",
            Self::SeveralDevices => "several-devices",
            Self::CodeRefused => "code-refused",
            Self::Pairing => "pairing",
            Self::EmailedCode => "emailed-code",
            Self::MailPrograms => "mail-programs",
            Self::CodesPaused => "codes-paused",
            Self::BackupCodes => "backup-codes",
            Self::BackupCodeRefused => "backup-code-refused",
            Self::TurnOff => "turn-off",
            Self::PasswordRefused => "password-refused",
            Self::LoginEnded => "login-ended",
            Self::SignInAgain => "sign-in-again",
            Self::ProveAgain => "prove-again",
            Self::NewPassword => "new-password",
            Self::OldPage => "old-page",
            Self::Who => "who",
        }
    }

    /// The question itself.
    pub(super) fn title(self, texts: &Texts) -> &str {
        match self {
            Self::What => texts.msg("help-what"),
            Self::SetUp => texts.msg("help-set-up"),
            Self::GetApp => texts.msg("help-get-app"),
            Self::LostPhone => texts.msg("help-lost-phone"),
            Self::NewPhone => texts.msg("help-new-phone"),
            Self::SeveralDevices => texts.msg("help-several-devices"),
            Self::CodeRefused => texts.msg("help-code-refused"),
            Self::Pairing => texts.msg("help-pairing"),
            Self::EmailedCode => texts.msg("help-emailed-code"),
            Self::MailPrograms => texts.msg("help-mail-programs"),
            Self::CodesPaused => texts.msg("help-codes-paused"),
            Self::BackupCodes => texts.msg("help-backup-codes"),
            Self::BackupCodeRefused => texts.msg("help-backup-code-refused"),
            Self::TurnOff => texts.msg("help-turn-off"),
            Self::PasswordRefused => texts.msg("help-password-refused"),
            Self::LoginEnded => texts.msg("help-login-ended"),
            Self::SignInAgain => texts.msg("help-sign-in-again"),
            Self::ProveAgain => texts.msg("help-prove-again"),
            Self::NewPassword => texts.msg("help-new-password"),
            Self::OldPage => texts.msg("help-old-page"),
            Self::Who => texts.msg("help-who"),
        }
    }
}

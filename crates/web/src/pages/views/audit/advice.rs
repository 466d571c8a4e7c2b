//! What an administrator is told about a refusal that somebody calls about: why it came about, and what can be done.

use crate::text::Texts;

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
        "LOGIN-05" => (
            texts.msg("advice-LOGIN-05-cause"),
            texts.msg("advice-LOGIN-05-admin"),
        ),
        "MAIL-01" => (
            texts.msg("advice-MAIL-01-cause"),
            texts.msg("advice-MAIL-01-admin"),
        ),
        "MAIL-03" => (
            texts.msg("advice-MAIL-03-cause"),
            texts.msg("advice-MAIL-03-admin"),
        ),
        "MAIL-04" => (
            texts.msg("advice-MAIL-04-cause"),
            texts.msg("advice-MAIL-04-admin"),
        ),
        "MAIL-06" => (
            texts.msg("advice-MAIL-06-cause"),
            texts.msg("advice-MAIL-06-admin"),
        ),
        "MAIL-07" => (
            texts.msg("advice-MAIL-07-cause"),
            texts.msg("advice-MAIL-07-admin"),
        ),
        "HLP-01" => (
            texts.msg("advice-HLP-01-cause"),
            texts.msg("advice-HLP-01-admin"),
        ),
        "HLP-03" => (
            texts.msg("advice-HLP-03-cause"),
            texts.msg("advice-HLP-03-admin"),
        ),
        "SET-04" => (
            texts.msg("advice-SET-04-cause"),
            texts.msg("advice-SET-04-admin"),
        ),
        "WIN-02" => (
            texts.msg("advice-WIN-02-cause"),
            texts.msg("advice-WIN-02-admin"),
        ),
        "PAIR-01" => (
            texts.msg("advice-PAIR-01-cause"),
            texts.msg("advice-PAIR-01-admin"),
        ),
        "PAIR-05" => (
            texts.msg("advice-PAIR-05-cause"),
            texts.msg("advice-PAIR-05-admin"),
        ),
        "PAIR-08" => (
            texts.msg("advice-PAIR-08-cause"),
            texts.msg("advice-PAIR-08-admin"),
        ),
        "RST-01" => (
            texts.msg("advice-RST-01-cause"),
            texts.msg("advice-RST-01-admin"),
        ),
        _ => return None,
    };
    Some(Advice { cause, admin })
}

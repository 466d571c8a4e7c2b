//! What the knobs of a policy are called and what they do, in the visitor's language.

use crate::text::Texts;

/// A section's heading; its name in the text where there is none.
pub(super) fn section<'t>(texts: &'t Texts, section: &'t str) -> &'t str {
    match section {
        "second_factor" => texts.msg("policy-section-second-factor"),
        "login" => texts.msg("policy-section-login"),
        "totp" => texts.msg("policy-section-totp"),
        "enrolment" => texts.msg("policy-section-enrolment"),
        "removal" => texts.msg("policy-section-removal"),
        "backup_codes" => texts.msg("policy-section-backup-codes"),
        "email_code" => texts.msg("policy-section-email-code"),
        "mail" => texts.msg("policy-section-mail"),
        "session" => texts.msg("policy-section-session"),
        "retention" => texts.msg("policy-section-retention"),
        "locale" => texts.msg("policy-section-locale"),
        "entrances" => texts.msg("policy-section-entrances"),
        other => other,
    }
}

/// A knob's name, and what it does.
pub(super) fn knob<'t>(texts: &'t Texts, path: &'t str) -> (&'t str, &'t str) {
    match path {
        "second_factor.enrolment" => (
            texts.msg("knob-second-factor-enrolment"),
            texts.msg("knob-second-factor-enrolment-hint"),
        ),
        "second_factor.required_from" => (
            texts.msg("knob-second-factor-required-from"),
            texts.msg("knob-second-factor-required-from-hint"),
        ),
        "login.code_field" => (
            texts.msg("knob-login-code-field"),
            texts.msg("knob-login-code-field-hint"),
        ),
        "login.remember_me" => (
            texts.msg("knob-login-remember-me"),
            texts.msg("knob-login-remember-me-hint"),
        ),
        "login.attempt_minutes" => (
            texts.msg("knob-login-attempt-minutes"),
            texts.msg("knob-login-attempt-minutes-hint"),
        ),
        "login.wrong_codes" => (
            texts.msg("knob-login-wrong-codes"),
            texts.msg("knob-login-wrong-codes-hint"),
        ),
        "login.password_reset" => (
            texts.msg("knob-login-password-reset"),
            texts.msg("knob-login-password-reset-hint"),
        ),
        "totp.algorithm" => (
            texts.msg("knob-totp-algorithm"),
            texts.msg("knob-totp-algorithm-hint"),
        ),
        "totp.digits" => (
            texts.msg("knob-totp-digits"),
            texts.msg("knob-totp-digits-hint"),
        ),
        "totp.period_seconds" => (
            texts.msg("knob-totp-period-seconds"),
            texts.msg("knob-totp-period-seconds-hint"),
        ),
        "totp.skew_steps" => (
            texts.msg("knob-totp-skew-steps"),
            texts.msg("knob-totp-skew-steps-hint"),
        ),
        "enrolment.minutes" => (
            texts.msg("knob-enrolment-minutes"),
            texts.msg("knob-enrolment-minutes-hint"),
        ),
        "enrolment.keep_on_reload" => (
            texts.msg("knob-enrolment-keep-on-reload"),
            texts.msg("knob-enrolment-keep-on-reload-hint"),
        ),
        "enrolment.reauthentication" => (
            texts.msg("knob-enrolment-reauthentication"),
            texts.msg("knob-enrolment-reauthentication-hint"),
        ),
        "enrolment.show_again" => (
            texts.msg("knob-enrolment-show-again"),
            texts.msg("knob-enrolment-show-again-hint"),
        ),
        "enrolment.pairing" => (
            texts.msg("knob-enrolment-pairing"),
            texts.msg("knob-enrolment-pairing-hint"),
        ),
        "removal.by_user" => (
            texts.msg("knob-removal-by-user"),
            texts.msg("knob-removal-by-user-hint"),
        ),
        "removal.reauthentication" => (
            texts.msg("knob-removal-reauthentication"),
            texts.msg("knob-removal-reauthentication-hint"),
        ),
        "backup_codes.enabled" => (
            texts.msg("knob-backup-codes-enabled"),
            texts.msg("knob-backup-codes-enabled-hint"),
        ),
        "backup_codes.count" => (
            texts.msg("knob-backup-codes-count"),
            texts.msg("knob-backup-codes-count-hint"),
        ),
        "backup_codes.shape" => (
            texts.msg("knob-backup-codes-shape"),
            texts.msg("knob-backup-codes-shape-hint"),
        ),
        "backup_codes.shown" => (
            texts.msg("knob-backup-codes-shown"),
            texts.msg("knob-backup-codes-shown-hint"),
        ),
        "backup_codes.viewable" => (
            texts.msg("knob-backup-codes-viewable"),
            texts.msg("knob-backup-codes-viewable-hint"),
        ),
        "second_factor.own_switch" => (
            texts.msg("knob-second-factor-own-switch"),
            texts.msg("knob-second-factor-own-switch-hint"),
        ),
        "email_code.enabled" => (
            texts.msg("knob-email-code-enabled"),
            texts.msg("knob-email-code-enabled-hint"),
        ),
        "email_code.digits" => (
            texts.msg("knob-email-code-digits"),
            texts.msg("knob-email-code-digits-hint"),
        ),
        "email_code.minutes" => (
            texts.msg("knob-email-code-minutes"),
            texts.msg("knob-email-code-minutes-hint"),
        ),
        "email_code.resend_seconds" => (
            texts.msg("knob-email-code-resend-seconds"),
            texts.msg("knob-email-code-resend-seconds-hint"),
        ),
        "email_code.per_hour" => (
            texts.msg("knob-email-code-per-hour"),
            texts.msg("knob-email-code-per-hour-hint"),
        ),
        "email_code.sender" => (
            texts.msg("knob-email-code-sender"),
            texts.msg("knob-email-code-sender-hint"),
        ),
        "email_code.refused_domains" => (
            texts.msg("knob-email-code-refused-domains"),
            texts.msg("knob-email-code-refused-domains-hint"),
        ),
        "mail.windows" => (
            texts.msg("knob-mail-windows"),
            texts.msg("knob-mail-windows-hint"),
        ),
        "mail.window_hours" => (
            texts.msg("knob-mail-window-hours"),
            texts.msg("knob-mail-window-hours-hint"),
        ),
        "mail.ipv6_prefix" => (
            texts.msg("knob-mail-ipv6-prefix"),
            texts.msg("knob-mail-ipv6-prefix-hint"),
        ),
        "mail.imap" => (
            texts.msg("knob-mail-imap"),
            texts.msg("knob-mail-imap-hint"),
        ),
        "mail.pop3" => (
            texts.msg("knob-mail-pop3"),
            texts.msg("knob-mail-pop3-hint"),
        ),
        "mail.submission" => (
            texts.msg("knob-mail-submission"),
            texts.msg("knob-mail-submission-hint"),
        ),
        "mail.managesieve" => (
            texts.msg("knob-mail-managesieve"),
            texts.msg("knob-mail-managesieve-hint"),
        ),
        "mail.say_why" => (
            texts.msg("knob-mail-say-why"),
            texts.msg("knob-mail-say-why-hint"),
        ),
        "mail.crowd" => (
            texts.msg("knob-mail-crowd"),
            texts.msg("knob-mail-crowd-hint"),
        ),
        "mail.crowd_hours" => (
            texts.msg("knob-mail-crowd-hours"),
            texts.msg("knob-mail-crowd-hours-hint"),
        ),
        "session.idle_minutes" => (
            texts.msg("knob-session-idle-minutes"),
            texts.msg("knob-session-idle-minutes-hint"),
        ),
        "session.absolute_hours" => (
            texts.msg("knob-session-absolute-hours"),
            texts.msg("knob-session-absolute-hours-hint"),
        ),
        "session.remember_days" => (
            texts.msg("knob-session-remember-days"),
            texts.msg("knob-session-remember-days-hint"),
        ),
        "retention.address_days" => (
            texts.msg("knob-retention-address-days"),
            texts.msg("knob-retention-address-days-hint"),
        ),
        "retention.event_days" => (
            texts.msg("knob-retention-event-days"),
            texts.msg("knob-retention-event-days-hint"),
        ),
        "retention.device_days" => (
            texts.msg("knob-retention-device-days"),
            texts.msg("knob-retention-device-days-hint"),
        ),
        "locale.language" => (
            texts.msg("knob-locale-language"),
            texts.msg("knob-locale-language-hint"),
        ),
        "locale.time_zone" => (
            texts.msg("knob-locale-time-zone"),
            texts.msg("knob-locale-time-zone-hint"),
        ),
        "entrances.hosts" => (
            texts.msg("knob-entrances-hosts"),
            texts.msg("knob-entrances-hosts-hint"),
        ),
        "entrances.domains" => (
            texts.msg("knob-entrances-domains"),
            texts.msg("knob-entrances-domains-hint"),
        ),
        "entrances.administrators" => (
            texts.msg("knob-entrances-administrators"),
            texts.msg("knob-entrances-administrators-hint"),
        ),
        other => (other, ""),
    }
}

//! What the choices of a policy's knobs are called, in the visitor's language. Their words in a policy's text stand beside them.

use crate::text::Texts;

/// What a choice is called; its word in the text where it has no name. A test sees to it that every choice has one.
pub(super) fn choice<'t>(texts: &'t Texts, path: &str, word: &'t str) -> &'t str {
    match (path, word) {
        ("second_factor.enrolment", "off") => texts.msg("choice-second-factor-enrolment-off"),
        ("second_factor.enrolment", "optional") => {
            texts.msg("choice-second-factor-enrolment-optional")
        }
        ("second_factor.enrolment", "required") => {
            texts.msg("choice-second-factor-enrolment-required")
        }
        ("second_factor.enrolment", "required-off-network") => {
            texts.msg("choice-second-factor-enrolment-required-off-network")
        }
        ("login.code_field", "next-page") => texts.msg("choice-login-code-field-next-page"),
        ("login.code_field", "same-page") => texts.msg("choice-login-code-field-same-page"),
        ("totp.algorithm", "SHA1") => texts.msg("choice-totp-algorithm-sha1"),
        ("totp.algorithm", "SHA256") => texts.msg("choice-totp-algorithm-sha256"),
        ("totp.algorithm", "SHA512") => texts.msg("choice-totp-algorithm-sha512"),
        ("enrolment.reauthentication", "proof") => {
            texts.msg("choice-enrolment-reauthentication-proof")
        }
        ("enrolment.reauthentication", "password") => {
            texts.msg("choice-enrolment-reauthentication-password")
        }
        ("enrolment.pairing", "off") => texts.msg("choice-enrolment-pairing-off"),
        ("enrolment.pairing", "user-code-first") => {
            texts.msg("choice-enrolment-pairing-user-code-first")
        }
        ("enrolment.pairing", "app-code-first") => {
            texts.msg("choice-enrolment-pairing-app-code-first")
        }
        ("enrolment.pairing", "by-place") => texts.msg("choice-enrolment-pairing-by-place"),
        ("removal.reauthentication", "confirm") => {
            texts.msg("choice-removal-reauthentication-confirm")
        }
        ("removal.reauthentication", "password") => {
            texts.msg("choice-removal-reauthentication-password")
        }
        ("removal.reauthentication", "proof") => texts.msg("choice-removal-reauthentication-proof"),
        ("backup_codes.shape", "symbols16") => texts.msg("choice-backup-codes-shape-symbols16"),
        ("backup_codes.shape", "digits8") => texts.msg("choice-backup-codes-shape-digits8"),
        ("backup_codes.shown", "page") => texts.msg("choice-backup-codes-shown-page"),
        ("backup_codes.shown", "download") => texts.msg("choice-backup-codes-shown-download"),
        ("locale.language", "ja") => texts.msg("choice-locale-language-ja"),
        ("locale.language", "en") => texts.msg("choice-locale-language-en"),
        ("entrances.administrators", "same") => texts.msg("choice-entrances-administrators-same"),
        ("entrances.administrators", "own") => texts.msg("choice-entrances-administrators-own"),
        ("email_code.sender", "service") => texts.msg("choice-email-code-sender-service"),
        ("email_code.sender", "own-address") => texts.msg("choice-email-code-sender-own-address"),
        (_, word) => word,
    }
}

#[cfg(test)]
mod tests {
    use warifu_domain::policy::{KNOBS, KnobKind};

    use super::{super::policy_texts, *};
    use crate::text::{Labels, Language};

    #[test]
    fn every_knob_and_every_choice_has_words_in_both_languages() {
        for language in Language::ALL {
            let texts = Texts::new(language, Labels::standard(language));
            for knob in KNOBS {
                let (name, hint) = policy_texts::knob(&texts, knob.path);
                assert!(name != knob.path && !hint.is_empty(), "{}", knob.path);
                let section = knob.section();
                assert_ne!(policy_texts::section(&texts, section), section);
                let KnobKind::Choice(words) = knob.kind else {
                    continue;
                };
                for word in words {
                    assert_ne!(choice(&texts, knob.path, word), *word, "{}", knob.path);
                }
            }
        }
    }
}

//! Why a text is no policy, in the visitor's language. The command line says the same in English, from the domain's own words.

use warifu_domain::policy::{Allowed, BadNetwork, BadPolicy, Mistake};

use crate::text::Texts;

/// What is wrong with a policy, and where.
#[must_use]
pub fn policy_problem(texts: &Texts, bad: &BadPolicy) -> String {
    match bad {
        BadPolicy::Range {
            field,
            value,
            allowed,
            ..
        } => {
            let range = allowed_text(texts, allowed);
            texts.msg_with(
                "policy-bad-field",
                &[
                    ("field", field.as_str().into()),
                    ("value", value.as_str().into()),
                    ("range", range.into()),
                ],
            )
        }
        BadPolicy::Syntax {
            line,
            column,
            message,
        } => {
            let problem = mistake_text(texts, Mistake::of(message));
            texts.msg_with(
                "policy-bad",
                &[
                    ("line", line.to_string().into()),
                    ("column", column.to_string().into()),
                    ("problem", problem.into()),
                ],
            )
        }
    }
}

/// What a value may be.
#[must_use]
pub fn allowed_text(texts: &Texts, allowed: &Allowed) -> String {
    let at_most = |most: usize| i64::try_from(most).unwrap_or(i64::MAX);
    match *allowed {
        Allowed::Number { least, most } => texts.msg_with(
            "allowed-number",
            &[("least", least.into()), ("most", most.into())],
        ),
        Allowed::Line { least: 0, most } => {
            texts.msg_with("allowed-line-or-none", &[("most", at_most(most).into())])
        }
        Allowed::Line { least, most } => texts.msg_with(
            "allowed-line",
            &[
                ("least", at_most(least).into()),
                ("most", at_most(most).into()),
            ],
        ),
        Allowed::Text { most } => texts.msg_with("allowed-text", &[("most", at_most(most).into())]),
        Allowed::Names { most } => {
            texts.msg_with("allowed-names", &[("most", at_most(most).into())])
        }
        Allowed::Questions { most } => {
            texts.msg_with("allowed-questions", &[("most", at_most(most).into())])
        }
        Allowed::Networks { most } => {
            texts.msg_with("allowed-networks", &[("most", at_most(most).into())])
        }
        Allowed::Kibibytes { most } => {
            texts.msg_with("allowed-kibibytes", &[("most", at_most(most).into())])
        }
        Allowed::QuestionId => texts.msg("allowed-question-id").to_owned(),
        Allowed::Colour => texts.msg("allowed-colour").to_owned(),
        Allowed::Phone => texts.msg("allowed-phone").to_owned(),
        Allowed::MailAddress => texts.msg("allowed-mail-address").to_owned(),
        Allowed::WebAddress => texts.msg("allowed-web-address").to_owned(),
        Allowed::MailDomains => texts.msg("allowed-mail-domains").to_owned(),
        Allowed::HostNames => texts.msg("allowed-host-names").to_owned(),
        Allowed::TimeZone => texts.msg("allowed-time-zone").to_owned(),
        Allowed::PairedDigits => texts.msg("allowed-paired-digits").to_owned(),
        Allowed::Network(ref bad) => network_text(texts, bad),
    }
}

fn network_text(texts: &Texts, bad: &BadNetwork) -> String {
    match bad {
        BadNetwork::Unreadable => texts.msg("allowed-network").to_owned(),
        BadNetwork::HostBits { block } => {
            texts.msg_with("allowed-network-block", &[("block", block.into())])
        }
        BadNetwork::LeadingZeros => texts.msg("allowed-network-zeros").to_owned(),
        BadNetwork::Zone => texts.msg("allowed-network-zone").to_owned(),
        BadNetwork::Mapped { address } => {
            texts.msg_with("allowed-network-mapped", &[("address", address.into())])
        }
        BadNetwork::Prefix { most } => {
            texts.msg_with("allowed-network-prefix", &[("most", (*most).into())])
        }
        BadNetwork::Twice { line } => {
            texts.msg_with("allowed-network-once", &[("line", line.to_string().into())])
        }
        BadNetwork::Everything => texts.msg("allowed-network-less").to_owned(),
    }
}

fn mistake_text(texts: &Texts, mistake: Mistake<'_>) -> String {
    match mistake {
        Mistake::UnknownField(name) => {
            texts.msg_with("policy-mistake-field", &[("name", name.into())])
        }
        Mistake::UnknownWord { word, known } => texts.msg_with(
            "policy-mistake-word",
            &[
                ("word", word.into()),
                ("known", known.replace('`', "").into()),
            ],
        ),
        Mistake::WrongKind => texts.msg("policy-mistake-kind").to_owned(),
        Mistake::MissingField(name) => {
            texts.msg_with("policy-mistake-missing", &[("name", name.into())])
        }
        Mistake::Twice => texts.msg("policy-mistake-twice").to_owned(),
        Mistake::NotATime => texts.msg("policy-mistake-time").to_owned(),
        Mistake::NotToml => texts.msg("policy-mistake-toml").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use warifu_domain::policy::Policy;

    use super::*;
    use crate::text::{Labels, Language};

    /// One policy for each way to be wrong; a new way is missed by the match below.
    fn wrong() -> Vec<String> {
        let network =
            |cidr: &str| format!("[[networks]]\ncidr = \"{cidr}\"\nname = \"n\"\ntrusted = true\n");
        let faq = |id: &str, answer: &str| {
            format!(
                "[[faq]]\nid = \"{id}\"\nja = {{ question = \"q\", answer = \"{answer}\" }}\n\
                 en = {{ question = \"q\", answer = \"a\" }}\n"
            )
        };
        let names: Vec<String> = (0..51).map(|n| format!("\"h{n}.example\"")).collect();
        vec![
            "[login]\nwrong_codes = 9".to_owned(),
            "[labels.ja]\nfeature = \"\"".to_owned(),
            network("192.0.2.0/24") + &format!("comment = \"{}\"", "x".repeat(201)),
            faq("a", ""),
            faq("A B", "a"),
            (0..31).map(|n| faq(&format!("q{n}"), "a")).collect(),
            format!("[entrances]\nhosts = [{}]", names.join(", ")),
            "[entrances]\nhosts = [\"https://x\"]".to_owned(),
            (0..201)
                .map(|n| {
                    network(&format!("198.51.100.{n}")).replace("198.51.100.200", "2001:db8::1")
                })
                .collect(),
            format!("# {}", "x".repeat(600_000)),
            "[branding]\naccent = \"red\"".to_owned(),
            "[contact]\nphone = \"call us\"".to_owned(),
            "[contact]\nmail = \"x\"".to_owned(),
            "[contact]\npage = \"http://x\"".to_owned(),
            "[email_code]\nrefused_domains = [\"@\"]".to_owned(),
            "[locale]\ntime_zone = \"?\"".to_owned(),
            network("here"),
            network("192.0.2.1/24"),
            network("192.0.02.1"),
            network("fe80::1%eth0"),
            network("::ffff:192.0.2.1"),
            network("192.0.2.0/33"),
            network("192.0.2.1").repeat(2),
            network("0.0.0.0/0"),
            "[totp]\ndigits = 8\n[enrolment]\npairing = \"by-place\"".to_owned(),
            "[login]\nwrong_cods = 3".to_owned(),
            "[login]\ncode_field = \"nowhere\"".to_owned(),
            "[login]\nwrong_codes = \"three\"".to_owned(),
            "[[networks]]\ncidr = \"192.0.2.1\"".to_owned(),
            "[login]\n[login]".to_owned(),
            "[second_factor]\nrequired_from = \"soon\"".to_owned(),
            "[login".to_owned(),
        ]
    }

    fn place(bad: &BadPolicy) -> usize {
        match bad {
            BadPolicy::Range { allowed, .. } => match allowed {
                Allowed::Number { .. } => 0,
                Allowed::Line { least: 1.., .. } => 1,
                Allowed::Line { least: 0, .. } => 2,
                Allowed::Text { .. } => 3,
                Allowed::QuestionId => 4,
                Allowed::Questions { .. } => 5,
                Allowed::Names { .. } => 6,
                Allowed::HostNames => 7,
                Allowed::Networks { .. } => 8,
                Allowed::Kibibytes { .. } => 9,
                Allowed::Colour => 10,
                Allowed::Phone => 11,
                Allowed::MailAddress => 12,
                Allowed::WebAddress => 13,
                Allowed::MailDomains => 14,
                Allowed::TimeZone => 15,
                Allowed::Network(bad) => match bad {
                    BadNetwork::Unreadable => 16,
                    BadNetwork::HostBits { .. } => 17,
                    BadNetwork::LeadingZeros => 18,
                    BadNetwork::Zone => 19,
                    BadNetwork::Mapped { .. } => 20,
                    BadNetwork::Prefix { .. } => 21,
                    BadNetwork::Twice { .. } => 22,
                    BadNetwork::Everything => 23,
                },
                Allowed::PairedDigits => 24,
            },
            BadPolicy::Syntax { message, .. } => match Mistake::of(message) {
                Mistake::UnknownField(_) => 25,
                Mistake::UnknownWord { .. } => 26,
                Mistake::WrongKind => 27,
                Mistake::MissingField(_) => 28,
                Mistake::Twice => 29,
                Mistake::NotATime => 30,
                Mistake::NotToml => 31,
            },
        }
    }

    #[test]
    fn every_way_to_be_no_policy_is_told_in_both_languages() {
        let say = |language, bad: &BadPolicy| {
            policy_problem(&Texts::new(language, Labels::standard(language)), bad)
        };
        for (number, text) in wrong().iter().enumerate() {
            let bad = Policy::parse(text).expect_err(text);
            assert_eq!(place(&bad), number, "{bad}");
            let (ja, en) = (say(Language::Ja, &bad), say(Language::En, &bad));
            assert_ne!(ja, en);
            // Nothing of the English words, and no key that has none.
            let is_japanese = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c);
            assert!(
                ja.contains(is_japanese) && !en.contains(is_japanese),
                "{ja} / {en}"
            );
            if let BadPolicy::Range { allowed, .. } = &bad {
                assert!(!ja.contains(&allowed.to_string()), "{ja}");
            }
            for text in [&ja, &en] {
                assert!(
                    !text.contains("allowed-") && !text.contains("mistake-"),
                    "{text}"
                );
                assert!(!text.contains('{') && !text.contains('`'), "{text}");
            }
        }
    }
}

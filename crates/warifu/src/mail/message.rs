//! A mail as bytes. The library writes every header from typed fields, so that nothing in them can become another one (SEC-30).

use std::time::{Duration, SystemTime};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message, address::Envelope};
use warifu_flows::delivery::{Mail, SendFailure};

/// Composes a mail from `sender`.
pub(super) fn compose(sender: &Mailbox, mail: &Mail) -> Result<Message, SendFailure> {
    let unfit = |words: String| SendFailure {
        is_final: true,
        words,
    };
    let to = mail
        .to
        .parse()
        .map_err(|error| unfit(format!("no mail address: {error}")))?;
    let millis = u64::try_from(mail.at.0).unwrap_or_default();
    let to: Address = to;
    let builder = match &mail.from {
        // Sent by us in the person's name: both stand in it (RFC 5322, 3.6.2), and what bounces comes to us (K7).
        Some(from) => {
            let from = from
                .parse()
                .map_err(|error| unfit(format!("no mail address: {error}")))?;
            Message::builder()
                .from(Mailbox::new(None, from))
                .sender(sender.clone())
        }
        None => Message::builder().from(sender.clone()),
    };
    let envelope = Envelope::new(Some(sender.email.clone()), vec![to.clone()])
        .map_err(|error| unfit(error.to_string()))?;
    builder
        .envelope(envelope)
        .to(Mailbox::new(None, to))
        .subject(mail.subject.replace(char::is_control, " "))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .message_id(Some(format!("<{}@{}>", mail.id, sender.email.domain())))
        // No machine is to answer (RFC 3834, 5).
        .raw_header(plain("Auto-Submitted", "auto-generated"))
        .raw_header(plain("Content-Language", mail.language))
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| unfit(error.to_string()))
}

fn plain(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii(name.to_owned()).expect("our names are ASCII");
    HeaderValue::new(name, value.to_owned())
}

#[cfg(test)]
mod tests {
    use warifu_domain::time::Timestamp;

    use super::*;

    fn mail() -> Mail {
        Mail {
            id: "1.2.warifu".to_owned(),
            from: None,
            to: "hanako.sato@example.jp".to_owned(),
            subject: "[みどり商事] パスワードが変更されました".to_owned(),
            text: "本文\n".to_owned(),
            html: "<p>本文</p>".to_owned(),
            language: "ja",
            at: Timestamp(1_795_255_452_000),
        }
    }

    fn sender() -> Mailbox {
        "Warifu <warifu@example.jp>".parse().unwrap()
    }

    /// Names of the headers, and the body.
    fn split(message: &Message) -> (Vec<String>, String) {
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let own = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']));
        let names = own.map(|line| line.split(':').next().unwrap().to_ascii_lowercase());
        (names.collect(), body.to_owned())
    }

    #[test]
    fn sec_030_nothing_in_any_field_becomes_a_header_an_address_or_a_command() {
        let (names, _) = split(&compose(&sender(), &mail()).unwrap());
        let hostile = [
            "\r\nBcc: thief@evil.example",
            "\nBcc: thief@evil.example",
            "\rBcc: thief@evil.example",
            "\r\n\r\nanother body",
            "\0",
            "\u{85}Bcc: x@y",
            "\u{2028}Bcc: x@y",
            "\r\n.\r\nMAIL FROM:<thief@evil.example>\r\n",
        ];
        for words in hostile {
            let changes: [fn(&mut Mail, &str); 4] = [
                |mail, words| mail.subject.push_str(words),
                |mail, words| mail.text.push_str(words),
                |mail, words| mail.html.push_str(words),
                |mail, words| mail.subject.insert_str(0, words),
            ];
            for change in changes {
                let mut mail = mail();
                change(&mut mail, words);
                let message = compose(&sender(), &mail).unwrap();
                let (seen, body) = split(&message);
                assert_eq!(seen, names, "{words:?}");
                assert!(!body.contains('\0'), "{words:?}");
                assert_eq!(message.envelope().to().len(), 1);
                assert_eq!(message.envelope().from(), Some(&sender().email));
            }
            let mut mail = mail();
            mail.to.push_str(words);
            assert!(compose(&sender(), &mail).is_err(), "{words:?}");
        }
        for to in [
            "",
            "a@b, c@d",
            "A <a@example.jp>",
            "a@example.jp>\r\nRCPT TO:<b@example.jp",
        ] {
            let mail = Mail {
                to: to.to_owned(),
                ..mail()
            };
            assert!(compose(&sender(), &mail).is_err(), "{to:?}");
        }
    }

    #[test]
    fn k7_sec_030_a_code_comes_from_the_person_s_own_address_and_bounces_come_to_us() {
        let own = Mail {
            from: Some("hana@kit.example".to_owned()),
            ..mail()
        };
        let message = compose(&sender(), &own).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.contains("From: hana@kit.example\r\n"), "{text}");
        assert!(
            text.contains("Sender: Warifu <warifu@example.jp>\r\n"),
            "{text}"
        );
        assert_eq!(message.envelope().from(), Some(&sender().email));
        for hostile in [
            "hana@kit.example\r\nBcc: thief@evil.example",
            "hana@kit.example, thief@evil.example",
            "Dean <dean@kit.example>",
            "hana@kit.example\0",
            "",
        ] {
            let mail = Mail {
                from: Some(hostile.to_owned()),
                ..mail()
            };
            assert!(compose(&sender(), &mail).is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn every_try_at_a_notice_has_the_same_message_id_and_date() {
        let head = |message: Message| {
            let text = String::from_utf8(message.formatted()).unwrap();
            let lines = text
                .lines()
                .filter(|line| line.starts_with("Message-ID:") || line.starts_with("Date:"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let first = head(compose(&sender(), &mail()).unwrap());
        assert_eq!(first, head(compose(&sender(), &mail()).unwrap()));
        assert_eq!(
            first,
            [
                "Date: Sat, 21 Nov 2026 10:04:12 +0000",
                "Message-ID: <1.2.warifu@example.jp>"
            ]
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
        );
    }
}

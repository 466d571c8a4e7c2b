//! A mail as bytes. The library writes every header from typed fields, so that nothing in them can become another one (SEC-30).

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
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
    Message::builder()
        .from(sender.clone())
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

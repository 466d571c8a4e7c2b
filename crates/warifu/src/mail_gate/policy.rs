//! Postfix's policy delegation (SMTPD_POLICY_README): may a client that has logged in send? Whatever cannot be read or answered is
//! put off, never let through (SEC-55).

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;
use warifu_flows::mail_gate::{self, Answer, Outcome, Question, Server};

use super::Door;
use super::lines::{End, Lines};

/// Longest line. Postfix's longest, a certificate's names, have a few hundred bytes.
const LONGEST_LINE: usize = 8 * 1024;
/// Most lines of one question; Postfix 3.7 sends some thirty.
const MOST_LINES: usize = 100;
/// Most bytes of one question.
const MOST_BYTES: usize = 64 * 1024;
/// Longer than Postfix keeps a connection that it does not need (`smtpd_policy_service_max_idle`, 300 s).
const IDLE: Duration = Duration::from_secs(330);
/// How long one question may take to arrive.
const QUESTION_TIME: Duration = Duration::from_secs(20);

/// To Postfix a client that is told this may try again; in the words of RFC 3463 something of ours is out of order.
const LATER: &str = "451 4.3.0 The login gate cannot answer now; try again later";
/// Nothing that tells why (SEC-49).
const NO: &str = "REJECT 5.7.1 Access denied";

/// A question as it arrives. Of its many attributes three count.
#[derive(Debug, Default, PartialEq)]
struct Request {
    kind: Option<String>,
    address: Option<String>,
    login: Option<String>,
}

/// Something that Postfix does not send.
#[derive(Debug, PartialEq)]
struct Malformed;

impl Request {
    /// Takes one `name=value`.
    fn add(&mut self, line: &[u8]) -> Result<(), Malformed> {
        let at = line
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or(Malformed)?;
        let (name, value) = (&line[..at], &line[at + 1..]);
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return Err(Malformed);
        }
        let place = match name {
            b"request" => &mut self.kind,
            b"client_address" => &mut self.address,
            b"sasl_username" => &mut self.login,
            _ => return Ok(()),
        };
        // Of two answers to one question none is the right one.
        if place.is_some() {
            return Err(Malformed);
        }
        *place = Some(String::from_utf8(value.to_vec()).map_err(|_| Malformed)?);
        Ok(())
    }

    /// What is asked. `None`: nobody has logged in, and the gate has nothing to say.
    fn question(self) -> Result<Option<Question>, Malformed> {
        if self.kind.as_deref() != Some("smtpd_access_policy") {
            return Err(Malformed);
        }
        let address = self.address.ok_or(Malformed)?;
        let login = self.login.filter(|login| !login.is_empty());
        Ok(login.map(|login| Question {
            login,
            address,
            service: "submission".to_owned(),
        }))
    }
}

/// Answers one connection's questions until it ends.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, door: &Door) {
    let (reading, mut writing) = tokio::io::split(stream);
    let mut lines = Lines::new(reading, LONGEST_LINE);
    loop {
        let question = tokio::select! {
            question = read(&mut lines) => question,
            () = door.stopped() => return,
        };
        let (action, goes_on) = match question {
            Ok(Some(Ok(None))) => ("DUNNO".to_owned(), true),
            Ok(Some(Ok(Some(question)))) => (answer(door, &question).await, true),
            Ok(Some(Err(Malformed))) | Err(End::TooLong) => {
                tracing::warn!(
                    tenant = door.tenant,
                    "a question of a mail server cannot be read"
                );
                (LATER.to_owned(), false)
            }
            Ok(None) | Err(End::Quiet | End::Cut) => return,
        };
        let answer = format!("action={action}\n\n");
        if writing.write_all(answer.as_bytes()).await.is_err() || !goes_on {
            return;
        }
    }
}

/// Reads one question, up to its empty line. `None`: there is no more.
async fn read<R: AsyncRead + Unpin>(
    lines: &mut Lines<R>,
) -> Result<Option<Result<Option<Question>, Malformed>>, End> {
    let (mut request, mut bytes, mut wait) = (Request::default(), 0, IDLE);
    let mut began: Option<Instant> = None;
    for _ in 0..MOST_LINES {
        let line = match lines.next(wait).await {
            Err(End::Quiet) if began.is_none() => return Ok(None),
            line => line?,
        };
        let since = *began.get_or_insert_with(Instant::now);
        wait = QUESTION_TIME.saturating_sub(since.elapsed());
        if line.is_empty() {
            return Ok(Some(request.question()));
        }
        bytes += line.len();
        if bytes > MOST_BYTES || request.add(line).is_err() {
            return Ok(Some(Err(Malformed)));
        }
    }
    Ok(Some(Err(Malformed)))
}

/// What Postfix is to do.
async fn answer(door: &Door, question: &Question) -> String {
    let (ctx, slug) = (&door.ctx, door.tenant.as_str());
    let asked = mail_gate::ask(ctx, slug, &Server::Own, question).await;
    let (tenant, answer) = match asked {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            tracing::error!(
                tenant = slug,
                "[[mail_gate]] names a tenant that is not there"
            );
            return LATER.to_owned();
        }
        Err(error) => {
            tracing::error!(tenant = slug, fault = %error, "the gate cannot answer");
            return LATER.to_owned();
        }
    };
    match answer {
        Answer::Allow => {
            // Postfix asks behind the password: the client is in.
            let told = mail_gate::report(ctx, slug, &Server::Own, question, Outcome::Success);
            if let Err(error) = told.await {
                tracing::warn!(tenant = slug, fault = %error, "the use of a window cannot be noted");
            }
            "DUNNO".to_owned()
        }
        Answer::NeedsWindow => match door.words(&tenant, &question.service) {
            Some(words) => format!("REJECT 5.7.1 {words}"),
            None => NO.to_owned(),
        },
        Answer::Refuse => NO.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM_POSTFIX: &str = "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n\
        client_address=203.0.113.7\nclient_name=unknown\nhelo_name=[192.168.1.5]\nsender=hana@example.jp\n\
        recipient=taro@example.jp\nsasl_method=PLAIN\nsasl_username=hana\nsasl_sender=\nsize=0\nccert_subject=a=b\n\n";

    async fn questions(text: &str) -> Vec<Option<Result<Option<Question>, Malformed>>> {
        let mut lines = Lines::new(text.as_bytes(), LONGEST_LINE);
        let mut read_all = Vec::new();
        while let Ok(question) = read(&mut lines).await {
            let goes_on = matches!(question, Some(Ok(_)));
            read_all.push(question);
            if !goes_on {
                break;
            }
        }
        read_all
    }

    fn login(read: &Option<Result<Option<Question>, Malformed>>) -> Option<&str> {
        match read {
            Some(Ok(Some(question))) => Some(&question.login),
            _ => None,
        }
    }

    #[tokio::test]
    async fn questions_of_postfix_are_read_one_after_the_other() {
        let nobody = FROM_POSTFIX.replace("sasl_username=hana", "sasl_username=");
        let read = questions(&format!("{FROM_POSTFIX}{nobody}{FROM_POSTFIX}")).await;
        assert_eq!(read.len(), 4, "and the end: {read:?}");
        assert_eq!(login(&read[0]), Some("hana"));
        assert!(
            matches!(&read[0], Some(Ok(Some(asked))) if asked.address == "203.0.113.7" && asked.service == "submission")
        );
        assert!(matches!(read[1], Some(Ok(None))), "nobody has logged in");
        assert_eq!(login(&read[2]), Some("hana"));
        assert!(read[3].is_none());
    }

    #[tokio::test]
    async fn sec_055_what_postfix_does_not_send_is_never_a_question() {
        let long = "x=".to_owned() + &"y".repeat(700) + "\n";
        for text in [
            FROM_POSTFIX.replace("request=smtpd_access_policy\n", ""),
            FROM_POSTFIX.replace("smtpd_access_policy", "junk_policy"),
            FROM_POSTFIX.replace("client_address=203.0.113.7\n", ""),
            FROM_POSTFIX.replace("sasl_sender=", "sasl_username=taro"),
            FROM_POSTFIX.replace("sasl_sender=", "sasl_username="),
            FROM_POSTFIX.replace("size=0", "client_address=127.0.0.1"),
            FROM_POSTFIX.replace("size=0", "size"),
            FROM_POSTFIX.replace("size=0", "=0"),
            FROM_POSTFIX.replace("size=0", "si ze=0"),
            "\n".to_owned(),
            "GET / HTTP/1.1\nHost: x\n\n".to_owned(),
            FROM_POSTFIX.replace("size=0\n", &"a=b\n".repeat(MOST_LINES)),
            FROM_POSTFIX.replace("size=0\n", &long.repeat(99)),
        ] {
            let read = questions(&text).await;
            assert_eq!(read, [Some(Err(Malformed))], "{text}");
        }
        // What is not UTF-8 in a name nobody has; elsewhere it does not matter.
        let mut request = Request::default();
        assert_eq!(request.add(b"sasl_username=\xff"), Err(Malformed));
        assert_eq!(request.add(b"helo_name=\xff"), Ok(()));
        // In the middle of a question the connection ends: nothing is answered.
        let cut = &FROM_POSTFIX[..FROM_POSTFIX.len() - 1];
        assert_eq!(questions(cut).await, []);
    }
}

//! Dovecot's authentication protocol, version 1, from the side of the server: a Postfix without Dovecot has its logins checked here
//! (`smtpd_sasl_type = dovecot`). Mechanisms PLAIN (RFC 4616) and LOGIN.

use std::collections::HashMap;
use std::str;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use warifu_domain::typed::Typed;
use warifu_flows::mail_gate::Question;
use warifu_flows::mail_login::{self, MailLogin};
use zeroize::Zeroizing;

use super::Door;
use super::lines::{End, Lines};

/// Longest line, as Dovecot has it.
const LONGEST_LINE: usize = 8 * 1024;
/// Characters of a name that are repeated in a refusal.
const LONGEST_NAME: usize = 255;
/// Logins of one connection that are under way; Postfix has one.
const MOST_PENDING: usize = 16;
/// Postfix keeps its connection as long as its process lives, and takes the end of one for a failed login.
const IDLE: Duration = Duration::from_secs(6 * 3600);
/// How long a client may take to say which version it speaks.
const GREETING_TIME: Duration = Duration::from_secs(10);

/// What the other side says next in a login.
enum Stage {
    /// Everything at once (PLAIN).
    Plain,
    /// LOGIN: the name.
    Name,
    /// LOGIN: the password of this name.
    Password(String),
}

/// A login that is under way.
struct Pending {
    service: String,
    address: String,
    stage: Stage,
}

/// What is done with a line.
enum Next {
    /// Said at once.
    Say(String),
    /// The login of this number is complete.
    LogIn(u32, Question, Typed),
    /// Nothing.
    Nothing,
}

/// Something that no client says; the connection ends.
#[derive(Debug)]
struct Malformed;

/// One connection.
#[derive(Default)]
struct Session {
    /// The client speaks our version.
    greeted: bool,
    pending: HashMap<u32, Pending>,
}

impl Session {
    fn take(&mut self, line: &[u8]) -> Result<Next, Malformed> {
        let line = str::from_utf8(line).map_err(|_| Malformed)?;
        let mut fields = line.split('\t');
        let verb = fields.next().unwrap_or_default();
        if verb == "VERSION" {
            self.greeted = fields.next() == Some("1");
            return if self.greeted {
                Ok(Next::Nothing)
            } else {
                Err(Malformed)
            };
        }
        if !self.greeted {
            return Err(Malformed);
        }
        if !matches!(verb, "AUTH" | "CONT" | "CANCEL") {
            // As the protocol demands of both sides: unknown commands are for later versions.
            return Ok(Next::Nothing);
        }
        let id = fields
            .next()
            .and_then(|id| id.parse().ok())
            .ok_or(Malformed)?;
        match verb {
            "AUTH" => self.begin(id, fields),
            "CONT" => {
                let Some(pending) = self.pending.remove(&id) else {
                    return Ok(Next::Say(fail(id)));
                };
                Ok(self.go_on(id, pending, fields.next().unwrap_or_default()))
            }
            _ => {
                self.pending.remove(&id);
                Ok(Next::Nothing)
            }
        }
    }

    fn begin<'a>(
        &mut self,
        id: u32,
        mut fields: impl Iterator<Item = &'a str>,
    ) -> Result<Next, Malformed> {
        if self.pending.contains_key(&id) {
            return Err(Malformed);
        }
        let stage = match fields.next() {
            Some("PLAIN") => Stage::Plain,
            Some("LOGIN") => Stage::Name,
            Some(_) => return Ok(Next::Say(fail(id))),
            None => return Err(Malformed),
        };
        let (mut service, mut address, mut response) = (None, None, None);
        for field in fields {
            let (place, value) = match field.split_once('=') {
                Some(("service", value)) => (&mut service, value),
                Some(("rip", value)) => (&mut address, value),
                Some(("resp", value)) => (&mut response, value),
                _ => continue,
            };
            // Of two answers to one question none is the right one.
            if place.replace(value).is_some() {
                return Err(Malformed);
            }
        }
        let pending = Pending {
            service: service.unwrap_or_default().to_owned(),
            address: address.unwrap_or_default().to_owned(),
            stage,
        };
        if self.pending.len() >= MOST_PENDING {
            return Ok(Next::Say(fail_for_now(id)));
        }
        Ok(match response {
            Some(response) => self.go_on(id, pending, response),
            None => {
                let prompt = match pending.stage {
                    Stage::Plain => "",
                    _ => "Username:",
                };
                self.ask(id, pending, prompt)
            }
        })
    }

    fn ask(&mut self, id: u32, pending: Pending, prompt: &str) -> Next {
        self.pending.insert(id, pending);
        Next::Say(format!(
            "CONT\t{id}\t{}\n",
            BASE64.encode(prompt.as_bytes())
        ))
    }

    /// Takes what a login says next.
    fn go_on(&mut self, id: u32, pending: Pending, response: &str) -> Next {
        let decoded = BASE64.decode(response.as_bytes()).map(Zeroizing::new);
        let decoded = decoded.as_ref().map(|bytes| str::from_utf8(bytes));
        let Ok(Ok(text)) = decoded else {
            return Next::Say(fail(id));
        };
        let Pending {
            service,
            address,
            stage,
        } = pending;
        let log_in = |login: &str, password: &str| {
            let question = Question {
                login: login.to_owned(),
                address: address.clone(),
                service: service.clone(),
            };
            Next::LogIn(id, question, Typed::from(password))
        };
        match stage {
            Stage::Plain => {
                let parts: Vec<&str> = text.split('\0').collect();
                // To act for somebody else than whose password it is, is nobody's right.
                match parts[..] {
                    [other, login, password] if other.is_empty() || other == login => {
                        log_in(login, password)
                    }
                    _ => Next::Say(fail(id)),
                }
            }
            Stage::Name => {
                let stage = Stage::Password(text.to_owned());
                let pending = Pending {
                    service,
                    address,
                    stage,
                };
                self.ask(id, pending, "Password:")
            }
            Stage::Password(login) => match text.contains('\0') {
                true => Next::Say(fail(id)),
                false => log_in(&login, text),
            },
        }
    }
}

fn fail(id: u32) -> String {
    format!("FAIL\t{id}\n")
}

/// "Try again later", to more logins at once than there can be.
fn fail_for_now(id: u32) -> String {
    format!("FAIL\t{id}\ttemp\tcode=temp_fail\n")
}

/// A refusal of `login`, which Postfix writes into its log, with what its client is told.
fn refuse(id: u32, login: &str, words: Option<String>) -> String {
    let printable = login.chars().filter(|c| !c.is_control());
    let login: String = printable.take(LONGEST_NAME).collect();
    let words = words.map_or_else(String::new, |words| format!("\treason={words}"));
    format!("FAIL\t{id}\tuser={login}{words}\n")
}

/// What the server says first.
fn greeting(door: &Door, number: u32) -> String {
    let cookie = HEXLOWER.encode(&door.ctx.rng.bytes::<16>());
    format!(
        "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t{}\nCUID\t{number}\nCOOKIE\t{cookie}\nDONE\n",
        std::process::id()
    )
}

/// Serves one connection until it ends.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, door: &Door, number: u32) {
    let (reading, mut writing) = tokio::io::split(stream);
    if writing
        .write_all(greeting(door, number).as_bytes())
        .await
        .is_err()
    {
        return;
    }
    let (mut lines, mut session) = (Lines::new(reading, LONGEST_LINE), Session::default());
    loop {
        let wait = if session.greeted { IDLE } else { GREETING_TIME };
        let line = tokio::select! {
            line = lines.next(wait) => line,
            () = door.stopped() => return,
        };
        let next = match line {
            Ok(line) => session.take(line),
            Err(End::TooLong) => Err(Malformed),
            Err(End::Quiet | End::Cut) => return,
        };
        let answer = match next {
            Ok(Next::Nothing) => continue,
            Ok(Next::Say(answer)) => answer,
            Ok(Next::LogIn(id, question, password)) => {
                match log_in(door, id, &question, &password).await {
                    Some(answer) => answer,
                    None => return,
                }
            }
            Err(Malformed) => {
                tracing::warn!(
                    tenant = door.tenant,
                    "a mail server speaks something else than Dovecot's protocol"
                );
                return;
            }
        };
        if writing.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The answer to a login. `None`: there is none, and the connection ends; Postfix then says "454, try again later" to its client,
/// where any answer of ours would become a 535, after which mail programs ask for another password.
async fn log_in(door: &Door, id: u32, question: &Question, password: &Typed) -> Option<String> {
    let slug = door.tenant.as_str();
    match mail_login::log_in(&door.ctx, slug, question, password).await {
        Ok(Some((_, MailLogin::In(login)))) => {
            let login = login.as_str();
            Some(format!("OK\t{id}\tuser={login}\n"))
        }
        Ok(Some((_, MailLogin::Wrong))) => Some(refuse(id, &question.login, None)),
        Ok(Some((tenant, MailLogin::NeedsWindow))) => {
            let words = door.words(&tenant, &question.service);
            Some(refuse(id, &question.login, words))
        }
        Ok(None) => {
            tracing::error!(
                tenant = slug,
                "[[mail_gate]] names a tenant that is not there"
            );
            None
        }
        Err(error) => {
            tracing::error!(tenant = slug, fault = %error, "a mail client cannot be judged");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted() -> Session {
        let mut session = Session::default();
        assert!(matches!(session.take(b"VERSION\t1\t0"), Ok(Next::Nothing)));
        assert!(matches!(session.take(b"CPID\t17"), Ok(Next::Nothing)));
        session
    }

    fn said(session: &mut Session, line: &str) -> String {
        match session.take(line.as_bytes()) {
            Ok(Next::Say(answer)) => answer,
            Ok(Next::LogIn(id, question, password)) => format!(
                "{id} {}@{} {} {}",
                question.login, question.address, question.service, &*password
            ),
            Ok(Next::Nothing) => String::new(),
            Err(Malformed) => "malformed".to_owned(),
        }
    }

    fn b64(text: &str) -> String {
        BASE64.encode(text.as_bytes())
    }

    #[test]
    fn plain_and_login_as_postfix_sends_them() {
        let mut session = greeted();
        let head = "service=smtp\tnologin\tlip=127.0.0.1\trip=203.0.113.7\tsecured";
        let plain = b64("\0hana\0three = blind\tmice");
        let expected = "1 hana@203.0.113.7 smtp three = blind\tmice";
        assert_eq!(
            said(
                &mut session,
                &format!("AUTH\t1\tPLAIN\t{head}\tresp={plain}")
            ),
            expected
        );
        // Without an initial response (RFC 4954, 4): an empty challenge.
        assert_eq!(
            said(&mut session, &format!("AUTH\t2\tPLAIN\t{head}")),
            "CONT\t2\t\n"
        );
        assert_eq!(
            said(&mut session, &format!("CONT\t2\t{plain}")),
            expected.replacen('1', "2", 1)
        );
        for (id, first) in [(3, String::new()), (4, format!("\tresp={}", b64("hana")))] {
            let answer = said(&mut session, &format!("AUTH\t{id}\tLOGIN\t{head}{first}"));
            if first.is_empty() {
                assert_eq!(answer, format!("CONT\t{id}\t{}\n", b64("Username:")));
                said(&mut session, &format!("CONT\t{id}\t{}", b64("hana")));
            }
            let answer = said(
                &mut session,
                &format!("CONT\t{id}\t{}", b64("three blind mice")),
            );
            assert_eq!(
                answer,
                format!("{id} hana@203.0.113.7 smtp three blind mice")
            );
        }
        assert!(session.pending.is_empty());
    }

    #[test]
    fn what_a_client_typed_cannot_add_to_an_answer() {
        let refused = refuse(7, "hana\treason=x\nOK\t7\tuser=hana", None);
        assert_eq!(refused, "FAIL\t7\tuser=hanareason=xOK7user=hana\n");
        let refused = refuse(7, &"x".repeat(1000), Some("no".to_owned()));
        assert!(refused.ends_with("xx\treason=no\n") && refused.len() < 300);
    }

    #[test]
    fn sec_055_what_is_no_login_fails_or_ends_the_connection() {
        for (line, expected) in [
            ("AUTH\t1\tCRAM-MD5\tservice=smtp".to_owned(), "FAIL\t1\n"),
            ("AUTH\t1\tplain\tservice=smtp".to_owned(), "FAIL\t1\n"),
            (
                format!("AUTH\t1\tPLAIN\tresp={}", b64("taro\0hana\0x")),
                "FAIL\t1\n",
            ),
            (
                format!("AUTH\t1\tPLAIN\tresp={}", b64("hana\0x")),
                "FAIL\t1\n",
            ),
            (
                format!("AUTH\t1\tPLAIN\tresp={}", b64("\0hana\0x\0y")),
                "FAIL\t1\n",
            ),
            ("AUTH\t1\tPLAIN\tresp=*".to_owned(), "FAIL\t1\n"),
            (
                format!("AUTH\t1\tPLAIN\tresp={}", BASE64.encode(b"\0hana\0\xff")),
                "FAIL\t1\n",
            ),
            ("CONT\t9\tAAAA".to_owned(), "FAIL\t9\n"),
            (
                format!(
                    "AUTH\t1\tPLAIN\trip=203.0.113.7\trip=192.0.2.1\tresp={}",
                    b64("\0hana\0x")
                ),
                "malformed",
            ),
            (
                "AUTH\t1\tPLAIN\tservice=smtp\tservice=warifu-web".to_owned(),
                "malformed",
            ),
            ("AUTH\t1\tPLAIN\tresp=AA==\tresp=".to_owned(), "malformed"),
            ("AUTH\t1".to_owned(), "malformed"),
            ("AUTH\tx\tPLAIN".to_owned(), "malformed"),
            ("AUTH".to_owned(), "malformed"),
            ("GET / HTTP/1.1".to_owned(), ""),
            (String::new(), ""),
        ] {
            assert_eq!(said(&mut greeted(), &line), expected, "{line}");
        }
        assert_eq!(
            said(&mut Session::default(), "AUTH\t1\tPLAIN\tresp="),
            "malformed",
            "no version"
        );
        assert_eq!(said(&mut Session::default(), "VERSION\t2\t0"), "malformed");
        let mut session = greeted();
        for id in 0..MOST_PENDING {
            assert!(said(&mut session, &format!("AUTH\t{id}\tPLAIN")).starts_with("CONT"));
        }
        assert_eq!(
            said(&mut session, "AUTH\t0\tPLAIN"),
            "malformed",
            "the number is in use"
        );
        assert!(said(&mut session, "AUTH\t99\tPLAIN").contains("\ttemp\t"));
        assert_eq!(said(&mut session, "CANCEL\t0"), "");
        assert!(said(&mut session, "AUTH\t99\tPLAIN").starts_with("CONT"));
    }
}

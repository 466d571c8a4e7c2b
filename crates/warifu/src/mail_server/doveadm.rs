//! Dovecot's doveadm over HTTP (`/doveadm/v1`, "doveadm HTTP API"), as 2.3 and 2.4 speak it: `who` shows what is open, `kick` ends it.
//!
//! Over HTTP `kick` always ends the whole process of a connection, other people's in it included, and takes the name for a pattern.
//! So `who` is asked first, and what is not alone is left alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use data_encoding::BASE64;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use warifu_domain::mail_gate::{Service, read_address};
use warifu_domain::user::Login;
use warifu_flows::mail_kicks::{MailServer, OpenSession, ServerAway, Telling};
use zeroize::Zeroizing;

use crate::cli::exit::Failure;
use crate::config::{self, DoveadmAddress};
use crate::log::words;
use crate::{secret, tls};

/// What the section is called where it is wrong.
const SECTION: &str = "mail_server";
/// More than a list of 300,000 connections.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// doveadm's exit code for "there is no such connection" (`DOVEADM_EX_NOTFOUND`), of 2.3; 2.4 says that it ended none.
const NOTHING_FOUND: i64 = 68;

/// The doveadm of one Dovecot.
pub(super) struct Doveadm {
    address: DoveadmAddress,
    /// The header with the key.
    authorization: Zeroizing<String>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
}

impl Doveadm {
    pub(super) fn open(section: &config::MailServer) -> Result<Self, Failure> {
        let file = section.key_file.as_deref();
        let variable = section.key_environment.as_deref();
        let key = secret::read(SECTION, "key", file, variable)?.unwrap_or_default();
        let address = section.address().expect("the configuration is checked");
        let tls = match address.is_https {
            true => {
                let config =
                    tls::client_config("mail_server.authorities", section.authorities.as_deref())?;
                let name = ServerName::try_from(address.host.clone());
                let name = name.expect("the configuration is checked");
                Some((TlsConnector::from(config), name))
            }
            false => None,
        };
        let key = Zeroizing::new(BASE64.encode(key.as_bytes()));
        Ok(Self {
            authorization: Zeroizing::new(format!("X-Dovecot-API {}", *key)),
            address,
            tls,
            timeout: section.timeout(),
        })
    }

    /// Sends one command, and gives back what it is answered.
    async fn send(
        &self,
        command: &str,
        parameters: serde_json::Value,
    ) -> Result<Bytes, ServerAway> {
        let question = serde_json::json!([[command, parameters, "warifu"]]).to_string();
        let answer = tokio::time::timeout(self.timeout, self.exchange(question));
        answer.await.unwrap_or_else(|_| {
            let seconds = self.timeout.as_secs();
            Err(ServerAway(format!("no answer within {seconds} s")))
        })
    }

    async fn exchange(&self, question: String) -> Result<Bytes, ServerAway> {
        let DoveadmAddress { host, port, .. } = &self.address;
        let stream = TcpStream::connect((host.as_str(), *port));
        let stream = stream.await.map_err(|error| away(&error))?;
        match &self.tls {
            None => self.ask(stream, question).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await;
                self.ask(stream.map_err(|error| away(&error))?, question)
                    .await
            }
        }
    }

    async fn ask<S>(&self, stream: S, question: String) -> Result<Bytes, ServerAway>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| away(&error))?;
        let driving = tokio::spawn(connection);
        let request = Request::post("/doveadm/v1")
            .header(HOST, &self.address.host)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, self.authorization.as_str())
            .body(Full::new(Bytes::from(question)))
            .map_err(|error| away(&error))?;
        let answer = async {
            let response = sender.send_request(request).await;
            let response = response.map_err(|error| away(&error))?;
            match response.status() {
                StatusCode::OK => {}
                StatusCode::UNAUTHORIZED => {
                    return Err(ServerAway("it does not take the key (401)".to_owned()));
                }
                other => return Err(ServerAway(format!("it answers with {other}"))),
            }
            let body = Limited::new(response.into_body(), MOST_BYTES).collect();
            let body = body.await.map_err(|error| away(&*error))?;
            Ok(body.to_bytes())
        };
        let answer = answer.await;
        driving.abort();
        answer
    }

    async fn list_open(&self) -> Result<Vec<OpenSession>, ServerAway> {
        let parameters = serde_json::json!({ "separateConnections": true });
        let body = self.send("who", parameters).await?;
        let lines: Vec<Line> = read(&body)?.map_err(|code| failed("who", code))?;
        Ok(sessions(&lines))
    }

    async fn kick(&self, name: &str, address: IpAddr) -> Result<(), ServerAway> {
        let mask = [pattern(name), address.to_string()];
        let body = self
            .send("kick", serde_json::json!({ "mask": mask }))
            .await?;
        match read::<serde::de::IgnoredAny>(&body)? {
            Ok(_) | Err(NOTHING_FOUND) => Ok(()),
            Err(code) => Err(failed("kick", code)),
        }
    }
}

impl MailServer for Doveadm {
    fn list(&self) -> Telling<'_, Vec<OpenSession>> {
        Box::pin(self.list_open())
    }

    fn end<'a>(&'a self, name: &'a str, address: IpAddr) -> Telling<'a, ()> {
        Box::pin(self.kick(name, address))
    }
}

fn away(error: &(dyn std::error::Error + 'static)) -> ServerAway {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    ServerAway(words(&text))
}

fn failed(command: &str, code: i64) -> ServerAway {
    ServerAway(format!("its {command} failed with code {code}"))
}

/// One line of `who`.
#[derive(Debug, Deserialize)]
struct Line {
    username: String,
    service: String,
    pid: String,
    ip: String,
}

/// Reads the answer to one command: `[["doveadmResponse", RESULT, TAG]]`, or `[["error", {..., "exitCode": CODE}, TAG]]`.
fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<Result<T, i64>, ServerAway> {
    #[derive(Deserialize)]
    struct Failure {
        #[serde(rename = "type")]
        kind: String,
        #[serde(rename = "exitCode")]
        exit_code: i64,
    }
    let unreadable = || ServerAway("it answers with something else than doveadm does".to_owned());
    if let Ok([(kind, failure, _)]) = serde_json::from_slice::<[(String, Failure, String); 1]>(body)
    {
        return match (kind.as_str(), failure.kind.as_str()) {
            ("error", "exitCode") => Ok(Err(failure.exit_code)),
            ("error", kind) => {
                let problem = format!("it refuses the command: {}", words(kind));
                Err(ServerAway(problem))
            }
            _ => Err(unreadable()),
        };
    }
    match serde_json::from_slice::<[(String, T, String); 1]>(body) {
        Ok([(kind, result, _)]) if kind == "doveadmResponse" => Ok(Ok(result)),
        _ => Err(unreadable()),
    }
}

/// The connections of mail clients. What has no address is none: a delivery, or doveadm itself.
fn sessions(lines: &[Line]) -> Vec<OpenSession> {
    let mut by_process: HashMap<&str, Vec<&Line>> = HashMap::new();
    let mut by_address: HashMap<&str, Vec<&Line>> = HashMap::new();
    for line in lines {
        by_process.entry(&line.pid).or_default().push(line);
        by_address.entry(&line.ip).or_default().push(line);
    }
    let is_alone = |line: &Line| {
        by_process[line.pid.as_str()]
            .iter()
            .all(|other| other.username == line.username && other.ip == line.ip)
    };
    let session = |line: &Line| {
        let service = Service::parse(&line.service);
        let address = read_address(&line.ip)?;
        let login = Login::parse(&line.username).ok()?;
        matches!(service, Service::Client(_)).then(|| OpenSession {
            login,
            name: line.username.clone(),
            address,
            service,
            is_alone: is_alone(line) && is_meant_alone(line, &by_address[line.ip.as_str()]),
        })
    };
    lines.iter().filter_map(session).collect()
}

/// doveadm takes a name that looks like an address, as `10.0.0.1`, for one; with a star it is a name.
fn pattern(name: &str) -> String {
    let is_of_address = |byte: u8| byte.is_ascii_hexdigit() || b".:/[]".contains(&byte);
    match name.contains(['.', ':']) && name.bytes().all(is_of_address) {
        true => format!("*{name}"),
        false => name.to_owned(),
    }
}

/// Whether the pattern for this name fits no other name `at_address`.
fn is_meant_alone(line: &Line, at_address: &[&Line]) -> bool {
    let name = line.username.to_ascii_lowercase();
    let is_wild = name.contains(['*', '?']);
    if !is_wild && pattern(&name) == name {
        return true;
    }
    at_address
        .iter()
        .filter(|other| other.username != line.username)
        .all(|other| !is_wild && !other.username.to_ascii_lowercase().ends_with(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(username: &str, service: &str, pid: &str, ip: &str) -> Line {
        Line {
            username: username.to_owned(),
            service: service.to_owned(),
            pid: pid.to_owned(),
            ip: ip.to_owned(),
        }
    }

    fn alone(lines: &[Line]) -> Vec<(String, bool)> {
        let sessions = sessions(lines).into_iter();
        sessions
            .map(|session| (session.name, session.is_alone))
            .collect()
    }

    #[test]
    fn sec_054_a_connection_that_shares_its_process_is_told_apart() {
        let lines = [
            line("alice", "imap", "1", "192.0.2.1"),
            line("bob", "imap", "2", "192.0.2.1"),
            line("alice", "imap", "2", "192.0.2.1"),
            line("carol", "pop3", "3", "192.0.2.1"),
            line("carol", "pop3", "3", "192.0.2.1"),
            line("carol", "imap", "4", "192.0.2.1"),
            line("carol", "imap", "4", "192.0.2.2"),
        ];
        let told: Vec<bool> = alone(&lines).into_iter().map(|(_, alone)| alone).collect();
        assert_eq!(told, [true, false, false, true, true, false, false]);
    }

    #[test]
    fn what_is_no_connection_of_a_mail_client_is_left_out() {
        let lines = [
            line("alice", "lmtp", "1", "192.0.2.1"),
            line("alice", "imap", "2", ""),
            line("", "imap", "3", "192.0.2.1"),
            line("alice", "managesieve", "4", "2001:db8::1"),
        ];
        assert_eq!(alone(&lines), [("alice".to_owned(), true)]);
    }

    #[test]
    fn sec_054_a_name_that_is_an_address_or_a_pattern_never_ends_somebody_elses() {
        for name in ["alice@example.jp", "s20231234", "20231234", "d.o.e"] {
            assert_eq!(pattern(name), name);
        }
        for name in ["10.0.0.1", "2001:db8::1", "::", "10.0.0.0/8"] {
            assert_eq!(pattern(name), format!("*{name}"));
        }
        let here = |name: &str, pid: &str| line(name, "imap", pid, "192.0.2.1");
        let meant = |lines: &[Line]| alone(lines)[0].1;
        assert!(meant(&[here("10.0.0.1", "1"), here("10.0.0.2", "2")]));
        assert!(!meant(&[here("10.0.0.1", "1"), here("s10.0.0.1", "2")]));
        assert!(meant(&[
            here("10.0.0.1", "1"),
            line("s10.0.0.1", "imap", "2", "192.0.2.2")
        ]));
        assert!(meant(&[here("a*", "1")]));
        assert!(!meant(&[here("a*", "1"), here("bob", "2")]));
    }

    #[test]
    fn answers_are_read_or_refused() {
        let read = |text: &str| read::<Vec<Line>>(text.as_bytes());
        let one = r#"[["doveadmResponse",[{"username":"a","service":"imap","pid":"1","ip":"::1"}],"warifu"]]"#;
        assert_eq!(read(one).unwrap().unwrap().len(), 1);
        let none = r#"[["doveadmResponse",[],"warifu"]]"#;
        assert_eq!(read(none).unwrap().unwrap().len(), 0);
        let gone = r#"[["error",{"type":"exitCode", "exitCode":68},"warifu"]]"#;
        assert_eq!(read(gone).unwrap().err(), Some(NOTHING_FOUND));
        let forbidden = r#"[["error",{"type":"unAuthorized", "exitCode":0},"warifu"]]"#;
        assert!(read(forbidden).unwrap_err().0.contains("unAuthorized"));
        for text in [
            "",
            "[]",
            "{}",
            "<html>",
            r#"[["doveadmResponse",{},"warifu"]]"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

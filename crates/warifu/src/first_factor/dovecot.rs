//! The passwords of a Dovecot, asked at its `auth-client` socket by Dovecot's authentication protocol, version 1.

use std::path::PathBuf;
use std::time::Duration;

use data_encoding::BASE64;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::UnixStream;
use warifu_domain::user::Login;
use warifu_flows::first_factor::{Answer, Asking, Directory, Entry, Unreachable};
use zeroize::Zeroizing;

use crate::config::FirstFactor;
use crate::log::words;

/// More than Dovecot says in one connection by far.
const MOST_BYTES: u64 = 64 * 1024;

/// A Dovecot on this machine, as `[[first_factor]]` describes it.
pub(super) struct Dovecot {
    socket: PathBuf,
    service: String,
    /// Where the people's own mail addresses are, if they are their login IDs there.
    email_domain: Option<String>,
    timeout: Duration,
}

impl Dovecot {
    pub(super) fn open(section: &FirstFactor) -> Self {
        Self {
            socket: section.socket.clone().unwrap_or_default(),
            service: section.service.clone(),
            email_domain: section.email_domain.clone(),
            timeout: section.timeout(),
        }
    }

    async fn judge(&self, login: &Login, password: &str) -> Result<Answer, Unreachable> {
        let broken = |error: std::io::Error| Unreachable(words(&error.to_string()));
        let mut stream = UnixStream::connect(&self.socket).await.map_err(broken)?;
        let (reading, mut writing) = stream.split();
        let mut lines = BufReader::new(reading.take(MOST_BYTES));
        let hello = format!("VERSION\t1\t2\nCPID\t{}\n", std::process::id());
        writing.write_all(hello.as_bytes()).await.map_err(broken)?;
        loop {
            match read_line(&mut lines).await?.as_str() {
                "DONE" => break,
                line if line.starts_with("VERSION\t") && !line.starts_with("VERSION\t1\t") => {
                    return Err(Unreachable(format!(
                        "it speaks another protocol: {}",
                        words(line)
                    )));
                }
                _ => {}
            }
        }
        let plain = Zeroizing::new(format!("\0{}\0{password}", login.as_str()));
        let response = Zeroizing::new(BASE64.encode(plain.as_bytes()));
        // "secured": what was typed came to us over TLS or not at all. The response is always the last parameter.
        let question = Zeroizing::new(format!(
            "AUTH\t1\tPLAIN\tservice={}\tsecured\tnologin\tresp={}\n",
            self.service, *response
        ));
        writing
            .write_all(question.as_bytes())
            .await
            .map_err(broken)?;
        loop {
            let line = read_line(&mut lines).await?;
            let mut fields = line.split('\t');
            let (verb, id) = (fields.next().unwrap_or_default(), fields.next());
            if id != Some("1") {
                continue;
            }
            let fields: Vec<&str> = fields.collect();
            match verb {
                "OK" => return Ok(self.right(login, &fields)),
                "FAIL" if fields.contains(&"temp") || fields.contains(&"code=temp_fail") => {
                    return Err(Unreachable(
                        "it has a temporary failure of its own".to_owned(),
                    ));
                }
                "FAIL" => return Ok(Answer::Wrong),
                _ => return Err(Unreachable(format!("it answers with {}", words(verb)))),
            }
        }
    }

    /// Dovecot may know the person by another name than was typed; then it would be somebody else here.
    fn right(&self, login: &Login, fields: &[&str]) -> Answer {
        let user = fields.iter().find_map(|field| field.strip_prefix("user="));
        if !user.is_some_and(|user| Login::parse(user).is_ok_and(|user| user == *login)) {
            tracing::warn!(
                login = login.as_str(),
                "Dovecot knows the person by another login ID; it is not taken"
            );
            return Answer::Wrong;
        }
        let email = self
            .email_domain
            .as_ref()
            .map(|domain| match login.as_str() {
                address if address.contains('@') => address.to_owned(),
                name => format!("{name}@{domain}"),
            });
        Answer::Right(Entry { name: None, email })
    }
}

impl Directory for Dovecot {
    fn ask<'a>(&'a self, login: &'a Login, password: &'a str) -> Asking<'a> {
        Box::pin(async move {
            // It would end the password in the middle (RFC 4616, 2).
            if password.contains('\0') {
                return Ok(Answer::Wrong);
            }
            let judged = tokio::time::timeout(self.timeout, self.judge(login, password));
            judged.await.unwrap_or_else(|_| {
                Err(Unreachable(format!(
                    "no answer within {} s",
                    self.timeout.as_secs()
                )))
            })
        })
    }
}

async fn read_line<R: AsyncRead + Unpin>(lines: &mut BufReader<R>) -> Result<String, Unreachable> {
    let mut line = String::new();
    match lines.read_line(&mut line).await {
        Ok(_) if line.ends_with('\n') => {
            line.pop();
            Ok(line)
        }
        Ok(_) => Err(Unreachable("it ended the connection".to_owned())),
        Err(error) => Err(Unreachable(words(&error.to_string()))),
    }
}

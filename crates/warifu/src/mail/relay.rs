//! The way to the relay of `[mail]`.

use std::fs;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use warifu_flows::delivery::{Mail, Post, Posting, SendFailure};

use super::message::compose;
use crate::cli::exit::{Exit, Failure};
use crate::config::{self, MailTls};
use crate::secret;

/// A relay that mails are handed to. Each mail has a connection of its own: one that broke cannot take the next one with it.
pub(crate) struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    timeout: Duration,
}

impl Relay {
    /// The relay of the configuration. `None`: none is set.
    pub(crate) fn open(mail: &config::Mail) -> Result<Option<Self>, Failure> {
        let (Some(server), Some(sender)) = (&mail.server, &mail.sender) else {
            return Ok(None);
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .port(mail.port())
            .timeout(Some(mail.timeout()))
            .tls(tls(mail, server)?);
        let file = mail.password_file.as_deref();
        let variable = mail.password_environment.as_deref();
        let password = secret::read("mail", "password", file, variable)?;
        if let (Some(user), Some(password)) = (&mail.user, password) {
            transport = transport.credentials(Credentials::new(user.clone(), password.to_string()));
        }
        Ok(Some(Self {
            transport: transport.build(),
            sender: sender.parse().expect("the configuration is checked"),
            timeout: mail.timeout(),
        }))
    }
}

impl Post for Relay {
    fn send<'a>(&'a self, mail: &'a Mail) -> Posting<'a> {
        Box::pin(async move {
            let message = compose(&self.sender, mail)?;
            let sending = self.transport.send(message);
            match tokio::time::timeout(self.timeout, sending).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(failure(&error)),
                Err(_) => Err(SendFailure {
                    is_final: false,
                    words: format!("no answer within {} s", self.timeout.as_secs()),
                }),
            }
        })
    }
}

/// With every cause, in one line.
fn failure(error: &Error) -> SendFailure {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words.push_str(": ");
            words.push_str(&inner_words);
        }
        cause = inner.source();
    }
    SendFailure {
        is_final: error.is_permanent(),
        words: words.replace(char::is_control, " "),
    }
}

fn tls(mail: &config::Mail, server: &str) -> Result<Tls, Failure> {
    if mail.tls == MailTls::None {
        return Ok(Tls::None);
    }
    let wrong = |problem: String| Failure::new(Exit::Configuration, problem);
    let mut parameters = TlsParameters::builder(server.to_owned());
    if let Some(file) = &mail.authorities {
        let unusable = |error: &dyn std::fmt::Display| {
            let problem = format!("mail.authorities: {}: {error}", file.display());
            wrong(problem).mend("name a PEM file with certificates that Warifu's user may read")
        };
        let pem = fs::read(file).map_err(|error| unusable(&error))?;
        parameters = parameters.certificate_store(CertificateStore::None);
        for certificate in certificates(&pem) {
            let certificate = Certificate::from_pem(certificate.as_bytes());
            parameters =
                parameters.add_root_certificate(certificate.map_err(|error| unusable(&error))?);
        }
    }
    let parameters = parameters
        .build_rustls()
        .map_err(|error| wrong(format!("mail: TLS cannot be set up: {error}")))?;
    Ok(match mail.tls {
        MailTls::Starttls => Tls::Required(parameters),
        MailTls::Implicit => Tls::Wrapper(parameters),
        MailTls::None => Tls::None,
    })
}

/// The blocks of a PEM file, one certificate each.
fn certificates(pem: &[u8]) -> Vec<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(pem);
    let mut blocks: Vec<String> = text
        .split_inclusive(END)
        .filter(|block| block.contains("-----BEGIN"))
        .map(str::to_owned)
        .collect();
    if blocks.is_empty() {
        blocks.push(text.into_owned()); // To be refused by whoever reads it.
    }
    blocks
}

//! What `check` says about addresses, listeners and the certificate.

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;

use warifu_domain::time::Span;
use warifu_flows::clock::Clock;

use super::Report;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::utc;
use crate::config::{Config, GateAddress, MailGate, Tls};
use crate::first_factor;
use crate::listen;
use crate::mail_server;
use crate::tls::Certificate;

pub(super) fn check(config: &Config, report: &mut Report) {
    check_address(config, report);
    check_port("pages", "server.listen", config.server.listen, report);
    check_port("metrics", "metrics.listen", config.metrics.listen, report);
    if !config.metrics.listen.ip().is_loopback() {
        report.warning(
            "metrics",
            format!(
                "whoever reaches {} can read /metrics, without a password",
                config.metrics.listen
            ),
            "listen on 127.0.0.1, or let a firewall admit only what collects the numbers",
        );
    }
    if let Some(tls) = &config.server.tls {
        check_certificate(tls, config, report);
    }
    for section in &config.mail_gate {
        check_gate(section, report);
    }
}

/// Whether a mail gate's socket can be made.
fn check_gate(section: &MailGate, report: &mut Report) {
    const PART: &str = "mail gate";
    match &section.listen {
        Some(GateAddress::Loopback(address)) => {
            check_port(PART, "mail_gate.listen", *address, report);
        }
        Some(GateAddress::Unix(path)) => match path.parent().map(fs::metadata) {
            Some(Ok(folder)) if folder.is_dir() => {
                report.ok(PART, format!("{}: its folder is there", path.display()));
            }
            _ => {
                let problem = format!("{}: its folder is not there", path.display());
                let mend = "make it, for Warifu's user and Postfix's group: install -d -o warifu -g postfix -m 2750";
                report.problem(PART, Failure::failed(problem).mend(mend));
            }
        },
        None => {}
    }
}

/// Asks every directory for somebody who is in none.
pub(super) async fn check_directories(config: &Config, report: &mut Report) {
    const PART: &str = "first factor";
    let directories = match first_factor::open(&config.first_factor) {
        Ok(directories) => directories,
        Err(failure) => return report.problem(PART, failure),
    };
    for section in &config.first_factor {
        let Some(directory) = directories.get(&section.tenant) else {
            continue;
        };
        let (tenant, kind) = (&section.tenant, section.kind);
        match first_factor::try_out(directory.as_ref()).await {
            Ok(()) => report.ok(PART, format!("{tenant}: the {kind} directory answers")),
            Err(unreachable) => {
                let problem =
                    format!("{tenant}: the {kind} directory cannot be asked: {unreachable}");
                let mend = "people of this tenant are told to try again later; look at [[first_factor]] and at the directory";
                report.problem(PART, Failure::failed(problem).mend(mend));
            }
        }
    }
}

/// Asks every mail server what is open there.
pub(super) async fn check_mail_servers(config: &Config, report: &mut Report) {
    const PART: &str = "mail server";
    let servers = match mail_server::open(&config.mail_server) {
        Ok(servers) => servers,
        Err(failure) => return report.problem(PART, failure),
    };
    for (section, (tenant, server)) in config.mail_server.iter().zip(servers) {
        let doveadm = &section.doveadm;
        match server.list().await {
            Ok(open) => {
                let count = open.len();
                let says = format!("{tenant}: doveadm at {doveadm} answers, connections: {count}");
                report.ok(PART, says);
                if open.iter().any(|session| !session.is_alone) {
                    report.warning(
                        PART,
                        format!("{tenant}: mail clients share processes there, and cannot be disconnected one by one"),
                        "set client_limit = 1 for the services imap and pop3, and imap_hibernate_timeout = 0",
                    );
                }
            }
            Err(away) => {
                let problem = format!("{tenant}: doveadm at {doveadm} cannot be asked: {away}");
                let mend = "mail clients stay connected when their window ends; look at [[mail_server]], and at the service \
                            doveadm of that Dovecot";
                report.problem(PART, Failure::failed(problem).mend(mend));
            }
        }
    }
}

/// A certificate that ends so soon should have been renewed already.
const RENEWAL: Span = Span::days(14);

fn check_address(config: &Config, report: &mut Report) {
    let server = &config.server;
    let url = server.base_url_at(server.listen);
    if server.base_url.is_none() {
        report.warning(
            "address",
            format!("{}: only this machine can log in", url.origin()),
            "set server.base_url to the address that people type",
        );
        return;
    }
    report.ok("address", url.origin());
    if url.is_https() && server.tls.is_none() && server.trusted_proxies.is_empty() {
        report.warning(
            "address",
            "it says https, so a reverse proxy stands in front; as it is not trusted, everybody seems to come from the \
             proxy's address, and shares one budget of failed logins",
            "put the proxy's address into server.trusted_proxies",
        );
    }
}

/// Whether the address can be listened on; tries it for a moment.
fn check_port(part: &'static str, setting: &str, address: SocketAddr, report: &mut Report) {
    match TcpListener::bind(address) {
        Ok(_) => report.ok(part, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            report.ok(
                part,
                format!("{address} is in use, by a running Warifu or by another program"),
            );
        }
        Err(error) => {
            let problem = format!("{setting}: cannot listen on {address}: {error}");
            report.problem(part, Failure::failed(problem).mend(listen::advice(&error)));
        }
    }
}

fn check_certificate(tls: &Tls, config: &Config, report: &mut Report) {
    const PART: &str = "certificate";
    let wrong = |problem: String, mend: &str| Failure::new(Exit::Configuration, problem).mend(mend);
    let certificate = match Certificate::read(tls) {
        Ok(certificate) => certificate,
        Err(failure) => return report.problem(PART, failure),
    };
    let file = tls.certificate.display();
    let url = config.server.base_url_at(config.server.listen);
    if !certificate.is_for(url.host()) {
        report.problem(
            PART,
            wrong(
                format!("{file}: browsers do not take it for {}", url.host()),
                "get a certificate for that name, or correct server.base_url",
            ),
        );
    }
    let now = Clock::System.now();
    match certificate.validity() {
        None => report.problem(
            PART,
            wrong(format!("{file}: this is no X.509 certificate"), ""),
        ),
        Some(validity) if now < validity.from => report.problem(
            PART,
            wrong(
                format!("{file}: it is not valid before {}", utc(validity.from)),
                "look at this machine's clock",
            ),
        ),
        Some(validity) if now > validity.until => report.problem(
            PART,
            wrong(
                format!("{file}: it ended at {}", utc(validity.until)),
                "renew it",
            ),
        ),
        Some(validity) if now + RENEWAL > validity.until => {
            report.warning(
                PART,
                format!("{file}: it ends soon, at {}", utc(validity.until)),
                "renew it",
            );
        }
        Some(validity) => report.ok(PART, format!("{file}: valid until {}", utc(validity.until))),
    }
    if let Ok(metadata) = fs::metadata(&tls.key)
        && metadata.permissions().mode() & 0o007 != 0
    {
        let key = tls.key.display();
        report.warning(
            PART,
            format!("every user of this machine can read {key}"),
            format!("run `chmod o= {key}`"),
        );
    }
    if let Err(failure) = certificate.server_config() {
        report.problem(PART, failure);
    }
}

//! `warifu check mail`: are the doors of a mail server really gated? Tried twice over the network as a mail program would, with an
//! account made for this: while the account is disabled in Warifu (which only the gate knows) nobody may come in with it; once it is
//! enabled, the very same login has to work, or a refusal says nothing about the gate.

mod doors;
mod mechanism;
mod talk;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use serde::Serialize;
use warifu_domain::tenant::Tenant;
use warifu_domain::user::{Login, Role};
use warifu_flows::{By, Ctx, manage_tenants, manage_users};
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Form, Table, print, print_json, printable};
use crate::cli::with_state;
use crate::config::ConfigFile;
use crate::{password, tls};
use doors::{Door, Finding, Verdict};
use mechanism::Probe;
use wire::Target;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The organisation's slug
    tenant: String,
    /// The mail server, by the name that mail programs have
    #[arg(long)]
    host: String,
    /// The login ID of an account made for this check, which needs no second factor from here; its password at the mail server is
    /// asked for, or read as one line of standard input. It is disabled and enabled once
    #[arg(long)]
    login: String,
    /// Its mail address; a mail would go from it to itself, but none does [default: the login ID, at the host's domain]
    #[arg(long)]
    address: Option<String>,
    /// A file with an access token of it, to try XOAUTH2 and OAUTHBEARER with
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    ports: Ports,
    /// A PEM file with certificates of authorities that are believed instead of the system's
    #[arg(long = "ca", value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// Seconds that each answer may take; Dovecot slows down whoever was refused
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    form: Form,
}

/// Where each door is; 0: it is not looked at.
#[derive(Clone, Copy, clap::Args)]
struct Ports {
    /// Port of IMAP with STARTTLS; for this and the others, 0 leaves it out
    #[arg(long, value_name = "PORT", default_value_t = 143)]
    imap: u16,
    /// Port of IMAP with TLS from the first byte
    #[arg(long, value_name = "PORT", default_value_t = 993)]
    imaps: u16,
    /// Port of POP3 with STLS
    #[arg(long, value_name = "PORT", default_value_t = 110)]
    pop3: u16,
    /// Port of POP3 with TLS from the first byte
    #[arg(long, value_name = "PORT", default_value_t = 995)]
    pop3s: u16,
    /// Port of ManageSieve
    #[arg(long, value_name = "PORT", default_value_t = 4190)]
    sieve: u16,
    /// Port of submission with STARTTLS
    #[arg(long, value_name = "PORT", default_value_t = 587)]
    submission: u16,
    /// Port of submission with TLS from the first byte
    #[arg(long, value_name = "PORT", default_value_t = 465)]
    submissions: u16,
}

impl Ports {
    fn doors(self) -> Vec<Door> {
        use talk::{Begins::*, Protocol::*};
        let all = [
            ("imap", Imap, self.imap, Starttls),
            ("imaps", Imap, self.imaps, AtOnce),
            ("pop3", Pop3, self.pop3, Starttls),
            ("pop3s", Pop3, self.pop3s, AtOnce),
            ("sieve", ManageSieve, self.sieve, Starttls),
            ("submission", Submission, self.submission, Starttls),
            ("submissions", Submission, self.submissions, AtOnce),
        ];
        let used = all.into_iter().filter(|(_, _, port, _)| *port != 0);
        let door = |(name, protocol, port, begins)| Door {
            name,
            protocol,
            port,
            begins,
        };
        used.map(door).collect()
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (target, probe) = (Arc::new(target(arguments)?), Arc::new(probe(arguments)?));
    let doors = arguments.ports.doors();
    with_state(&arguments.config, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, &arguments.tenant).await?;
        let account = Account::find(ctx, &tenant, &arguments.login).await?;
        let findings = account.try_both(&target, &probe, doors).await?;
        report(&findings, &arguments.host, arguments.form)
    })
}

fn target(arguments: &Arguments) -> Result<Target, Failure> {
    let host = &arguments.host;
    let name = ServerName::try_from(host.clone())
        .map_err(|_| Failure::new(Exit::Usage, format!("{host:?} is no host name")))?;
    Ok(Target {
        host: host.clone(),
        name,
        tls: tls::client_config("--ca", arguments.authorities.as_deref())?,
        timeout: Duration::from_secs(arguments.timeout),
    })
}

fn probe(arguments: &Arguments) -> Result<Probe, Failure> {
    let token = arguments.token_file.as_ref().map(|file| {
        let text = std::fs::read_to_string(file).map(|text| Zeroizing::new(text.trim().to_owned()));
        text.map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("--token-file: {}: {error}", file.display()),
            )
        })
    });
    let login = &arguments.login;
    let address = arguments.address.clone().unwrap_or_else(|| {
        let domain = arguments
            .host
            .split_once('.')
            .map_or(arguments.host.as_str(), |(_, domain)| domain);
        match login.contains('@') {
            true => login.clone(),
            false => format!("{login}@{domain}"),
        }
    });
    // They stand in commands of the protocols.
    if [login, &address]
        .iter()
        .any(|text| text.chars().any(char::is_control))
    {
        return Err(Failure::new(
            Exit::Usage,
            "a login ID or address has no control characters",
        ));
    }
    Ok(Probe {
        login: login.clone(),
        password: password::read_known(login)?,
        token: token.transpose()?,
        address,
    })
}

/// The account that the doors are tried with.
struct Account<'a> {
    ctx: &'a Ctx,
    tenant: &'a Arc<Tenant>,
    login: Login,
    was_disabled: bool,
}

impl<'a> Account<'a> {
    async fn find(ctx: &'a Ctx, tenant: &'a Arc<Tenant>, login: &str) -> Result<Self, Failure> {
        let not_one = || Failure::new(Exit::Usage, format!("{login:?} is no login ID"));
        let login = Login::parse(login).map_err(|_| not_one())?;
        let found = manage_users::show_user(ctx, tenant, &login).await?;
        if found.user.role != Role::Member {
            let problem = "this account manages something, and would be disabled for a moment";
            return Err(
                Failure::failed(problem).mend("make an account for the check: `warifu user add`")
            );
        }
        Ok(Self {
            ctx,
            tenant,
            login,
            was_disabled: found.user.disabled,
        })
    }

    /// Tries every door twice, and leaves the account as it was.
    async fn try_both(
        &self,
        target: &Arc<Target>,
        probe: &Arc<Probe>,
        doors: Vec<Door>,
    ) -> Result<Vec<Finding>, Failure> {
        self.disable(true).await?;
        let (at, with) = (target.clone(), probe.clone());
        let first = off_thread(move || doors::look(&at, &with, doors)).await;
        let tried = match first {
            Ok(first) => {
                let enabled = self.disable(false).await;
                let (at, with) = (target.clone(), probe.clone());
                match enabled {
                    Ok(()) => off_thread(move || doors::look_again(&at, &with, first)).await,
                    Err(failure) => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        };
        // Whatever came of it.
        self.disable(self.was_disabled).await?;
        tried
    }

    async fn disable(&self, disabled: bool) -> Result<(), Failure> {
        let by = By::CommandLine("warifu check mail".to_owned());
        match disabled {
            true => manage_users::disable_user(self.ctx, self.tenant, &by, &self.login).await?,
            false => manage_users::enable_user(self.ctx, self.tenant, &by, &self.login).await?,
        };
        Ok(())
    }
}

/// What talks to mail servers blocks.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::failed(format!("the check broke off: {error}")))
}

/// What is told about one way in.
#[derive(Serialize)]
struct View<'a> {
    host: &'a str,
    door: &'a str,
    port: u16,
    mechanism: &'a str,
    verdict: Verdict,
    says: &'a str,
    mend: &'a str,
}

fn report(findings: &[Finding], host: &str, form: Form) -> Result<(), Failure> {
    let mut table = Table::new(["door", "port", "mechanism", "verdict"]);
    for finding in findings {
        let (door, mechanism) = (finding.door.name, finding.mechanism.as_str());
        if form.json {
            print_json(&View {
                host,
                door,
                port: finding.door.port,
                mechanism,
                verdict: finding.verdict,
                says: &finding.says,
                mend: finding.mend,
            })?;
            continue;
        }
        let port = finding.door.port.to_string();
        table.row([
            door.to_owned(),
            port,
            mechanism.to_owned(),
            finding.verdict.word().to_owned(),
        ]);
    }
    let count = |verdict: Verdict| {
        findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    };
    let (open, gated) = (count(Verdict::Open), count(Verdict::Gated));
    let unknown = count(Verdict::Unknown) + count(Verdict::NotReachable);
    if !form.json {
        let mut text = table.text(0);
        for finding in findings.iter().filter(|finding| !finding.says.is_empty()) {
            let (door, mechanism) = (finding.door.name, &finding.mechanism);
            text += &format!("\n{door}, {mechanism}: {}\n", printable(&finding.says));
            if !finding.mend.is_empty() {
                text += &format!("  {}\n", finding.mend);
            }
        }
        text += &format!("\n{open} open, {gated} gated, {unknown} not known\n");
        print(&text)?;
    }
    // The findings have said it all.
    match (open, gated, unknown) {
        (1.., ..) => Err(Failure::new(Exit::OpenDoor, "")),
        (0, 1.., 0) => Ok(()),
        _ => Err(Failure::failed("")),
    }
}

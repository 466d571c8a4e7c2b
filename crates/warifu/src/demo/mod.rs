//! `warifu demo`: a server on this machine only, with an organisation for every preset and people to log in as. Mail is kept,
//! shown on a page and printed. A real server is `serve`.

mod folder;
mod people;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use warifu_flows::MailMode;
use warifu_storage::{Store, StoreOptions};
use warifu_web::pages::views::{DemoAccount, DemoTenant, KeptMail};
use warifu_web::{DemoInfo, WebSettings, WebState};

use crate::cli::exit::Failure;
use crate::cli::output::{Form, Table, print, print_json, printable};
use crate::cli::runtime;
use crate::listen::{self, Listeners};
use crate::serve::{finish, sweep_each_minute};
use crate::stop::Stop;
use crate::{log, wire};
use folder::Folder;
use people::Account;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Keep the state in this folder, for the next time; without it nothing is left behind
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen, on loopback; port 0 takes any free one
    #[arg(long, value_name = "127.0.0.1:PORT", default_value = "127.0.0.1:8080", value_parser = loopback)]
    listen: SocketAddr,
    #[command(flatten)]
    form: Form,
}

/// Its passwords are on the screen and its pages speak plain http: nobody else may reach it.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| "write an address and a port, as in 127.0.0.1:8080".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the demonstration shows its passwords to everybody, so it listens on 127.0.0.1 or [::1] only".to_owned())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let level = "warn".parse().expect("a level");
    log::start(log::Format::Text, &level);
    let runtime = runtime(&mut tokio::runtime::Builder::new_multi_thread())?;
    let outcome = runtime.block_on(demonstrate(arguments));
    // What still runs are requests that outlived their time.
    runtime.shutdown_background();
    outcome
}

async fn demonstrate(arguments: &Arguments) -> Result<(), Failure> {
    // From here on Ctrl-C cleans up.
    let mut stop = Stop::listen()?;
    let in_use = "choose another port: --listen 127.0.0.1:PORT; port 0 takes any free one";
    let pages = listen::bind("--listen", arguments.listen, in_use)?;
    let address = listen::bound(&pages)?;

    let folder = Folder::open(arguments.data.as_deref(), address)?;
    let store = Store::open(
        &wire::location(&folder.config.database),
        StoreOptions::default(),
    )
    .await?;
    let keys = wire::key_ring(&folder.config.keys)?;
    let ctx = wire::ctx(store, keys, &folder.config.hashing, MailMode::Keep)
        .with_proxies(wire::proxies(&folder.config.server));
    let ctx = Arc::new(ctx);
    let accounts = people::settle(&ctx).await?;
    let folder = folder.keep();

    let url = format!("http://{address}/");
    let settings = settings(&folder, address, &accounts, &url);
    let state = wire::web_state(&ctx, settings)?;
    let mut listeners = Listeners::default();
    listeners.serve(pages, None, warifu_web::app(&state))?;
    // Mail of an earlier time was printed then.
    let mut mail = MailPrinter::new(state, &accounts, arguments.form);
    mail.skip_old().await;
    greet(&url, &folder, &accounts, arguments.form)?;

    let background = [tokio::spawn(sweep_each_minute(ctx.clone()))];
    let outcome = tokio::select! {
        () = stop.ordered() => Ok(()),
        failure = listeners.broken() => Err(failure),
        failure = mail.print_as_written() => Err(failure),
    };
    tokio::select! {
        () = finish(listeners, &background, Vec::new(), &ctx) => {}
        () = stop.ordered() => {}
    }
    let farewell = folder.farewell();
    drop(folder);
    match arguments.form.json {
        true => outcome,
        false => outcome.and(print(&farewell)),
    }
}

fn settings(folder: &Folder, address: SocketAddr, accounts: &[Account], url: &str) -> WebSettings {
    let config = &folder.config;
    let mut tenants: Vec<DemoTenant> = Vec::new();
    for account in accounts {
        if tenants
            .last()
            .is_none_or(|last| last.slug != account.tenant.slug)
        {
            tenants.push(DemoTenant {
                slug: account.tenant.slug.clone(),
                name: account.tenant.name.clone(),
                accounts: Vec::new(),
                entrances: people::entrances(&account.tenant, url)
                    .into_iter()
                    .map(|(address, _)| address)
                    .collect(),
            });
        }
        if let Some(tenant) = tenants.last_mut() {
            tenant.accounts.push(DemoAccount {
                path: account.path(),
                login: account.login.clone(),
                role: account.role,
                password: account.password.as_deref().cloned(),
            });
        }
    }
    WebSettings {
        // People type it, and it is this machine too.
        allowed_hosts: vec![format!("localhost:{}", address.port())],
        demo: Some(DemoInfo {
            tenants,
            is_kept: !folder.is_temporary(),
        }),
        operation: wire::operation(config, None),
        ..wire::web_settings(&config.server, address)
    }
}

/// Where to go and who to be, for programs.
#[derive(Serialize)]
struct Greeting<'a> {
    url: &'a str,
    mail: String,
    configuration: String,
    accounts: Vec<AccountView<'a>>,
    /// Further addresses.
    entrances: Vec<EntranceView<'a>>,
}

#[derive(Serialize)]
struct EntranceView<'a> {
    tenant: &'a str,
    address: String,
    #[serde(rename = "for")]
    is_for: &'static str,
}

#[derive(Serialize)]
struct AccountView<'a> {
    tenant: &'a str,
    address: String,
    login: &'a str,
    name: &'a str,
    role: &'static str,
    /// `None`: it was shown at an earlier start.
    password: Option<&'a str>,
}

fn greet(url: &str, folder: &Folder, accounts: &[Account], form: Form) -> Result<(), Failure> {
    let greeting = Greeting {
        url,
        mail: format!("{url}demo/mail"),
        configuration: folder.configuration().display().to_string(),
        accounts: accounts
            .iter()
            .map(|account| AccountView {
                tenant: &account.tenant.slug,
                address: format!("{}{}", url.trim_end_matches('/'), account.path()),
                login: &account.login,
                name: account.name,
                role: account.role.word(),
                password: account.password.as_deref().map(String::as_str),
            })
            .collect(),
        entrances: accounts
            .chunk_by(|one, next| one.tenant.slug == next.tenant.slug)
            .filter_map(<[Account]>::first)
            .flat_map(|account| {
                let found = people::entrances(&account.tenant, url).into_iter();
                found.map(|(address, is_for)| EntranceView {
                    tenant: &account.tenant.slug,
                    address,
                    is_for,
                })
            })
            .collect(),
    };
    if form.json {
        return print_json(&greeting);
    }
    let mut table = Table::new(["address", "login ID", "name", "role", "password"]);
    for account in greeting.accounts {
        table.row([
            account.address,
            account.login.to_owned(),
            account.name.to_owned(),
            account.role.to_owned(),
            account
                .password
                .unwrap_or("(shown at the first start)")
                .to_owned(),
        ]);
    }
    let mut entrances = Table::bare();
    for entrance in greeting.entrances {
        entrances.row([
            entrance.address,
            format!("{}: {}", entrance.tenant, entrance.is_for),
        ]);
    }
    print(&format!(
        "Warifu's demonstration, for this machine only. {}\n\n{}\nOther addresses to sign in at:\n{}\n\
         Mail is not sent but kept, on {} and here.\n\
         Other commands work on it too: warifu user list default --config {}\n\n\
         Ready: {url}   Ctrl-C ends it.\n",
        folder.whereabouts(),
        table.text(0),
        entrances.text(2),
        greeting.mail,
        greeting.configuration,
    ))
}

/// Prints mail as it is written.
struct MailPrinter {
    state: WebState,
    form: Form,
    /// Each organisation with the newest notice that was printed.
    seen: Vec<(String, i64)>,
}

/// A mail, for programs.
#[derive(Serialize)]
struct MailView<'a> {
    to: &'a str,
    at: &'a str,
    subject: &'a str,
    body: &'a str,
}

impl MailPrinter {
    /// How often the outbox is looked into.
    const PAUSE: Duration = Duration::from_millis(500);

    fn new(state: WebState, accounts: &[Account], form: Form) -> Self {
        let mut slugs: Vec<String> = accounts
            .iter()
            .map(|account| account.tenant.slug.clone())
            .collect();
        slugs.dedup();
        let seen = slugs.into_iter().map(|slug| (slug, 0)).collect();
        Self { state, form, seen }
    }

    async fn skip_old(&mut self) {
        self.fresh().await;
    }

    /// Returns only if standard output is gone.
    async fn print_as_written(&mut self) -> Failure {
        loop {
            tokio::time::sleep(Self::PAUSE).await;
            for mail in self.fresh().await {
                if let Err(failure) = self.print(&mail) {
                    return failure;
                }
            }
        }
    }

    /// Mail that was not seen before.
    async fn fresh(&mut self) -> Vec<KeptMail> {
        let mut fresh = Vec::new();
        for (slug, newest) in &mut self.seen {
            match self.state.kept_mails(slug, *newest).await {
                Ok(mails) => {
                    for (id, mail) in mails {
                        *newest = id;
                        fresh.push(mail);
                    }
                }
                Err(failure) => tracing::warn!(?failure, "cannot read the mail of {slug}"),
            }
        }
        fresh
    }

    fn print(&self, mail: &KeptMail) -> Result<(), Failure> {
        let KeptMail {
            at,
            to,
            subject,
            body,
        } = mail;
        if self.form.json {
            return print_json(&MailView {
                to,
                at,
                subject,
                body,
            });
        }
        let lines = [
            format!("To: {to}"),
            format!("Subject: {subject}"),
            String::new(),
        ];
        let lines = lines.iter().map(String::as_str).chain(body.lines());
        let text: String = lines
            .map(|line| format!("  | {}\n", printable(line)))
            .collect();
        print(&format!("\nmail, {at}\n{text}"))
    }
}

//! Builds what the program runs on from a configuration: store, keys, hashing pool; nothing is read from anywhere else.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use warifu_domain::network::AddressRange;
use warifu_flows::clock::Clock;
use warifu_flows::delivery::Post;
use warifu_flows::first_factor::Directories;
use warifu_flows::hasher::{HashCost, Hasher, HasherOptions};
use warifu_flows::rescue::Approval;
use warifu_flows::rng::Rng;
use warifu_flows::{Ctx, MailMode, maintenance};
use warifu_storage::{KeyRing, KeyRingError, Location, Store, StoreOptions};
use warifu_web::http::client_address::TrustedProxies;
use warifu_web::http::limits::Limits;
use warifu_web::{MailRoute, Operation, WebSettings, WebState};
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};
use crate::config::{Config, Database, DatabaseUrl, Hashing, KeySource, Keys, Server};
use crate::mail_server;

/// Opens the key ring and an existing database.
pub(crate) async fn open_state(config: &Config) -> Result<Arc<Ctx>, Failure> {
    open_with(config, Directories::new()).await
}

/// The same with directories that are asked for passwords, for a server that people log in to.
pub(crate) async fn open_with(
    config: &Config,
    directories: Directories,
) -> Result<Arc<Ctx>, Failure> {
    // First what is cheapest to look at, and most likely to be wrong after a move to another machine.
    let keys = key_ring(&config.keys)?;
    let location = location(&config.database);
    if let Location::Sqlite(file) = &location {
        find_database(file)?;
    }
    let store = Store::open(&location, StoreOptions::default()).await?;
    // A notice that nobody would send is not written.
    let mail = match config.mail.is_on() {
        true => MailMode::Keep,
        false => MailMode::Off,
    };
    let ctx = ctx(store, keys, &config.hashing, mail)
        .with_directories(directories)
        .with_proxies(proxies(&config.server))
        .listening_at(config.server.listen.ip())
        .with_mail_servers(mail_server::tenants(&config.mail_server));
    let ctx = Arc::new(ctx);
    match check_keys_belong(&ctx).await {
        Ok(()) => Ok(ctx),
        Err(failure) => {
            ctx.store.clone().close().await;
            Err(failure)
        }
    }
}

/// Refuses a key ring that is not this database's: nobody could log in, and what is stored under it would be lost once the
/// right one is back.
pub(crate) async fn check_keys_belong(ctx: &Ctx) -> Result<(), Failure> {
    if maintenance::keys_belong(ctx).await? {
        return Ok(());
    }
    let problem = "the key ring and the database do not belong together";
    Err(Failure::new(Exit::State, problem).mend(
        "restore the key ring with which this database was made (or, if it is the right one, the database: the beginning of \
         its audit trail was changed)",
    ))
}

/// Refuses a file that is not there: a mistyped name must not become a new, empty server.
pub(crate) fn find_database(file: &Path) -> Result<(), Failure> {
    match file.try_exists() {
        Ok(false) => {
            let problem = format!("there is no database {}", file.display());
            Err(Failure::new(Exit::State, problem)
                .mend("`warifu init` makes one; or correct database.url in the configuration"))
        }
        // Whatever else is wrong with it, opening it says so.
        _ => Ok(()),
    }
}

/// What flows are given, in a process that is not a test.
pub(crate) fn ctx(store: Store, keys: KeyRing, hashing: &Hashing, mail: MailMode) -> Ctx {
    let threads = hashing.threads.unwrap_or_else(|| {
        // Where the system does not say, two: one slow login does not hold up the next.
        thread::available_parallelism().map_or(2, usize::from)
    });
    let hasher = Hasher::start(HasherOptions {
        threads,
        queue: hashing.queue,
        cost: HashCost::DEFAULT,
    });
    Ctx::new(
        store,
        Clock::System,
        Rng::system(),
        Arc::new(keys),
        hasher,
        mail,
    )
}

/// Where the configuration says that the data is.
pub(crate) fn location(database: &Database) -> Location {
    match &database.url {
        DatabaseUrl::Sqlite(file) => Location::Sqlite(file.clone()),
        DatabaseUrl::Postgres(url) => Location::Postgres(url.clone()),
    }
}

/// Reads the key ring from where the configuration says it is.
pub(crate) fn key_ring(keys: &Keys) -> Result<KeyRing, Failure> {
    match keys.source() {
        KeySource::File(file) => Ok(KeyRing::load(&file)?),
        KeySource::Environment(name) => Ok(from_environment(&name)?),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the configuration names this variable, for secret managers that provide nothing else"
)]
fn from_environment(name: &str) -> Result<KeyRing, KeyRingError> {
    let unreadable = |reason: &str| KeyRingError::Unreadable {
        path: format!("${name}").into(),
        reason: reason.to_owned(),
    };
    match std::env::var(name).map(Zeroizing::new) {
        Ok(text) => KeyRing::from_env_text(&text),
        Err(std::env::VarError::NotPresent) => Err(unreadable("the variable is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(unreadable("the variable is not text")),
    }
}

/// The proxies whose word is taken, for flows.
pub(crate) fn proxies(server: &Server) -> Vec<AddressRange> {
    let proxies = server.trusted_proxies.iter();
    proxies
        .filter_map(|network| AddressRange::parse(&network.to_string()))
        .collect()
}

/// The pages' settings, for a listener that is bound to `address`.
pub(crate) fn web_settings(server: &Server, address: SocketAddr) -> WebSettings {
    WebSettings {
        allowed_hosts: server.hosts.clone(),
        trusted_proxies: TrustedProxies::new(server.trusted_proxies.clone()),
        limits: Limits {
            body_bytes: server.max_body_bytes,
            request_time: server.request_timeout(),
            ..Limits::default()
        },
        ..WebSettings::new(server.base_url_at(address))
    }
}

/// What the pages share.
pub(crate) fn web_state(ctx: &Arc<Ctx>, settings: WebSettings) -> Result<WebState, Failure> {
    WebState::new(ctx.clone(), settings)
        .map_err(|error| Failure::new(Exit::Configuration, error.to_string()))
}

/// What the operator's console shows and does.
pub(crate) fn operation(config: &Config, relay: Option<Arc<dyn Post>>) -> Operation {
    let mail = relay.and_then(|post| {
        Some(MailRoute {
            relay: config.mail.relay()?,
            sender: config.mail.sender.clone()?,
            post,
        })
    });
    Operation {
        mail,
        database: match config.database.url {
            DatabaseUrl::Sqlite(_) => "SQLite",
            DatabaseUrl::Postgres(_) => "PostgreSQL",
        },
        rescue: match config.rescue.two_operators {
            true => Approval::Two,
            false => Approval::One,
        },
    }
}

//! `warifu init`: a new server's folder, configuration, key ring, database and first operator; all of it or nothing.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};

use serde::Serialize;
use warifu_domain::password::PasswordTerm;
use warifu_domain::policy::Preset;
use warifu_domain::user::{Login, Role};
use warifu_flows::manage_users::NewPerson;
use warifu_flows::rng::Rng;
use warifu_flows::{By, MailMode, maintenance, manage_tenants};
use warifu_storage::{KeyRing, Location, Store, StoreOptions};
use warifu_web::http::host::BaseUrl;
use zeroize::Zeroizing;

use super::exit::{Exit, Failure};
use super::output::{Form, facts, print, print_json};
use super::{block_on, log_faults_only};
use crate::config::{Config, DatabaseUrl, Hashing};
use crate::install::{Made, configuration_text, key_ring_text};
use crate::wire;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to set up: made if it is not there, else it must be empty
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Address and port of the pages
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address that people type, such as https://login.example.jp; needed unless only this machine is to reach it
    #[arg(long, value_name = "URL", value_parser = BaseUrl::parse)]
    base_url: Option<BaseUrl>,
    /// `sqlite:FILE`, `postgres://…`, or `-` to read the URL from standard input, where no other user sees its password
    #[arg(long, value_name = "URL", default_value = "sqlite:state/warifu.db")]
    database: DatabaseSource,
    #[command(flatten)]
    form: Form,
}

/// A database's URL, or where to read it.
#[derive(Clone)]
enum DatabaseSource {
    Url(String),
    StandardInput,
}

impl FromStr for DatabaseSource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "-" {
            return Ok(Self::StandardInput);
        }
        text.parse::<DatabaseUrl>()?;
        Ok(Self::Url(text.to_owned()))
    }
}

impl DatabaseSource {
    /// The URL as it is written into the configuration.
    fn read(&self) -> Result<Zeroizing<String>, Failure> {
        let Self::StandardInput = self else {
            let Self::Url(url) = self else {
                unreachable!("there are two")
            };
            return Ok(Zeroizing::new(url.clone()));
        };
        let mut text = Zeroizing::new(String::new());
        let usage = |problem: String| Failure::new(Exit::Usage, problem);
        io::stdin()
            .lock()
            .take(4096)
            .read_to_string(&mut text)
            .map_err(|error| {
                usage(format!(
                    "cannot read the database's URL from standard input: {error}"
                ))
            })?;
        let url = Zeroizing::new(text.trim().to_owned());
        url.parse::<DatabaseUrl>().map_err(|problem| {
            usage(format!("standard input is not a database's URL: {problem}"))
        })?;
        Ok(url)
    }
}

/// The organisation of those who run the server.
const OPERATORS: &str = "operator";
const FIRST_LOGIN: &str = "operator";

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    log_faults_only();
    let database = arguments.database.read()?;
    let path = |name: &str| arguments.data.join(name);
    let mut settings = vec![
        ("server", "listen", arguments.listen.to_string().into()),
        ("database", "url", database.as_str().into()),
        ("keys", "file", "keys.toml".into()),
    ];
    if let Some(url) = &arguments.base_url {
        settings.push(("server", "base_url", url.origin().into()));
    }
    let text = Zeroizing::new(configuration_text(&settings));
    // What `serve` would refuse is not written in the first place.
    let config = Config::parse(&text, &path("warifu.toml"))?;

    let mut made = Made::default();
    made.folder(&arguments.data)?;
    let keys = KeyRing::generate(Rng::system().bytes());
    made.file(&path("keys.toml"), &key_ring_text(&keys))?;
    let password = warifu_flows::first_password::random(&Rng::system());
    block_on(found(&config, keys, &password, &mut made))?;
    // Last, since every other command begins with it.
    made.file(&path("warifu.toml"), &text)?;
    made.keep();
    report(&arguments, &config, &password)
}

/// Makes the database and its first operator.
async fn found(
    config: &Config,
    keys: KeyRing,
    password: &str,
    made: &mut Made,
) -> Result<(), Failure> {
    let location = wire::location(&config.database);
    made.database(&location)?;
    let store = Store::open(&location, StoreOptions::default()).await?;
    let ctx = wire::ctx(store, keys, &Hashing::default(), MailMode::Off);
    let outcome = async {
        if let Some(tenant) = maintenance::every_tenant(&ctx).await?.first() {
            let problem = format!("that database is in use: it has a tenant {:?}", tenant.slug);
            return Err(Failure::new(Exit::Exists, problem)
                .mend("nothing is ever overwritten: name an empty database"));
        }
        let preset = Preset::find("default").expect("our own recommendation is always there");
        let first = NewPerson {
            login: Login::parse(FIRST_LOGIN).expect("a word"),
            name: String::new(),
            email: None,
            role: Role::Operator,
            password: password.to_owned(),
            password_term: PasswordTerm::Temporary,
        };
        manage_tenants::found_tenant(
            &ctx,
            &By::command_line(),
            OPERATORS,
            "Operators",
            preset.text,
            first,
        )
        .await?;
        Ok(())
    }
    .await;
    ctx.store.clone().close().await;
    outcome
}

/// What an installer has to know; the password is nowhere else.
#[derive(Serialize)]
struct View<'a> {
    configuration: &'a Path,
    key_ring: &'a Path,
    database: String,
    address: String,
    login: &'static str,
    password: &'a str,
}

fn report(arguments: &Arguments, config: &Config, password: &str) -> Result<(), Failure> {
    let folder = fs::canonicalize(&arguments.data).unwrap_or_else(|_| arguments.data.clone());
    let base_url = config.server.base_url_at(config.server.listen).origin();
    let (configuration, key_ring) = (folder.join("warifu.toml"), folder.join("keys.toml"));
    let database = match wire::location(&config.database) {
        Location::Sqlite(file) => fs::canonicalize(&file)
            .unwrap_or(file)
            .display()
            .to_string(),
        Location::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let view = View {
        configuration: &configuration,
        key_ring: &key_ring,
        database,
        address: format!("{base_url}/{OPERATORS}/login"),
        login: FIRST_LOGIN,
        password,
    };
    if arguments.form.json {
        return print_json(&view);
    }
    let text = facts([
        ("configuration", configuration.display().to_string()),
        ("key ring", key_ring.display().to_string()),
        ("database", view.database.clone()),
        ("address", view.address.clone()),
        ("login ID", view.login.to_owned()),
        ("password", view.password.to_owned()),
    ]);
    print(&format!(
        "Warifu is set up.\n\n{text}\n\
         The password is shown only now. The first login leads to the set-up of the second factor, and then to a \
         password of your own.\n\
         Keep a copy of the key ring in another place than the backups of the database: neither is of use without the other.\n\n\
         Start it:  warifu serve --config {}\n",
        configuration.display()
    ))
}

//! `warifu keys`: the key ring, and changing its keys while servers run (SEC-77). Keys themselves are never shown.

use std::io::{self, IsTerminal as _, Write as _};
use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use warifu_domain::audit::EventKind;
use warifu_flows::key_rotation::{
    self, KeyChangeError, KeyStanding, Resealed, check_activation, check_retirement,
};
use warifu_flows::rng::Rng;
use warifu_flows::{By, Ctx};
use warifu_storage::{KeyRing, KeyState, NodeRow};

use super::exit::{Exit, Failure};
use super::output::{Form, Table, print, print_json, printable, utc};
use super::with_state;
use crate::config::ConfigFile;
use crate::keys::KeyFile;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the keys of the ring, with how much depends on each, and the servers that run
    List {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Put a new key into the ring; nothing uses it yet
    Add {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Use another key for what is stored from now on
    Activate {
        /// The key's number; without it the newest
        key: Option<u32>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Seal what is stored again under the active key
    Reseal {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Take the secret of an old key out of the ring
    Retire {
        /// The key's number
        key: u32,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List { config, form } => list(&config, form),
        Command::Add { config } => add(&config),
        Command::Activate { key, config } => activate(&config, key),
        Command::Reseal { config, form } => reseal(&config, form),
        Command::Retire { key, config } => retire(&config, key),
    }
}

/// What became of a key, in a word.
fn state_word(ring: &KeyRing, key: &KeyStanding) -> &'static str {
    match key.state {
        None => "missing",
        Some(KeyState::Retired { .. }) => "retired",
        Some(KeyState::Whole) if key.id == ring.active_id() => "active",
        Some(KeyState::Whole) => "kept",
    }
}

#[derive(Serialize)]
struct Listing {
    active: u32,
    keys: Vec<KeyView>,
    servers: Vec<ServerView>,
}

#[derive(Serialize)]
struct KeyView {
    key: u32,
    state: &'static str,
    sealed: i64,
    hashed: i64,
}

#[derive(Serialize)]
struct ServerView {
    name: String,
    active: u32,
    keys: Vec<u32>,
    seen_at: String,
}

impl From<NodeRow> for ServerView {
    fn from(node: NodeRow) -> Self {
        Self {
            name: node.name,
            active: node.active,
            keys: node.keys,
            seen_at: utc(node.seen_at),
        }
    }
}

fn list(config: &ConfigFile, form: Form) -> Result<(), Failure> {
    with_state(config, async |ctx, _| {
        let ring = ctx.keys();
        let keys = key_rotation::standings(ctx).await?;
        let keys = keys.iter().map(|key| KeyView {
            key: key.id,
            state: state_word(&ring, key),
            sealed: key.sealed,
            hashed: key.hashed,
        });
        let servers = key_rotation::servers(ctx).await?;
        let listing = Listing {
            active: ring.active_id(),
            keys: keys.collect(),
            servers: servers.into_iter().map(ServerView::from).collect(),
        };
        match form.json {
            true => print_json(&listing),
            false => print(&text_of(&listing)),
        }
    })
}

fn text_of(listing: &Listing) -> String {
    let mut keys = Table::new(["key", "state", "sealed values", "passwords and codes"]);
    for key in &listing.keys {
        keys.row([
            key.key.to_string(),
            key.state.to_owned(),
            key.sealed.to_string(),
            key.hashed.to_string(),
        ]);
    }
    if listing.servers.is_empty() {
        return format!("{}\nno server runs on this database\n", keys.text(0));
    }
    let mut servers = Table::new(["server", "active", "keys"]);
    for server in &listing.servers {
        let keys: Vec<String> = server.keys.iter().map(u32::to_string).collect();
        servers.row([
            printable(&server.name),
            server.active.to_string(),
            keys.join(", "),
        ]);
    }
    format!("{}\n{}", keys.text(0), servers.text(0))
}

fn add(config: &ConfigFile) -> Result<(), Failure> {
    with_state(config, async |ctx, config| {
        let mut file = KeyFile::open(&config.keys)?;
        let id = file.ring.add_key(Rng::system().bytes());
        key_rotation::record(ctx, EventKind::KeyAdded, id).await?;
        file.replace()?;
        print(&format!(
            "key {id} is in the key ring; nothing uses it yet\n\
             keep a copy of the key ring in its safe place, copy it to every other server, then: warifu keys activate {id}\n"
        ))
    })
}

/// How long servers may take to see a key ring that was changed a moment ago.
const PATIENCE: Duration = Duration::from_secs(10);

fn activate(config: &ConfigFile, key: Option<u32>) -> Result<(), Failure> {
    with_state(config, async |ctx, config| {
        let mut file = KeyFile::open(&config.keys)?;
        let id = match key {
            Some(id) => id,
            None => newest(&file.ring),
        };
        if id == file.ring.active_id() {
            return print(&format!("key {id} is the active one already\n"));
        }
        wait_for_servers(async || check_activation(ctx, &file.ring, id).await).await?;
        key_rotation::record(ctx, EventKind::KeyActivated, id).await?;
        file.ring
            .activate(id)
            .map_err(|error| Failure::from(KeyChangeError::from(error)))?;
        file.replace()?;
        print(&format!(
            "key {id} is the active one: what is stored from now on is under it\n\
             copy the key ring to its safe place and to every other server, then: warifu keys reseal\n"
        ))
    })
}

/// The newest key that has its secret.
fn newest(ring: &KeyRing) -> u32 {
    let whole = ring
        .ids()
        .filter(|id| ring.state(*id) == Some(KeyState::Whole));
    whole.max().unwrap_or(ring.active_id())
}

/// Asks again for a while: servers look at their rings every few seconds.
async fn wait_for_servers<T>(
    ask: impl AsyncFn() -> Result<T, KeyChangeError>,
) -> Result<T, KeyChangeError> {
    const PAUSE: Duration = Duration::from_millis(500);
    let mut waited = Duration::ZERO;
    loop {
        let answer = ask().await;
        let is_passing = matches!(
            answer,
            Err(KeyChangeError::NotKnownToAll { .. } | KeyChangeError::UsedByServers { .. })
        );
        if !is_passing || waited >= PATIENCE {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
}

#[derive(Serialize)]
struct ResealView {
    key: u32,
    sealed: i64,
    unreadable: i64,
}

fn reseal(config: &ConfigFile, form: Form) -> Result<(), Failure> {
    with_state(config, async |ctx, _| {
        let shows = !form.json && io::stderr().is_terminal();
        let (teller, mut heard) = watch::channel((0, 1));
        let by = By::command_line();
        let mut work = pin!(key_rotation::reseal(ctx, &by, teller));
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                Ok(()) = heard.changed(), if shows => {
                    let (done, total) = *heard.borrow_and_update();
                    // Nobody needs it; without a screen the work goes on.
                    let _ = write!(io::stderr(), "\r{done} of {total} ");
                }
            }
        };
        if shows {
            let _ = writeln!(io::stderr());
        }
        report(ctx, done?, form)
    })
}

fn report(ctx: &Ctx, done: Resealed, form: Form) -> Result<(), Failure> {
    let Resealed {
        key,
        sealed,
        unreadable,
        ..
    } = done;
    match form.json {
        true => print_json(&ResealView {
            key,
            sealed,
            unreadable,
        })?,
        false => print(&format!(
            "sealed again: {sealed}; everything is under key {key} now\n"
        ))?,
    }
    if unreadable > 0 {
        let problem = format!("{unreadable} values cannot be opened, and stay as they are");
        return Err(Failure::new(Exit::State, problem).mend(
            "their key is not in the ring, or they were altered; `warifu check` says which",
        ));
    }
    let others = ctx.keys().ids().filter(|id| *id != key).count();
    match form.json || others == 0 {
        true => Ok(()),
        false => print("when every server has the present key ring: warifu keys retire KEY\n"),
    }
}

fn retire(config: &ConfigFile, id: u32) -> Result<(), Failure> {
    with_state(config, async |ctx, config| {
        let mut file = KeyFile::open(&config.keys)?;
        let left = wait_for_servers(async || check_retirement(ctx, &file.ring, id).await).await?;
        if file.ring.state(id) == Some(left) {
            return print(&format!(
                "key {id} is retired already\n{}",
                what_is_left(left)
            ));
        }
        key_rotation::record(ctx, EventKind::KeyRetired, id).await?;
        let keep_pepper = left == KeyState::Retired { pepper: true };
        file.ring
            .retire(id, keep_pepper)
            .map_err(|error| Failure::from(KeyChangeError::from(error)))?;
        file.replace()?;
        print(&format!(
            "key {id} is retired: its secret is out of the key ring\n{}\
             copy the key ring to its safe place and to every other server; copies of the old one still hold the secret\n",
            what_is_left(left)
        ))
    })
}

fn what_is_left(left: KeyState) -> &'static str {
    match left {
        KeyState::Retired { pepper: true } => {
            "left in it: what checks the audit trail, and the passwords and backup codes that nobody has used or renewed since;\n\
             retire it once more when `warifu keys list` shows none of those\n"
        }
        _ => "left in it: what checks the audit trail up to its change, and opens nothing\n",
    }
}

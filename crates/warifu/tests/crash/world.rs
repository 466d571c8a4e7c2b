//! A database with a key ring, made without a server; who is in it and what stands in it afterwards is told by kind.

mod people;
mod reminders;
mod upkeep;

use std::{
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use tokio::{runtime::Runtime, sync::watch};
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::TenantId,
    policy::Preset,
    time::Timestamp,
};
use warifu_storage::{ChainCheck, KeyRing, Location, Store, StoreOptions, testing};

pub(crate) use people::Person;
pub(crate) use upkeep::Deletion;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// See the module.
pub(crate) struct World {
    folder: tempfolder::Folder,
    location: Location,
    keys: KeyRing,
    runtime: Runtime,
    next: AtomicU64,
    relay: Option<SocketAddr>,
    _database: testing::TestStore,
}

const TENANT: TenantId = TenantId(1);

impl World {
    pub(crate) fn new(engine: Engine) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfolder::Folder::new();
        let database = runtime.block_on(async {
            match engine {
                Engine::Sqlite => testing::sqlite().await,
                Engine::Postgres => testing::postgres().await,
            }
        });
        let keys = KeyRing::generate(random());
        write_private(&folder.path().join("keys.toml"), &keys.to_text());
        let location = match database.location() {
            Location::Sqlite(path) => Location::Sqlite(path.clone()),
            Location::Postgres(url) => Location::Postgres(url.clone()),
        };
        let world = Self {
            folder,
            location,
            keys,
            runtime,
            next: AtomicU64::new(1),
            relay: None,
            _database: database,
        };
        let policy = Preset::find("workspace").unwrap().text;
        let keys = world.shared_keys();
        world.with_store(async |store| {
            let added = store.write(TENANT, async move |tx| {
                let (now, event) = (Timestamp(0), AuditEvent::new(EventKind::TenantAdded, None));
                tx.insert_tenant("workspace", "Workspace", policy, now)
                    .await?;
                tx.append_audit(&keys, &event, now).await
            });
            added.await.unwrap();
        });
        world
    }

    fn shared_keys(&self) -> Arc<KeyRing> {
        Arc::new(KeyRing::from_env_text(&self.keys.to_text()).unwrap())
    }

    /// Opens the database while no server runs on it.
    fn with_store<T>(&self, act: impl AsyncFnOnce(&Store) -> T) -> T {
        self.runtime.block_on(async {
            let store = Store::open(&self.location, StoreOptions::default())
                .await
                .unwrap();
            let result = act(&store).await;
            store.close().await;
            result
        })
    }

    /// Has servers that start from now on send mail to a relay.
    pub(crate) fn send_mail_to(&mut self, relay: SocketAddr) {
        self.relay = Some(relay);
    }

    /// A configuration for one more server on this database.
    pub(crate) fn write_configuration(&self, listen: SocketAddr, metrics: SocketAddr) -> PathBuf {
        let url = match &self.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => url.clone(),
        };
        let text = format!(
            "[server]\nlisten = \"{listen}\"\n[database]\nurl = \"{url}\"\n[keys]\nfile = \"keys.toml\"\n\
             [metrics]\nlisten = \"{metrics}\"\n[log]\nlevel = \"error\"\n{}",
            self.mail_settings(),
        );
        let path = self
            .folder
            .path()
            .join(format!("warifu-{}.toml", listen.port()));
        std::fs::write(&path, text).unwrap();
        path
    }

    fn mail_settings(&self) -> String {
        let Some(relay) = self.relay else {
            return String::new();
        };
        format!(
            "[mail]\nserver = \"{}\"\nport = {}\ntls = \"none\"\nsender = \"warifu@example.jp\"\n",
            relay.ip(),
            relay.port()
        )
    }

    /// Puts a new key into the ring's file and makes it the active one; gives its number.
    pub(crate) fn change_keys(&mut self) -> u32 {
        let key = self.keys.add_key(random());
        self.keys.activate(key).unwrap();
        let (file, new) = (
            self.folder.path().join("keys.toml"),
            self.folder.path().join("new"),
        );
        write_private(&new, &self.keys.to_text());
        std::fs::rename(new, file).unwrap();
        key
    }

    pub(crate) fn assert_chain_is_whole(&self) {
        let keys = self.shared_keys();
        let found = self.with_store(async |store| {
            store
                .read(TENANT, async move |tx| {
                    let (progress, _listening) = watch::channel((0, 1));
                    tx.check_audit_chain(&keys, &progress).await
                })
                .await
                .unwrap()
        });
        assert!(matches!(found, Some(ChainCheck::Whole(_))), "{found:?}");
    }
}

fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp(since.as_millis() as i64)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn write_private(path: &Path, text: &str) {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A folder that goes with the test.
mod tempfolder {
    use std::path::{Path, PathBuf};

    pub(crate) struct Folder(PathBuf);

    impl Folder {
        pub(crate) fn new() -> Self {
            let name = u64::from_be_bytes(super::random());
            let path = std::env::temp_dir().join(format!("warifu-crash-{name:016x}"));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

//! A database with a key ring and people, made without a server; and what stands in it afterwards.

use std::{
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Runtime, sync::watch};
use warifu_domain::{
    attempt::Pending,
    audit::{AuditEvent, EventKind},
    ids::{AuthenticatorId, TenantId, UserId},
    password::PasswordTerm,
    policy::Preset,
    time::{Span, Timestamp},
    token::Token,
    user::{Login, Role},
};
use warifu_flows::console_job::JobKind;
use warifu_otp::{Secret, Step, TotpKey, TotpParams};
use warifu_storage::{
    AuditFilter, ChainCheck, KeyRing, Location, NewTotp, NewUser, ReminderRound, SealedColumn,
    SealedPlace, SealedRow, StageKind, Store, StoreOptions, seal, testing, totp_plaintext,
};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Somebody with an authenticator app and open login attempts.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    /// Cookies of four attempts whose password was right.
    pub(crate) attempts: [String; 4],
    code: String,
}

impl Person {
    /// The code of the person's app, the same through the whole round.
    pub(crate) fn right_code(&self) -> String {
        self.code.clone()
    }

    /// Six digits that no step near now has.
    pub(crate) fn wrong_code(&self) -> String {
        let last = self.code.as_bytes()[5] - b'0';
        format!("{}{}", &self.code[..5], (last + 5) % 10)
    }
}

/// How far deleting the tenant is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// `None`: there is no such tenant.
    pub(crate) is_marked: Option<bool>,
    /// Rows of it: people, apps, events.
    pub(crate) rows: usize,
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

    /// Adds people who have typed their password four times and not yet their code.
    pub(crate) fn add_people(&self, count: usize) -> Vec<Person> {
        self.add_people_as(Role::Member, count)
    }

    /// [`Self::add_people`], who may manage as much as `role` may.
    pub(crate) fn add_people_as(&self, role: Role, count: usize) -> Vec<Person> {
        let now = system_now();
        let key_of = |secret: &Secret| TotpKey::new(TotpParams::default(), secret);
        let mut people = Vec::new();
        let mut rows = Vec::new();
        for _ in 0..count {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let secret = Secret::from_bytes(random::<20>().to_vec());
            let key = key_of(&secret);
            let Step(step) = key.step_at(now.unix_seconds());
            let tokens = [(); 4].map(|()| Token::from_random(random()));
            // The step after this one is right for a minute, however long the round takes to begin.
            let code = key.code_at(Step(step + 1)).expose().to_string();
            people.push(Person {
                id: number as i64,
                attempts: tokens.each_ref().map(Token::expose),
                code,
            });
            let context = SealedColumn::Totp.context(TENANT, number as i64);
            let plain = totp_plaintext(TotpParams::default(), &secret);
            rows.push((
                number as i64,
                seal::seal(&self.keys, random(), &context, &plain),
                tokens,
            ));
        }
        let keys = self.shared_keys();
        self.with_store(async |store| {
            let rows = Arc::new(rows);
            let added = store.write(TENANT, async move |tx| {
                for (id, sealed, tokens) in rows.iter() {
                    let user = UserId(*id);
                    let login = Login::parse(&format!("person{id}@example.jp")).unwrap();
                    let new = NewUser {
                        id: user,
                        login: &login,
                        name: "",
                        email: None,
                        role,
                        password: None,
                        password_term: PasswordTerm::Lasting,
                        group: None,
                        imported: None,
                    };
                    tx.insert_user(&new, now).await?;
                    let event = AuditEvent::new(EventKind::UserAdded, Some(user));
                    tx.append_audit(&keys, &event, now).await?;
                    let app = AuthenticatorId(*id);
                    let starter = tokens[0].hash();
                    let new = NewTotp {
                        id: app,
                        sealed,
                        started_by: &starter,
                        expires_at: now + Span::minutes(10),
                        paired: None,
                    };
                    tx.replace_pending_totp(user, &new, now).await?;
                    tx.confirm_totp(user, app, Step(0), now).await?;
                    for token in tokens {
                        let pending = Pending {
                            user,
                            remember: false,
                            expires_at: now + Span::minutes(10),
                        };
                        tx.insert_attempt(&token.hash(), &pending, StageKind::SecondFactor)
                            .await?;
                    }
                }
                Ok(())
            });
            added.await.unwrap();
        });
        people
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

    /// Guesses that the database counts for an attempt; `None` if the attempt is finished.
    pub(crate) fn guesses(&self, attempt: &str) -> Option<i64> {
        let token = Token::parse(attempt).unwrap().hash();
        self.with_store(async |store| {
            // A bound above every count, so that the row is given back whatever it has.
            let found = store.read(TENANT, async move |tx| {
                tx.find_attempt(&token, 1_000, Timestamp(0)).await
            });
            found.await.unwrap().ok().map(|row| row.guesses)
        })
    }

    /// Events that say a session began for this person.
    pub(crate) fn sign_in_events(&self, person: &Person) -> usize {
        let filter = AuditFilter {
            user: Some(UserId(person.id)),
            ..AuditFilter::default()
        };
        self.with_store(async |store| {
            let events = store
                .read(TENANT, async move |tx| tx.list_audit(&filter).await)
                .await
                .unwrap();
            events
                .iter()
                .filter(|event| event.kind == EventKind::SignedIn)
                .count()
        })
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

    /// Every sealed value of the tenant's authenticator apps.
    fn sealed(&self) -> Vec<SealedRow> {
        self.with_store(async |store| {
            let rows = store.read(TENANT, async move |tx| {
                tx.list_sealed(SealedColumn::Totp, SealedPlace::START, 100_000)
                    .await
            });
            rows.await.unwrap()
        })
    }

    /// How many of them are under a key.
    pub(crate) fn sealed_under(&self, key: u32) -> usize {
        let sealed = self.sealed();
        let of_key = sealed
            .iter()
            .filter(|row| row.value.as_deref().and_then(seal::key_of) == Some(key));
        of_key.count()
    }

    /// How many of them can be opened.
    pub(crate) fn readable(&self) -> usize {
        let sealed = self.sealed();
        let opened = sealed.iter().filter(|row| {
            let context = SealedColumn::Totp.context(TENANT, row.owner);
            let value = row.value.as_deref().unwrap_or_default();
            seal::open(&self.keys, &context, value).is_ok()
        });
        opened.count()
    }

    /// Lets the tenant be deleted by whoever looks next.
    pub(crate) fn mark_for_deletion(&self) {
        self.with_store(async |store| {
            let marked = store.write(TENANT, async |tx| tx.mark_for_deletion(Timestamp(1)).await);
            assert!(marked.await.unwrap());
        });
    }

    /// Waits until the number of authenticator apps is so.
    pub(crate) fn wait_for_apps(&self, is_so: impl Fn(usize) -> bool) {
        let began = std::time::Instant::now();
        self.with_store(async |store| {
            loop {
                let rows = store.read(TENANT, async move |tx| {
                    tx.list_sealed(SealedColumn::Totp, SealedPlace::START, 100_000)
                        .await
                });
                if is_so(rows.await.unwrap().len()) {
                    return;
                }
                let waited = began.elapsed();
                assert!(
                    waited < std::time::Duration::from_secs(60),
                    "it does not begin"
                );
            }
        });
    }

    /// How far deleting the tenant is.
    pub(crate) fn deletion(&self) -> Deletion {
        let apps = self.sealed().len();
        self.with_store(async |store| {
            let tenants = store.read_platform(async |tx| tx.list_tenants("", 10).await);
            let tenant = tenants.await.unwrap().pop();
            let rows = store.read(TENANT, async |tx| {
                let filter = AuditFilter {
                    limit: 100_000,
                    ..AuditFilter::default()
                };
                let events = tx.list_audit(&filter).await?.len();
                Ok(tx.count_everybody().await? as usize + events)
            });
            Deletion {
                is_marked: tenant.map(|tenant| tenant.suspended && tenant.delete_at.is_some()),
                rows: rows.await.unwrap() + apps,
            }
        })
    }

    /// Adds people who have a mail address and no second factor; gives the addresses.
    pub(crate) fn add_readers(&self, count: usize) -> Vec<String> {
        let now = system_now();
        let reader = |_| {
            let id = self.next.fetch_add(1, Ordering::SeqCst) as i64;
            let address = format!("reader{id}@example.jp");
            let context = SealedColumn::Email.context(TENANT, id);
            let sealed = seal::seal(&self.keys, random(), &context, address.as_bytes());
            (id, address, sealed)
        };
        let readers: Arc<Vec<_>> = Arc::new((0..count).map(reader).collect());
        let (keys, written) = (self.shared_keys(), readers.clone());
        self.with_store(async |store| {
            let added = store.write(TENANT, async move |tx| {
                for (id, address, sealed) in written.iter() {
                    let login = Login::parse(address).unwrap();
                    let new = NewUser {
                        id: UserId(*id),
                        login: &login,
                        name: "",
                        email: Some(sealed.clone()),
                        role: Role::Member,
                        password: None,
                        password_term: PasswordTerm::Lasting,
                        group: None,
                        imported: None,
                    };
                    tx.insert_user(&new, now).await?;
                    let event = AuditEvent::new(EventKind::UserAdded, Some(new.id));
                    tx.append_audit(&keys, &event, now).await?;
                }
                Ok(())
            });
            added.await.unwrap();
        });
        readers
            .iter()
            .map(|(_, address, _)| address.clone())
            .collect()
    }

    /// How a round of reminders stands.
    pub(crate) fn round(&self, id: i64) -> ReminderRound {
        let found = self.with_store(async |store| {
            let found = store.read(TENANT, async move |tx| tx.find_reminder_round(id).await);
            found.await.unwrap()
        });
        found.expect("a round that was begun is there")
    }

    /// Does something as soon as the first reminders of a round are written. Looks often: a fast machine writes hundreds of others
    /// while the database is opened once more.
    pub(crate) fn once_reminded(&self, id: i64, limit: Duration, act: impl FnOnce()) {
        let began = Instant::now();
        self.with_store(async |store| {
            loop {
                let found = store.read(TENANT, async move |tx| tx.find_reminder_round(id).await);
                if (found.await.unwrap()).is_some_and(|round| round.counts.sent > 0) {
                    break;
                }
                assert!(began.elapsed() < limit, "no reminder is ever written");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            act();
        });
    }

    /// Lets time pass for what a killed server left: its round is done by nobody, its leases are over, and all mail is due.
    pub(crate) fn let_time_pass(&self) {
        self.with_store(async |store| {
            let later = system_now() + Span::days(1);
            let waiting =
                store.read_platform(async move |tx| tx.list_due_notices(later, 1_000_000).await);
            let waiting = Arc::new(waiting.await.unwrap());
            let moved = store.write(TENANT, async move |tx| {
                tx.write_off_jobs(JobKind::Reminders as i64, later).await?;
                for notice in waiting.iter() {
                    // A server that runs may have taken it meanwhile.
                    tx.postpone_notice(notice.id, notice.due_at, Timestamp(0))
                        .await?;
                }
                Ok(())
            });
            moved.await.unwrap();
        });
    }

    /// Mails that wait.
    pub(crate) fn waiting_mails(&self) -> i64 {
        self.with_store(async |store| {
            let state = store.read_platform(async |tx| tx.outbox_state().await);
            state.await.unwrap().waiting
        })
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

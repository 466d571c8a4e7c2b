//! The sockets of `[[mail_gate]]`, at which a Postfix on this machine asks about mail clients (K10). What is answered is decided in
//! `warifu-flows`; here are the two languages, and the limits of who may talk for how long.

mod lines;
mod policy;
mod sasl;
mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use warifu_domain::tenant::Tenant;
use warifu_flows::Ctx;
use warifu_web::WebState;

use crate::cli::exit::Failure;
use crate::config::{GateProtocol, MailGate};
use socket::{Socket, Stream};

/// Connections to one socket at the same time; Postfix starts 100 processes of a service by default, each with one. One more is
/// closed at once, and Postfix puts its client off.
const MOST_CONNECTIONS: usize = 500;
/// How long questions under way may take after the order to stop.
const GRACE: Duration = Duration::from_secs(10);
/// After an error of the system's: too many open files, for one, pass.
const PAUSE: Duration = Duration::from_millis(200);

/// Sockets that are bound, and not yet answered at.
pub(crate) struct Sockets(Vec<(Socket, GateProtocol, String)>);

impl Sockets {
    /// Takes every socket of the configuration.
    pub(crate) fn bind(sections: &[MailGate]) -> Result<Self, Failure> {
        let one = |section: &MailGate| {
            let socket = Socket::bind(section)?;
            let protocol = section.protocol.unwrap_or(GateProtocol::Policy);
            Ok((socket, protocol, section.tenant.clone()))
        };
        sections.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Begins to answer.
    pub(crate) fn open(self, ctx: &Arc<Ctx>, state: &WebState) -> MailGates {
        let (order, stop) = watch::channel(());
        let mut tasks = JoinSet::new();
        for (socket, protocol, tenant) in self.0 {
            tracing::info!(%protocol, tenant, listen = socket.place(), "a mail gate is open");
            let door = Door {
                tenant,
                protocol,
                ctx: ctx.clone(),
                state: state.clone(),
                connections: AtomicU32::new(0),
                stop: stop.clone(),
            };
            tasks.spawn(door.serve(socket));
        }
        MailGates { order, tasks }
    }
}

/// The sockets at work.
pub(crate) struct MailGates {
    order: watch::Sender<()>,
    tasks: JoinSet<()>,
}

impl MailGates {
    /// Takes no more connections, answers what was asked, and returns when that is done, or after [`GRACE`].
    pub(crate) async fn stop(self) {
        let Self { order, mut tasks } = self;
        drop(order);
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            tracing::warn!("questions of mail servers were still open");
        }
    }
}

/// What is behind a socket.
struct Door {
    tenant: String,
    protocol: GateProtocol,
    ctx: Arc<Ctx>,
    state: WebState,
    /// Connections so far.
    connections: AtomicU32,
    stop: watch::Receiver<()>,
}

impl Door {
    async fn serve(self, socket: Socket) {
        let (door, mut talks) = (Arc::new(self), JoinSet::new());
        loop {
            let connection = tokio::select! {
                connection = socket.accept() => connection,
                Some(_) = talks.join_next() => continue,
                () = door.stopped() => break,
            };
            match connection {
                Ok(connection) if talks.len() < MOST_CONNECTIONS => {
                    let door = door.clone();
                    talks.spawn(async move { door.talk(connection).await });
                }
                Ok(_) => {
                    tracing::warn!(tenant = door.tenant, "too many connections of mail servers")
                }
                Err(error) => {
                    tracing::warn!(%error, "a mail server's connection was not taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop(socket);
        while talks.join_next().await.is_some() {}
    }

    async fn talk(&self, connection: Box<dyn Stream>) {
        match self.protocol {
            GateProtocol::Policy => policy::talk(connection, self).await,
            GateProtocol::Sasl => {
                let number = self.connections.fetch_add(1, Ordering::Relaxed);
                sasl::talk(connection, self, number).await;
            }
        }
    }

    /// Returns when the process is to stop.
    async fn stopped(&self) {
        let mut stop = self.stop.clone();
        // Nothing is ever sent; it ends with its sender.
        while stop.changed().await.is_ok() {}
    }

    /// What a person reads who has to log in with a browser first, in one line.
    fn words(&self, tenant: &Arc<Tenant>, service: &str) -> Option<String> {
        match self.state.gate_words(tenant, service) {
            Ok(words) => Some(words.replace(char::is_control, " ")),
            Err(error) => {
                tracing::error!(?error, "no words for a refused mail client");
                None
            }
        }
    }
}

//! Listening: sockets, TLS or not, and the stop that lets running requests finish.

mod greeting;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use tokio::task::JoinSet;

use crate::cli::exit::Failure;
use greeting::GreetingAcceptor;

/// How long running requests may take after the order to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long a client may take to send a request's head, and how long a connection may be idle: else a few thousand silent
/// connections would keep everybody else out.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// Takes an address, or says why it cannot be had. `mend` is what to do if another program has it.
pub(crate) fn bind(what: &str, address: SocketAddr, mend: &str) -> Result<TcpListener, Failure> {
    let failed = |error: &io::Error| {
        let failure = Failure::failed(format!("{what}: cannot listen on {address}: {error}"));
        match error.kind() {
            io::ErrorKind::AddrInUse => failure.mend(mend),
            _ => failure.mend(advice(error)),
        }
    };
    let listener = TcpListener::bind(address).map_err(|error| failed(&error))?;
    listener
        .set_nonblocking(true)
        .map_err(|error| failed(&error))?;
    Ok(listener)
}

/// What to do about an address that cannot be listened on.
pub(crate) fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => "no network interface of this machine has that address",
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need a right of their own: choose a higher one behind a proxy, or grant CAP_NET_BIND_SERVICE"
        }
        _ => "",
    }
}

/// The port that the system chose, where port 0 was asked for.
pub(crate) fn bound(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|error| Failure::failed(format!("a socket without an address: {error}")))
}

/// Everything that listens in this process.
#[derive(Default)]
pub(crate) struct Listeners {
    handle: Handle<SocketAddr>,
    tasks: JoinSet<io::Result<()>>,
}

impl Listeners {
    /// Answers requests that come to `listener`, over TLS where there is a certificate.
    pub(crate) fn serve(
        &mut self,
        listener: TcpListener,
        tls: Option<&RustlsConfig>,
        app: Router,
    ) -> Result<(), Failure> {
        let mut server = axum_server::from_tcp(listener)
            .map_err(|error| Failure::failed(format!("cannot listen: {error}")))?;
        set_limits(&mut server);
        let server = server.handle(self.handle.clone());
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let limit = HEAD_LIMIT;
        let plain = NoDelayAcceptor::new();
        match tls {
            None => {
                let acceptor = GreetingAcceptor {
                    inner: plain,
                    limit,
                };
                self.tasks.spawn(server.acceptor(acceptor).serve(app))
            }
            Some(tls) => {
                let inner = RustlsAcceptor::new(tls.clone()).acceptor(plain);
                let acceptor = GreetingAcceptor { inner, limit };
                self.tasks.spawn(server.acceptor(acceptor).serve(app))
            }
        };
        Ok(())
    }

    /// Returns only if something stops listening by itself, with the reason.
    pub(crate) async fn broken(&mut self) -> Failure {
        let why = match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error.to_string(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(Ok(()))) | None => "it ended".to_owned(),
        };
        Failure::failed(format!("a listener broke: {why}"))
    }

    /// Takes no more connections, lets running requests finish, and returns when they did, or after [`GRACE`].
    pub(crate) async fn stop(mut self) {
        self.handle.graceful_shutdown(Some(GRACE));
        while let Some(ended) = self.tasks.join_next().await {
            if let Ok(Err(error)) = ended {
                tracing::warn!(%error, "a listener did not end well");
            }
        }
    }
}

fn set_limits<A>(server: &mut Server<SocketAddr, A>) {
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_LIMIT)
        .keep_alive_timeout(HEAD_LIMIT);
}

//! Making a connection: TLS or not, and the settings every session starts with.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::error::StoreError;
use super::{Statements, meaning};

/// How long one attempt to connect may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// A server that hangs must not hang us, and a commit reported as durable must be: some installations switch that
/// off for everybody, and a used code would be usable again after their crash (SEC-83). Each of our statements is over before
/// it would be compiled, or before processes that help with it have begun (8 ms where they were used).
const SESSION: &str = "
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '30s';
    SET jit = off;
    SET max_parallel_workers_per_gather = 0;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Knows how to reach the server.
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// One connection with its prepared statements.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) statements: Statements,
    driver: JoinHandle<()>,
}

impl Connector {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        // The driver knows `require` alone, and with it our TLS verifies the certificate and its name in any case.
        let url = url
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        // The driver's own message could quote the URL, and with it the password.
        let mut config: Config = url.parse().map_err(|_| StoreError::CannotOpen {
            what: "the URL of PostgreSQL is malformed".into(),
        })?;
        config
            .application_name("warifu")
            .connect_timeout(CONNECT_LIMIT)
            .tcp_user_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(30));
        let encrypted = match config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Prefer => !is_local(&config),
            _ => true,
        };
        if !encrypted {
            return Ok(Self { config, tls: None });
        }
        config.ssl_mode(SslMode::Require);
        Ok(Self {
            config,
            tls: Some(MakeRustlsConnect::new(tls_config()?)),
        })
    }

    /// Connects and prepares the session. Runs inside a `LocalSet`.
    pub(super) async fn connect(&self) -> Result<Session, StoreError> {
        let attempt = async {
            let (client, driver) = match &self.tls {
                Some(tls) => {
                    let (client, connection) = self.config.connect(tls.clone()).await?;
                    (client, tokio::task::spawn_local(drive(connection)))
                }
                None => {
                    let (client, connection) = self.config.connect(NoTls).await?;
                    (client, tokio::task::spawn_local(drive(connection)))
                }
            };
            client.batch_execute(SESSION).await?;
            Ok(Session {
                client,
                statements: Statements::default(),
                driver,
            })
        };
        match tokio::time::timeout(2 * CONNECT_LIMIT, attempt).await {
            Ok(outcome) => outcome.map_err(|error: tokio_postgres::Error| refused(&error)),
            Err(_) => Err(StoreError::CannotOpen {
                what: "PostgreSQL does not answer".into(),
            }),
        }
    }
}

impl Session {
    /// Says goodbye to the server, so that it does not log a broken connection.
    pub(super) async fn close(self) {
        drop(self.client);
        let _ = tokio::time::timeout(Duration::from_secs(1), self.driver).await;
    }
}

/// Moves the bytes of one connection until it ends.
async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(error = %meaning(error), "a connection to PostgreSQL was lost");
    }
}

fn refused(error: &tokio_postgres::Error) -> StoreError {
    let what = match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(reply), _) => format!("PostgreSQL: {} ({})", reply.message(), reply.code().code()),
        (None, Some(source)) => format!("PostgreSQL: {error}: {source}"),
        (None, None) => format!("PostgreSQL: {error}"),
    };
    StoreError::CannotOpen { what }
}

/// Whether the way to the server never leaves this machine.
fn is_local(config: &Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    });
    // `hostaddr` is where it really connects to; the host is then only a name.
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn tls_config() -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        return Err(StoreError::CannotOpen {
            what: "PostgreSQL over TLS needs root certificates: install ca-certificates or set SSL_CERT_FILE".into(),
        });
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for the protocol versions it is built with")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_this_machine_the_way_is_encrypted_unless_told_otherwise() {
        for (url, encrypted) in [
            ("postgres://warifu@127.0.0.1/warifu", false),
            ("postgres://warifu@localhost:5433/warifu", false),
            ("postgres://warifu@[::1]/warifu", false),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/warifu", false),
            ("postgres://warifu@localhost/warifu?sslmode=require", true),
            (
                "postgres://warifu@localhost/warifu?sslmode=verify-full",
                true,
            ),
            ("postgres://warifu@db.example/warifu", true),
            ("postgres://warifu@db.example/warifu?sslmode=prefer", true),
            (
                "postgres://warifu@db.example/warifu?sslmode=verify-ca",
                true,
            ),
            ("postgres://warifu@db.example/warifu?sslmode=disable", false),
            ("postgres://warifu@localhost,db.example/warifu", true),
            (
                "postgres://warifu@localhost/warifu?hostaddr=192.0.2.1",
                true,
            ),
            ("postgres:///warifu?hostaddr=192.0.2.1", true),
        ] {
            let tls = Connector::new(url).map(|connector| connector.tls.is_some());
            assert_eq!(tls, Ok(encrypted), "{url}");
        }
    }
}

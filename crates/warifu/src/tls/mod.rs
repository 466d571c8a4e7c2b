//! Built-in TLS: the certificate and its key, read from files, checked together before they are used; and whom we believe where we are
//! the client.

mod validity;

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

pub(crate) use validity::Validity;

use crate::cli::exit::{Exit, Failure};
use crate::config::Tls;

/// Makes aws-lc-rs the cryptography of every TLS connection of this process. Once, at the start.
pub(crate) fn install_provider() {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing before the start of the process installs one");
}

/// TLS of a client that believes the authorities of this PEM file, or else the system's. `setting` is what named the file.
pub(crate) fn client_config(
    setting: &str,
    authorities: Option<&Path>,
) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(file) => {
            let unusable = |error: &dyn std::fmt::Display| {
                wrong(format!("{setting}: {}: {error}", file.display()))
                    .mend("name a PEM file with certificates that Warifu's user may read")
            };
            let found = CertificateDer::pem_file_iter(file).map_err(|error| unusable(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unusable(&error))?;
                roots.add(certificate).map_err(|error| unusable(&error))?;
            }
            if roots.is_empty() {
                return Err(unusable(&"it has no certificate"));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder =
        builder.map_err(|error| wrong(format!("{setting}: TLS cannot be set up: {error}")))?;
    Ok(Arc::new(
        builder.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// What the files hold.
pub(crate) struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// Reads both files.
    pub(crate) fn read(tls: &Tls) -> Result<Self, Failure> {
        let chain = CertificateDer::pem_file_iter(&tls.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(&tls.certificate, &error))?;
        if chain.is_empty() {
            return Err(unreadable(&tls.certificate, &pem::Error::NoItemsFound));
        }
        let key =
            PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| unreadable(&tls.key, &error))?;
        Ok(Self { chain, key })
    }

    /// The settings of the listener. Refuses a key that does not belong to the certificate.
    pub(crate) fn server_config(self) -> Result<Arc<ServerConfig>, Failure> {
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .map_err(|error| {
                wrong(format!("the certificate cannot be used: {error}"))
                    .mend("server.tls.certificate and server.tls.key have to belong together")
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// From when to when it is good.
    pub(crate) fn validity(&self) -> Option<Validity> {
        Validity::of(self.chain.first()?)
    }

    /// Whether browsers take it for `host`, which may have a port.
    pub(crate) fn is_for(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let name = ServerName::try_from(name.trim_matches(['[', ']']).to_owned());
        let certificate = self.chain.first().map(ParsedCertificate::try_from);
        match (name, certificate) {
            (Ok(name), Some(Ok(certificate))) => {
                rustls::client::verify_server_name(&certificate, &name).is_ok()
            }
            _ => false,
        }
    }
}

fn wrong(problem: String) -> Failure {
    Failure::new(Exit::Configuration, problem)
}

fn unreadable(path: &Path, error: &pem::Error) -> Failure {
    let why = match error {
        pem::Error::NoItemsFound => "it has nothing of the kind in PEM form".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        // Its other messages quote the file, which may be a key.
        _ => "it is not PEM".to_owned(),
    };
    wrong(format!("{}: cannot be read: {why}", path.display()))
        .mend("correct [server.tls] in the configuration, or let the user that Warifu runs as read the file")
}

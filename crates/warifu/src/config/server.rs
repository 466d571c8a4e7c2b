//! `[server]`: where people reach Warifu, and what a request may cost. Not: what the routes are.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use warifu_web::http::host::BaseUrl;

use super::{limits, section::section};

section! {
    /// Where people reach Warifu, and what one request may cost.
    struct Server {
        /// Address and port of the pages. Loopback by default: a new installation is not on the network before somebody says so.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
        /// The address people type: scheme, host and port, without a path. Links in mails, cookies and the check of forms are
        /// made from it, never from what a request claims (SEC-60). Compulsory unless `listen` is loopback, where it is
        /// `http://` and that address by default; plain http is refused anywhere else.
        #[serde(deserialize_with = "super::address::base_url")]
        base_url: Option<BaseUrl> = None, for example "'https://login.example.jp'";
        /// Further host names under which requests are answered, beside that of `base_url`. A request for any other host is
        /// refused (SEC-60).
        #[serde(deserialize_with = "super::address::hosts")]
        hosts: Vec<String> = Vec::new();
        /// Addresses or CIDR blocks of reverse proxies whose word about the client's address is taken. Nobody's by default: a
        /// header that anybody may send must not choose the network from which a person seems to come (SEC-50). No policy can
        /// trust these addresses, nor the one in `listen`, nor loopback: any program of this machine may come from 127.0.0.0/8
        /// and speak for many people. If a proxy is listed with a loopback address of its own, as in '127.0.0.10', the others
        /// are clients on the same machine, and only 127.0.0.1 and ::1 stay out of reach.
        #[serde(deserialize_with = "super::address::networks")]
        trusted_proxies: Vec<IpNet> = Vec::new();
        /// Seconds (1 to 600) after which a request is given up. A login costs a fraction of a second; a person on a bad line is
        /// given time to send a form.
        #[serde(deserialize_with = "limits::within::<1, 600, _, _>")]
        request_timeout_seconds: u64 = 30;
        /// Bytes (1,024 to 16,777,216) of a request's body that are read at most. No form comes near the default.
        #[serde(deserialize_with = "limits::within::<1_024, 16_777_216, _, _>")]
        max_body_bytes: usize = 16_384;
        /// Certificate and key of the built-in TLS; without them a reverse proxy has to speak https.
        tls: Option<Tls> = None, for example "";
    }
}

section! {
    /// Built-in TLS, for a server without a reverse proxy. Both files are needed.
    required struct Tls {
        /// PEM file: the server's certificate, then the intermediate ones.
        certificate: PathBuf, for example "'/etc/warifu/tls/fullchain.pem'";
        /// PEM file: its private key.
        key: PathBuf, for example "'/etc/warifu/tls/privkey.pem'";
    }
}

impl Server {
    /// The public address of a server that listens on `bound` (which has the port that the system chose for port 0).
    pub(crate) fn base_url_at(&self, bound: SocketAddr) -> BaseUrl {
        self.base_url.clone().unwrap_or_else(|| {
            BaseUrl::parse(&format!("http://{bound}")).expect("an address is a host with a port")
        })
    }

    /// [`Server::request_timeout_seconds`] as a duration.
    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }
}

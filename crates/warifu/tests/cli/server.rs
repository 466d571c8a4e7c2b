//! `warifu serve`: what a fresh server shows, how it stops, and that commands reach it while it runs.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Client, read_answer};
use crate::place::Place;
use crate::process::{self, PATIENCE, Process};

struct Server {
    process: Process,
    pages: SocketAddr,
    operations: SocketAddr,
}

fn serve(place: &Place) -> Server {
    let (process, pages, operations) = process::serve(place);
    Server {
        process,
        pages,
        operations,
    }
}

const PASSWORD: &str = "kobu tami soni wara";

/// A server with a tenant where the password is enough, and somebody in it.
fn with_people() -> Place {
    let place = Place::with_server();
    place
        .run([
            "tenant",
            "add",
            "midori",
            "--name",
            "みどり商事",
            "--preset",
            "workspace",
        ])
        .good();
    place
        .run_with(
            PASSWORD,
            [
                "user",
                "add",
                "midori",
                "sato",
                "--name",
                "佐藤 花子",
                "--email",
                "hanako.sato@example.jp",
                "--permanent",
            ],
        )
        .good();
    place
}

fn logged_in(server: &Server) -> Client {
    let mut client = Client::new(server.pages);
    let answer = client.submit(
        "/midori/login",
        &[("login", "sato"), ("password", PASSWORD)],
    );
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(client.get("/midori/account").status, 200);
    client
}

#[test]
fn sec_070_a_password_set_at_the_command_line_is_for_one_login_unless_it_says_permanent() {
    let place = with_people();
    let server = serve(&place);
    logged_in(&server);
    let set = ["user", "password", "midori", "sato"];
    place.run_with(PASSWORD, set).good();
    let mut client = Client::new(server.pages);
    let typed = [("login", "sato"), ("password", PASSWORD)];
    client.submit("/midori/login", &typed);
    for page in ["/midori/account", "/midori/account/sessions"] {
        let answer = client.get(page);
        assert_eq!(answer.status, 303, "{page}");
        assert_eq!(answer.header("location"), Some("/midori/account/password"));
    }
    let chosen = "a melon under the moon";
    let answer = client.submit("/midori/account/password", &[("new_password", chosen)]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(client.get("/midori/account").status, 200);
    let shown = place
        .run(["user", "show", "midori", "sato", "--json"])
        .good();
    assert!(
        shown.contains(r#""password_is_temporary":false"#),
        "{shown}"
    );

    let [user, password, tenant, login] = set;
    place
        .run_with(PASSWORD, [user, password, tenant, login, "--permanent"])
        .good();
    logged_in(&server);
}

#[test]
fn sec_085_a_fresh_server_shows_nothing_but_its_pages() {
    let place = Place::with_server();
    let server = serve(&place);
    // Nobody is there but the operator, whose password `init` drew.
    assert_eq!(
        place
            .run(["user", "list", "operator", "--json"])
            .good()
            .lines()
            .count(),
        1
    );
    assert_eq!(
        place
            .run(["tenant", "list", "--json"])
            .good()
            .lines()
            .count(),
        1
    );
    for (login, password) in [
        ("operator", "operator"),
        ("admin", "admin"),
        ("root", ""),
        ("operator", "password"),
    ] {
        let answer = Client::new(server.pages).submit(
            "/operator/login",
            &[("login", login), ("password", password)],
        );
        assert_eq!(answer.status, 422, "{login}");
    }
    let mut client = Client::new(server.pages);
    let nothing = [
        "/",
        "/metrics",
        "/healthz",
        "/health",
        "/status",
        "/server-status",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/api",
        "/demo",
        "/demo/mail",
        "/assets",
        "/assets/",
        "/.git/config",
        "/.env",
        "/warifu.toml",
        "/keys.toml",
        "/operator/..%2f..%2fkeys.toml",
        "/../keys.toml",
        "/robots.txt",
        "/favicon.ico",
        "/default/login",
        "/test",
    ];
    let pages = [
        "/login",
        "/operator/login",
        "/operator/help",
        "/operator/account",
    ];
    for path in nothing.iter().chain(&pages) {
        let answer = client.get(path);
        assert_eq!(
            answer.status == 404,
            nothing.contains(path),
            "{path}: {}",
            answer.status
        );
        for (name, value) in &answer.headers {
            assert!(
                !["server", "x-powered-by", "via"].contains(&name.as_str()),
                "{path}: {name}: {value}"
            );
            assert!(
                !value.contains(env!("CARGO_PKG_VERSION")),
                "{path}: {name}: {value}"
            );
        }
        let body = answer.body.to_lowercase();
        let banners = [
            concat!("warifu ", env!("CARGO_PKG_VERSION")),
            "axum",
            "hyper",
            "rust",
            "sqlite",
            "stack backtrace",
        ];
        assert!(
            !banners.iter().any(|banner| body.contains(banner)),
            "{path}: {body}"
        );
    }
    // Metrics and health are elsewhere, and nothing else is there.
    let mut operator = Client::new(server.operations);
    assert_eq!(operator.get("/healthz").status, 200);
    let metrics = operator.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.body.contains("warifu_requests_total"));
    for path in ["/", "/operator/login", "/debug"] {
        assert_eq!(operator.get(path).status, 404, "{path}");
    }
}

#[test]
fn sec_077_nothing_secret_can_be_read_in_the_database_files() {
    let place = with_people();
    let server = serve(&place);
    let _client = logged_in(&server);
    // While it runs, so that the log beside the database is read too.
    let keys = place.read("data/keys.toml");
    let key = keys
        .lines()
        .find_map(|line| line.strip_prefix("secret = \""))
        .unwrap()
        .trim_end_matches('"')
        .to_owned();
    let secrets = ["hanako.sato@example.jp", PASSWORD, &key];
    let mut files = 0;
    for entry in fs::read_dir(place.path().join("data/state")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        files += 1;
        for secret in secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} is in {}", secret, path.display());
        }
    }
    assert!(files >= 2, "the database and its log");
}

#[test]
fn sec_084_a_disabled_user_or_tenant_is_out_of_a_running_server_at_once() {
    let place = with_people();
    let server = serve(&place);
    let login = |client: &mut Client| {
        client
            .submit(
                "/midori/login",
                &[("login", "sato"), ("password", PASSWORD)],
            )
            .status
    };

    let mut client = logged_in(&server);
    place.run(["user", "disable", "midori", "sato"]).good();
    assert_ne!(client.get("/midori/account").status, 200);
    assert_eq!(login(&mut Client::new(server.pages)), 422);
    place.run(["user", "enable", "midori", "sato"]).good();
    // The old session stays ended.
    assert_ne!(client.get("/midori/account").status, 200);

    let mut client = logged_in(&server);
    place.run(["tenant", "suspend", "midori"]).good();
    assert_ne!(client.get("/midori/account").status, 200);
    assert_eq!(login(&mut Client::new(server.pages)), 422);
    place.run(["tenant", "resume", "midori"]).good();
    logged_in(&server);
}

#[test]
fn running_requests_finish_when_the_server_is_told_to_stop() {
    let place = with_people();
    for signal in ["TERM", "INT"] {
        let server = serve(&place);
        let client = Client::new(server.pages);
        // A request whose body comes slowly, and a connection that says nothing at all.
        let request = client.request(
            "POST",
            "/midori/login",
            &format!("login=sato&password={}", "x".repeat(100)),
        );
        let (first, second) = request.split_at(request.len() - 50);
        let mut slow = TcpStream::connect(server.pages).unwrap();
        slow.set_read_timeout(Some(PATIENCE)).unwrap();
        slow.write_all(first.as_bytes()).unwrap();
        let _silent = TcpStream::connect(server.pages).unwrap();
        // Answered by the same server after the slow one was accepted: connections are taken in turn.
        assert_eq!(Client::new(server.pages).get("/midori/login").status, 200);

        server.process.signal(signal);
        let mut process = server.process;
        process.err_until("stopping");
        let refused = || matches!(TcpStream::connect(server.pages), Err(error) if error.kind() == ErrorKind::ConnectionRefused);
        assert!((0..1000).any(|_| refused()), "it still takes connections");
        slow.write_all(second.as_bytes()).unwrap();
        // A form without a token: refused, but answered.
        assert_eq!(read_answer(&mut slow).status, 403);
        let (status, _, err) = process.end();
        assert_eq!(status.code(), Some(0), "{err:?}");
        assert!(err.iter().any(|line| line.contains("stopped")), "{err:?}");
    }
}

#[test]
fn log_lines_are_json_objects_where_the_configuration_says_so() {
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    place.write(
        "data/warifu.toml",
        &config.replace("format = \"text\"", "format = \"json\""),
    );
    let mut command = place.command();
    command.arg("serve");
    let mut process = Process::start(command);
    process.err_until("\"ready\"");
    process.signal("TERM");
    let (status, _, lines) = process.end();
    assert_eq!(status.code(), Some(0));
    let check = |lines: &[String]| {
        for line in lines {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(
                object["timestamp"].is_string() && object["level"].is_string(),
                "{line}"
            );
        }
    };
    check(&lines);
    // A start that fails says so in the same form.
    fs::remove_file(place.path().join("data/keys.toml")).unwrap();
    let (code, message) = place.run(["serve"]).bad();
    assert_eq!(code, 4);
    assert!(message.contains("cannot read the key ring"), "{message}");
    check(&message.lines().map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn a_second_server_on_the_same_address_is_refused() {
    let place = Place::with_server();
    let server = serve(&place);
    let config = place.read("data/warifu.toml");
    let listen = format!("listen = \"{}\"", server.pages);
    place.write(
        "data/warifu.toml",
        &config.replacen("listen = \"127.0.0.1:0\"", &listen, 1),
    );
    let (code, message) = place.run(["serve"]).bad();
    assert_eq!(code, 1);
    assert!(
        message.contains("server.listen") && message.contains("running already"),
        "{message}"
    );
    assert!(place.run(["check"]).good().contains("is in use"));
}

/// Speaks TLS with a server and says which certificate it showed.
fn over_tls(address: SocketAddr, trusted: &CertificateDer<'static>) -> Option<u16> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("login.example.jp").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    let request =
        "GET /operator/login HTTP/1.1\r\nHost: login.example.jp\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    // The end may come without a farewell.
    let _ = stream.read_to_end(&mut bytes);
    let head = String::from_utf8_lossy(&bytes);
    assert!(head.contains("strict-transport-security"), "{head}");
    head.split(' ').nth(1)?.parse().ok()
}

#[test]
fn built_in_tls_serves_and_takes_a_renewed_certificate_without_a_restart() {
    let place = Place::with_server();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files");
    let install = |name: &str| {
        for end in ["certificate", "key"] {
            fs::copy(
                files.join(format!("{name}-{end}.pem")),
                place.path().join(format!("data/{end}.pem")),
            )
            .unwrap();
        }
    };
    let read = |name: &str| CertificateDer::from_pem_file(files.join(name)).unwrap();
    let (old, new) = (
        read("good-certificate.pem"),
        read("renewed-certificate.pem"),
    );
    install("good");
    let config = place.read("data/warifu.toml");
    let config = config
        .replace("#base_url = ", "base_url = ")
        .replace("#[server.tls]", "[server.tls]")
        .replace(
            "#certificate = '/etc/warifu/tls/fullchain.pem'",
            "certificate = 'certificate.pem'",
        )
        .replace("#key = '/etc/warifu/tls/privkey.pem'", "key = 'key.pem'");
    place.write("data/warifu.toml", &config);

    let mut server = serve(&place);
    assert_eq!(over_tls(server.pages, &old), Some(200));
    assert_eq!(over_tls(server.pages, &new), None);
    // Half a renewal changes nothing.
    fs::copy(
        files.join("renewed-certificate.pem"),
        place.path().join("data/certificate.pem"),
    )
    .unwrap();
    server.process.signal("HUP");
    server.process.err_until("stays as it was");
    assert_eq!(over_tls(server.pages, &old), Some(200));
    install("renewed");
    server.process.signal("HUP");
    server.process.err_until("is read again");
    assert_eq!(over_tls(server.pages, &new), Some(200));
    assert_eq!(over_tls(server.pages, &old), None);
    server.process.signal("TERM");
    assert_eq!(server.process.end().0.code(), Some(0));
}

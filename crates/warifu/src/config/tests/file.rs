//! The file as a whole: the reference, names, types, numbers, what cannot be read.

use std::{net::SocketAddr, path::Path};

use super::{FILE, check, parse};
use crate::config::{Config, ConfigFile, DatabaseUrl, KeySource, REFERENCE, reference};

#[test]
fn the_reference_is_what_the_sections_say_and_parses_to_the_defaults() {
    let expected = reference::write();
    #[expect(
        clippy::disallowed_methods,
        reason = "asks the person who runs the tests"
    )]
    if std::env::var_os("WARIFU_UPDATE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/reference.toml");
        std::fs::write(file, &expected).unwrap();
        return;
    }
    assert_eq!(
        REFERENCE, expected,
        "write it anew with WARIFU_UPDATE=1 cargo test -p warifu reference"
    );
    assert_eq!(
        toml::from_str::<Config>(REFERENCE).unwrap(),
        Config::default()
    );
}

#[test]
fn every_example_of_the_reference_is_accepted() {
    let mut examples = String::new();
    for line in REFERENCE.lines() {
        let is_example = line.starts_with('#') && !line.starts_with("# ");
        // Only one of the two sources of a secret may be set.
        let is_other = ["#environment", "#password_environment", "#key_environment"]
            .iter()
            .any(|other| line.starts_with(other));
        let line = if is_other {
            ""
        } else if is_example {
            &line[1..]
        } else {
            line
        };
        examples.push_str(line);
        examples.push('\n');
    }
    let config = parse(&examples).unwrap();
    assert!(config.server.tls.is_some());
    assert_eq!(config.hashing.threads, Some(2));
}

#[test]
fn an_empty_file_is_a_server_on_loopback() {
    let config = parse("").unwrap();
    let bound = SocketAddr::from(([127, 0, 0, 1], 4711));
    let base_url = config.server.base_url_at(bound);
    assert_eq!(base_url.origin(), "http://127.0.0.1:4711");
    assert_eq!(base_url.host(), "127.0.0.1:4711");
    assert!(config.server.trusted_proxies.is_empty());
    assert_eq!(
        config.keys.source(),
        KeySource::File("/etc/warifu/keys.toml".into())
    );
}

#[test]
fn a_full_file_is_read() {
    let config = parse(
        "[server]\nlisten = '[::]:443'\nbase_url = 'https://Login.Example.jp:443/'\nhosts = ['mfa.example.jp', '[::1]:8443']\n\
         trusted_proxies = ['192.0.2.0/24', '2001:db8::1']\nrequest_timeout_seconds = 600\n\
         [server.tls]\ncertificate = 'tls/chain.pem'\nkey = '/run/key.pem'\n\
         [database]\nurl = 'sqlite:state.db'\n[keys]\nenvironment = 'WARIFU_KEYS'\n\
         [log]\nformat = 'json'\nlevel = 'warn,warifu=debug'\n[hashing]\nthreads = 1\nqueue = 0\n",
    )
    .unwrap();
    let base_url = config.server.base_url_at(config.server.listen);
    assert_eq!(base_url.origin(), "https://login.example.jp");
    assert!(base_url.is_https());
    assert_eq!(config.server.hosts[1], "[::1]:8443");
    assert_eq!(
        config.server.trusted_proxies,
        [
            "192.0.2.0/24".parse().unwrap(),
            "2001:db8::1/128".parse().unwrap()
        ]
    );
    assert_eq!(config.server.request_timeout().as_secs(), 600);
    let tls = config.server.tls.unwrap();
    assert_eq!(tls.certificate, Path::new("/etc/warifu/tls/chain.pem"));
    assert_eq!(tls.key, Path::new("/run/key.pem"));
    assert_eq!(
        config.database.url,
        DatabaseUrl::Sqlite("/etc/warifu/state.db".into())
    );
    assert_eq!(
        config.keys.source(),
        KeySource::Environment("WARIFU_KEYS".to_owned())
    );
    assert_eq!((config.hashing.threads, config.hashing.queue), (Some(1), 0));
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    let unknown = "there is no such setting";
    check(
        "[server]\nlisen = '127.0.0.1:80'",
        "2:1 server.lisen",
        unknown,
        "did you mean `listen`?",
    );
    check(
        "[server]\n  max_body_byte = 1",
        "2:3 server.max_body_byte",
        unknown,
        "`max_body_bytes`",
    );
    check("[sever]\n", "1:2 sever", unknown, "did you mean `server`?");
    check(
        "[keys]\npassword = 'x'",
        "2:1 keys.password",
        unknown,
        "there are: file, environment",
    );
    check(
        "# 日本語\nserver = { '聞く' = 1 }",
        "2:12 server.聞く",
        unknown,
        "listen",
    );
    check(
        "[server.tls]\ncert = 'x'",
        "2:1 server.tls.cert",
        unknown,
        "certificate, key",
    );
}

#[test]
fn a_wrong_type_is_refused_with_an_example() {
    check(
        "[server]\nlisten = 8080",
        "2:10 server.listen",
        "invalid type: integer `8080`",
        "listen = \"127.0.0.1:8080\"",
    );
    check("server = 1", "1:10 server", "invalid type", "");
    check(
        "[server]\nhosts = 'a'",
        "2:9 server.hosts",
        "expected a sequence",
        "hosts = []",
    );
    check(
        "[server]\nrequest_timeout_seconds = '30'",
        "2:27 server.request_timeout_seconds",
        "invalid type: string",
        "= 30",
    );
    check(
        "[log]\nformat = 'yaml'",
        "2:10 log.format",
        "unknown variant `yaml`, expected `text` or `json`",
        "format = \"text\"",
    );
    check(
        "[database]\nurl = ['x']",
        "2:7 database.url",
        "expected a string",
        "sqlite:",
    );
}

#[test]
fn a_number_out_of_bounds_is_refused() {
    check(
        "[server]\nrequest_timeout_seconds = 0",
        "2:27 server.request_timeout_seconds",
        "0 is not between 1 and 600",
        "= 30",
    );
    check(
        "[server]\nmax_body_bytes = -1",
        "2:18 server.max_body_bytes",
        "-1 is not between 1024 and",
        "",
    );
    check(
        "[hashing]\nthreads = 257",
        "2:11 hashing.threads",
        "257 is not between 1 and 256",
        "threads = 2",
    );
    check(
        "[hashing]\nqueue = 10001",
        "2:9 hashing.queue",
        "10001 is not between",
        "",
    );
}

#[test]
fn broken_toml_is_refused_where_it_breaks() {
    check("[server\nlisten = 1", "1:8 ", "", "");
    check(
        "[log]\nlevel = 'info'\nlevel = 'warn'",
        "3:1 ",
        "duplicate key",
        "",
    );
    check(
        "[log]\nlevel = ",
        "2:9 log.level",
        "must be quoted",
        "level = \"info\"",
    );
    check("[log]\nlevel = 'info", "2:14 ", "", "");
    check("\u{feff}[log]\nlevel", "2:6 ", "", "");
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let folder = std::env::temp_dir().join(format!("warifu-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("warifu.toml");

    let missing = ConfigFile { path: path.clone() }.load().unwrap_err();
    assert!(missing.to_string().contains("warifu.toml: cannot be read"));
    assert!(missing.mend.contains("warifu init"));

    std::fs::write(&path, b"[log]\nlevel = '\xe9\x9c\xff'").unwrap();
    let garbled = ConfigFile { path: path.clone() }.load().unwrap_err();
    assert_eq!(garbled.place, Some((2, 10)));
    assert!(garbled.problem.contains("not UTF-8"));

    std::fs::write(&path, "[log]\nlevel = 'warn'").unwrap();
    let config = ConfigFile { path }.load().unwrap();
    assert_eq!(format!("{:?}", config.log.level), "warn");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_error_reads_well() {
    let error = parse("[server]\nlisten = '0.0.0.0:443'\nbase_url = 'https://a.jp/x'").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/etc/warifu/warifu.toml:3:12: server.base_url: only scheme, host and port: Warifu needs a host of its own, not a \
         path on another\n  for example: base_url = 'https://login.example.jp'"
    );
}

#[test]
fn the_file_is_named_by_option_or_variable() {
    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        config: ConfigFile,
    }
    use clap::{CommandFactory as _, Parser as _};
    let command = Command::parse_from(["warifu", "--config", "a.toml"]);
    assert_eq!(command.config.path, Path::new("a.toml"));
    let help = Command::command().render_long_help().to_string();
    assert!(
        help.contains("WARIFU_CONFIG") && help.contains(FILE),
        "{help}"
    );
}

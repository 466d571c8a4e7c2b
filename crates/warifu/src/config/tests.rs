//! Every kind of bad configuration, with the place that the error names.
use std::net::SocketAddr;

use super::*;

const FILE: &str = "/etc/warifu/warifu.toml";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new(FILE))
}

/// Checks that `text` is refused at `place` ("line:column field"), and that problem and advice contain these words.
#[track_caller]
fn check(text: &str, place: &str, problem: &str, mend: &str) {
    let error = parse(text).expect_err(text);
    let (line, column) = error.place.unwrap();
    let found = format!("{line}:{column} {}", error.field);
    assert_eq!(found, place, "{text}\n{error}");
    assert!(error.problem.contains(problem), "{text}\n{error}");
    assert!(error.mend.contains(mend), "{text}\n{error}");
}

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
fn a_bad_address_is_refused() {
    check(
        "[server]\nlisten = 'localhost'",
        "2:10 server.listen",
        "invalid socket address",
        "127.0.0.1:8080",
    );
    check(
        "[metrics]\nlisten = '127.0.0.1'",
        "2:10 metrics.listen",
        "invalid socket address",
        "9464",
    );
    let base_url = |url: &str, problem| {
        check(
            &format!("[server]\nbase_url = '{url}'"),
            "2:12 server.base_url",
            problem,
            "'https://login.example.jp'",
        );
    };
    base_url("login.example.jp", "does not begin with https://");
    base_url("ftp://login.example.jp", "does not begin with https://");
    base_url("https://example.jp/mfa", "not a path");
    base_url("https://example.jp/?x", "not a path");
    base_url("https://taro@example.jp", "no user name");
    base_url("https://", "not a host name");
    base_url("https://ログイン.jp", "xn-- form");
    base_url("https://example.jp:99999", "is not a host name");
    base_url("https://example.jp:", "is not a host name");
    base_url("https://[::1", "is not a host name");
    base_url("https://[::1]x", "is not a host name");
    base_url("https://exa mple.jp", "not a host name");
    check(
        "[server]\nhosts = ['a.jp', 'https://b.jp']",
        "2:18 server.hosts",
        "is not a host name",
        "hosts = []",
    );
}

#[test]
fn sec_050_a_trusted_proxy_is_a_network_and_never_everybody() {
    let proxies = |list: &str, problem| {
        // The list's last entry is the wrong one.
        let column = 20 + list.rfind(", ").map_or(0, |comma| comma + 2);
        let text = format!("[server]\ntrusted_proxies = [{list}]");
        check(
            &text,
            &format!("2:{column} server.trusted_proxies"),
            problem,
            "",
        );
    };
    proxies("'10.0.0.0/33'", "neither an address nor a CIDR block");
    proxies("'10.0.0.1', 'proxy'", "`proxy` is neither");
    proxies("'10.1.2.3/8'", "is it 10.0.0.0/8 or 10.1.2.3?");
    proxies("'0.0.0.0/0'", "every address there is");
    proxies("'::/0'", "every address there is");
    proxies("8", "invalid type");
}

#[test]
fn plain_http_is_refused_on_a_public_address() {
    check(
        "[server]\nlisten = '0.0.0.0:80'\nbase_url = 'http://login.example.jp'",
        "3:12 server.base_url",
        "readable over the network",
        "[server.tls]",
    );
    check(
        "[server]\nlisten = '192.0.2.1:443'",
        "2:10 server.listen",
        "`server.base_url` is missing",
        "base_url = 'https://",
    );
    assert!(parse("[server]\nlisten = '[::1]:80'\nbase_url = 'http://localhost'").is_ok());
    assert!(parse("[server]\nlisten = '10.0.0.1:80'\nbase_url = 'https://a.jp'").is_ok());
}

#[test]
fn half_of_tls_is_refused() {
    let tls = "[server.tls]\ncertificate = 'a'\nkey = 'b'\n";
    check(
        "[server.tls]\ncertificate = 'a'",
        "1:1 server.tls.key",
        "missing",
        "key = '/etc/warifu/tls/privkey.pem'",
    );
    check(
        "[server]\ntls = {}",
        "2:7 server.tls.certificate",
        "missing",
        "fullchain.pem",
    );
    check(
        tls,
        "1:9 server.tls",
        "`server.base_url`",
        "a name in the certificate",
    );
    check(
        &format!("[server]\nbase_url = 'http://localhost:8080'\n{tls}"),
        "2:12 server.base_url",
        "it says http",
        "https://",
    );
}

#[test]
fn two_listeners_cannot_share_an_address() {
    check(
        "[metrics]\nlisten = '127.0.0.1:8080'",
        "2:10 metrics.listen",
        "share an address",
        "another port",
    );
    check(
        "[server]\nlisten = '127.0.0.1:9464'",
        "2:10 server.listen",
        "share an address",
        "another port",
    );
}

#[test]
fn a_bad_database_is_refused_and_never_repeated() {
    let url = |url: &str, problem| {
        check(
            &format!("[database]\nurl = '{url}'"),
            "2:7 database.url",
            problem,
            "sqlite:/var/lib",
        );
        assert!(
            !parse(&format!("[database]\nurl = '{url}'"))
                .unwrap_err()
                .to_string()
                .contains("hunter2")
        );
    };
    url(
        "mysql://warifu:hunter2@db/x",
        "neither `sqlite:` nor `postgres://`",
    );
    url("sqlite:", "file is missing");
    url("sqlite::memory:", "forgets used codes");
    url("postgres://warifu:hunter2@/x", "host is missing");
    url("postgres://", "host is missing");
    let config = parse("[database]\nurl = 'postgres://warifu:hunter2@db/warifu'").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn there_is_one_source_of_keys() {
    check(
        "[keys]\nfile = 'a'\nenvironment = 'B'",
        "3:15 keys.environment",
        "`keys.file` is set too",
        "remove one",
    );
    check(
        "[keys]\nenvironment = 'key = 1'",
        "2:15 keys.environment",
        "not the name",
        "not its content",
    );
    check(
        "[keys]\nenvironment = ''",
        "2:15 keys.environment",
        "not the name",
        "",
    );
}

#[test]
fn a_log_level_is_spelt_right() {
    check(
        "[log]\nlevel = 'inof'",
        "2:9 log.level",
        "`inof` is not a level",
        "level = \"info\"",
    );
    check(
        "[log]\nlevel = 'info,warifu=loud'",
        "2:9 log.level",
        "`loud` is not a level",
        "",
    );
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

#[test]
fn a_first_factor_that_would_send_passwords_in_the_clear_or_to_nobody_is_refused() {
    let good = "[[first_factor]]\ntenant = 'a'\nurl = 'ldaps://l.example'\nbase = 'o=x'\n";
    assert_eq!(parse(good).unwrap().first_factor.len(), 1);
    for (text, place, problem, mend) in [
        (
            "url = 'ldap://l.example'\nbase = 'o=x'",
            "first_factor.2.url",
            "without TLS",
            "starttls",
        ),
        (
            "url = 'ldaps://l.example'",
            "first_factor.2.kind",
            "`base` is missing",
            "add base",
        ),
        (
            "base = 'o=x'",
            "first_factor.2.kind",
            "`url` is missing",
            "add url",
        ),
        (
            "url = 'http://l.example'\nbase = 'o=x'",
            "first_factor.2.url",
            "ldaps://",
            "example",
        ),
        (
            "url = 'ldaps://l.example'\nstarttls = true\nbase = 'o=x'",
            "first_factor.2.starttls",
            "TLS already",
            "remove",
        ),
        (
            "url = 'ldaps://l.example'\nbase = 'o=x'\nfilter = '(uid=*)'",
            "first_factor.2.filter",
            "everybody",
            "{login}",
        ),
        (
            "url = 'ldaps://l.example'\nbase = 'o=x'\nbind_dn = 'cn=w'",
            "first_factor.2.bind_dn",
            "password is missing",
            "bind_password_file",
        ),
        (
            "kind = 'dovecot'",
            "first_factor.2.kind",
            "`socket` is missing",
            "add socket",
        ),
        (
            "kind = 'dovecot'\nsocket = '/s'\nservice = 'a\tb'",
            "first_factor.2.service",
            "letters",
            "warifu-web",
        ),
    ] {
        let text = format!("{good}[[first_factor]]\ntenant = 'b'\n{text}\n");
        let error = parse(&text).expect_err(&text);
        assert!(
            error.problem.contains(problem) && error.mend.contains(mend),
            "{text}\n{error}"
        );
        assert_eq!(error.field, place, "{text}");
    }
    let twice = format!("{good}{good}");
    check(&twice, "6:10 first_factor.2.tenant", "has two", "remove");
    for here in ["localhost", "127.0.0.1", "[::1]:3890"] {
        let text = good.replace("ldaps://l.example", &format!("ldap://{here}"));
        assert!(parse(&text).is_ok(), "{here}");
    }
}

#[test]
fn sec_055_a_mail_gate_that_the_network_could_reach_or_that_is_half_said_is_refused() {
    let good = "[[mail_gate]]\ntenant = 'a'\nprotocol = 'policy'\nlisten = '127.0.0.1:9001'\n";
    let unix = "[[mail_gate]]\ntenant = 'a'\nprotocol = 'sasl'\nlisten = 'unix:sasl'\nmode = '0600'\ngroup = 'postfix'\n";
    let config = parse(&format!("{good}{unix}")).unwrap();
    assert_eq!(config.mail_gate[0].protocol, Some(GateProtocol::Policy));
    assert_eq!(
        config.mail_gate[1].listen,
        Some(GateAddress::Unix("/etc/warifu/sasl".into()))
    );
    for (text, place, problem, mend) in [
        (
            "protocol = 'policy'\nlisten = '[::1]:1'",
            "6:12 mail_gate.2.protocol",
            "`tenant` is missing",
            "slug",
        ),
        (
            "tenant = 'b'\nlisten = '[::1]:1'",
            "6:10 mail_gate.2.tenant",
            "`protocol` is missing",
            "sasl",
        ),
        (
            "tenant = 'b'\nprotocol = 'sasl'",
            "6:10 mail_gate.2.tenant",
            "`listen` is missing",
            "unix:/",
        ),
        (
            "tenant = 'b'\nprotocol = 'sasl'\nlisten = '127.0.0.1:9001'",
            "8:10 mail_gate.2.listen",
            "another section",
            "another",
        ),
        (
            "tenant = 'b'\nprotocol = 'sasl'\nlisten = '[::1]:1'\nmode = '0600'",
            "9:8 mail_gate.2.mode",
            "only a unix socket",
            "remove",
        ),
        (
            "tenant = 'b'\nprotocol = 'sasl'\nlisten = '[::1]:1'\ngroup = 'x'",
            "9:9 mail_gate.2.group",
            "only a unix socket",
            "remove",
        ),
    ] {
        check(
            &format!("{good}[[mail_gate]]\n{text}\n"),
            place,
            problem,
            mend,
        );
    }
    for (setting, problem) in [
        ("listen = '0.0.0.0:9001'", "reachable from the network"),
        ("listen = '192.0.2.1:9001'", "reachable from the network"),
        ("listen = '[::]:9001'", "reachable from the network"),
        ("listen = 'localhost:9001'", "neither"),
        ("listen = '/run/warifu/policy'", "neither"),
        ("listen = 'unix:'", "the path is missing"),
        ("protocol = 'milter'", "milter"),
        ("listen = 'unix:x'\nmode = '660 '", "not a mode"),
        ("listen = 'unix:x'\nmode = '0066'", "not a mode"),
        ("listen = 'unix:x'\nmode = '1777'", "not a mode"),
        ("listen = 'unix:x'\nmode = '+660'", "not a mode"),
    ] {
        let text = format!("[[mail_gate]]\ntenant = 'b'\n{setting}\n");
        let error = parse(&text).expect_err(&text);
        let (line, _) = error.place.unwrap();
        assert_eq!(line, text.lines().count(), "{text}\n{error}");
        assert!(error.problem.contains(problem), "{text}\n{error}");
    }
}

#[test]
fn sec_054_a_mail_server_that_cannot_be_told_or_would_show_the_key_is_refused() {
    let good =
        "[[mail_server]]\ntenant = 'a'\ndoveadm = 'https://m.example:8443'\nkey_file = 'k'\n";
    let config = parse(&format!("{good}{good}")).unwrap();
    assert_eq!(config.mail_server.len(), 2, "a tenant may have several");
    let file = config.mail_server[0].key_file.as_deref();
    assert_eq!(file, Some(Path::new("/etc/warifu/k")));
    let second = "[[mail_server]]\ntenant = 'b'\n";
    for (text, place, problem, mend) in [
        (
            "key_file = 'k'",
            "6:10 mail_server.2.tenant",
            "`doveadm` is missing",
            "add doveadm",
        ),
        (
            "doveadm = 'https://m.example'",
            "6:10 mail_server.2.tenant",
            "the key is missing",
            "doveadm_api_key",
        ),
        (
            "doveadm = 'http://m.example:8080'\nkey_file = 'k'",
            "7:11 mail_server.2.doveadm",
            "without TLS",
            "https://",
        ),
        (
            "doveadm = 'm.example:8080'\nkey_file = 'k'",
            "7:11 mail_server.2.doveadm",
            "not http://",
            "for example",
        ),
        (
            "doveadm = 'https://m.example/doveadm/v1'\nkey_file = 'k'",
            "7:11 mail_server.2.doveadm",
            "not http://",
            "for example",
        ),
        (
            "doveadm = 'https://m.example'\nkey_file = 'k'\nkey_environment = 'K'",
            "9:19 mail_server.2.key_environment",
            "only one key",
            "remove one",
        ),
        (
            "doveadm = 'https://m.example'\nkey_file = 'k'\ntimeout_seconds = 31",
            "9:19 mail_server.2.timeout_seconds",
            "31 is not between 1 and 30",
            "timeout_seconds = 5",
        ),
        (
            "doveadm = 'https://m.example'\nkey = 'hunter2'",
            "8:1 mail_server.2.key",
            "there is no such setting",
            "there are: tenant, doveadm, key_file",
        ),
    ] {
        check(&format!("{good}{second}{text}\n"), place, problem, mend);
    }
    check(
        "[[mail_server]]\nkey_file = 'k'\n",
        "1:1 mail_server.1.tenant",
        "it is missing",
        "slug",
    );
    for here in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/",
    ] {
        let text = good.replace("https://m.example:8443", here);
        let config = parse(&text).unwrap();
        let address = config.mail_server[0].address().unwrap();
        assert_eq!((address.is_https, address.port), (false, 8080), "{here}");
    }
    let address = parse(&good.replace(":8443", "")).unwrap().mail_server[0].address();
    assert_eq!(address.unwrap().port, 443);
}

//! `[[mail_gate]]` and `[[mail_server]]`.

use std::path::Path;

use super::{check, parse};
use crate::config::{GateAddress, GateProtocol};

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

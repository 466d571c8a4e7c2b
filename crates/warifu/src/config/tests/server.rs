//! `[server]` and `[metrics]`: addresses, proxies, TLS.

use super::{check, parse};

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

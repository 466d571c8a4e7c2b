//! `[[first_factor]]`: where passwords are kept.

use super::{check, parse};

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

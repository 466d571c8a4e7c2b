//! `[database]`, `[keys]` and `[log]`.

use super::{check, parse};

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

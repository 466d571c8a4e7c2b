//! A real Dovecot with the settings of `deploy/dovecot`, what lies between it and Warifu, and the people who come to it.

mod gate;
mod install;
mod kick;
mod matrix;
mod programs;
mod server;
mod settings;
mod tap;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub(crate) use install::Installed;
pub(crate) use server::{Dovecot, Gate, PASSWORD, Wanted};

use crate::place::Place;
use crate::process::serve;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/files");
pub(crate) const PRESET: &str =
    include_str!("../../../../domain/src/policy/presets/campus-mail.toml");

/// A campus of four addresses, of which one is an exception.
pub(crate) const NETWORKS: &str = "
[[networks]]
cidr = \"127.0.0.4/30\"
name = \"campus\"
trusted = true

[[networks]]
cidr = \"127.0.0.6\"
name = \"eduroam\"
trusted = false
";
pub(crate) const CAMPUS: &str = "127.0.0.5";
pub(crate) const EDUROAM: &str = "127.0.0.6";
const OPEN: &str = "127.0.0.20";
pub(crate) const OUTSIDE: &str = "127.0.0.22";

fn host_for(source: &str) -> &'static str {
    match source.contains(':') {
        true => "::1",
        false => "127.0.0.1",
    }
}

/// A server that has clients on its own machine: where a proxy would have an address of its own, the other addresses of loopback are
/// theirs (SEC-51).
pub(crate) fn with_clients_here() -> Place {
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    let told = config.replace("trusted_proxies = []", "trusted_proxies = ['127.0.0.254']");
    assert_ne!(told, config);
    place.write("data/warifu.toml", &told);
    place
}

/// A place with the organisation `uni`, where these people are, and the key of a mail server.
fn with_people(networks: &str, people: &[&str]) -> (Place, String) {
    let place = with_clients_here();
    place.write("uni.toml", &format!("{PRESET}{networks}"));
    let add = ["tenant", "add", "uni", "--name", "University"];
    place
        .run(add.iter().chain(&["--policy", "uni.toml"]))
        .good();
    for user in people {
        let add = ["user", "add", "uni", user, "--permanent"];
        place.run_with("kobu tami soni wara", add).good();
    }
    let key = place.add_gate_key("uni");
    (place, key)
}

/// The server's database beside it: what a login in a browser would have left there.
pub(crate) fn tamper(place: &Place, sql: &str) {
    let file = find_database(&place.path().join("data"));
    let database = rusqlite::Connection::open(file).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database.execute_batch(sql).unwrap();
    // As whoever changes a database by hand would have to, lest the gate remembers for a minute what was before.
    let mark = "INSERT INTO gate_mark (tenant_id, mark) SELECT id, 1 FROM tenant WHERE TRUE
                ON CONFLICT (tenant_id) DO UPDATE SET mark = gate_mark.mark + 1";
    database.execute_batch(mark).unwrap();
    // And for so long a look at the mark may answer.
    std::thread::sleep(2 * warifu_storage::GLANCE_LASTS);
}

pub(crate) fn number(place: &Place, sql: &str) -> i64 {
    let database = rusqlite::Connection::open(find_database(&place.path().join("data"))).unwrap();
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn find_database(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("state")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    files
        .find(|file| {
            file.extension()
                .is_some_and(|end| end == "db" || end == "sqlite")
        })
        .expect("a database")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server under test has no other clock"
)]
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(now.unwrap().as_millis()).unwrap()
}

const HOUR_MS: i64 = 3_600_000;

/// What a second factor at `source` would have left, ending at `until`.
fn open_window(place: &Place, login: &str, source: &str, until: i64) {
    let (network, address) = match source {
        // A /64.
        "::1" => (
            format!("x'40{}'", "00".repeat(16)),
            format!("x'{}01'", "00".repeat(15)),
        ),
        other => (v4(other), v4(other)),
    };
    let since = until - 14 * HOUR_MS;
    tamper(
        place,
        &format!(
            "INSERT OR REPLACE INTO mail_window (tenant_id, user_id, network, address, since, until, services, used_at)
             SELECT tenant_id, id, {network}, {address}, {since}, {until}, 0, 0 FROM person WHERE login = '{login}'"
        ),
    );
}

pub(crate) fn v4(address: &str) -> String {
    let bytes = address.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{hex}'")
}

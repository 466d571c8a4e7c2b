//! `warifu demo`: the first thing anybody runs.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener};

use crate::client::Client;
use crate::place::Place;
use crate::process::Process;

/// A line of the table.
struct Account {
    tenant: String,
    login: String,
    role: String,
    password: String,
}

/// What a demonstration says up to the line that it is ready.
struct Started {
    process: Process,
    address: SocketAddr,
    accounts: Vec<Account>,
    text: String,
}

fn start(place: &Place, more: &[&str]) -> Started {
    let mut command = place.command();
    command.args(["demo", "--listen", "127.0.0.1:0"]).args(more);
    let mut process = Process::start(command);
    let lines = process.out_until("Ready: ");
    let ready = lines.last().unwrap();
    let address = ready
        .strip_prefix("Ready: http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let table = lines
        .iter()
        .skip_while(|line| !line.starts_with("ADDRESS "))
        .skip(1);
    let accounts = table
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line
                .split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect();
            let [url, login, _, role, password] = cells[..] else {
                panic!("five cells: {line}")
            };
            let path = url.strip_prefix(&format!("http://{address}/")).unwrap();
            Account {
                tenant: path.strip_suffix("/login").unwrap().to_owned(),
                login: login.to_owned(),
                role: role.to_owned(),
                password: password.to_owned(),
            }
        })
        .collect();
    Started {
        process,
        address,
        accounts,
        text: lines.join("\n"),
    }
}

/// What is left in the folder for temporary files.
fn left_over(place: &Place) -> Vec<String> {
    let names = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with("warifu-demo-"))
        .collect()
}

#[test]
fn a_demonstration_says_who_to_be_and_leaves_nothing_behind() {
    let place = Place::new();
    let started = start(&place, &[]);
    assert_eq!(left_over(&place).len(), 1);
    for preset in ["default", "workspace"] {
        let of_preset = started
            .accounts
            .iter()
            .filter(|account| account.tenant == preset);
        let roles: Vec<&str> = of_preset.map(|account| account.role.as_str()).collect();
        assert_eq!(roles, ["administrator", "member", "member"], "{preset}");
    }
    let passwords: BTreeSet<&str> = started
        .accounts
        .iter()
        .map(|account| account.password.as_str())
        .collect();
    assert_eq!(passwords.len(), started.accounts.len());
    assert!(
        passwords
            .iter()
            .all(|password| password.chars().count() >= 15)
    );
    assert!(started.text.contains("佐藤 花子"));

    // Each of them works, once the name is typed that people know this machine by too.
    let account = started
        .accounts
        .iter()
        .find(|account| account.tenant == "workspace" && account.role == "member")
        .unwrap();
    let mut client = Client::new(started.address);
    let answer = client.submit(
        "/workspace/login",
        &[("login", &account.login), ("password", &account.password)],
    );
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/workspace/account"))
    );
    assert_eq!(client.get("/workspace/account").status, 200);
    client.host = format!("localhost:{}", started.address.port());
    assert_eq!(client.get("/").status, 200);
    let tenants = client.get("/").body;
    assert!(
        started
            .accounts
            .iter()
            .all(|account| tenants.contains(&account.password))
    );
    assert!(
        client
            .get("/?language=en")
            .body
            .contains("is gone when the demonstration stops")
    );

    started.process.signal("INT");
    let (status, out, err) = started.process.end();
    assert_eq!((status.code(), err), (Some(0), Vec::new()));
    assert_eq!(
        out.last().unwrap(),
        "The demonstration has ended; nothing of it is left."
    );
    assert!(left_over(&place).is_empty());
}

#[test]
fn a_demonstration_is_ready_after_less_than_a_second_of_work() {
    // The processor's time, since other tests run beside this one; on a machine of its own it is about the time that passes.
    let place = Place::new();
    let started = start(&place, &[]);
    let stat = fs::read_to_string(format!("/proc/{}/stat", started.process.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = fields.split(' ').collect();
    // In the program and in the kernel, in hundredths of a second (proc(5): fields 14 and 15, of which two are cut off).
    let ticks: u32 = fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<u32>().unwrap())
        .sum();
    assert!(ticks < 100, "{ticks} hundredths of a second");
    started.process.signal("TERM");
    assert_eq!(started.process.end().0.code(), Some(0));
}

#[test]
fn a_demonstration_listens_on_loopback_only() {
    let place = Place::new();
    for listen in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:80",
        "[::ffff:127.0.0.1]:0",
        "example.jp:80",
        "8080",
        "",
    ] {
        let (code, message) = place.run(["demo", "--listen", listen]).bad();
        assert_eq!(code, 2, "{message}");
        assert!(message.contains("127.0.0.1"), "{message}");
    }
    assert!(left_over(&place).is_empty());
}

#[test]
fn a_port_in_use_is_said_with_the_way_out() {
    let place = Place::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = other.local_addr().unwrap().to_string();
    let (code, message) = place.run(["demo", "--listen", &listen]).bad();
    assert_eq!(code, 1);
    assert!(
        message.contains("in use") && message.contains("--listen"),
        "{message}"
    );
    assert!(left_over(&place).is_empty());
}

#[test]
fn a_kept_demonstration_shows_its_passwords_once() {
    let place = Place::new();
    let first = start(&place, &["--data", "kept"]);
    first.process.signal("INT");
    assert_eq!(first.process.end().0.code(), Some(0));

    let again = start(&place, &["--data", "kept"]);
    assert_eq!(again.accounts.len(), first.accounts.len());
    let page = Client::new(again.address).get("/?language=en").body;
    assert!(
        page.contains("is kept in the demonstration’s folder"),
        "{page}"
    );
    for account in &first.accounts {
        assert!(!again.text.contains(&account.password));
        // Whom to be is still said, with why there is no password.
        assert!(page.contains(&account.login) && !page.contains(&account.password));
        let mut client = Client::new(again.address);
        let login = format!("/{}/login", account.tenant);
        let answer = client.submit(
            &login,
            &[("login", &account.login), ("password", &account.password)],
        );
        assert_eq!(answer.status, 303, "{} {}", account.tenant, account.login);
    }
    // Other commands read its configuration.
    let users = place
        .run(["user", "list", "workspace", "--config", "kept/demo.toml"])
        .good();
    assert_eq!(users.lines().count(), 4, "{users}");
    again.process.signal("TERM");
    let (status, out, _) = again.process.end();
    assert_eq!(status.code(), Some(0));
    assert!(out.last().unwrap().contains("its state is in"));
}

#[test]
fn a_demonstration_that_was_killed_while_it_made_its_people_has_them_at_the_next_start() {
    let place = Place::new();
    let first = start(&place, &["--data", "kept"]);
    first.process.signal("KILL");
    first.process.end();
    // As a kill between the organisations and their people leaves it.
    let database = rusqlite::Connection::open(place.path().join("kept/state/warifu.db")).unwrap();
    database
        .execute_batch(
            "DELETE FROM person WHERE tenant_id = 1;
             DELETE FROM person WHERE tenant_id = 2 AND login LIKE 'tanaka%';",
        )
        .unwrap();
    drop(database);

    let again = start(&place, &["--data", "kept"]);
    assert_eq!(again.accounts.len(), first.accounts.len());
    let anew = |account: &&Account| account.password != "(shown at the first start)";
    let anew: Vec<&Account> = again.accounts.iter().filter(anew).collect();
    assert_eq!(anew.len(), 4, "{}", again.text);
    for account in anew {
        let mut client = Client::new(again.address);
        let login = format!("/{}/login", account.tenant);
        let typed = [
            ("login", account.login.as_str()),
            ("password", account.password.as_str()),
        ];
        assert_eq!(client.submit(&login, &typed).status, 303);
    }
    again.process.signal("TERM");
    assert_eq!(again.process.end().0.code(), Some(0));
}

#[test]
fn a_demonstration_s_own_pages_switch_their_language() {
    let place = Place::new();
    let started = start(&place, &[]);
    let mut client = Client::new(started.address);
    for page in ["/", "/demo/mail"] {
        let japanese = client.get(&format!("{page}?language=ja")).body;
        assert!(japanese.contains("<html lang=\"ja\">"), "{japanese}");
        let switch = format!("href=\"{page}?language=en\" lang=\"en\"");
        assert!(japanese.contains(&switch), "{japanese}");
        let english = client.get(&format!("{page}?language=en")).body;
        assert!(english.contains("<html lang=\"en\">"), "{english}");
        assert!(english.contains(&format!("href=\"{page}?language=ja\"")));
        // The two pages hand it on to each other.
        assert_eq!(english.matches("?language=en\"").count(), 1, "{english}");
    }
    // What makes no sense is left alone.
    assert_eq!(client.get("/?language=xx").status, 200);
    started.process.signal("TERM");
    started.process.end();
}

#[test]
fn a_real_servers_folder_is_not_turned_into_a_demonstration() {
    let place = Place::with_server();
    let (code, message) = place
        .run(["demo", "--listen", "127.0.0.1:0", "--data", "data"])
        .bad();
    assert_eq!(code, 6);
    assert!(message.contains("not empty"), "{message}");
    assert_eq!(
        place
            .run(["tenant", "list", "--json"])
            .good()
            .lines()
            .count(),
        1
    );
}

#[test]
fn programs_read_the_demonstration_as_json_lines() {
    let place = Place::new();
    let mut command = place.command();
    command.args(["demo", "--listen", "127.0.0.1:0", "--json"]);
    let mut process = Process::start(command);
    let line = process.out_until("\"url\"").pop().unwrap();
    let greeting: serde_json::Value = serde_json::from_str(&line).unwrap();
    let url = greeting["url"].as_str().unwrap();
    let address = url
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix('/'))
        .unwrap()
        .parse()
        .unwrap();
    let account = greeting["accounts"].as_array().unwrap();
    let account = account
        .iter()
        .find(|account| account["tenant"] == "workspace" && account["role"] == "member")
        .unwrap();

    // A changed password is announced by mail: on the page, and here.
    let (login, password) = (
        account["login"].as_str().unwrap(),
        account["password"].as_str().unwrap(),
    );
    let mut client = Client::new(address);
    client.submit(
        "/workspace/login",
        &[("login", login), ("password", password)],
    );
    client.submit(
        "/workspace/account/proof?for=password",
        &[("password", password)],
    );
    let changed = client.submit(
        "/workspace/account/password",
        &[("new_password", "kobu tami soni wara")],
    );
    assert_eq!(changed.status, 303, "{}", changed.body);
    let line = process.out_until("\"subject\"").pop().unwrap();
    let mail: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(mail["to"], login);
    let page = client.get("/demo/mail").body;
    assert!(page.contains(mail["subject"].as_str().unwrap()), "{page}");
    assert!(!page.contains("kobu tami"), "{page}");

    process.signal("INT");
    let (status, out, err) = process.end();
    assert_eq!((status.code(), out, err), (Some(0), Vec::new(), Vec::new()));
}

//! The sockets of `[[mail_gate]]` themselves: their rights, their limits, and what they say to whoever is no Postfix (SEC-55).

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use crate::mail_server::PASSWORD;
use crate::place::Place;
use crate::process::{PATIENCE, serve};

const PRESET: &str = include_str!("../../../domain/src/policy/presets/campus-mail.toml");
const QUESTION: &str = "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.7\nsasl_username=hana\n\n";

/// A server with a socket of each kind, and a person who needs no second factor.
fn set_up() -> (Place, PathBuf) {
    let place = Place::with_server();
    place.write("uni.toml", PRESET);
    let add = [
        "tenant",
        "add",
        "uni",
        "--name",
        "University",
        "--policy",
        "uni.toml",
    ];
    place.run(add).good();
    place
        .run_with(PASSWORD, ["user", "add", "uni", "hana", "--permanent"])
        .good();
    let config = place.read("data/warifu.toml");
    let sockets: String = ["policy", "sasl"]
        .iter()
        .map(|name| format!("\n[[mail_gate]]\ntenant = 'uni'\nprotocol = '{name}'\nlisten = 'unix:gate/{name}'\nmode = '0600'\n"))
        .collect();
    place.write("data/warifu.toml", &format!("{config}{sockets}"));
    let folder = place.path().join("data/gate");
    (place, folder)
}

fn connect(socket: &Path) -> UnixStream {
    let stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What is answered to `words`, up to the end of the connection or of the answer.
fn ask(socket: &Path, words: &str) -> String {
    let mut stream = connect(socket);
    let _ = stream.write_all(words.as_bytes());
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = String::new();
    // The other side may hang up in the middle.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn a_socket_has_its_rights_and_takes_nobody_s_place() {
    let (place, folder) = set_up();
    let socket = folder.join("policy");
    let fails = |why: &str| {
        let (_, problem) = place.run(["serve"]).bad();
        assert!(
            problem.contains("mail_gate.listen") && problem.contains(why),
            "{problem}"
        );
    };
    fails("make its folder");
    assert!(place.run(["check"]).out.contains("its folder is not there"));
    fs::create_dir(&folder).unwrap();
    fs::write(&socket, "mine").unwrap();
    fails("is no socket");
    assert_eq!(fs::read_to_string(&socket).unwrap(), "mine");
    fs::remove_file(&socket).unwrap();
    // One that a killed server left behind.
    drop(UnixListener::bind(&socket).unwrap());
    let (server, ..) = serve(&place);
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    fails("somebody listens");
    assert_eq!(
        ask(&socket, QUESTION),
        "action=DUNNO\n\n",
        "the first one goes on"
    );
    server.signal("TERM");
    assert!(server.end().0.success());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let config = place.read("data/warifu.toml");
    place.write(
        "data/warifu.toml",
        &config.replace("mode = '0600'", "group = 'no such group'"),
    );
    fails("there is no group");
    place.write(
        "data/warifu.toml",
        &config.replace("tenant = 'uni'", "tenant = 'nowhere'"),
    );
    let checked = place.run(["check"]);
    assert!(
        checked.out.contains("nowhere, which is not there"),
        "{}",
        checked.out
    );
    let (_server, ..) = serve(&place);
    assert!(
        ask(&socket, QUESTION).starts_with("action=451 "),
        "nobody is let on"
    );
}

/// Shows: SEC-55.
#[test]
fn sec_055_whoever_is_no_postfix_learns_nothing_and_holds_nothing_up() {
    let (place, folder) = set_up();
    fs::create_dir(&folder).unwrap();
    let (_server, ..) = serve(&place);
    let (policy, sasl) = (folder.join("policy"), folder.join("sasl"));
    let twice = format!("{QUESTION}{}", QUESTION.replace("hana", ""));
    assert_eq!(ask(&policy, &twice), "action=DUNNO\n\naction=DUNNO\n\n");
    // The rest of what cannot be read is not read.
    for words in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        QUESTION.replace("request=", "x="),
        format!("{}\n\n", "x".repeat(100_000)),
        "a=b\n".repeat(100_000),
        format!("{QUESTION}\n{QUESTION}").replace("hana", "nobody\0"),
    ] {
        let answer = ask(&policy, &words);
        let says = answer.is_empty()
            || answer.starts_with("action=451 ")
            || answer.starts_with("action=REJECT ");
        assert!(says && !answer.contains("DUNNO"), "{answer:?}");
    }
    let greeting = ask(&sasl, "");
    assert!(
        greeting.starts_with("VERSION\t1\t2\nMECH\tPLAIN\t") && greeting.ends_with("\nDONE\n"),
        "{greeting}"
    );
    for words in [
        "AUTH\t1\tPLAIN\tresp=\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "x".repeat(100_000),
        "\0\n".to_owned(),
    ] {
        let answer = ask(&sasl, &words);
        assert!(
            answer.ends_with("DONE\n") || answer.is_empty(),
            "{answer:?}"
        );
    }
    // As many connections as there can be; one more is closed, and the others are answered.
    let mut held: Vec<UnixStream> = (0..500).map(|_| connect(&policy)).collect();
    for at in [0, 499] {
        let stream = &mut held[at];
        stream.write_all(QUESTION.as_bytes()).unwrap();
        let mut answer = [0; 14];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"action=DUNNO\n\n");
    }
    assert_eq!(ask(&policy, QUESTION), "");
    drop(held);
    crate::relay::wait_for("room", || {
        (ask(&policy, QUESTION) == "action=DUNNO\n\n").then_some(())
    });
}

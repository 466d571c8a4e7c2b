//! Questions to the gate that are answered while the server stops: what is written behind those answers is in the database afterwards.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::client::Client;
use crate::place::Place;
use crate::process::{PATIENCE, serve};

/// As many as are recorded for one person within an hour, and some more people.
const OF_EACH: usize = 30;
const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dave"];

#[test]
fn sec_054_refusals_that_are_answered_while_the_server_stops_are_on_record() {
    let place = Place::with_server();
    let policy = include_str!("../../../domain/src/policy/presets/campus-mail.toml");
    let policy = policy.replacen("enrolment = \"optional\"", "enrolment = \"required\"", 1);
    place.write("policy.toml", &policy);
    let add = [
        "tenant",
        "add",
        "uni",
        "--name",
        "U",
        "--policy",
        "policy.toml",
    ];
    place.run(add).good();
    for person in PEOPLE {
        let add = ["user", "add", "uni", person, "--permanent"];
        place.run_with("kobu tami soni wara", add).good();
    }
    let key = place.add_gate_key("uni");
    let (mut server, pages, _) = serve(&place);

    // Every question but its last byte is there when the server is told to stop.
    let mut asking = Vec::new();
    for person in PEOPLE {
        for number in 0..OF_EACH {
            let body = format!(
                "{{\"login\":\"{person}\",\"remote\":\"198.51.100.{number}\",\"protocol\":\"imap\",\"tls\":true}}"
            );
            let question = format!(
                "POST /uni/gate/dovecot?command=allow HTTP/1.1\r\nHost: {pages}\r\nAuthorization: Bearer {key}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let mut connection = TcpStream::connect(pages).unwrap();
            connection.set_read_timeout(Some(PATIENCE)).unwrap();
            let (most, last) = question.as_bytes().split_at(question.len() - 1);
            connection.write_all(most).unwrap();
            asking.push((connection, last.to_vec()));
        }
    }
    // Connections are taken in turn: those were taken, and most of the questions begun.
    assert_eq!(Client::new(pages).get("/uni/login").status, 200);
    server.signal("TERM");
    server.err_until("stopping");
    for (connection, last) in &mut asking {
        // A connection whose question was not begun is closed.
        let _ = connection.write_all(last);
    }
    let answers = asking.into_iter().filter_map(|(mut connection, _)| {
        let mut answer = String::new();
        connection.read_to_string(&mut answer).ok()?;
        answer.contains("\"status\":").then_some(answer)
    });
    let answers: Vec<String> = answers.collect();
    assert!(!answers.is_empty());
    for answer in &answers {
        assert!(answer.contains("\"status\":-1"), "{answer}");
    }
    assert!(server.end().0.success());
    let list = ["audit", "list", "uni", "--limit", "1000"];
    let trail = place.run(list).good();
    let recorded = trail.matches("mail_client.refused").count();
    assert!(
        recorded >= answers.len(),
        "{recorded} of {}\n{trail}",
        answers.len()
    );
}

//! Ten thousand questions to the gate, a thousand at a time, good and hostile ones among each other, over real connections: each is answered
//! clearly, and the server stays small (SEC-54, SEC-56, SEC-76).

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::place::Place;
use crate::process::{PATIENCE, serve};

const QUESTIONS: usize = 10_000;
/// As many at a time as are answered in time on a small machine.
const CONNECTIONS: usize = 1_000;
/// More than a server needs that works on as many requests at once as it takes.
const MOST_KIB: u64 = 400 * 1024;

/// A sort of question, and what the gate may say to it besides "too busy, ask again".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Good,
    NobodyThere,
    NoJson,
    NoAddress,
    TooLong,
    WrongKey,
    NoKey,
    OtherTenant,
}

impl Sort {
    const ALL: [Self; 8] = [
        Self::Good,
        Self::NobodyThere,
        Self::NoJson,
        Self::NoAddress,
        Self::TooLong,
        Self::WrongKey,
        Self::NoKey,
        Self::OtherTenant,
    ];

    fn request(self, key: &str, number: usize) -> String {
        let question = |login: &str, address: &str| {
            format!(
                "{{\"login\":\"{login}\",\"remote\":\"{address}\",\"protocol\":\"imap\",\"tls\":true}}"
            )
        };
        let address = format!("198.51.{}.{}", number / 250 % 250, number % 250);
        let body = match self {
            Self::NobodyThere => question(&format!("nobody{number}"), &address),
            Self::NoJson => format!("{{\"login\":\"alice\",{number}"),
            Self::NoAddress => question("alice", &format!("198.51.100.0{number}")),
            Self::TooLong => question(&"a".repeat(7_000), &address),
            _ => question("alice", &address),
        };
        let authorization = match self {
            Self::WrongKey => format!("Authorization: Bearer {}\r\n", "A".repeat(43)),
            Self::NoKey => String::new(),
            _ => format!("Authorization: Bearer {key}\r\n"),
        };
        let tenant = if self == Self::OtherTenant {
            "other"
        } else {
            "uni"
        };
        format!(
            "POST /{tenant}/gate/dovecot?command=allow HTTP/1.1\r\nHost: HOST\r\n{authorization}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Status and number that it should get.
    fn answer(self) -> (u16, Option<i64>) {
        match self {
            Self::Good | Self::NobodyThere => (200, Some(0)),
            Self::NoJson | Self::NoAddress | Self::TooLong => (200, Some(-1)),
            Self::WrongKey | Self::NoKey | Self::OtherTenant => (401, None),
        }
    }
}

/// Shows: SEC-54, SEC-56, SEC-76.
#[test]
fn sec_054_ten_thousand_questions_side_by_side_are_each_answered_and_the_server_stays_small() {
    let place = Place::with_server();
    for tenant in ["uni", "other"] {
        let add = [
            "tenant",
            "add",
            tenant,
            "--name",
            "U",
            "--preset",
            "campus-mail",
        ];
        place.run(add).good();
    }
    let add = ["user", "add", "uni", "alice", "--permanent"];
    place.run_with("kobu tami soni wara", add).good();
    let key = place.add_gate_key("uni");
    let (server, pages, metrics) = serve(&place);

    let connections = allowed_files().saturating_sub(300).clamp(100, CONNECTIONS);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answers = runtime.block_on(async {
        let mut asking = JoinSet::new();
        for first in 0..connections {
            let numbers: Vec<usize> = (first..QUESTIONS).step_by(connections).collect();
            asking.spawn(ask(pages, key.clone(), numbers));
        }
        let answers = tokio::time::timeout(4 * PATIENCE, asking.join_all());
        answers.await.expect("every question is answered").concat()
    });
    assert_eq!(answers.len(), QUESTIONS);
    let mut counted: BTreeMap<(Sort, u16), usize> = BTreeMap::new();
    for (sort, status, body) in &answers {
        *counted.entry((*sort, *status)).or_default() += 1;
        let (right, number) = sort.answer();
        if *status == 503 {
            continue;
        }
        assert_eq!(*status, right, "{sort:?}: {body}");
        let said = serde_json::from_str::<serde_json::Value>(body).unwrap();
        if let Some(number) = number {
            assert_eq!(said["status"].as_i64(), Some(number), "{sort:?}: {body}");
        }
    }
    for sort in Sort::ALL {
        let status = sort.answer().0;
        assert!(
            counted.contains_key(&(sort, status)),
            "{sort:?}: {counted:?}"
        );
    }

    // Nothing piles up: the server took them all, and is as small as before.
    let page = Client::new(metrics).get("/metrics").body;
    let of_gate = page
        .lines()
        .filter(|line| line.starts_with("warifu_requests_total") && line.contains("/gate/dovecot"));
    let taken: usize = of_gate
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok())
        .sum();
    assert_eq!(taken, QUESTIONS, "{page}");
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    assert!(peak < MOST_KIB, "{peak} KiB");
    let trail = place.run(["audit", "list", "uni"]).good();
    assert!(trail.matches("gate_key.refused").count() <= 1, "{trail}");

    server.signal("TERM");
    assert!(server.end().0.success());
}

/// Asks one question after the other. A connection that the server ends behind an answer, because it did not want to read what
/// followed, is opened again.
async fn ask(server: SocketAddr, key: String, numbers: Vec<usize>) -> Vec<(Sort, u16, String)> {
    let (mut open, mut answers) = (None, Vec::new());
    for number in numbers {
        let sort = Sort::ALL[number % 8];
        let question = sort
            .request(&key, number)
            .replace("HOST", &server.to_string());
        let (status, body) = loop {
            let is_fresh = open.is_none();
            let mut stream = match open.take() {
                Some(stream) => stream,
                None => TcpStream::connect(server).await.unwrap(),
            };
            if let Some(answer) = exchange(&mut stream, &question).await {
                open = Some(stream);
                break answer;
            }
            assert!(!is_fresh, "the server hung up on {sort:?}");
        };
        answers.push((sort, status, body));
    }
    answers
}

/// `None`: the connection had ended before.
async fn exchange(stream: &mut TcpStream, question: &str) -> Option<(u16, String)> {
    stream.write_all(question.as_bytes()).await.ok()?;
    let mut read = Vec::new();
    loop {
        if let Some(answer) = take_answer(&mut read) {
            return Some(answer);
        }
        match stream.read_buf(&mut read).await {
            Ok(1..) => {}
            Ok(0) | Err(_) if read.is_empty() => return None,
            other => panic!("half an answer: {other:?}"),
        }
    }
}

/// Takes one answer off the front, if it is whole.
fn take_answer(read: &mut Vec<u8>) -> Option<(u16, String)> {
    let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    let whole = end + 4 + length.expect("every answer says how long it is");
    if read.len() < whole {
        return None;
    }
    let body = String::from_utf8(read[end + 4..whole].to_vec()).unwrap();
    read.drain(..whole);
    Some((status, body))
}

/// How many files this process may have open; the server has the same.
fn allowed_files() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024)
}

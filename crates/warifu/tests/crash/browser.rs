//! A browser in its smallest form: one attempt's cookies, plain HTTP/1.1 over a socket. It expects to be hung up on.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// What a code led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A session cookie was handed out.
    SignedIn(String),
    /// The code was refused and the attempt goes on.
    Refused,
    /// The attempt is over.
    Ended,
}

/// See the module.
pub(crate) struct Browser {
    address: SocketAddr,
    attempt: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

const ATTEMPT: &str = "warifu-workspace-attempt";
const SESSION: &str = "warifu-workspace-session";
const BROWSER: &str = "warifu-browser";

impl Browser {
    /// A browser that holds the cookie of `attempt`.
    pub(crate) fn new(address: SocketAddr, attempt: &str) -> Self {
        Self {
            address,
            attempt: attempt.to_owned(),
        }
    }

    /// Opens the page of the code and sends `code`. `None`: the server died meanwhile, so nothing was answered.
    pub(crate) fn send_code(&self, code: &str) -> Option<Outcome> {
        let page = self.ask(
            "GET",
            "/workspace/login/code",
            &format!("{ATTEMPT}={}", self.attempt),
            "",
        )?;
        if page.status == 303 {
            return Some(Outcome::Ended);
        }
        assert_eq!(page.status, 200, "{}", page.head);
        let token = between(&page.body, "name=\"form_token\" value=\"", "\"")
            .expect("a form has its token");
        let browser = cookie(&page.head, BROWSER).expect("a first visit is given its cookie");
        let cookies = format!("{ATTEMPT}={}; {BROWSER}={browser}", self.attempt);
        let answer = self.ask(
            "POST",
            "/workspace/login/code",
            &cookies,
            &format!("form_token={token}&code={code}"),
        )?;
        match (answer.status, cookie(&answer.head, SESSION)) {
            (303, Some(session)) if !session.is_empty() => Some(Outcome::SignedIn(session)),
            (303, _) => Some(Outcome::Ended),
            (422, _) => Some(Outcome::Refused),
            (status, _) => panic!("a code was answered with {status}: {}", answer.head),
        }
    }

    /// Whether `session` opens the account page.
    pub(crate) fn is_signed_in(&self, session: &str) -> bool {
        self.ask(
            "GET",
            "/workspace/account",
            &format!("{SESSION}={session}"),
            "",
        )
        .is_some_and(|page| page.status == 200)
    }

    /// Sends a form that stands on the page `from`, as `session`; gives where that leads. `None`: the server died meanwhile.
    pub(crate) fn press(
        &self,
        session: &str,
        (from, path): (&str, &str),
        fields: &str,
    ) -> Option<String> {
        let session = format!("{SESSION}={session}");
        let page = self.ask("GET", from, &session, "")?;
        assert_eq!(page.status, 200, "{from}: {}", page.head);
        let token = between(&page.body, "name=\"form_token\" value=\"", "\"").unwrap();
        let browser = cookie(&page.head, BROWSER).unwrap();
        let cookies = format!("{session}; {BROWSER}={browser}");
        let body = format!("form_token={token}&{fields}");
        let answer = self.ask("POST", path, &cookies, &body)?;
        assert_eq!(
            answer.status, 303,
            "{path}: {}\n{}",
            answer.head, answer.body
        );
        header(&answer.head, "location").map(str::to_owned)
    }

    /// One request; `None` where the connection was refused or broke before the whole answer was there.
    fn ask(&self, method: &str, path: &str, cookies: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .ok()?;
        let address = self.address;
        let form = "content-type: application/x-www-form-urlencoded";
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: {cookies}\r\n{form}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len(),
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length: usize =
            header(head, "content-length").map_or(Some(0), |length| length.parse().ok())?;
        // Cut short: the server died while it wrote, and a browser would show nothing.
        if body.len() < length {
            return None;
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn cookie(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (header, value) = line.split_once(": ")?;
        let (found, value) = value.split_once('=')?;
        let value = value.split(';').next()?;
        (header.eq_ignore_ascii_case("set-cookie") && found == name).then(|| value.to_owned())
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?
        .1
        .split_once(after)
        .map(|(found, _)| found)
}

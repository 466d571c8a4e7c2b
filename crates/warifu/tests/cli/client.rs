//! A browser's bare minimum: one request a connection, cookies, and the hidden fields of forms.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::process::PATIENCE;

/// A visitor of one server.
pub(crate) struct Client {
    address: SocketAddr,
    /// What the address is called in requests.
    pub(crate) host: String,
    cookies: BTreeMap<String, String>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let start = self
            .body
            .find(&mark)
            .unwrap_or_else(|| panic!("no field {name}: {}", self.body))
            + mark.len();
        let rest = &self.body[start..];
        rest[..rest.find('"').unwrap()].to_owned()
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: address.to_string(),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// Fills in the form of the page `path` and sends it to where the page is.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_to(path, path, fields)
    }

    /// Fills in a form of the page `at` that is sent to `path`.
    pub(crate) fn submit_to(&mut self, at: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(at);
        let token = page.hidden("form_token");
        let mut body = format!("form_token={}", encode(&token));
        for (name, value) in fields {
            body += &format!("&{name}={}", encode(value));
        }
        self.send("POST", path, &body)
    }

    /// A request's text, with this visitor's cookies.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookie = if cookies.is_empty() {
            String::new()
        } else {
            format!("Cookie: {}\r\n", cookies.join("; "))
        };
        let form = match method {
            "POST" => format!(
                "Origin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                self.host,
                body.len()
            ),
            _ => String::new(),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookie}{form}\r\n{body}",
            self.host
        )
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let request = self.request(method, path, body);
        let mut connection = TcpStream::connect_timeout(&self.address, PATIENCE).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let answer = read_answer(&mut connection);
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                let (name, rest) = value.split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Reads an answer to the end of the connection.
pub(crate) fn read_answer(connection: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer {
        status,
        headers,
        body: body.to_owned(),
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

//! A browser as far as the server can tell: cookies, `Origin`, forms with their hidden fields.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderMap, Method, StatusCode},
};
use tower::ServiceExt;

use super::{Person, Phone, TestApp, app::SLUG};

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    peer: SocketAddr,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

/// A browser with its cookies and the page it shows.
#[derive(Clone)]
pub(crate) struct Browser {
    app: TestApp,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) page: String,
    /// The host that it is at.
    pub(crate) host: String,
    /// What stands before the tenant's pages there.
    pub(crate) base: String,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: vec![("host".to_owned(), b"login.example.jp".to_vec())],
            body: Vec::new(),
            peer: "192.0.2.1:40000".parse().unwrap(),
        }
    }

    /// A form as a browser sends it from a page of ours.
    pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        Self::new(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://login.example.jp")
            .header("sec-fetch-site", "same-origin")
            .body(pairs.collect::<Vec<_>>().join("&").into_bytes())
    }

    /// With this header, which takes the place of an earlier one.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// At another host than the server's own, from a page of that host.
    fn at(self, host: &str) -> Self {
        let is_form = self.headers.iter().any(|(name, value)| {
            name == "origin" && value.as_slice() == b"https://login.example.jp"
        });
        let is_own = |(name, value): &(String, Vec<u8>)| {
            name == "host" && value.as_slice() == b"login.example.jp"
        };
        if !self.headers.iter().any(is_own) || host == "login.example.jp" {
            return self;
        }
        let ask = self.header("host", host);
        if is_form {
            ask.header("origin", format!("https://{host}"))
        } else {
            ask
        }
    }

    /// A form with a file behind its fields, as a browser sends it.
    pub(crate) fn form_with_file(path: &str, fields: &[(&str, &str)], file: &[u8]) -> Self {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        body.extend_from_slice(
            b"--line\r\nContent-Disposition: form-data; name=\"logo_file\"; filename=\"logo.png\"\r\n\
              Content-Type: image/png\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--line--\r\n");
        Self::form(path, &[])
            .header("content-type", "multipart/form-data; boundary=line")
            .body(body)
    }

    /// Without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// From another address than everybody else's.
    pub(crate) fn from(mut self, peer: &str) -> Self {
        self.peer = peer.parse().unwrap();
        self
    }

    /// Sends it as it stands.
    pub(crate) async fn send(self, app: &TestApp) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request.header("content-length", self.body.len());
        }
        let request = request
            .extension(ConnectInfo(self.peer))
            .body(Body::from(self.body))
            .unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            bytes: body.to_vec(),
        }
    }
}

impl Answer {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Whether the page or the redirect speaks of this refusal.
    pub(crate) fn refuses(&self, code: &str) -> bool {
        self.body.contains(code) || self.location().contains(code)
    }
}

impl Browser {
    pub(crate) fn new(app: TestApp) -> Self {
        Self {
            app,
            cookies: BTreeMap::new(),
            page: String::new(),
            host: "login.example.jp".to_owned(),
            base: format!("/{SLUG}"),
        }
    }

    /// Sends with the cookies, and keeps what comes back.
    pub(crate) async fn send(&mut self, ask: Ask) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let ask = if cookies.is_empty() {
            ask
        } else {
            ask.header("cookie", cookies.join("; "))
        };
        let ask = ask.at(&self.host);
        let answer = ask.send(&self.app).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if !answer.body.is_empty() && answer.header("content-disposition").is_none() {
            self.page.clone_from(&answer.body);
        }
        answer
    }

    /// A browser without cookies at another entrance of the tenant.
    pub(crate) fn at(mut self, host: &str, base: &str) -> Self {
        (self.host, self.base) = (host.to_owned(), base.to_owned());
        self
    }

    /// Opens a page of the tenant without following where it leads.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Ask::get(&format!("{}{path}", self.base))).await
    }

    /// Opens a page of the tenant and follows where it leads.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Goes where an answer leads.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..6 {
            if answer.status != StatusCode::SEE_OTHER {
                return answer;
            }
            answer = self.send(Ask::get(answer.location())).await;
        }
        panic!("it leads round in circles: {}", answer.location());
    }

    /// Sends the form of the present page that goes to `path`, its hidden fields included.
    pub(crate) async fn press(&mut self, path: &str, typed: &[(&str, &str)]) -> Answer {
        let ask = self.filled_in(path, typed);
        self.send(ask).await
    }

    /// What `press` would send.
    pub(crate) fn filled_in(&self, path: &str, typed: &[(&str, &str)]) -> Ask {
        let action = format!("{}{path}", self.base);
        let hidden = hidden_fields(&self.page, &action)
            .unwrap_or_else(|| panic!("no form goes to {action}:\n{}", self.page));
        let hidden = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = hidden.chain(typed.iter().copied()).collect();
        Ask::form(&action, &fields)
    }

    /// The form token of the present page.
    pub(crate) fn form_token(&self) -> String {
        let (_, rest) = self
            .page
            .split_once(r#"name="form_token" value=""#)
            .expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Chooses the language of the pages at the login.
    pub(crate) async fn speak(&mut self, language: &str) {
        self.open("/login").await;
        let chosen = self.press("/language", &[("language", language)]).await;
        self.follow(chosen).await;
    }

    /// The password step, up to the page it leads to.
    pub(crate) async fn type_password(&mut self, who: &Person) -> Answer {
        self.open("/login").await;
        let answer = self
            .press(
                "/login",
                &[("login", &who.login), ("password", &who.password)],
            )
            .await;
        self.follow(answer).await
    }

    /// A first login under a policy that asks for a second factor: sets up an app. Gives the codes that were shown.
    pub(crate) async fn sign_in_and_set_up(&mut self, who: &Person) -> (Phone, Vec<String>) {
        self.type_password(who).await;
        let phone = Phone::scan(&self.page);
        let done = self
            .press("/login/set-up", &[("code", &phone.code(self.app.now()))])
            .await;
        // Without backup codes there is nothing to be shown.
        let is_done = [StatusCode::OK, StatusCode::SEE_OTHER].contains(&done.status);
        assert!(is_done, "{} {}", done.status, done.body);
        let codes = listed_codes(&done.body);
        self.open("/account").await;
        (phone, codes)
    }

    /// A login with password and code.
    pub(crate) async fn sign_in(&mut self, who: &Person, phone: &Phone) {
        self.type_password(who).await;
        let answer = self
            .press("/login/code", &[("code", &phone.code(self.app.now()))])
            .await;
        assert_eq!(
            answer.location(),
            format!("{}/account", self.base),
            "{}",
            answer.body
        );
        self.follow(answer).await;
    }
}

/// The codes that stand in the list of a page.
pub(crate) fn listed_codes(page: &str) -> Vec<String> {
    let list = page.split(r#"id="new-codes">"#).nth(1).unwrap_or_default();
    let list = list.split("</ol>").next().unwrap();
    list.split("<li>")
        .skip(1)
        .map(|item| item.split('<').next().unwrap().to_owned())
        .collect()
}

/// The hidden fields of the first form with this `action`.
fn hidden_fields(page: &str, action: &str) -> Option<Vec<(String, String)>> {
    let form = page.split("<form").skip(1).find(|form| {
        let tag = form.split('>').next().unwrap();
        tag.contains(&format!("action=\"{action}\""))
            || tag.contains(&format!("action=\"{action}?"))
    })?;
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(unescape(rest.split('"').next().unwrap()))
    };
    let inputs = form
        .split("<input")
        .skip(1)
        .map(|input| input.split('>').next().unwrap());
    let hidden = inputs.filter(|tag| tag.contains(r#"type="hidden""#));
    Some(
        hidden
            .map(|tag| {
                (
                    attribute(tag, "name").unwrap(),
                    attribute(tag, "value").unwrap(),
                )
            })
            .collect(),
    )
}

/// What the templates escape.
pub(crate) fn unescape(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (escaped, plain)| {
        text.replace(escaped, plain)
    })
}

fn encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        plain if plain.is_ascii_alphanumeric() => char::from(plain).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

//! The requests that browsers would send to a site, as bytes: cookies, form tokens and fields included.

use std::net::SocketAddr;

use warifu_domain::ids::TenantId;
use warifu_domain::token::{Token, TokenHash};
use warifu_storage::{KeyRing, Purpose};
use warifu_web::http::cookies::{Cookies, Kind, Life};
use warifu_web::http::form_token::{Bearer, FIELD, FormTokens};

use crate::site::SLUG;

/// A browser on the site's pages; what tells one from another is in the cookies of each request.
pub(crate) struct Browser {
    address: SocketAddr,
    tenant: TenantId,
    cookies: Cookies,
    form_tokens: FormTokens,
    /// What forms are bound to before anybody is signed in.
    mark: Token,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr, tenant: TenantId, keys: &KeyRing) -> Self {
        let (_, key) = keys.active(Purpose::FormToken);
        Self {
            address,
            tenant,
            // Loopback and plain HTTP, as the configuration of the site says.
            cookies: Cookies::new(false),
            form_tokens: FormTokens::new([key]),
            mark: Token::from_random([7; 32]),
        }
    }

    /// The name and value of a cookie.
    pub(crate) fn cookie(&self, kind: Kind, token: &Token) -> String {
        let line = self.cookies.set(kind, SLUG, &token.expose(), Life::Visit);
        let line = line.to_str().expect("cookies of ours are ASCII");
        line.split(';').next().unwrap_or_default().to_owned()
    }

    /// The name of a cookie.
    pub(crate) fn cookie_name(&self, kind: Kind) -> String {
        let cookie = self.cookie(kind, &self.mark);
        cookie.split('=').next().unwrap_or_default().to_owned()
    }

    /// A page's address on this server.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("/{SLUG}{page}")
    }

    /// Headers of a visit to a page, without the address and the end.
    pub(crate) fn headers(&self, cookies: &[String]) -> Vec<String> {
        let mut headers = vec![
            format!("Host: {}", self.address),
            "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36".to_owned(),
            "Accept-Language: ja,en;q=0.8".to_owned(),
        ];
        if !cookies.is_empty() {
            headers.push(format!("Cookie: {}", cookies.join("; ")));
        }
        headers
    }

    /// `GET` of a page.
    pub(crate) fn get(&self, page: &str, cookies: &[String]) -> Vec<u8> {
        format!(
            "GET {} HTTP/1.1\r\n{}\r\n\r\n",
            self.path(page),
            self.headers(cookies).join("\r\n")
        )
        .into_bytes()
    }

    /// The password form.
    pub(crate) fn post_login(&self, login: &str, password: &str) -> Vec<u8> {
        let password = password.replace(' ', "+");
        self.post(
            "/login",
            Bearer::Visitor,
            &[],
            &format!("login={login}&password={password}"),
        )
    }

    /// The form of a code, in the attempt behind `token`.
    pub(crate) fn post_code(&self, token: &Token, code: &str) -> Vec<u8> {
        let cookie = self.cookie(Kind::Attempt, token);
        self.post(
            "/login/code",
            Bearer::Attempt(token.hash()),
            &[cookie],
            &format!("code={code}"),
        )
    }

    /// A form of somebody who is signed in.
    pub(crate) fn post_signed_in(&self, page: &str, session: &Token, fields: &str) -> Vec<u8> {
        let cookie = self.cookie(Kind::Session, session);
        self.post(page, Bearer::Session(session.hash()), &[cookie], fields)
    }

    fn post(&self, page: &str, bearer: Bearer, cookies: &[String], fields: &str) -> Vec<u8> {
        let browser: TokenHash = self.mark.hash();
        let body = format!(
            "{FIELD}={}&{fields}",
            self.form_tokens.issue(self.tenant, &browser, bearer)
        );
        let cookies = [&[self.cookie(Kind::Browser, &self.mark)], cookies].concat();
        format!(
            "POST {} HTTP/1.1\r\n{}\r\nOrigin: http://{}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.path(page),
            self.headers(&cookies).join("\r\n"),
            self.address,
            body.len(),
        )
        .into_bytes()
    }
}

//! A directory that speaks LDAP (RFC 4511): a search for the person, then a simple bind as that person, over TLS.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{
    Ldap as Connection, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry,
    SearchOptions, ldap_escape,
};
use rustls::ClientConfig;
use warifu_domain::user::Login;
use warifu_flows::first_factor::{Answer, Asking, Directory, Entry, Unreachable};
use zeroize::Zeroizing;

use crate::cli::exit::Failure;
use crate::config::FirstFactor;
use crate::log::words;
use crate::{secret, tls};

/// What the section is called where it is wrong.
const SECTION: &str = "first_factor";
/// A bind was refused: the name or the password is wrong (RFC 4511, A.1).
const INVALID_CREDENTIALS: u32 = 49;
/// Results of a bind as a person that say "not you, now": a policy of the directory, an account that is locked there.
const REFUSALS: [u32; 4] = [19, 32, 50, 53];

/// An LDAP server, as `[[first_factor]]` describes it. Each question has a connection of its own: after it, the connection has the
/// rights of whoever was asked about.
pub(super) struct Ldap {
    url: String,
    starttls: bool,
    tls: Arc<ClientConfig>,
    /// Distinguished name and password of the account that may search; without one, the search is anonymous.
    service: Option<(String, Zeroizing<String>)>,
    base: String,
    filter: String,
    login_attribute: String,
    name_attribute: String,
    email_attribute: String,
    timeout: Duration,
}

impl Ldap {
    pub(super) fn open(section: &FirstFactor) -> Result<Self, Failure> {
        let file = section.bind_password_file.as_deref();
        let password = secret::read(SECTION, "bind_password", file, None)?;
        let service = section.bind_dn.clone().zip(password);
        Ok(Self {
            url: section.url.clone().unwrap_or_default(),
            starttls: section.starttls,
            tls: tls::client_config("first_factor.authorities", section.authorities.as_deref())?,
            service,
            base: section.base.clone().unwrap_or_default(),
            filter: section.filter.clone(),
            login_attribute: section.login_attribute.clone(),
            name_attribute: section.name_attribute.clone(),
            email_attribute: section.email_attribute.clone(),
            timeout: section.timeout(),
        })
    }

    async fn connect(&self) -> Result<Connection, LdapError> {
        let settings = LdapConnSettings::new()
            .set_conn_timeout(self.timeout)
            .set_starttls(self.starttls)
            .set_config(self.tls.clone());
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &self.url).await?;
        // Ends with the handle.
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "a connection to the directory broke");
            }
        });
        if let Some((name, password)) = &self.service {
            ldap.simple_bind(name, password).await?.success()?;
        }
        Ok(ldap)
    }

    /// The one entry of `login`. `None`: there is none, or none that counts.
    async fn find(
        &self,
        ldap: &mut Connection,
        login: &Login,
    ) -> Result<Option<SearchEntry>, LdapError> {
        let filter = self.filter.replace("{login}", &ldap_escape(login.as_str()));
        let attributes = [
            &self.login_attribute,
            &self.name_attribute,
            &self.email_attribute,
        ];
        let (found, _) = ldap
            .with_search_options(SearchOptions::new().sizelimit(2))
            .search(&self.base, Scope::Subtree, &filter, attributes)
            .await?
            .success()?;
        let mut entries = found
            .into_iter()
            .filter(|entry| !entry.is_ref() && !entry.is_intermediate())
            .map(SearchEntry::construct);
        let (first, second) = (entries.next(), entries.next());
        if second.is_some() {
            tracing::warn!(
                login = login.as_str(),
                "the directory has several entries for one login ID; none is taken"
            );
            return Ok(None);
        }
        // Found by another spelling, the person would be two people here.
        let is_named = |entry: &SearchEntry| {
            let names = values(&entry.attrs, &self.login_attribute);
            names
                .iter()
                .any(|name| Login::parse(name).is_ok_and(|name| name == *login))
        };
        Ok(first.filter(is_named))
    }

    async fn judge(&self, login: &Login, password: &str) -> Result<Answer, LdapError> {
        let mut ldap = self.connect().await?;
        let entry = self.find(&mut ldap, login).await?;
        // Somebody who is not there takes as long as somebody who is (SEC-49).
        let name = entry.as_ref().map_or_else(
            || format!("{}=warifu-nobody,{}", self.login_attribute, self.base),
            |entry| entry.dn.clone(),
        );
        let bound = ldap.simple_bind(&name, password).await?;
        let answer = match (bound.rc, entry) {
            (0, Some(entry)) => Ok(Answer::Right(self.entry(&entry))),
            (0, None) | (INVALID_CREDENTIALS, _) => Ok(Answer::Wrong),
            (code, _) if REFUSALS.contains(&code) => {
                tracing::info!(
                    login = login.as_str(),
                    code,
                    "the directory refused the person"
                );
                Ok(Answer::Wrong)
            }
            _ => Err(LdapError::from(bound)),
        };
        // What is left of the connection matters to nobody.
        drop(ldap.unbind().await);
        answer
    }

    fn entry(&self, entry: &SearchEntry) -> Entry {
        let first = |attribute: &str| values(&entry.attrs, attribute).first().cloned();
        Entry {
            name: first(&self.name_attribute),
            email: first(&self.email_attribute),
        }
    }
}

impl Directory for Ldap {
    fn ask<'a>(&'a self, login: &'a Login, password: &'a str) -> Asking<'a> {
        Box::pin(async move {
            match tokio::time::timeout(self.timeout, self.judge(login, password)).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(Unreachable(words(&error.to_string()))),
                Err(_) => Err(Unreachable(format!(
                    "no answer within {} s",
                    self.timeout.as_secs()
                ))),
            }
        })
    }
}

/// The values of an attribute, whose name has no case (RFC 4512, 2.5).
fn values<'e>(attributes: &'e HashMap<String, Vec<String>>, name: &str) -> &'e [String] {
    let found = attributes
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or(&[], |(_, values)| values)
}

//! An organisation as everything above storage sees it.

use std::sync::Arc;

use crate::{ids::TenantId, logo::LogoId, policy::Policy};

/// An organisation: its address, its name and its rules.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Part of every key.
    pub id: TenantId,
    /// The first part of every path: `/<slug>/login`.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Suspended: nobody logs in, sessions stop (SEC-84).
    pub suspended: bool,
    /// What stands on its pages instead of its name.
    pub logo: Option<LogoId>,
    /// Its rules.
    pub policy: Arc<Policy>,
}

/// Why a text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tenant's slug has 1 to 40 of a-z, 0-9 and hyphens, begins with a letter, and is none of the server's own words ({RESERVED:?})"
)]
pub struct BadSlug;

/// First path segments that are the server's own.
const RESERVED: [&str; 10] = [
    "assets", "demo", "api", "healthz", "metrics", "static", "oidc", "auth", "d", "login",
];

/// Checks a tenant's slug.
pub fn check_slug(slug: &str) -> Result<(), BadSlug> {
    let shape = (1..=40).contains(&slug.len())
        && slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if shape && !RESERVED.contains(&slug) {
        Ok(())
    } else {
        Err(BadSlug)
    }
}

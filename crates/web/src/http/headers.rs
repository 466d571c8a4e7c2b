//! The headers that every answer carries (SEC-73), whatever made it: pages, files, errors.

use axum::http::{HeaderMap, HeaderValue, header};

/// Nothing from elsewhere, nothing inline, no framing. Nonces would allow inline scripts; we have none to allow.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);
/// For files: whatever is in one does nothing, also where it is opened by itself (SEC-71).
const SANDBOX: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Other sites learn nothing. `no-referrer` would do the same, but makes browsers send `Origin: null` with our own
/// forms (Fetch, "append a request `Origin` header"), and the check of SEC-72 would have nothing to compare.
const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const PERMISSIONS_POLICY: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), usb=()",
);
/// One year, and subdomains stay the site owner's own business.
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What may be kept of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: no cache, no history.
    Nothing,
    /// All of it, for ever: a file whose address changes with its content.
    Forever,
}

/// Adds the headers. `https`: browsers may be told to come back by TLS only.
pub fn protect(headers: &mut HeaderMap, keep: Keep, https: bool) {
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    headers.reserve(9);
    let policy = match keep {
        Keep::Nothing => CONTENT_SECURITY_POLICY,
        Keep::Forever => SANDBOX,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
    headers.insert("cross-origin-opener-policy", SAME_ORIGIN);
    headers.insert("cross-origin-resource-policy", SAME_ORIGIN);
    headers.insert("permissions-policy", PERMISSIONS_POLICY);
    let cache = match keep {
        Keep::Nothing => NO_STORE,
        Keep::Forever => HeaderValue::from_static("public, max-age=31536000, immutable"),
    };
    headers.insert(header::CACHE_CONTROL, cache);
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
}

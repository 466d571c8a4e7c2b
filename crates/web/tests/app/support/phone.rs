//! An authenticator app that read the key of a page.

use warifu_domain::time::Timestamp;
use warifu_otp::{Secret, TotpKey, TotpParams};

use super::browser::unescape;

/// An app with one key.
pub(crate) struct Phone(TotpKey);

impl Phone {
    /// Reads the link that stands beside the QR code.
    pub(crate) fn scan(page: &str) -> Self {
        let page = unescape(page);
        let (_, secret) = page
            .split_once("secret=")
            .unwrap_or_else(|| panic!("no key on this page:\n{page}"));
        let secret = secret.split(['&', '"']).next().unwrap();
        Self(TotpKey::new(
            TotpParams::default(),
            &Secret::from_base32(secret).unwrap(),
        ))
    }

    /// The code that it shows at `now`.
    pub(crate) fn code(&self, now: Timestamp) -> String {
        self.0
            .code_at(self.0.step_at(now.unix_seconds()))
            .expose()
            .to_string()
    }
}

//! Registering an authenticator app.

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange, number, range};
use crate::{
    pairing::{Order, totp_params},
    time::Span,
};

/// What registering the first authenticator app asks for. A replacement always needs the fresh proof (SEC-37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetUpProof {
    /// The fresh proof: a login or a proof within five minutes.
    Proof,
    /// The password, typed again for this very act (C1).
    Password,
}

/// Whether an app can be registered by two typed codes, and which of them comes first (K4). A QR code is offered besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Not offered.
    Off,
    /// The page shows its user code, then asks for the app code.
    UserCodeFirst,
    /// The page asks for the app code, then shows its user code.
    AppCodeFirst,
    /// On the own account the user code comes first; in a login that cannot end without the set-up, the app code.
    ByPlace,
}

impl Pairing {
    /// Which code comes first where; `None`: it is not offered.
    pub fn order(self, in_login: bool) -> Option<Order> {
        match (self, in_login) {
            (Self::Off, _) => None,
            (Self::UserCodeFirst, _) | (Self::ByPlace, false) => Some(Order::UserCodeFirst),
            (Self::AppCodeFirst, _) | (Self::ByPlace, true) => Some(Order::AppCodeFirst),
        }
    }
}

/// Registering an authenticator app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentRules {
    /// Minutes until a pending secret is void, 1–10.
    pub minutes: i64,
    /// A reload shows the same secret. `false`: every visit makes a new one (P2).
    pub keep_on_reload: bool,
    /// `proof` or `password`.
    pub reauthentication: SetUpProof,
    /// A valid current code shows the key of a registered app again, for a further device (G6, SEC-39).
    pub show_again: bool,
    /// `off`, `user-code-first`, `app-code-first` or `by-place`.
    pub pairing: Pairing,
}

impl Default for EnrolmentRules {
    fn default() -> Self {
        Self {
            minutes: 10,
            keep_on_reload: true,
            reauthentication: SetUpProof::Proof,
            show_again: false,
            pairing: Pairing::Off,
        }
    }
}

impl EnrolmentRules {
    /// How long a pending secret lives.
    pub fn lifetime(&self) -> Span {
        Span::minutes(self.minutes)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("enrolment.minutes", self.minutes, (1, 10))
    }

    /// The pages ask everybody for codes of `digits`; a paired app, which knows nothing of a policy, shows its own number of them.
    pub(super) fn check_digits(&self, digits: u8) -> Result<(), OutOfRange> {
        let fits = self.pairing == Pairing::Off || digits == totp_params().digits().count();
        range(fits, "totp.digits", &digits, Allowed::PairedDigits)
    }
}

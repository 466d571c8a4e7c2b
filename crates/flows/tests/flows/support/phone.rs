//! A phone with an authenticator app: knows what it scanned, and what its own clock says.

use warifu_domain::time::{Span, Timestamp};
use warifu_flows::clock::Clock;
use warifu_otp::{Algorithm, Digits, OneTimeCode, Secret, Step, TotpKey, TotpParams};

/// An entry in an authenticator app.
pub(crate) struct Phone {
    key: TotpKey,
    clock: Clock,
    /// How far the phone's clock is ahead.
    pub(crate) ahead: Span,
    /// As the app keeps it.
    pub(crate) secret: Secret,
}

impl Phone {
    /// Scans a QR code.
    pub(crate) fn scan(uri: &str, clock: &Clock) -> Self {
        let query = uri.split_once('?').expect("a URI with a query").1;
        let field = |name: &str| {
            let mut fields = query.split('&').filter_map(|pair| pair.split_once('='));
            fields
                .find(|(key, _)| *key == name)
                .expect("the field is there")
                .1
        };
        let algorithm = match field("algorithm") {
            "SHA1" => Algorithm::Sha1,
            "SHA256" => Algorithm::Sha256,
            "SHA512" => Algorithm::Sha512,
            other => panic!("no app knows {other}"),
        };
        let digits = Digits::new(field("digits").parse().unwrap()).unwrap();
        let params = TotpParams::new(algorithm, digits, field("period").parse().unwrap()).unwrap();
        Self::type_key(field("secret"), params, clock)
    }

    /// Types a key that is shown beside the QR code.
    pub(crate) fn type_key(key: &str, params: TotpParams, clock: &Clock) -> Self {
        let secret = Secret::from_base32(key).unwrap();
        Self {
            key: TotpKey::new(params, &secret),
            clock: clock.clone(),
            ahead: Span(0),
            secret,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now() + self.ahead
    }

    /// The code on its screen.
    pub(crate) fn code(&self) -> String {
        self.code_of(0)
    }

    /// The code that it showed (negative) or will show so many steps from now.
    pub(crate) fn code_of(&self, offset: i64) -> String {
        let step = self.key.step_at(self.now().unix_seconds()).0;
        let step = Step(step.checked_add_signed(offset).unwrap());
        self.key.code_at(step).expose().to_string()
    }

    /// The code of a step.
    pub(crate) fn code_at(&self, step: u64) -> String {
        self.key.code_at(Step(step)).expose().to_string()
    }

    /// The step within `skew` steps of now that a code belongs to.
    pub(crate) fn step_of(&self, text: &str, skew: u8) -> Option<u64> {
        let code = OneTimeCode::parse(text).ok()?;
        let step = self
            .key
            .matching_step(&code, self.now().unix_seconds(), skew);
        step.map(|Step(step)| step)
    }

    /// How many steps a code is off, within half an hour.
    pub(crate) fn steps_off(&self, text: &str) -> Option<i64> {
        let code = OneTimeCode::parse(text).ok()?;
        self.key.distant_step(&code, self.now().unix_seconds(), 60)
    }

    /// The `number`-th code that this phone shows at no time within hours.
    pub(crate) fn wrong_code(&self, number: usize) -> String {
        let shown: Vec<String> = (-200..=200).map(|offset| self.code_of(offset)).collect();
        let all = (0..1_000_000).map(|code| format!("{code:06}"));
        all.filter(|code| !shown.contains(code))
            .nth(number)
            .unwrap()
    }
}

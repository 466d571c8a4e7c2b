//! A phone with an authenticator app: reads the QR code off the screen with `zbarimg` and computes codes with `oathtool`,
//! so that nothing here trusts our own code.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// An app with one entry.
#[derive(Debug)]
pub(crate) struct Phone {
    /// What the entry is called: issuer and account, as scanned.
    pub(crate) label: String,
    /// The link behind the QR code; nothing where the key was typed.
    pub(crate) uri: String,
    key: String,
    digits: u32,
    period: u64,
    /// The step of the last code that was given out.
    last: u64,
}

impl Phone {
    /// Scans the QR code in a screenshot.
    pub(crate) fn scan(picture: &Path) -> Self {
        let uri = run(
            "zbarimg",
            &[
                "--quiet",
                "--raw",
                // A page's lines can look like a bar code.
                "-Sdisable",
                "-Sqrcode.enable",
                &picture.to_string_lossy(),
            ],
        );
        let (label, query) = uri
            .strip_prefix("otpauth://totp/")
            .and_then(|rest| rest.split_once('?'))
            .unwrap_or_else(|| panic!("not for an authenticator app: {uri}"));
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_owned())
        };
        assert_eq!(value("algorithm").as_deref().unwrap_or("SHA1"), "SHA1");
        let number = |name: &str, default| value(name).map_or(default, |text| parse(&text));
        Self {
            label: unescaped(label),
            key: value("secret").expect("a QR code has the secret"),
            digits: u32::try_from(number("digits", 6)).expect("few digits"),
            period: number("period", 30),
            uri: uri.clone(),
            last: 0,
        }
    }

    /// Types the key by hand, as an entry of the type "time-based".
    pub(crate) fn typed(account: &str, key: &str) -> Self {
        Self {
            label: account.to_owned(),
            uri: String::new(),
            key: key.to_owned(),
            digits: 6,
            period: 30,
            last: 0,
        }
    }

    /// A code that is good now and that was not given out before. Servers take the step before and after this one, so
    /// three codes can be had at once; for a fourth the clock has to move on.
    pub(crate) async fn code(&mut self) -> String {
        /// In the last seconds of a step, the code of the one before may be too old on arrival.
        const MARGIN: u64 = 10;
        let step = loop {
            let now = unix_seconds();
            let current = now / self.period;
            let oldest = if self.period - now % self.period > MARGIN {
                current - 1
            } else {
                current
            };
            let step = oldest.max(self.last + 1);
            if step <= current + 1 {
                break step;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        self.last = step;
        self.code_of(step)
    }

    /// Gives no code any more that the other phone, which has the same key, gave out before.
    pub(crate) fn follows(&mut self, other: &Self) {
        self.last = self.last.max(other.last);
    }

    /// The code that the phone shows right now, for servers that take no other; never one that was given out before.
    pub(crate) async fn code_of_now(&mut self) -> String {
        /// Long enough for a code to be typed and sent before it changes.
        const ARRIVAL: u64 = 5;
        let step = loop {
            let now = unix_seconds();
            let step = now / self.period;
            if step > self.last && self.period - now % self.period > ARRIVAL {
                break step;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        self.last = step;
        self.code_of(step)
    }

    /// What the phone shows if its clock is this many minutes slow.
    pub(crate) fn code_if_slow(&self, minutes: u64) -> String {
        self.code_of((unix_seconds() - 60 * minutes) / self.period)
    }

    /// Six digits that this phone shows at no time near now.
    pub(crate) fn wrong_code(&self) -> String {
        let now = unix_seconds() / self.period;
        let near = self.codes_of(now - 130, 260);
        let mut codes = (0..).map(|number| format!("{number:06}"));
        codes
            .find(|code| !near.lines().any(|other| other == code))
            .expect("there are a million codes")
    }

    fn code_of(&self, step: u64) -> String {
        self.codes_of(step, 0)
    }

    /// The code of `step` and those of the `further` steps after it, in lines.
    fn codes_of(&self, step: u64, further: u64) -> String {
        run(
            "oathtool",
            &[
                "--totp=sha1",
                &format!("--window={further}"),
                "--base32",
                &format!("--digits={}", self.digits),
                &format!("--time-step-size={}s", self.period),
                &format!("--now=@{}", step * self.period),
                &self.key,
            ],
        )
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the phone's own clock, which the server's must agree with"
)]
fn unix_seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("it is after 1970").as_secs()
}

fn parse(text: &str) -> u64 {
    text.parse()
        .unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair = [rest.next(), rest.next()].map(|digit| digit.expect("two digits after %"));
        let hex = std::str::from_utf8(&pair).expect("digits");
        bytes.push(u8::from_str_radix(hex, 16).expect("digits"));
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; scripts/test has it"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.trim_end().to_owned()
}

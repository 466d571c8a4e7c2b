//! A key ring as text: what stands in its file or variable.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::{KEY_BYTES, Key, KeyRing, KeyRingError, Purpose, Secret};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RingText {
    active: u32,
    key: Vec<KeyText>,
}

/// A key has its secret, or, once it is retired, what of it is still needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    id: u32,
    secret: Option<String>,
    audit: Option<String>,
    pepper: Option<String>,
}

impl Drop for KeyText {
    fn drop(&mut self) {
        for text in [&mut self.secret, &mut self.audit, &mut self.pepper] {
            text.zeroize();
        }
    }
}

impl KeyText {
    fn read(&self) -> Result<Key, KeyRingError> {
        let id = self.id;
        let malformed = KeyRingError::MalformedSecret { id };
        let bytes = |text: &Option<String>| text.as_deref().map(|text| read_bytes(text, id));
        let secret = bytes(&self.secret).transpose()?;
        let audit = bytes(&self.audit).transpose()?;
        let pepper = bytes(&self.pepper).transpose()?;
        match (secret, audit, pepper) {
            (Some(secret), None, None) => Ok(Key::new(id, secret)),
            (None, Some(audit), pepper) => Ok(Key::retired(id, &audit, pepper.as_ref())),
            _ => Err(malformed),
        }
    }
}

fn read_bytes(text: &str, id: u32) -> Result<Secret, KeyRingError> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map(Zeroizing::new);
    let exact = bytes
        .ok()
        .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok());
    exact
        .map(Zeroizing::new)
        .ok_or(KeyRingError::MalformedSecret { id })
}

impl KeyRing {
    /// Reads a ring from the text of an environment variable; the text is that of the file.
    ///
    /// # Errors
    /// A malformed text.
    pub fn from_env_text(text: &str) -> Result<Self, KeyRingError> {
        Self::parse(text)
    }

    /// The text of the file, secrets included.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64 + 192 * self.keys.len()));
        text.push_str(&format!("active = {}\n", self.active));
        for key in &self.keys {
            text.push_str(&format!("\n[[key]]\nid = {}\n", key.id));
            match &key.secret {
                Some(secret) => write_line(&mut text, "secret", secret),
                None => {
                    for (name, purpose) in [("audit", Purpose::Audit), ("pepper", Purpose::Pepper)]
                    {
                        if let Some(bytes) = &key.derived[purpose as usize] {
                            write_line(&mut text, name, bytes);
                        }
                    }
                }
            }
        }
        text
    }

    pub(super) fn parse(text: &str) -> Result<Self, KeyRingError> {
        // The parser's message quotes the line, and with it perhaps a secret.
        let parsed: RingText = toml::from_str(text).map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            KeyRingError::Malformed {
                line: before.matches('\n').count() + 1,
            }
        })?;
        let mut keys = Vec::with_capacity(parsed.key.len());
        for key in &parsed.key {
            keys.push(key.read()?);
        }
        keys.sort_unstable_by_key(|key| key.id);
        if let Some(twice) = keys.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(KeyRingError::DuplicateKey { id: twice[0].id });
        }
        let mut ring = Self {
            active: parsed.active,
            keys,
        };
        ring.activate(parsed.active)?;
        Ok(ring)
    }
}

fn write_line(text: &mut String, name: &str, bytes: &[u8; KEY_BYTES]) {
    let value = Zeroizing::new(BASE64URL_NOPAD.encode(bytes));
    text.push_str(name);
    text.push_str(" = \"");
    text.push_str(&value);
    text.push_str("\"\n");
}

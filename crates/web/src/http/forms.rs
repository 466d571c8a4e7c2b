//! Forms: their bytes, their fields, and the one way to read them, which checks the form token first (SEC-72). Forms that bring a
//! file are taken apart in `multipart.rs`.

use std::{future::poll_fn, ops::Deref, pin::Pin};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, header},
};
use tokio::sync::Semaphore;
use warifu_domain::typed::Typed;
use zeroize::{Zeroize, Zeroizing};

use super::multipart::{self, Upload};

/// Most fields that a form may have; only the policy's has more than twenty.
pub(super) const MAX_FIELDS: usize = 80;

/// How far a body is read, and thrown away, to be able to say that its file is too large: a browser that is cut off shows nothing.
const PATIENCE: usize = 32 * 1024 * 1024;

/// Forms with a file that are received at once, so that they cannot fill the memory.
static FILES_AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Why a form is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadForm {
    /// Larger than any form of ours.
    TooLarge,
    /// Another media type than that of forms.
    WrongType,
    /// Invalid UTF-8, a field that stands twice, too many fields, a broken escape, a body cut short.
    Malformed,
    /// The form token is missing, out of date or another browser's.
    Token,
}

/// How much a form may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As much as the server's limits say.
    Usual,
    /// A text with so many bytes, of which each may be sent as three.
    Text(usize),
    /// The usual, and behind it a file with so many bytes.
    File(usize),
}

/// The fields of one form.
pub trait Form: Sized {
    /// How much it may bring.
    const ROOM: Room = Room::Usual;

    /// Takes the fields it knows; others are left alone.
    ///
    /// # Errors
    /// If a value cannot be meant.
    fn read(fields: &Fields) -> Result<Self, BadForm>;
}

/// A form without fields of its own: a button.
#[derive(Debug)]
pub struct Button;

impl Form for Button {
    fn read(_: &Fields) -> Result<Self, BadForm> {
        Ok(Self)
    }
}

/// A form whose token was checked. There is no other way to a form's fields.
#[derive(Debug)]
pub struct Verified<F>(F);

impl<F> Deref for Verified<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0
    }
}

impl<F> Verified<F> {
    /// The form itself.
    pub fn into_inner(self) -> F {
        self.0
    }
}

/// A form's text that nothing was read from yet.
pub struct Sealed(Fields);

impl Sealed {
    /// Opens the form if `is_ours` accepts its form token.
    ///
    /// # Errors
    /// If it does not, or if a value cannot be meant.
    pub fn open<F: Form>(self, is_ours: impl FnOnce(&str) -> bool) -> Result<Verified<F>, BadForm> {
        match self.0.get(super::form_token::FIELD) {
            Some(token) if is_ours(token) => F::read(&self.0).map(Verified),
            _ => Err(BadForm::Token),
        }
    }

    /// Reads a body of at most `usual` bytes, or as much more as `room` says.
    ///
    /// # Errors
    /// If it is too large, of another type, or malformed. A file that is too large is no error: the form says so beside its other
    /// fields.
    pub async fn receive(
        headers: &HeaderMap,
        body: Body,
        room: Room,
        usual: usize,
    ) -> Result<Self, BadForm> {
        if let Room::File(file) = room
            && let Some(boundary) = multipart::boundary(headers)
        {
            let _turn = FILES_AT_ONCE.acquire().await;
            let (bytes, is_whole) = receive_start(body, usual + file).await?;
            return multipart::parse(&bytes, &boundary, is_whole, file).map(Self);
        }
        let limit = match room {
            Room::Text(text) => usual + 3 * text,
            _ => usual,
        };
        if body.size_hint().lower() > limit as u64 {
            return Err(BadForm::TooLarge);
        }
        if !is_form(headers) {
            return Err(BadForm::WrongType);
        }
        let bytes = receive_all(body, limit).await?;
        Fields::parse(&bytes).map(Self)
    }
}

/// Fields that hold a password or a code: read as such, and as nothing else (SEC-78).
const SECRETS: [&str; 6] = [
    "password",
    "new_password",
    "code",
    "backup_code",
    "emailed_code",
    "app_code",
];

/// A form's fields, decoded; each name at most once. All that was typed is wiped, since some of it is secret.
#[derive(Default)]
pub struct Fields {
    typed: Vec<(String, Typed)>,
    file: Upload,
}

impl Fields {
    /// The field's text; empty if it is missing. An empty field and none mean the same to every form of ours.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// What was typed into a field for a password or a code; empty if it is missing.
    pub fn secret(&self, name: &str) -> Typed {
        let field = self.typed.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }

    /// The field's text, if the form has it.
    pub fn get(&self, name: &str) -> Option<&str> {
        debug_assert!(!SECRETS.contains(&name), "{name} is read by `secret`");
        let field = self.typed.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| &**value)
    }

    /// The file, if the form brought one.
    pub fn file(&self) -> &Upload {
        &self.file
    }

    /// The fields whose names `keeps` accepts, as a query with its question mark; empty without fields.
    pub fn to_query(&self, keeps: impl Fn(&str) -> bool) -> String {
        let mut query = String::new();
        for (name, value) in self.typed.iter().filter(|(name, _)| keeps(name)) {
            query.push(if query.is_empty() { '?' } else { '&' });
            encode(name, &mut query);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }

    /// [`Self::to_query`], with further fields behind.
    pub fn to_query_with(&self, keeps: impl Fn(&str) -> bool, more: &[(&str, &str)]) -> String {
        let mut query = self.to_query(keeps);
        for (name, value) in more {
            query.push(if query.is_empty() { '?' } else { '&' });
            encode(name, &mut query);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }

    /// Decodes `application/x-www-form-urlencoded`, also a query. Unlike the living standard's parser this one is
    /// strict: what a browser never sends is refused instead of repaired.
    ///
    /// # Errors
    /// As [`BadForm::Malformed`] says.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadForm> {
        let mut fields = Self::default();
        for pair in bytes
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let equals = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            let name = decode(&pair[..equals])?;
            let value = decode(pair.get(equals + 1..).unwrap_or_default())?;
            fields.add(name, value)?;
        }
        Ok(fields)
    }

    /// Adds a field. Browsers send each of ours once.
    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), BadForm> {
        let typed = &mut self.typed;
        if typed.len() == MAX_FIELDS || typed.iter().any(|(known, _)| *known == name) {
            return Err(BadForm::Malformed);
        }
        typed.push((name, value.into()));
        Ok(())
    }

    /// Adds the file; there is one at most.
    pub(super) fn add_file(&mut self, file: Upload) -> Result<(), BadForm> {
        match self.file {
            Upload::Nothing => self.file = file,
            _ => return Err(BadForm::Malformed),
        }
        Ok(())
    }
}

/// Appends `text` as it may stand in a query (RFC 3986, 2.3).
pub(crate) fn encode(text: &str, query: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push_str(&format!("%{byte:02X}"));
        }
    }
}

pub(crate) fn decode(text: &[u8]) -> Result<String, BadForm> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    let digit = rest.next().and_then(|byte| char::from(*byte).to_digit(16));
                    digit.ok_or(BadForm::Malformed)
                };
                (digit()? << 4 | digit()?) as u8
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        error.into_bytes().zeroize();
        BadForm::Malformed
    })
}

/// Whether the body says that it is a form in UTF-8.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.to_str())
    else {
        return false;
    };
    let (kind, parameter) = value.split_once(';').unwrap_or((value, ""));
    let parameter = parameter.trim().trim_matches('"');
    kind.trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && (parameter.is_empty() || parameter.eq_ignore_ascii_case("charset=utf-8"))
}

/// Gives up as soon as the limit is passed, however long the body goes on.
pub(crate) async fn receive_all(
    mut body: Body,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, BadForm> {
    // As large as it will be: a vector that grows leaves what it held behind.
    let announced = body.size_hint().upper();
    let room = announced.map_or(limit, |upper| {
        limit.min(usize::try_from(upper).unwrap_or(limit))
    });
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| BadForm::Malformed)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            return Err(BadForm::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// The first `limit` bytes of a body, and whether that is all of it. What comes behind is read and thrown away.
async fn receive_start(mut body: Body, limit: usize) -> Result<(Vec<u8>, bool), BadForm> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| BadForm::Malformed)?.into_data() else {
            continue;
        };
        length += data.len();
        if length > PATIENCE {
            return Err(BadForm::TooLarge);
        }
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
    }
    Ok((bytes, length <= limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    struct Codes {
        code: Typed,
        remember: bool,
    }

    impl Form for Codes {
        fn read(fields: &Fields) -> Result<Self, BadForm> {
            Ok(Self {
                code: fields.secret("code"),
                remember: fields.is_ticked("remember"),
            })
        }
    }

    async fn receive(kind: &str, body: impl Into<Body>) -> Result<Sealed, BadForm> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        Sealed::receive(&headers, body.into(), Room::Usual, 1000).await
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn sec_072_no_field_is_read_before_the_token_is_checked() {
        let body = "form_token=t&code=12%33+%E3%81%82&remember=1&other=x&code%5B%5D=9";
        let form = receive(FORM, body)
            .await
            .unwrap()
            .open::<Codes>(|token| token == "t");
        let form = form.unwrap().into_inner();
        assert_eq!((&*form.code, form.remember), ("123 あ", true));
        for body in ["form_token=t&code=1", "code=1", "form_token=&code=1", ""] {
            let form = receive(FORM, body).await.unwrap().open::<Codes>(|_| false);
            assert_eq!(form.err(), Some(BadForm::Token), "{body}");
        }
    }

    #[test]
    #[should_panic(expected = "is read by `secret`")]
    fn sec_078_a_password_is_not_read_as_plain_text() {
        let fields = Fields::parse(b"password=x").unwrap();
        fields.text("password");
    }

    #[tokio::test]
    async fn malformed_forms_are_refused() {
        for body in [
            &b"a=1&a=2"[..],
            b"a=1&%61=2",
            b"a=\xff",
            b"a=%ff",
            b"a=%e3%81",
            b"\xff=1",
            b"a=%",
            b"a=%1",
            b"a=%zz",
            b"a=%+1",
        ] {
            assert_eq!(
                receive(FORM, body).await.err(),
                Some(BadForm::Malformed),
                "{body:?}"
            );
        }
        let many: Vec<String> = (0..=MAX_FIELDS).map(|n| format!("f{n}=1")).collect();
        assert_eq!(
            receive(FORM, many.join("&")).await.err(),
            Some(BadForm::Malformed)
        );
        for kind in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
            "",
            "application/x-www-form-urlencoded; charset=shift_jis",
            "application/x-www-form-urlencodedx",
        ] {
            assert_eq!(
                receive(kind, "a=1").await.err(),
                Some(BadForm::WrongType),
                "{kind}"
            );
        }
        for kind in [
            "Application/X-WWW-Form-URLencoded",
            "application/x-www-form-urlencoded;charset=UTF-8",
        ] {
            assert!(receive(kind, "a=1").await.is_ok(), "{kind}");
        }
        assert_eq!(
            Sealed::receive(&HeaderMap::new(), "a=1".into(), Room::Usual, 10)
                .await
                .err(),
            Some(BadForm::WrongType)
        );
    }

    #[tokio::test]
    async fn sec_076_a_body_above_the_limit_is_refused_unread() {
        assert!(
            receive(FORM, format!("a={}", "x".repeat(998)))
                .await
                .is_ok()
        );
        let body = format!("a={}", "x".repeat(999));
        assert_eq!(receive(FORM, body).await.err(), Some(BadForm::TooLarge));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Fields::parse(&bytes);
        }
    }
}

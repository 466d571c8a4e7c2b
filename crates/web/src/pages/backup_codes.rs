//! `/account/backup-codes`: how many are left, and a new set, shown or downloaded once (SEC-25).

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use warifu_domain::{
    backup_code::{BackupCode, MAX_COUNT},
    policy::Shown,
    refusal::Refusal,
    typed::Typed,
};
use warifu_flows::{account, enrol, session::SignedIn};

use super::{
    account::backup_state,
    views::{self, NewCodes, ViewedCode},
};
use crate::http::{
    errors::{Failure, Rejection},
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The button that issues a set.
pub(crate) struct IssueForm {
    /// The set that the page knew.
    generation: i64,
}

impl Form for IssueForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let generation = fields
            .get("generation")
            .and_then(|number| number.parse().ok());
        Ok(Self {
            generation: generation.ok_or(BadForm::Malformed)?,
        })
    }
}

/// The button that saves a set as a file: one that stands on the page, or a new one.
pub(crate) enum DownloadForm {
    Shown(Typed),
    New(IssueForm),
}

impl Form for DownloadForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        match fields.secret("backup_code") {
            codes if !codes.is_empty() => Ok(Self::Shown(codes)),
            _ => IssueForm::read(fields).map(Self::New),
        }
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    write(page, &who, None, Vec::new()).await
}

pub(crate) async fn view(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let codes = enrol::view_backup_codes(ctx, tenant, &page.origin(), &who).await?;
    let viewed = codes.iter().map(|viewed| ViewedCode {
        code: viewed.code.grouped(),
        is_used: viewed.is_used,
    });
    let viewed = viewed.collect();
    write(page.at("/account/backup-codes"), &who, None, viewed).await
}

pub(crate) async fn issue(page: Page, who: SignedIn, form: Verified<IssueForm>) -> Answer {
    let codes = issue_set(&page, &who, &form).await?;
    match page.tenant().policy.backup_codes.shown {
        Shown::Page => {
            let new = shown(&page, &codes);
            write(page, &who, Some(new), Vec::new()).await
        }
        Shown::Download => file(&page, &codes),
    }
}

pub(crate) async fn download(page: Page, who: SignedIn, form: Verified<DownloadForm>) -> Answer {
    let codes = match &*form {
        DownloadForm::Shown(codes) => read_codes(&page, codes)?,
        DownloadForm::New(form) => issue_set(&page, &who, form).await?,
    };
    file(&page, &codes)
}

/// Codes as pages show them.
pub(crate) fn shown(page: &Page, codes: &[BackupCode]) -> NewCodes {
    NewCodes {
        viewable: page.tenant().policy.backup_codes.viewable,
        shown: codes.iter().map(BackupCode::grouped).collect(),
    }
}

async fn issue_set(
    page: &Page,
    who: &SignedIn,
    form: &IssueForm,
) -> Result<Vec<BackupCode>, Failure> {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    Ok(enrol::issue_backup_codes(ctx, tenant, &page.origin(), who, form.generation).await?)
}

async fn write(
    page: Page,
    who: &SignedIn,
    new: Option<NewCodes>,
    viewed: Vec<ViewedCode>,
) -> Answer {
    let rules = &page.tenant().policy.backup_codes;
    if !rules.enabled {
        return Err(Refusal::NotOffered.into());
    }
    let (download_only, count) = (rules.shown == Shown::Download, u32::from(rules.count));
    let overview = account::overview(page.ctx(), page.tenant(), who).await?;
    if overview.totp.is_none() {
        return Ok(page.lead_to("/account"));
    }
    let state = backup_state(&page, &overview.backup_codes);
    Ok(page.show(|frame| views::BackupCodes {
        frame,
        state,
        new,
        viewable: overview.backup_codes.viewable,
        viewed,
        download_only,
        count,
        generation: overview.backup_codes.generation,
    }))
}

/// The codes that stood on the page. They are read like typed ones, so that nothing but codes gets into the file.
fn read_codes(page: &Page, text: &str) -> Result<Vec<BackupCode>, Failure> {
    let shape = page.tenant().policy.backup_codes.shape;
    let codes = text
        .split(' ')
        .take(MAX_COUNT + 1)
        .map(|code| BackupCode::parse(shape, code));
    let codes: Vec<_> = codes
        .collect::<Result<_, _>>()
        .map_err(|_| Rejection::MalformedForm)?;
    if codes.len() > MAX_COUNT {
        return Err(Rejection::MalformedForm.into());
    }
    Ok(codes)
}

/// A text file with one code a line, named and headed in the tenant's words.
fn file(page: &Page, codes: &[BackupCode]) -> Answer {
    let texts = page.texts();
    let mut text = texts.msg_with(
        "backup-codes-file-head",
        &[
            ("tenant", page.tenant().name.as_str().into()),
            ("time", page.minute(page.now()).into()),
        ],
    );
    text.push_str("\r\n\r\n");
    for code in codes {
        text.push_str(&code.grouped());
        text.push_str("\r\n");
    }
    let mut response = Response::new(Body::from(text));
    let name = percent_encoded(texts.msg("backup-codes-file-name"));
    let disposition =
        format!("attachment; filename=\"backup-codes.txt\"; filename*=UTF-8''{name}.txt");
    let disposition =
        HeaderValue::try_from(disposition).expect("percent encoding leaves visible ASCII");
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// As RFC 8187 wants it; only letters and digits stay.
fn percent_encoded(name: &str) -> String {
    let encode = |byte: u8| match byte {
        plain if plain.is_ascii_alphanumeric() => char::from(plain).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(encode).collect()
}

//! `/admin/users/import`: people from a file, checked first, then done as it was checked.

use axum::response::Response;
use warifu_domain::user_import::{BadRow, COLUMNS, Encoding, ImportedPerson, MAX_BYTES};
use warifu_flows::{
    By, FlowError,
    console_job::Started,
    manage_users::{self, Existing, FirstPassword, Import, ManageError, Stage},
    session::SignedIn,
};
use zeroize::Zeroizing;

use crate::{
    http::{
        download::{csv_row, download},
        errors::{Failure, Rejection},
        forms::{BadForm, Fields, Form, Room, Verified},
        multipart::Upload,
        page::Page,
        route::Answer,
    },
    pages::{
        views::{
            Notice,
            admin::{
                ImportCounts, ImportStage, ProblemRow, SampleRow, UserImport, UserImportState,
                UserImportUndo, problem_text, role_name,
            },
        },
        work,
    },
};

/// What is wrong, on one page.
const PROBLEMS: usize = 200;

/// People of the file who are shown.
const SAMPLE: usize = 5;

/// A file, or a text that was pasted.
pub(crate) struct FileForm {
    file: Upload,
    text: String,
}

impl Form for FileForm {
    const ROOM: Room = Room::File(MAX_BYTES);

    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            file: fields.file().clone(),
            text: fields.text("text"),
        })
    }
}

/// The word that a checked import is to be done.
pub(crate) struct ConfirmForm {
    mails: bool,
}

impl Form for ConfirmForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            mails: fields.is_ticked("mail"),
        })
    }
}

/// Why an import is taken back.
pub(crate) struct UndoForm {
    reason: String,
}

impl Form for UndoForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            reason: fields.text("reason"),
        })
    }
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    manage_users::may_import(page.ctx(), page.tenant(), &by)?;
    Ok(write(page, String::new(), None))
}

fn write(page: Page, text: String, bad: Option<String>) -> Response {
    let is_bad = bad.is_some();
    let mut response = page.show(|frame| UserImport { frame, text, bad });
    if is_bad {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// Checks a file and leads to what was found.
pub(crate) async fn check(page: Page, who: SignedIn, form: Verified<FileForm>) -> Answer {
    let by = page.manager(who, "");
    let FileForm { file, text } = form.into_inner();
    let texts = page.texts();
    let bytes = match file {
        Upload::Content(bytes) => Zeroizing::new(bytes),
        Upload::TooLarge => {
            let words = texts.msg("import-bad-too-large").to_owned();
            return Ok(write(page, text, Some(words)));
        }
        Upload::Nothing if text.trim().is_empty() => {
            let words = texts.msg("import-nothing").to_owned();
            return Ok(write(page, text, Some(words)));
        }
        Upload::Nothing => Zeroizing::new(text.into_bytes()),
    };
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let import = manage_users::prepare_import(ctx, tenant, &by, &bytes, Existing::Skip).await?;
    Ok(page.lead_to(&format!("/admin/users/import/{import}")))
}

fn number(page: &Page) -> Result<i64, Rejection> {
    let import = page.segment("import").parse();
    import.map_err(|_| Rejection::NotFound)
}

async fn find(page: &Page, by: &By) -> Result<Import, Failure> {
    let id = number(page)?;
    let found = manage_users::show_import(page.ctx(), page.tenant(), by, id, SAMPLE).await?;
    Ok(found.ok_or(Rejection::NotFound)?)
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let import = find(&page, &by).await?;
    let all = manage_users::list_problems(page.ctx(), page.tenant(), &by, import.id).await?;
    let from = page.visit.query().text("from").parse().unwrap_or(0);
    let from = from.min(all.len());
    let rest = &all[from..];
    let shown = &rest[..rest.len().min(PROBLEMS)];
    let problems = shown.iter().map(|bad| problem(&page, bad)).collect();
    let more_from = (rest.len() > PROBLEMS).then_some(from + PROBLEMS);
    let sample = import.sample.iter();
    let sample = sample.map(|person| sample_row(&page, person)).collect();
    let stage = stage(&import);
    let (counts, checked_at) = (counts(&import), page.minute(import.checked_at));
    let is_shift_jis = import.tally.encoding() == Encoding::ShiftJis;
    let can_mail = manage_users::may_mail_first_passwords(page.ctx(), page.tenant());
    let mut response = page.show(|frame| UserImportState {
        frame,
        id: import.id.to_string(),
        stage,
        counts,
        checked_at,
        is_shift_jis,
        can_mail,
        problems,
        more_from,
        sample,
    });
    if matches!(stage, ImportStage::Running(_)) {
        work::keep_loading(&mut response);
    }
    Ok(response)
}

fn stage(import: &Import) -> ImportStage {
    let tally = &import.tally;
    match import.stage {
        Stage::Refused if tally.bad == 0 => ImportStage::NobodyNew,
        Stage::Refused => ImportStage::Refused,
        Stage::Checked => ImportStage::Checked,
        Stage::Running => {
            let done = tally.added + tally.overtaken;
            ImportStage::Running((done * 100 / tally.fresh.max(1)).clamp(0, 100))
        }
        Stage::Stopped => ImportStage::Stopped,
        Stage::Forgotten => ImportStage::Forgotten,
        Stage::Done => ImportStage::Done,
    }
}

fn counts(import: &Import) -> ImportCounts {
    let (tally, (left, untouched)) = (&import.tally, import.left);
    ImportCounts {
        fresh: tally.fresh,
        existing: tally.existing,
        bad: tally.bad,
        weak: tally.weak,
        without_password: tally.without_password,
        can_be_mailed: tally.can_be_mailed,
        added: tally.added,
        overtaken: tally.overtaken,
        left,
        untouched,
    }
}

fn problem(page: &Page, bad: &BadRow) -> ProblemRow {
    let (word, numbers) = bad.why.word();
    ProblemRow {
        line: bad.line,
        column: bad.column.unwrap_or_default(),
        text: problem_text(page.texts(), word, &numbers),
    }
}

fn sample_row(page: &Page, person: &ImportedPerson) -> SampleRow {
    let group = person.group.as_ref().map(|group| group.as_str());
    SampleRow {
        login: person.login.as_str().to_owned(),
        name: person.name.clone(),
        email: person.email.clone().unwrap_or_default(),
        group: group.unwrap_or_default().to_owned(),
        role: role_name(page.texts(), person.role).to_owned(),
        has_hash: person.password.is_some(),
    }
}

/// Does what was checked, or goes on with it.
pub(crate) async fn confirm(page: Page, who: SignedIn, form: Verified<ConfirmForm>) -> Answer {
    let by = page.manager(who, "");
    let id = number(&page)?;
    let first = match form.mails {
        true => FirstPassword::Mailed,
        false => FirstPassword::Later,
    };
    manage_users::begin_import(page.ctx(), page.tenant(), &by, id, first).await?;
    work::beside(&page, Started::New(id), async move |ctx, tenant, id| {
        let done = manage_users::run_import(&ctx, &tenant, &by, id).await;
        done.map_err(flow_error)
    });
    Ok(page.lead_to(&format!("/admin/users/import/{id}")))
}

fn flow_error(error: ManageError) -> FlowError {
    match error {
        ManageError::Refused(refusal) => FlowError::Refused(refusal),
        ManageError::Fault(fault) => FlowError::Fault(fault),
        other => FlowError::Fault(warifu_storage::StoreError::Other(other.to_string()).into()),
    }
}

/// Everything that is wrong, as a table for a spreadsheet.
pub(crate) async fn problems(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let import = find(&page, &by).await?;
    let all = manage_users::list_problems(page.ctx(), page.tenant(), &by, import.id).await?;
    let texts = page.texts();
    let mut text = String::from("\u{feff}");
    let head = [
        texts.msg("import-line"),
        texts.msg("import-column"),
        texts.msg("import-problem"),
    ];
    csv_row(&head, &mut text);
    for bad in &all {
        let row = problem(&page, bad);
        let line = row.line.to_string();
        csv_row(&[line.as_str(), row.column, &row.text], &mut text);
    }
    Ok(file("import-problems.csv", text))
}

/// A file to begin with.
pub(crate) async fn sample(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    manage_users::may_import(page.ctx(), page.tenant(), &by)?;
    let mut text = String::from("\u{feff}");
    csv_row(&COLUMNS, &mut text);
    // The hash is of a password that is in the documentation of the scheme, so that nobody takes it for one of a person.
    for row in [
        [
            "hanako.sato",
            "佐藤 花子",
            "hanako.sato@example.jp",
            "",
            "member",
            "",
        ],
        [
            "jiro.suzuki",
            "鈴木 二郎",
            "",
            "",
            "member",
            "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        ],
    ] {
        csv_row(&row, &mut text);
    }
    Ok(file("import-sample.csv", text))
}

fn file(name: &str, text: String) -> Response {
    let (sender, response) = download(name, "text/csv; charset=utf-8");
    tokio::spawn(async move { sender.send(text).await });
    response
}

pub(crate) async fn ask_undo(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    manage_users::may_import(page.ctx(), page.tenant(), &by)?;
    write_undo(page, &by, String::new()).await
}

async fn write_undo(page: Page, by: &By, reason: String) -> Answer {
    let import = find(&page, by).await?;
    Ok(page.show(|frame| UserImportUndo {
        frame,
        id: import.id.to_string(),
        untouched: import.left.1,
        reason,
    }))
}

/// Takes an import back, beside the requests.
pub(crate) async fn undo(page: Page, who: SignedIn, form: Verified<UndoForm>) -> Answer {
    let by = page.manager(who, &form.reason);
    let id = number(&page)?;
    if let Err(error) = manage_users::begin_undo(page.ctx(), page.tenant(), &by, id).await {
        return write_undo(page.again(error)?, &by, form.reason.clone()).await;
    }
    work::beside(&page, Started::New(id), async move |ctx, tenant, id| {
        let undone = manage_users::undo_import(&ctx, &tenant, &by, id).await;
        undone.map(drop).map_err(flow_error)
    });
    Ok(page.done(
        &format!("/admin/users/import/{id}"),
        Notice::ImportBeingUndone,
    ))
}

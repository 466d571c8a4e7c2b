//! An audit trail as a file, made page by page while it is sent.

use axum::response::Response;
use warifu_domain::{audit::Actor, ids::UserId};
use warifu_flows::{
    By, FlowError,
    audit::{self, Names},
};
use warifu_storage::{AuditFilter, AuditRow};

use crate::{
    http::{
        download::{Sender, csv_row, download},
        page::Page,
    },
    pages::{audit::tenant_of, times::utc, views::audit::Trail},
};

/// Events that are read at once.
const PAGE: i64 = 500;

/// The columns of the table, and the fields of an object.
const COLUMNS: [&str; 11] = [
    "at",
    "event",
    "user",
    "by",
    "by_user",
    "refusal",
    "address",
    "reference",
    "detail",
    "lane",
    "seq",
];

/// A table.
pub(super) fn csv(page: &Page, trail: Trail, by: By, filter: AuditFilter) -> Response {
    let file = format!("{}.csv", trail.file());
    let (sender, response) = download(&file, "text/csv; charset=utf-8");
    // The mark by which spreadsheets know UTF-8.
    let mut head = String::from("\u{feff}");
    csv_row(&COLUMNS, &mut head);
    send(page, trail, (by, filter), sender, head, |cells, text| {
        csv_row(
            &cells
                .each_ref()
                .map(|cell| cell.as_deref().unwrap_or_default()),
            text,
        );
    });
    response
}

/// One JSON object a line.
pub(super) fn json_lines(page: &Page, trail: Trail, by: By, filter: AuditFilter) -> Response {
    let file = format!("{}.jsonl", trail.file());
    let (sender, response) = download(&file, "application/jsonl; charset=utf-8");
    send(
        page,
        trail,
        (by, filter),
        sender,
        String::new(),
        |cells, text| {
            let fields = COLUMNS.into_iter().map(str::to_owned);
            let object: serde_json::Map<_, _> = fields.zip(cells.map(Into::into)).collect();
            text.push_str(&serde_json::Value::Object(object).to_string());
            text.push('\n');
        },
    );
    response
}

type Cells = [Option<String>; COLUMNS.len()];

/// Makes the file in a task of its own, which waits while the client does and ends when it goes.
fn send(
    page: &Page,
    trail: Trail,
    (by, filter): (By, AuditFilter),
    sender: Sender,
    head: String,
    write: impl Fn(Cells, &mut String) + Send + 'static,
) {
    let (ctx, home) = (page.visit.state.ctx.clone(), page.tenant().clone());
    let tenant = tenant_of(page, trail);
    tokio::spawn(async move {
        let mut filter = AuditFilter {
            limit: PAGE,
            ..filter
        };
        let mut text = head;
        loop {
            let read = async || {
                let found = audit::search(&ctx, &tenant, &by, filter.clone()).await?;
                let names = audit::names(&ctx, &tenant, &home, &found.rows).await?;
                Ok::<_, FlowError>((found, names))
            };
            let (found, names) = match read().await {
                Ok(read) => read,
                Err(error) => {
                    tracing::error!(fault = %error, "an export was broken off");
                    return sender.fail().await;
                }
            };
            for row in &found.rows {
                write(cells(row, &names), &mut text);
            }
            let is_received = sender.send(std::mem::take(&mut text)).await;
            match found.next {
                Some(next) if is_received => filter.before = next,
                _ => return,
            }
        }
    });
}

fn cells(row: &AuditRow, names: &Names) -> Cells {
    let actor = Actor::from_number(row.actor);
    let name = |user: UserId| names.person(user).map_or(user.to_string(), str::to_owned);
    // Operators are named, or not even by number.
    let by_user = match actor {
        Actor::Administrator(user) => Some(name(user)),
        _ => names.actor(actor).map(str::to_owned),
    };
    [
        Some(utc(row.at.0)),
        Some(row.kind.word().to_owned()),
        row.user.map(name),
        Some(actor.word().to_owned()),
        by_user,
        row.refusal.clone(),
        row.address.map(|address| address.to_string()),
        row.reference.map(|reference| reference.to_string()),
        row.detail.clone(),
        Some(row.lane.to_string()),
        Some(row.seq.to_string()),
    ]
}

//! `…/audit`: searches a trail, follows the reference that somebody reads out, and exports what is found (SEC-79).

use axum::response::Response;
use warifu_domain::{
    audit::{Actor, EventKind},
    event_address::Pseudonym,
    ids::Reference,
    network::AddressRange,
    time::Timestamp,
    user::Login,
};
use warifu_flows::{
    By,
    audit::{self, Names},
    session::SignedIn,
};
use warifu_storage::{AuditFilter, AuditPlace, AuditRow, Outcome};

use super::{export, tenant_of};
use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::Fields,
        page::Page,
        route::Answer,
    },
    pages::views::audit::{Audit, AuditRequest, EventRow, SearchForm, Trail},
};

/// Events on one page.
const PAGE: i64 = 50;

/// `…/audit`: the search, with the newest events where nothing is asked.
pub(crate) async fn show(page: Page, who: SignedIn, trail: Trail) -> Answer {
    let query = page.query();
    let typed = query.text("ref");
    match read_out(&typed) {
        Some(ReadOut::Reference(reference)) => {
            return Ok(page.lead_to(&format!("{}/requests/{reference}", trail.path())));
        }
        Some(ReadOut::Code(code)) => {
            return Ok(page.lead_to(&format!("{}?outcome={code}", trail.path())));
        }
        None => {}
    }
    let by = page.manager(who, "");
    let (filter, unread) = read_filter(&page, trail, &query).await?;
    let unread = unread.or((!typed.trim().is_empty()).then_some("ref"));
    let (rows, next, cut) = match (unread, filter) {
        (None, Some(filter)) => {
            let filter = AuditFilter {
                limit: PAGE,
                ..filter
            };
            let found = audit::search(page.ctx(), &tenant_of(&page, trail), &by, filter).await?;
            let cut = found.next.filter(|_| found.is_cut);
            let next = found.next.map(|place| with_place(&query, place));
            let rows = event_rows(&page, trail, &found.rows).await?;
            (rows, next, cut.map(|(at, ..)| page.minute(at)))
        }
        _ => (Vec::new(), None, None),
    };
    let form = SearchForm::read(&query);
    let export = query.to_query(|name| is_filter(name) && name != "before");
    Ok(page.show(|frame| Audit {
        frame,
        trail,
        form,
        unread,
        rows,
        next,
        cut,
        export,
    }))
}

/// `…/audit/requests/{reference}`: what happened in one request, around it, and what to tell the person.
pub(crate) async fn request(page: Page, who: SignedIn, trail: Trail) -> Answer {
    let reference = Reference::parse(page.segment("reference")).ok_or(Rejection::NotFound)?;
    let by = page.manager(who, "");
    let story = audit::follow(page.ctx(), &tenant_of(&page, trail), &by, reference).await?;
    let (request, around) = match &story {
        Some(story) => (
            event_rows(&page, trail, &story.request).await?,
            event_rows(&page, trail, &story.around).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    Ok(page.show(|frame| AuditRequest {
        frame,
        trail,
        reference: reference.to_string(),
        request,
        around,
    }))
}

/// `…/audit/export`: every event that the search finds, as a file.
pub(crate) async fn export_events(page: Page, who: SignedIn, trail: Trail) -> Answer {
    let query = page.query();
    let by: By = page.manager(who, "");
    let (Some(filter), None) = read_filter(&page, trail, &query).await? else {
        return Err(Rejection::NotFound.into());
    };
    let answer: Response = match query.text("format").as_str() {
        "jsonl" => export::json_lines(&page, trail, by, filter),
        _ => export::csv(&page, trail, by, filter),
    };
    Ok(answer)
}

/// What somebody read out or copied from an error page.
#[derive(Debug, PartialEq, Eq)]
enum ReadOut {
    /// Names one request.
    Reference(Reference),
    /// Says which error it was.
    Code(String),
}

/// Reads a reference, an error code, or the whole line of the error page, where the reference says more than the code.
fn read_out(typed: &str) -> Option<ReadOut> {
    if let Some(reference) = Reference::parse(typed) {
        return Some(ReadOut::Reference(reference));
    }
    let mut words = typed.split_whitespace();
    // It stands last; a login ID before it may look like one.
    let reference = words.clone().rev().find_map(|word| {
        let is_grouped = word.len() == 9 && word.as_bytes()[4] == b'-';
        is_grouped.then(|| Reference::parse(word)).flatten()
    });
    match reference {
        Some(reference) => Some(ReadOut::Reference(reference)),
        None => words.find_map(read_code).map(ReadOut::Code),
    }
}

/// Reads `OTP-03`, in small letters too.
fn read_code(word: &str) -> Option<String> {
    let (family, number) = word.split_once('-')?;
    let is_family =
        (2..=5).contains(&family.len()) && family.bytes().all(|b| b.is_ascii_alphabetic());
    let is_number = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
    (is_family && is_number).then(|| word.to_ascii_uppercase())
}

/// Whether a field of the query is part of the search.
fn is_filter(name: &str) -> bool {
    matches!(
        name,
        "user" | "event" | "outcome" | "by" | "address" | "since" | "until" | "before"
    )
}

/// The same search, beginning behind `place`.
fn with_place(query: &Fields, (at, lane, seq): AuditPlace) -> String {
    let mut next = query.to_query(|name| is_filter(name) && name != "before");
    next.push(if next.is_empty() { '?' } else { '&' });
    next.push_str(&format!("before={}.{lane}.{seq}", at.0));
    next
}

fn read_place(text: &str) -> Option<AuditPlace> {
    let mut parts = text.split('.').map(|part| part.parse::<i64>().ok());
    let place = (Timestamp(parts.next()??), parts.next()??, parts.next()??);
    parts.next().is_none().then_some(place)
}

/// Reads what is searched for. With the name of a field that cannot be meant; no filter where nobody has the login ID.
async fn read_filter(
    page: &Page,
    trail: Trail,
    query: &Fields,
) -> Result<(Option<AuditFilter>, Option<&'static str>), Failure> {
    let mut filter = AuditFilter::default();
    let tenant = tenant_of(page, trail);
    let given = |name| {
        query
            .get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    if let Some(login) = given("user") {
        let user = match Login::parse(login) {
            Ok(login) => audit::find_person(page.ctx(), &tenant, login).await?,
            Err(_) => None,
        };
        if user.is_none() {
            return Ok((None, Some("user")));
        }
        filter.user = user;
    }
    if let Some(text) = given("by") {
        filter.actors = audit::find_actors(page.ctx(), &tenant, page.tenant(), text).await?;
        if filter.actors.is_none() {
            return Ok((None, Some("by")));
        }
    }
    if let Some(word) = given("event") {
        filter.kind = EventKind::from_word(word);
        if filter.kind.is_none() {
            return Ok((None, Some("event")));
        }
    }
    filter.outcome = match given("outcome") {
        None => Outcome::Any,
        Some("done") => Outcome::Done,
        Some("refused") => Outcome::Refused,
        Some(code) => Outcome::Code(code.to_ascii_uppercase()),
    };
    if let Some(range) = given("address") {
        filter.addresses = AddressRange::parse(range);
        filter.pseudonym = Pseudonym::parse(range);
        if filter.addresses.is_none() && filter.pseudonym.is_none() {
            return Ok((None, Some("address")));
        }
    }
    for name in ["since", "until"] {
        let Some(text) = given(name) else { continue };
        let Some(at) = page.site().times.parse(text) else {
            return Ok((None, Some(name)));
        };
        match name {
            "since" => filter.from = (Timestamp(at), 0, 0),
            // To the end of the minute that is named.
            _ => filter.before = (Timestamp(at.saturating_add(60_000)), 0, 0),
        }
    }
    if let Some(place) = given("before").and_then(read_place) {
        filter.before = filter.before.min(place);
    }
    Ok((Some(filter), None))
}

/// Events as lines of a page, with the names of the people in them.
pub(crate) async fn event_rows(
    page: &Page,
    trail: Trail,
    rows: &[AuditRow],
) -> Result<Vec<EventRow>, Failure> {
    let tenant = tenant_of(page, trail);
    let names = audit::names(page.ctx(), &tenant, page.tenant(), rows).await?;
    Ok(rows
        .iter()
        .map(|row| event_row(page, row, &names))
        .collect())
}

fn event_row(page: &Page, row: &AuditRow, names: &Names) -> EventRow {
    let actor = Actor::from_number(row.actor);
    let login = row.user.and_then(|user| names.person(user));
    EventRow {
        kind: row.kind,
        time: page.site().times.second(row.at.0),
        code: row.refusal.clone(),
        user: row.user.map(|user| user.to_string()),
        login: login.map(str::to_owned),
        actor,
        actor_login: names.actor(actor).map(str::to_owned),
        address: row.address.map(|address| address.to_string()),
        reference: row.reference.map(|reference| reference.to_string()),
        detail: row.detail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_a_code_and_the_whole_line_are_read() {
        let reference = || Reference::parse("7K3M-Q9TZ").map(ReadOut::Reference);
        for line in [
            "7k3mq9tz",
            " 7K3M-Q9TZ ",
            "Error OTP-03 · 2026-11-21 19:04:12 JST · Login ID taro@example.jp · Reference 7K3M-Q9TZ",
            "エラーコード OTP-03 · 2026-11-21 19:04:12 JST · ログインID 花子 · お問い合わせ番号 7K3M-Q9TZ",
            "Reference 7K3M-Q9TZ · 2026-11-21 19:04 JST",
        ] {
            assert_eq!(read_out(line), reference(), "{line}");
        }
        for (line, code) in [("otp-03", "OTP-03"), ("it says LOGIN-03", "LOGIN-03")] {
            assert_eq!(
                read_out(line),
                Some(ReadOut::Code(code.to_owned())),
                "{line}"
            );
        }
        for line in ["", "7K3M", "2026-11", "OTP-3", "OTP-003", "Ｏｔｐ-03", "--"] {
            assert_eq!(read_out(line), None, "{line}");
        }
    }
}

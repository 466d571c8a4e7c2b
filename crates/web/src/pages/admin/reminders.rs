//! `/admin/adoption/reminders`: mails to those who have no second factor. Looked at first, then sent beside the requests.

use std::{collections::BTreeMap, net::IpAddr};

use warifu_domain::{
    audit::EventKind,
    ids::{GroupId, UserId},
    refusal::Refusal,
    reminder::{self, Note, QUIET},
    time::{Span, Timestamp},
};
use warifu_flows::{
    By, Enclosed, Reminder,
    console_job::Started,
    notices::OpenNotice,
    reminders::{self, Audience, Plan, Round, RoundState},
    session::SignedIn,
};
use warifu_storage::GroupRow;

use crate::{
    http::{
        errors::Rejection,
        forms::{BadForm, Button, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        mail,
        views::admin::{
            GroupChoice, ReminderFields, ReminderGroup, ReminderObstacle, ReminderPreview,
            ReminderRound, ReminderText, Reminders, RoundProgress, RoundRow,
        },
        work,
    },
    text::Language,
};

const PATH: &str = "/admin/adoption/reminders";

impl Form for ReminderFields {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            group: fields.text("group"),
            day: fields.text("day").trim().to_owned(),
            note: fields.text("note"),
            reason: fields.text("reason"),
        })
    }
}

/// Why a stopped round is gone on with.
pub(crate) struct GoOnForm {
    reason: String,
}

impl Form for GoOnForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            reason: fields.text("reason"),
        })
    }
}

/// The plan as it is typed; the day begins at midnight in the tenant's zone.
fn read(page: &Page, fields: &ReminderFields) -> Result<Plan, Refusal> {
    let group = match fields.group.as_str() {
        "" => None,
        group => Some(GroupId(group.parse().map_err(|_| Refusal::GroupGone)?)),
    };
    let day = match fields.day.as_str() {
        "" => None,
        day => {
            let day = page.site().times.parse(day).map(Timestamp);
            let day = day.ok_or(Refusal::BadReminderDay)?;
            reminder::check_day(day, page.now())?;
            Some(day)
        }
    };
    Ok(Plan {
        group,
        day,
        note: Note::parse(&fields.note)?,
    })
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let query = page.query();
    let fields = ReminderFields {
        group: query.text("group"),
        day: query.text("day").trim().to_owned(),
        note: query.text("note"),
        reason: String::new(),
    };
    if !query.is_ticked("look") {
        return write(page, &by, fields, None).await;
    }
    match read(&page, &fields) {
        Ok(plan) => write(page, &by, fields, Some(plan)).await,
        Err(refusal) => write(page.again(refusal)?, &by, fields, None).await,
    }
}

async fn write(page: Page, by: &By, form: ReminderFields, plan: Option<Plan>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let wanted = form.group.parse().ok().map(GroupId);
    let audience = reminders::audience(ctx, tenant, by, wanted).await?;
    let obstacle = match reminders::is_possible(ctx, tenant) {
        Ok(()) => None,
        Err(Refusal::NoMail) => Some(ReminderObstacle::NoMail),
        Err(_) => Some(ReminderObstacle::NotOffered),
    };
    let rounds = reminders::list(ctx, tenant, by).await?;
    let rounds = rounds.iter();
    let rounds = rounds.map(|round| row(&page, round, &audience.names));
    let rounds = rounds.collect();
    let preview = plan.filter(|_| obstacle.is_none());
    let preview = preview.map(|plan| preview_of(&page, &audience, &plan));
    let lately = audience.lately.iter();
    let lately = lately.map(|(at, people)| (page.site().times.date(at.0), *people));
    let choices = audience.names.iter().map(|group| GroupChoice {
        id: group.id.to_string(),
        name: group.name.clone(),
        is_chosen: Some(group.id) == wanted,
    });
    let (lately, choices, groups) = (lately.collect(), choices.collect(), groups(&audience));
    Ok(page.show(|frame| Reminders {
        frame,
        obstacle,
        groups,
        lately,
        quiet_days: QUIET.0 / Span::days(1).0,
        choices,
        form,
        preview,
        rounds,
    }))
}

/// Who would get one, a line a group.
fn groups(audience: &Audience) -> Vec<ReminderGroup> {
    let name = |id: GroupId| {
        let group = audience.names.iter().find(|group| group.id == id);
        group.map_or_else(|| id.to_string(), |group| group.name.clone())
    };
    let mut groups: BTreeMap<Option<String>, ReminderGroup> = BTreeMap::new();
    for count in &audience.counts {
        let name = count.group.map(name);
        let group = groups.entry(name.clone()).or_default();
        group.name = name;
        match count.begun {
            true => group.begun += count.people,
            false => group.without += count.people,
        }
        group.recent += count.recent;
        group.no_address += count.no_address;
    }
    groups.into_values().collect()
}

fn preview_of(page: &Page, audience: &Audience, plan: &Plan) -> ReminderPreview {
    let group = audience
        .names
        .iter()
        .find(|group| Some(group.id) == plan.group);
    let reminder = Reminder {
        deadline: reminders::deadline(page.tenant(), group, plan.day, page.now()),
        note: plan.note.as_str().to_owned(),
    };
    let mails = Language::ALL.map(|language| text(page, language, &reminder));
    ReminderPreview {
        reached: audience.reached(plan.group),
        mails: mails.into(),
    }
}

/// The mail as somebody would get it.
fn text(page: &Page, language: Language, reminder: &Reminder) -> ReminderText {
    let site = page.site();
    let login = site.texts(language).msg("reminders-sample-login");
    let notice = OpenNotice {
        id: 0,
        user: UserId(0),
        recipient: String::new(),
        login: login.to_owned(),
        language: None,
        kind: EventKind::RemindersSent,
        enclosed: Some(Enclosed::Reminder(reminder.clone())),
        joined: 0,
        address: None::<IpAddr>,
        agent: String::new(),
        created_at: page.now(),
        void_at: None,
        sender: None,
    };
    let origin = page.visit.state.settings.base_url.origin();
    let words = mail::write(site, &origin, language, &notice);
    ReminderText {
        language: language.tag(),
        name: language.own_name(),
        subject: words.subject,
        body: words.body,
    }
}

/// A round in a list of them.
pub(super) fn row(page: &Page, round: &Round, names: &[GroupRow]) -> RoundRow {
    let (Round { row, state }, times) = (round, &page.site().times);
    let name = |id: GroupId| {
        let group = names.iter().find(|group| group.id == id);
        group.map_or_else(|| id.to_string(), |group| group.name.clone())
    };
    RoundRow {
        id: row.id.to_string(),
        begun_at: page.minute(row.begun_at),
        group: row.group.map(name),
        day: row.day.map(|day| times.date(day.0)),
        note: row.note.clone(),
        people: row.people,
        sent: row.counts.sent,
        recent: row.counts.recent,
        no_address: row.counts.no_address,
        crowded: row.counts.crowded,
        progress: match state {
            RoundState::Running => RoundProgress::Running,
            RoundState::Stopped => RoundProgress::Stopped,
            RoundState::Done => RoundProgress::Done,
        },
    }
}

/// Sends what was looked at.
pub(crate) async fn send(page: Page, who: SignedIn, form: Verified<ReminderFields>) -> Answer {
    let by = page.manager(who, &form.reason);
    let fields = form.into_inner();
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let plan = match read(&page, &fields) {
        Ok(plan) => plan,
        Err(refusal) => return write(page.again(refusal)?, &by, fields, None).await,
    };
    match reminders::begin(ctx, tenant, &by, plan.clone()).await {
        Ok((round, job)) => {
            run(&page, by, job);
            Ok(page.lead_to(&format!("{PATH}/{round}")))
        }
        Err(error) => write(page.again(error)?, &by, fields, Some(plan)).await,
    }
}

fn run(page: &Page, by: By, job: i64) {
    work::beside(page, Started::New(job), async move |ctx, tenant, job| {
        reminders::run(&ctx, &tenant, &by, job).await
    });
}

fn number(page: &Page) -> Result<i64, Rejection> {
    let round = page.segment("round").parse();
    round.map_err(|_| Rejection::NotFound)
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    write_round(page, &by, String::new()).await
}

async fn write_round(page: Page, by: &By, reason: String) -> Answer {
    let (ctx, tenant, id) = (page.ctx(), page.tenant(), number(&page)?);
    let found = reminders::show(ctx, tenant, by, id).await?;
    let found = found.ok_or(Rejection::NotFound)?;
    let names = reminders::group_names(ctx, tenant, by).await?;
    let round = row(&page, &found, &names);
    let is_running = round.progress == RoundProgress::Running;
    let last = found.row.next_due;
    let last_leaves = (round.sent > 0 && last > page.now()).then(|| page.minute(last));
    let mut response = page.show(|frame| ReminderRound {
        frame,
        round,
        last_leaves,
        reason,
    });
    if is_running {
        work::keep_loading(&mut response);
    }
    Ok(response)
}

/// Goes on with a round that stopped.
pub(crate) async fn go_on(page: Page, who: SignedIn, form: Verified<GoOnForm>) -> Answer {
    let by = page.manager(who, &form.reason);
    let round = number(&page)?;
    match reminders::go_on(page.ctx(), page.tenant(), &by, round).await {
        Ok(job) => {
            run(&page, by, job);
            Ok(page.lead_to(&format!("{PATH}/{round}")))
        }
        Err(error) => write_round(page.again(error)?, &by, form.reason.clone()).await,
    }
}

pub(crate) async fn stop(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let round = number(&page)?;
    reminders::stop(page.ctx(), page.tenant(), &by, round).await?;
    Ok(page.lead_to(&format!("{PATH}/{round}")))
}

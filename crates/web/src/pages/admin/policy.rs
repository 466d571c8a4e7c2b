//! `/admin/policy`: the tenant's rules, a change that is previewed before it is saved, and the way back.

use std::sync::Arc;

use axum::http::StatusCode;
use warifu_domain::{
    audit::Actor,
    effect::Effect,
    ids::UserId,
    permission::may,
    policy::{KNOBS, Knob, MAX_TEXT_BYTES, PRESETS, Policy},
    refusal::Refusal,
};
use warifu_flows::{
    FlowError, audit,
    console_job::Started,
    manage_tenants::{self, TenantError},
    networks,
    policy_change::{self, DraftError, Preview},
    session::SignedIn,
};
use warifu_storage::{JobState, PolicyRevision};

use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Button, Fields, Form, Room, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        views::{
            Notice,
            admin::{
                self as views, ChangedRow, KnobRow, MovedRow, PolicyDraft, Progress, RevisionRow,
                policy_problem,
            },
        },
        work,
    },
};

/// People, or revisions, on one page.
const PAGE: i64 = 50;

/// The knobs of a form, as they were typed.
pub(crate) struct KnobForm {
    revision: i64,
    typed: Vec<(Knob, String)>,
}

impl Form for KnobForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let typed = KNOBS.iter().filter_map(|knob| {
            let value = fields.get(knob.path)?;
            Some((*knob, value.to_owned()))
        });
        Ok(Self {
            revision: read_number(fields, "revision")?,
            typed: typed.collect(),
        })
    }
}

/// A policy as a whole, as it was typed.
pub(crate) struct TextForm {
    revision: i64,
    text: String,
}

impl Form for TextForm {
    /// Twice the largest policy, so that one that is too long is refused with the text kept.
    const ROOM: Room = Room::Text(2 * MAX_TEXT_BYTES);

    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            revision: read_number(fields, "revision")?,
            // Browsers send CR LF.
            text: fields.text("policy").replace("\r\n", "\n"),
        })
    }
}

/// Why a draft is saved.
pub(crate) struct SaveForm {
    reason: String,
}

impl Form for SaveForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            reason: fields.text("reason"),
        })
    }
}

fn read_number(fields: &Fields, name: &str) -> Result<i64, BadForm> {
    let number = fields.get(name).and_then(|number| number.parse().ok());
    number.ok_or(BadForm::Malformed)
}

/// `/admin/policy`: every knob with its value, the preset's beside it.
pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let (_, text) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    let policy = Policy::parse(&text).unwrap_or_else(|_| (*page.tenant().policy).clone());
    Ok(knob_page(page, policy.knobs(), None, None))
}

/// `/admin/policy/edit`: the same as a form.
pub(crate) async fn edit(page: Page, who: SignedIn) -> Answer {
    let role = who.role;
    let by = page.manager(who, "");
    policy_change::may_change(page.ctx(), page.tenant(), &by)?;
    let (revision, text) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    let policy = Policy::parse(&text).unwrap_or_else(|_| (*page.tenant().policy).clone());
    let mut knobs = policy.knobs();
    knobs.retain(|(knob, _)| may(role, knob.operation()));
    Ok(knob_page(page, knobs, Some(revision), None))
}

fn knob_page(
    page: Page,
    values: Vec<(Knob, String)>,
    editing: Option<i64>,
    bad: Option<String>,
) -> axum::response::Response {
    let chosen = page.query().text("preset");
    let differences = |preset: &warifu_domain::policy::Preset| {
        let theirs = preset.policy().knobs();
        values.iter().filter(|knob| !theirs.contains(knob)).count()
    };
    let preset = PRESETS
        .into_iter()
        .find(|preset| preset.name == chosen)
        .or_else(|| PRESETS.into_iter().min_by_key(differences))
        .unwrap_or(PRESETS[0]);
    let theirs = preset.policy().knobs();
    let row = |(knob, value): (Knob, String)| {
        let preset = theirs.iter().find(|(known, _)| *known == knob);
        KnobRow {
            knob,
            value,
            preset: preset.map(|(_, value)| value.clone()).unwrap_or_default(),
        }
    };
    let rows = values.iter().cloned().map(row).collect();
    let is_bad = bad.is_some();
    let mut response = page.show(|frame| views::Policy {
        frame,
        rows,
        preset: preset.name,
        presets: PRESETS.iter().map(|preset| preset.name).collect(),
        editing,
        bad,
    });
    if is_bad {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

pub(crate) async fn submit(page: Page, who: SignedIn, form: Verified<KnobForm>) -> Answer {
    let by = page.manager(who, "");
    let (revision, text) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    if revision != form.revision {
        return Err(Refusal::PolicyOvertaken.into());
    }
    let policy = Policy::parse(&text).unwrap_or_else(|_| (*page.tenant().policy).clone());
    let text = policy.with_knobs(&text, &form.typed);
    match policy_change::propose(page.ctx(), page.tenant(), &by, revision, &text).await {
        Ok(draft) => Ok(begin(page, draft)),
        Err(DraftError::Flow(error)) => {
            let typed = form.into_inner().typed;
            Ok(knob_page(page.again(error)?, typed, Some(revision), None))
        }
        Err(DraftError::BadPolicy(bad)) => {
            let words = policy_problem(page.texts(), &bad);
            let typed = form.into_inner().typed;
            Ok(knob_page(page, typed, Some(revision), Some(words)))
        }
    }
}

/// `/admin/policy/text`: the whole as TOML.
pub(crate) async fn edit_text(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    policy_change::may_change(page.ctx(), page.tenant(), &by)?;
    let (revision, text) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    Ok(page.show(|frame| views::PolicyText {
        frame,
        text,
        revision,
        bad: None,
    }))
}

pub(crate) async fn submit_text(page: Page, who: SignedIn, form: Verified<TextForm>) -> Answer {
    let by = page.manager(who, "");
    let TextForm { revision, text } = form.into_inner();
    match policy_change::propose(page.ctx(), page.tenant(), &by, revision, &text).await {
        Ok(draft) => Ok(begin(page, draft)),
        Err(error) => text_again(page, text, revision, error),
    }
}

/// The text as it was typed, with what is wrong with it.
fn text_again(page: Page, text: String, revision: i64, error: DraftError) -> Answer {
    let (page, bad) = match error {
        DraftError::Flow(error) => (page.again(error)?, None),
        DraftError::BadPolicy(bad) => {
            let words = policy_problem(page.texts(), &bad);
            (page, Some(words))
        }
    };
    let mut response = page.show(|frame| views::PolicyText {
        frame,
        text,
        revision,
        bad,
    });
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Begins to count what a draft would do, and leads to where that is shown.
pub(super) fn begin(page: Page, draft: Started) -> axum::response::Response {
    work::beside(&page, draft, async |ctx, tenant, draft| {
        policy_change::count(&ctx, &tenant, draft).await
    });
    page.lead_to(&format!("/admin/policy/drafts/{}", draft.id()))
}

/// `/admin/policy/drafts/{draft}`: what a draft would do, and the button that saves it.
pub(crate) async fn draft(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who.clone(), "");
    policy_change::may_change(page.ctx(), page.tenant(), &by)?;
    draft_page(page, who, String::new()).await
}

async fn draft_page(page: Page, who: SignedIn, reason: String) -> Answer {
    let by = page.manager(who, "");
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let (draft, preview) = find_draft(&page, &by).await?;
    let (_, old) = policy_change::current(ctx, tenant, &by).await?;
    let progress = match preview.state {
        JobState::Waiting | JobState::Running => Progress::At(preview.percent),
        JobState::Finished => Progress::Done,
        JobState::Failed | JobState::Cancelled => Progress::Stopped,
    };
    let (mut people, mut next) = (Vec::new(), None);
    if progress == Progress::Done && preview.tally.changed > 0 {
        let after = page.query().text("after").parse().unwrap_or(i64::MIN);
        let after = UserId(after);
        let found =
            policy_change::changed_people(ctx, tenant, &by, &preview, after, PAGE as usize).await?;
        (people, next) = found;
    }
    let moved = policy_change::moved_people(ctx, tenant, &by, &preview).await?;
    let moved = moved.into_iter().map(|person| MovedRow {
        address: person.address.to_string(),
        row: ChangedRow {
            user: person.user.to_string(),
            login: person.login,
            before: person.change.before,
            after: person.change.after,
        },
    });
    let moved = moved.collect();
    let cautions = cautions(&page, &old, &preview.text);
    let people = people.into_iter().map(|person| ChangedRow {
        user: person.user.to_string(),
        login: person.login,
        before: person.change.before,
        after: person.change.after,
    });
    let people = people.collect();
    let tally = &preview.tally;
    let counts = Effect::ALL.into_iter().zip(tally.before).zip(tally.after);
    let counts = counts
        .map(|((effect, before), after)| (effect, before, after))
        .filter(|(_, before, after)| *before + *after > 0)
        .collect();
    let as_of = (preview.then > page.now()).then(|| page.minute(preview.then));
    let mut response = page.show(|frame| PolicyDraft {
        frame,
        draft,
        revision: preview.revision,
        progress,
        as_of,
        counts,
        changed: preview.tally.changed,
        people_moved: preview.tally.people_moved,
        moved,
        cautions,
        has_networks: changes_networks(&old, &preview.text),
        locked_out: preview.tally.locked_out,
        logins: (preview.tally.logins, preview.tally.logins_changed),
        people,
        next: next.map(|user| user.0),
        old,
        new: preview.text,
        reason,
    });
    if matches!(progress, Progress::At(_)) {
        work::keep_loading(&mut response);
    }
    Ok(response)
}

/// Whether a draft has other networks.
fn changes_networks(old: &str, new: &str) -> bool {
    let networks = |text| Policy::parse(text).map(|policy| policy.networks);
    networks(old) != networks(new)
}

/// What deserves a second thought about the networks that a draft brings.
fn cautions(page: &Page, old: &str, new: &str) -> Vec<String> {
    let parse = |text| Policy::parse(text).unwrap_or_default();
    let (old, new) = (parse(old), parse(new));
    let found = networks::cautions(page.ctx(), &new).into_iter();
    found
        .map(|(place, caution)| (&new.networks[place], caution))
        .filter(|(network, _)| !old.networks.contains(network))
        .map(|(network, caution)| views::caution_text(page.texts(), network, caution))
        .collect()
}

async fn find_draft(page: &Page, by: &warifu_flows::By) -> Result<(i64, Preview), Failure> {
    let draft = page.segment("draft").parse();
    let draft = draft.map_err(|_| Rejection::NotFound)?;
    let found = policy_change::preview(page.ctx(), page.tenant(), by, draft).await?;
    Ok((draft, found.ok_or(Rejection::NotFound)?))
}

/// Saves a draft.
pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<SaveForm>) -> Answer {
    let by = page.manager(who.clone(), &form.reason);
    let (_, preview) = find_draft(&page, &by).await?;
    let slug = page.tenant().slug.clone();
    let (_, old) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    let place = match changes_networks(&old, &preview.text) {
        true => "/admin/networks",
        false => "/admin/policy",
    };
    let saved =
        manage_tenants::set_policy_at(page.ctx(), &by, &slug, preview.revision, &preview.text);
    match saved.await {
        Ok(()) => Ok(page.done(place, Notice::PolicySaved)),
        Err(error) => {
            let page = page.again(refused(error)?)?;
            let reason = form.into_inner().reason;
            let mut response = draft_page(page, who, reason).await?;
            work::stand_still(&mut response);
            Ok(response)
        }
    }
}

/// What a page can do about an error of a tenant's management.
fn refused(error: TenantError) -> Result<FlowError, Failure> {
    match error {
        TenantError::Refused(refusal) => Ok(refusal.into()),
        TenantError::Fault(fault) => Ok(FlowError::Fault(fault)),
        other => Err(Failure::Broken(other.to_string())),
    }
}

/// `/admin/policy/history`: who changed the policy when and why.
pub(crate) async fn history(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let before = page.query().text("before").parse().unwrap_or(i64::MAX);
    let found = policy_change::history(page.ctx(), page.tenant(), &by, before, PAGE + 1).await?;
    let listed = &found[..found.len().min(PAGE as usize)];
    let rows = revision_rows(&page, listed).await?;
    let next = (found.len() > listed.len())
        .then(|| rows.last().map(|row| row.revision))
        .flatten();
    Ok(page.show(|frame| views::PolicyHistory { frame, rows, next }))
}

async fn revision_rows(
    page: &Page,
    revisions: &[PolicyRevision],
) -> Result<Vec<RevisionRow>, Failure> {
    let actors = revisions.iter().map(|row| Actor::from_number(row.actor));
    let people = actors.filter_map(|actor| match actor {
        Actor::Administrator(user) => Some(user),
        _ => None,
    });
    let logins = audit::logins(page.ctx(), page.tenant(), people.collect()).await?;
    let row = |row: &PolicyRevision| RevisionRow {
        revision: row.revision,
        time: page.minute(row.at),
        by: match Actor::from_number(row.actor) {
            Actor::Administrator(user) => logins.get(&user).cloned().unwrap_or(user.to_string()),
            Actor::CommandLine => page.texts().msg("policy-by-command-line").to_owned(),
            Actor::Operator(_) => page.texts().msg("policy-by-operator").to_owned(),
            Actor::Subject | Actor::Server => page.texts().msg("policy-by-server").to_owned(),
        },
        reason: row.reason.clone(),
    };
    Ok(revisions.iter().map(row).collect())
}

async fn find_revision(
    page: &Page,
    by: &warifu_flows::By,
) -> Result<(PolicyRevision, Option<PolicyRevision>), Failure> {
    let number = page.segment("revision").parse();
    let number = number.map_err(|_| Rejection::NotFound)?;
    let found = policy_change::revision(page.ctx(), page.tenant(), by, number).await?;
    Ok(found.ok_or(Rejection::NotFound)?)
}

/// `/admin/policy/history/{revision}`: what one change changed.
pub(crate) async fn revision(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let (found, before) = find_revision(&page, &by).await?;
    let (_, current) = policy_change::current(page.ctx(), page.tenant(), &by).await?;
    let mut rows = revision_rows(&page, std::slice::from_ref(&found)).await?;
    let row = rows.pop().ok_or(Rejection::NotFound)?;
    Ok(page.show(|frame| views::PolicyRevision {
        frame,
        row,
        old: before.map(|row| row.policy).unwrap_or_default(),
        is_current: current == found.policy,
        new: found.policy,
    }))
}

/// Makes a draft of an earlier text.
pub(crate) async fn go_back(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let (found, _) = find_revision(&page, &by).await?;
    let (ctx, tenant) = (page.ctx(), Arc::clone(page.tenant()));
    let (revision, _) = policy_change::current(ctx, &tenant, &by).await?;
    match policy_change::propose(ctx, &tenant, &by, revision, &found.policy).await {
        Ok(draft) => Ok(begin(page, draft)),
        // Written under rules, or for a server, that are others now.
        Err(error) => text_again(page, found.policy, revision, error),
    }
}

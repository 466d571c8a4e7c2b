//! `/admin/adoption`: how many have a second factor, by group and over time, and who would be stopped when it is compulsory.

use warifu_domain::{ids::GroupId, time::Timestamp};
use warifu_flows::{
    adoption::{self, UnprotectedPage},
    session::SignedIn,
};
use warifu_storage::GroupRow;

use super::reminders;
use crate::{
    http::{forms::encode, page::Page, route::Answer},
    pages::{
        times::utc,
        views::admin::{Adoption, Compulsory, DayCount, GroupCount, UnprotectedRow},
    },
};

/// People on one page.
const PAGE: i64 = 50;

/// The last rounds of reminders that are shown; all of them are on the reminders' own page.
const ROUNDS: usize = 3;

const DAY_MS: i64 = 86_400_000;

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let query = page.query();
    let wanted = UnprotectedPage {
        after: (query.is_ticked("begun"), query.text("after")),
        limit: PAGE + 1,
    };
    let found = adoption::show(ctx, tenant, &by, wanted).await?;
    let listed = &found.unprotected;
    let group = |id: GroupId| found.names.iter().find(|group| group.id == id);
    let from = |group: Option<&GroupRow>| adoption::compulsory_from(tenant, group);
    let people = &listed[..listed.len().min(PAGE as usize)];
    let next = people.last().filter(|_| listed.len() > people.len());
    let next = next.map(|last| {
        let mut next = String::from("?after=");
        encode(&last.login, &mut next);
        next.push_str(if last.begun { "&begun=1" } else { "" });
        next
    });
    let people = people.iter().map(|person| {
        let group = person.group.and_then(group);
        let from = from(group).filter(|from| *from > page.now());
        UnprotectedRow {
            user: person.user.to_string(),
            login: person.login.clone(),
            begun: person.begun,
            group: group.map(|group| group.name.clone()),
            from: from.map(|from| page.minute(from)),
        }
    });
    let people = people.collect();
    let groups = found.groups.iter().map(|count| GroupCount {
        name: count.group.map(|id| match group(id) {
            Some(group) => group.name.clone(),
            None => id.to_string(),
        }),
        people: count.people,
        with_factor: count.with_factor,
        with_app: count.with_app,
        with_email: count.with_email,
        begun: count.begun,
    });
    let days = found.days.iter().map(|count| DayCount {
        day: utc(count.day * DAY_MS)[..10].to_owned(),
        people: count.people,
        with_factor: count.with_factor,
        with_app: count.with_app,
        with_email: count.with_email,
    });
    let compulsory = match from(None) {
        None => Compulsory::No,
        Some(Timestamp(at)) if at <= page.now().0 => Compulsory::Now,
        Some(at) => Compulsory::From(page.minute(at)),
    };
    let rounds = found.rounds.iter().take(ROUNDS);
    let rounds = rounds
        .map(|round| reminders::row(&page, round, &found.names))
        .collect();
    let (counted_at, groups, days) = (
        found.counted_at.map(|at| page.minute(at)),
        groups.collect(),
        days.collect(),
    );
    let emailed_codes = found.emailed_codes;
    Ok(page.show(|frame| Adoption {
        frame,
        emailed_codes,
        counted_at,
        groups,
        days,
        compulsory,
        people,
        next,
        rounds,
    }))
}

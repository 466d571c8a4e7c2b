//! `warifu user remind`: mails to those who have no second factor. What leaves, leaves through the running servers' outbox.

use warifu_domain::{ids::GroupId, reminder::Note, time::Timestamp};
use warifu_flows::{
    By, manage_tenants,
    reminders::{self, Audience, Plan},
};

use super::exit::{Exit, Failure};
use super::output::{print, times_of};
use super::with_state;
use crate::config::ConfigFile;

/// The arguments.
#[derive(clap::Args)]
pub(super) struct Remind {
    /// The organisation's slug
    tenant: String,
    /// Only the people of this group
    #[arg(long)]
    group: Option<String>,
    /// A day by which to ask for it, as in 2027-04-01; it makes nothing compulsory
    #[arg(long)]
    deadline: Option<String>,
    /// A sentence to add
    #[arg(long, default_value = "")]
    note: String,
    /// Why, for whoever reads the audit trail
    #[arg(long, default_value = "")]
    reason: String,
    /// Say who would get one, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(remind: &Remind) -> Result<(), Failure> {
    let note = Note::parse(&remind.note).map_err(|_| {
        let words = "--note is longer than 200 characters, has a line break or a link";
        Failure::new(Exit::Usage, words)
    })?;
    with_state(&remind.config, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, &remind.tenant).await?;
        let by = By::CommandLine(remind.reason.trim().to_owned());
        let all = reminders::audience(ctx, &tenant, &by, None).await?;
        let group = match &remind.group {
            Some(name) => Some(find_group(&all, name)?),
            None => None,
        };
        let audience = reminders::audience(ctx, &tenant, &by, group).await?;
        let times = times_of(&tenant.policy);
        let day = match &remind.deadline {
            Some(day) => Some(Timestamp(times.parse(day).ok_or_else(|| {
                Failure::new(Exit::Usage, "--deadline is no day as in 2027-04-01")
            })?)),
            None => None,
        };
        if remind.dry_run {
            let reached = audience.reached(group);
            let remarks = remarks(left_out(&audience, group));
            let slug = &remind.tenant;
            return print(&format!(
                "{reached} people of {slug} would get a reminder; nothing is sent\n{remarks}"
            ));
        }
        let (round, job) = reminders::begin(ctx, &tenant, &by, Plan { group, day, note }).await?;
        reminders::run(ctx, &tenant, &by, job).await?;
        let done = reminders::show(ctx, &tenant, &by, round).await?;
        let row = done.map(|done| done.row).ok_or_else(|| {
            Failure::failed("the reminders are gone: the organisation was deleted meanwhile")
        })?;
        let counts = row.counts;
        let remarks = remarks([counts.recent, counts.no_address, counts.crowded]);
        print(&format!(
            "{} reminders are in the outbox; the last leaves at {}\n{remarks}",
            counts.sent,
            times.minute(row.next_due.0)
        ))
    })
}

fn find_group(audience: &Audience, name: &str) -> Result<GroupId, Failure> {
    let found = audience.names.iter().find(|group| group.name == name);
    found.map(|group| group.id).ok_or_else(|| {
        let words = format!("there is no group \"{name}\"");
        Failure::new(Exit::Usage, &words)
    })
}

fn left_out(audience: &Audience, group: Option<GroupId>) -> [i64; 3] {
    let sums = audience
        .of(group)
        .map(|count| (count.recent, count.no_address));
    let (recent, no_address) = sums.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    [recent, no_address, 0]
}

/// Who gets none, and why.
fn remarks([recent, no_address, crowded]: [i64; 3]) -> String {
    let lines = [
        (recent, "were reminded in the last seven days"),
        (no_address, "have no mail address"),
        (crowded, "share an address that got several today"),
    ];
    let lines = lines.into_iter().filter(|(count, _)| *count > 0);
    lines
        .map(|(count, words)| format!("  {count} {words}\n"))
        .collect()
}

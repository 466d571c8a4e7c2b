//! A crowd: up to millions of people as a large organisation has them, with names, groups, second factors, logins and the trail of
//! thirty days. Written past the server as rows, in a fraction of the time; nobody of them can log in, and the trail's chain is not
//! made. Everything follows from a person's number.

mod names;
mod sink;

use std::net::Ipv4Addr;

use anyhow::Result;
use warifu_domain::{
    audit::EventKind,
    ids::TenantId,
    time::{Span, Timestamp},
    user_search::{fold, words},
};

use names::{GIVEN, SURNAMES, share};
use sink::{Cell, Sink};

pub(crate) use sink::Target;

/// Groups of the crowd.
const GROUPS: u64 = 40;

/// How far the trail and most last logins go back.
const MONTH: Span = Span::days(30);

/// One of the crowd.
#[derive(Clone, Copy)]
pub(crate) struct Member(pub(crate) u64);

impl Member {
    /// An even number that tells one purpose from another.
    fn dice(self, purpose: u64) -> u64 {
        // SplitMix64.
        let mut z = (self.0 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ purpose.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn percent(self, purpose: u64) -> u64 {
        self.dice(purpose) % 100
    }

    pub(crate) fn id(self) -> i64 {
        const BORN: i64 = 70_000_000_000;
        (BORN + self.0 as i64) << 20 | (self.dice(1) & 0xf_ffff) as i64
    }

    fn names(self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        (
            SURNAMES[share(self.dice(2), SURNAMES.len())],
            GIVEN[share(self.dice(3), GIVEN.len())],
        )
    }

    /// The login ID: a name and a number, a mail address, or an employee's number.
    pub(crate) fn login(self) -> String {
        let ((_, surname), (_, given)) = self.names();
        match self.percent(4) {
            0..50 => format!("{given}.{surname}{}", self.0),
            50..80 => format!("{surname}.{given}{}@example.jp", self.0),
            _ => format!("e{:07}", self.0),
        }
    }

    /// The name: mostly with a space, some without, some in Latin letters.
    pub(crate) fn name(self) -> String {
        let ((surname, sei), (given, mei)) = self.names();
        match self.percent(5) {
            0..80 => format!("{surname} {given}"),
            80..95 => format!("{surname}{given}"),
            _ => format!("{mei} {sei}"),
        }
    }

    /// 0 for none, 1 for one that was begun, 2 for one that is on: stored so.
    fn factor(self) -> i64 {
        match self.percent(6) {
            0..55 => 2,
            55..58 => 1,
            _ => 0,
        }
    }

    fn is_blocked(self) -> bool {
        self.dice(15).is_multiple_of(10_000)
    }

    fn last_login(self, now: Timestamp) -> i64 {
        match self.percent(7) {
            0..4 => 0,
            4..80 => now.0 - (self.dice(8) % MONTH.0 as u64) as i64,
            _ => now.0 - (self.dice(8) % (12 * MONTH.0) as u64) as i64,
        }
    }

    fn bytes(self, purpose: u64, length: usize) -> Vec<u8> {
        let words = (0..).flat_map(|word| self.dice(purpose + word).to_be_bytes());
        words.take(length).collect()
    }
}

const PERSON: &str = "tenant_id, id, login, name, email, role, disabled, password, created_at, group_id, factor, codes_low, \
                      blocked_until, last_login_at, logged_in, name_key, listed";
const TOTP: &str = "tenant_id, user_id, id, sealed, created_at, confirmed_at, expires_at, last_step, failures, blocked_until";
const CODES: &str = "tenant_id, user_id, salt, hashing, generation, verifiers, used, superseded, issued_at, failures, blocked_until";
const EVENT: &str = "tenant_id, at, lane, seq, kind, user_id, actor, address, reference, mac";

/// Adds `count` people to a tenant.
pub(crate) fn add(target: &Target<'_>, tenant: TenantId, count: u64, now: Timestamp) -> Result<()> {
    let tenant = Cell::Int(tenant.0);
    let mut groups = Sink::open(target, "person_group", "tenant_id, id, name, created_at")?;
    for group in 0..GROUPS {
        let name = Cell::Text(format!("第{}営業部", group + 1));
        groups.row(&[
            tenant.clone(),
            Cell::Int(group as i64 + 1),
            name,
            Cell::Int(now.0),
        ])?;
    }
    groups.close()?;
    let mut people = Sink::open(target, "person", PERSON)?;
    for number in 0..count {
        people.row(&person(&tenant, Member(number), now))?;
    }
    people.close()?;
    let mut words_of = Sink::open(target, "person_word", "tenant_id, word, user_id")?;
    for member in (0..count).map(Member) {
        for word in words(&member.login(), &member.name()) {
            words_of.row(&[tenant.clone(), Cell::Text(word), Cell::Int(member.id())])?;
        }
    }
    words_of.close()?;
    let mut apps = Sink::open(target, "totp", TOTP)?;
    for member in (0..count).map(Member).filter(|member| member.factor() > 0) {
        apps.row(&app(&tenant, member, now))?;
    }
    apps.close()?;
    let mut sets = Sink::open(target, "backup_code_set", CODES)?;
    for member in (0..count).map(Member).filter(|member| member.factor() == 2) {
        sets.row(&codes(&tenant, member, now))?;
    }
    sets.close()?;
    let mut trail = Sink::open(target, "audit_event", EVENT)?;
    for member in (0..count).map(Member) {
        trail.row(&event(&tenant, member, now))?;
    }
    trail.close()?;
    target.settle()
}

const WINDOW: &str = "tenant_id, user_id, network, address, since, until, services, used_at";

/// One who has a window for mail clients.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) login: String,
    /// Where the window is.
    pub(crate) address: Ipv4Addr,
}

/// People whose windows are at 127.0.0.1, where this program's own mail clients come from; all others are elsewhere.
pub(crate) const HERE: usize = 500;

/// Opens up to `count` windows of people with a second factor, scattered over `people`; gives whose they are.
pub(crate) fn open_windows(
    target: &Target<'_>,
    tenant: TenantId,
    people: u64,
    count: usize,
    now: Timestamp,
) -> Result<Vec<Reader>> {
    let may =
        |member: &Member| member.factor() == 2 && member.percent(11) >= 2 && !member.is_blocked();
    let stride = (people / 2 / count.max(1) as u64).max(1);
    let chosen = (0..people).step_by(stride as usize).map(Member);
    let chosen: Vec<Member> = chosen.filter(may).take(count).collect();
    let mut windows = Sink::open(target, "mail_window", WINDOW)?;
    let mut readers = Vec::new();
    for (number, member) in chosen.into_iter().enumerate() {
        let address = match number {
            0..HERE => Ipv4Addr::LOCALHOST,
            _ => Ipv4Addr::from_bits(0x0a00_0000 + number as u32),
        };
        let bytes = Cell::Bytes(address.octets().to_vec());
        windows.row(&[
            Cell::Int(tenant.0),
            Cell::Int(member.id()),
            bytes.clone(),
            bytes,
            Cell::Int(now.0),
            Cell::Int((now + Span::hours(14)).0),
            Cell::Int(0),
            Cell::Int(0),
        ])?;
        readers.push(Reader {
            login: member.login(),
            address,
        });
    }
    windows.close()?;
    target.settle()?;
    Ok(readers)
}

fn person(tenant: &Cell, member: Member, now: Timestamp) -> [Cell; 17] {
    let (name, last_login) = (member.name(), member.last_login(now));
    let flag = |is: bool| Cell::Int(i64::from(is));
    let group = member.percent(9) < 90;
    [
        tenant.clone(),
        Cell::Int(member.id()),
        Cell::Text(member.login()),
        Cell::Text(name.clone()),
        Cell::Bytes(member.bytes(10, 60)),
        Cell::Int(0),
        flag(member.percent(11) < 2),
        // As long as the hash of a password.
        Cell::Bytes(member.bytes(12, 56)),
        Cell::Int(now.0 - 365 * MONTH.0 / 30),
        if group {
            Cell::Int(share(member.dice(13), GROUPS as usize) as i64 + 1)
        } else {
            Cell::Null
        },
        Cell::Int(member.factor()),
        flag(member.factor() == 2 && member.percent(14) < 1),
        Cell::Int(if member.is_blocked() { i64::MAX } else { 0 }),
        Cell::Int(last_login),
        flag(last_login != 0),
        Cell::Text(fold(&name)),
        Cell::Int(1),
    ]
}

fn app(tenant: &Cell, member: Member, now: Timestamp) -> [Cell; 10] {
    let is_on = member.factor() == 2;
    let when = Cell::Int(now.0 - MONTH.0);
    [
        tenant.clone(),
        Cell::Int(member.id()),
        Cell::Int(member.id() + 1),
        Cell::Bytes(member.bytes(16, 56)),
        when.clone(),
        if is_on { when } else { Cell::Null },
        if is_on {
            Cell::Null
        } else {
            Cell::Int(now.0 + MONTH.0)
        },
        Cell::Int(1),
        Cell::Int(0),
        Cell::Int(0),
    ]
}

fn codes(tenant: &Cell, member: Member, now: Timestamp) -> [Cell; 11] {
    [
        tenant.clone(),
        Cell::Int(member.id()),
        Cell::Bytes(member.bytes(17, 16)),
        Cell::Bytes(vec![0; 9]),
        Cell::Int(1),
        Cell::Bytes(member.bytes(18, 160)),
        Cell::Int(0),
        Cell::Bytes(Vec::new()),
        Cell::Int(now.0),
        Cell::Int(0),
        Cell::Int(0),
    ]
}

/// A login of the last thirty days.
fn event(tenant: &Cell, member: Member, now: Timestamp) -> [Cell; 10] {
    let lane = member.id().rem_euclid(16);
    [
        tenant.clone(),
        Cell::Int(now.0 - (member.dice(19) % MONTH.0 as u64) as i64),
        Cell::Int(lane),
        // Far from where the server goes on counting.
        Cell::Int(1_000_000_000 + member.0 as i64),
        Cell::Int(EventKind::SignedIn.number()),
        Cell::Int(member.id()),
        Cell::Int(member.id()),
        Cell::Bytes(member.bytes(20, 4)),
        Cell::Int((member.dice(21) >> 2) as i64),
        Cell::Bytes(member.bytes(22, 16)),
    ]
}

//! What a draft of a policy would change, in numbers, and as the job that counts it keeps them.

use std::net::IpAddr;

use warifu_domain::{effect::Effect, ids::UserId};

use super::comparison::Change;

/// Logins that a preview names one by one.
const MOST_MOVED: usize = 50;

/// What a draft would change, in numbers. People count as if they came from outside every trusted network; what networks change is
/// seen in the logins of the last 30 days, which have their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// People by effect under the present policy, in the order of [`Effect::ALL`].
    pub before: [i64; 6],
    /// The same under the draft.
    pub after: [i64; 6],
    /// People for whom something changes.
    pub changed: i64,
    /// People who get in now and would not.
    pub locked_out: i64,
    /// Logins of the last 30 days.
    pub logins: i64,
    /// Those of them that would be asked for something else.
    pub logins_changed: i64,
    /// Further people, for whom something changes only where they logged in from.
    pub people_moved: i64,
    /// Some of their logins, the latest first, each person and address once.
    pub moved: Vec<Moved>,
}

/// A login that a draft changes because of where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whose.
    pub user: UserId,
    /// From where.
    pub address: IpAddr,
    /// What changes.
    pub change: Change,
}

impl Tally {
    pub(super) fn count(&mut self, change: Change) {
        for (counts, effect) in [
            (&mut self.before, change.before),
            (&mut self.after, change.after),
        ] {
            counts[place(effect)] += 1;
        }
        self.changed += i64::from(change.is_one());
        self.locked_out += i64::from(change.closes());
    }

    /// Names a login, if there is room and it is another one than those named.
    pub(super) fn name(&mut self, moved: Moved) {
        let is_known = |known: &Moved| (known.user, known.address) == (moved.user, moved.address);
        if self.moved.len() < MOST_MOVED && !self.moved.iter().any(is_known) {
            self.moved.push(moved);
        }
    }

    pub(super) fn write(&self) -> String {
        let rest = [
            self.changed,
            self.locked_out,
            self.logins,
            self.logins_changed,
            self.people_moved,
        ];
        let numbers = self.before.iter().chain(&self.after).chain(&rest);
        let numbers = numbers.map(i64::to_string).collect::<Vec<_>>().join(" ");
        let named = self.moved.iter().map(|moved| {
            let Change { before, after } = moved.change;
            let (before, after) = (place(before), place(after));
            format!("\n{} {} {before} {after}", moved.user.0, moved.address)
        });
        numbers + &named.collect::<String>()
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let numbers = lines.next()?.split(' ').map(str::parse);
        let numbers: Vec<i64> = numbers.collect::<Result<_, _>>().ok()?;
        let [
            before @ ..,
            changed,
            locked_out,
            logins,
            logins_changed,
            people_moved,
        ] = numbers.as_slice()
        else {
            return None;
        };
        let (before, after) = before.split_at_checked(6)?;
        Some(Self {
            before: before.try_into().ok()?,
            after: after.try_into().ok()?,
            changed: *changed,
            locked_out: *locked_out,
            logins: *logins,
            logins_changed: *logins_changed,
            people_moved: *people_moved,
            moved: lines.map(read_moved).collect::<Option<_>>()?,
        })
    }
}

fn place(effect: Effect) -> usize {
    let place = Effect::ALL.iter().position(|known| *known == effect);
    place.unwrap_or_default()
}

fn read_moved(line: &str) -> Option<Moved> {
    let mut parts = line.split(' ');
    let user = UserId(parts.next()?.parse().ok()?);
    let address = parts.next()?.parse().ok()?;
    let mut effect = || {
        let place: usize = parts.next()?.parse().ok()?;
        Effect::ALL.get(place).copied()
    };
    let (before, after) = (effect()?, effect()?);
    Some(Moved {
        user,
        address,
        change: Change { before, after },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_reads_back() {
        let mut tally = Tally {
            before: [1, 2, 3, 4, 5, 6],
            after: [6, 5, 4, 3, 2, 1],
            changed: 7,
            locked_out: 8,
            logins: 9,
            logins_changed: 10,
            people_moved: 11,
            moved: Vec::new(),
        };
        assert_eq!(Tally::read(&tally.write()), Some(tally.clone()));
        for n in 0..100 {
            let moved = Moved {
                user: UserId(n / 2),
                address: if n % 3 == 0 {
                    "2001:db8::1".parse().expect("an address")
                } else {
                    [192, 0, 2, 1].into()
                },
                change: Change {
                    before: Effect::NothingAsked,
                    after: Effect::LockedOut,
                },
            };
            tally.name(moved);
            tally.name(moved);
        }
        assert_eq!(tally.moved.len(), MOST_MOVED);
        assert_eq!(Tally::read(&tally.write()), Some(tally));
        for text in [
            "",
            "1 2",
            "a",
            "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n1",
        ] {
            assert_eq!(Tally::read(text), None, "{text}");
        }
    }
}

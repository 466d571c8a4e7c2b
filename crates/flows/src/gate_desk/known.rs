//! Whom the gate let in a moment ago. A hint: the tenant's mark, which is asked for each time, says whether it still holds.

use std::collections::HashMap;

use warifu_domain::time::{Span, Timestamp};
use warifu_storage::AtGate;

use super::Look;

/// Somebody who was let in, the tenant's mark of that moment, and when it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) person: AtGate,
    pub(super) mark: i64,
    pub(super) at: Timestamp,
}

/// How long somebody is remembered whatever the mark says: a database that was changed by hand draws no mark.
const KNOWN_FOR: Span = Span::minutes(1);

/// People at a network who are remembered at most: then those of before are forgotten.
const MOST: usize = 65_536;

/// Those who were let in a moment ago.
#[derive(Default)]
pub(super) struct Memory(HashMap<Look, Known>);

impl Memory {
    pub(super) fn find(&self, look: &Look, now: Timestamp) -> Option<Known> {
        self.0.get(look).copied().filter(|known| known.lasts(now))
    }

    pub(super) fn keep(&mut self, look: Look, known: Known) {
        if self.0.len() >= MOST && !self.0.contains_key(&look) {
            self.sweep(known.at);
            if self.0.len() >= MOST {
                self.0.clear();
            }
        }
        self.0.insert(look, known);
    }

    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.0.retain(|_, known| known.lasts(now));
        self.0.shrink_to_fit();
    }

    pub(super) fn forget(&mut self, look: &Look) {
        self.0.remove(look);
    }
}

impl Known {
    fn lasts(&self, now: Timestamp) -> bool {
        (self.at..self.at + KNOWN_FOR).contains(&now)
    }
}

/// Whether decisions about somebody as remembered are those about the person as it is, but for a window that was opened since.
pub(super) fn still_holds(known: &AtGate, now: &AtGate) -> bool {
    let deciding = |it: &AtGate| {
        let (member, standing) = (it.member, it.member.standing);
        let own = (standing.own_switch, standing.has_email, standing.must_enrol);
        (
            member.id,
            member.role,
            member.disabled,
            own,
            it.totp_suspended,
        )
    };
    let until = |it: &AtGate| it.window.map(|row| row.window.until);
    deciding(known) == deciding(now) && until(known) <= until(now)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use warifu_domain::{
        ids::{TenantId, UserId},
        mail_window::SourceNetwork,
        user::{Login, Role},
    };
    use warifu_storage::{Factor, Member, Standing};

    use super::*;

    fn look(number: u32) -> Look {
        let address = IpAddr::V4(Ipv4Addr::from_bits(number));
        Look {
            tenant: TenantId(1),
            login: Login::parse("hana").unwrap(),
            network: SourceNetwork::of(address, 64),
        }
    }

    fn known(at: Timestamp) -> Known {
        let member = Member {
            id: UserId(1),
            role: Role::Member,
            disabled: false,
            group: None,
            standing: Standing {
                factor: Factor::On,
                codes_low: false,
                blocked_until: Timestamp(0),
                last_login_at: None,
                must_enrol: false,
                own_switch: None,
                has_email: false,
            },
        };
        let person = AtGate {
            member,
            totp_suspended: None,
            window: None,
        };
        Known {
            person,
            mark: 7,
            at,
        }
    }

    #[test]
    fn sec_054_somebody_is_remembered_for_a_minute_and_memory_is_bounded() {
        let mut memory = Memory::default();
        let at = Timestamp(1_000_000);
        memory.keep(look(1), known(at));
        assert!(memory.find(&look(1), at).is_some());
        assert!(memory.find(&look(2), at).is_none());
        assert!(memory.find(&look(1), at + KNOWN_FOR - Span(1)).is_some());
        assert!(memory.find(&look(1), at + KNOWN_FOR).is_none());
        // A clock that was set back makes nothing last longer.
        assert!(memory.find(&look(1), at - Span(1)).is_none());
        memory.forget(&look(1));
        assert!(memory.find(&look(1), at).is_none());
        memory.keep(look(1), known(at));
        memory.sweep(at);
        assert_eq!(memory.0.len(), 1);
        memory.sweep(at + KNOWN_FOR);
        assert!(memory.0.is_empty());

        let most = u32::try_from(MOST).unwrap();
        for number in 0..most {
            memory.keep(look(number), known(at));
        }
        // Once there is no room, those go first that are too old anyway.
        let later = at + KNOWN_FOR;
        memory.keep(look(most), known(later));
        assert_eq!(memory.0.len(), 1);
        for number in 0..3 * most {
            memory.keep(look(number), known(later));
            assert!(memory.0.len() <= MOST);
        }
    }
}

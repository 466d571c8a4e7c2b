//! Whom the gate let in a moment ago. A hint: the tenant's mark says whether it still holds.

use std::collections::HashMap;

use tokio::time::Instant;
use warifu_domain::time::{Span, Timestamp};
use warifu_storage::{AtGate, GLANCE_LASTS, GateState};

use super::{Asker, Look};

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

/// Those who were let in a moment ago, and the tenants' states that may answer for a moment.
#[derive(Default)]
pub(super) struct Memory {
    people: HashMap<Look, Known>,
    /// What was read last for whoever asks, and when that began. No more than there are tenants and keys.
    gates: HashMap<Asker, (GateState, Instant)>,
}

impl Memory {
    /// Who was let in a moment ago; and the state of the asker's tenant, if it was read a moment ago, with whether it is time to read it
    /// again.
    pub(super) fn find(
        &self,
        look: &Look,
        asker: &Asker,
        now: Timestamp,
    ) -> (Option<Known>, Option<(GateState, bool)>) {
        let known = self.people.get(look).copied();
        let gate = self.gates.get(asker).and_then(|(gate, since)| {
            let age = since.elapsed();
            (age < GLANCE_LASTS).then_some((*gate, age > GLANCE_LASTS / 2))
        });
        (known.filter(|known| known.lasts(now)), gate)
    }

    /// Keeps a state that was read since `since`, unless whoever asks has no right to.
    pub(super) fn keep_gate(&mut self, asker: Asker, gate: GateState, since: Instant) {
        if asker.key.is_none() || gate.key.is_some() {
            self.gates.insert(asker, (gate, since));
        }
    }

    pub(super) fn keep(&mut self, look: Look, known: Known) {
        if self.people.len() >= MOST && !self.people.contains_key(&look) {
            self.sweep(known.at);
            if self.people.len() >= MOST {
                self.people.clear();
            }
        }
        self.people.insert(look, known);
    }

    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.people.retain(|_, known| known.lasts(now));
        self.people.shrink_to_fit();
        self.gates
            .retain(|_, (_, since)| since.elapsed() < GLANCE_LASTS);
    }

    pub(super) fn forget(&mut self, look: &Look) {
        self.people.remove(look);
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
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::Duration,
    };

    use warifu_domain::{
        ids::{TenantId, UserId},
        mail_window::SourceNetwork,
        token::TokenHash,
        user::{Login, Role},
    };
    use warifu_storage::{Factor, Member, Standing, TenantState};

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

    fn asker(key: u8) -> Asker {
        Asker {
            tenant: TenantId(1),
            key: Some(TokenHash([key; 16])),
        }
    }

    fn knows(memory: &Memory, number: u32, at: Timestamp) -> Option<Known> {
        memory.find(&look(number), &asker(1), at).0
    }

    #[test]
    fn sec_054_somebody_is_remembered_for_a_minute_and_memory_is_bounded() {
        let mut memory = Memory::default();
        let at = Timestamp(1_000_000);
        memory.keep(look(1), known(at));
        assert!(knows(&memory, 1, at).is_some());
        assert!(knows(&memory, 2, at).is_none());
        assert!(knows(&memory, 1, at + KNOWN_FOR - Span(1)).is_some());
        assert!(knows(&memory, 1, at + KNOWN_FOR).is_none());
        // A clock that was set back makes nothing last longer.
        assert!(knows(&memory, 1, at - Span(1)).is_none());
        memory.forget(&look(1));
        assert!(knows(&memory, 1, at).is_none());
        memory.keep(look(1), known(at));
        memory.sweep(at);
        assert_eq!(memory.people.len(), 1);
        memory.sweep(at + KNOWN_FOR);
        assert!(memory.people.is_empty());

        let most = u32::try_from(MOST).unwrap();
        for number in 0..most {
            memory.keep(look(number), known(at));
        }
        // Once there is no room, those go first that are too old anyway.
        let later = at + KNOWN_FOR;
        memory.keep(look(most), known(later));
        assert_eq!(memory.people.len(), 1);
        for number in 0..3 * most {
            memory.keep(look(number), known(later));
            assert!(memory.people.len() <= MOST);
        }
    }

    fn gate(key: Option<(i64, Option<Timestamp>)>) -> GateState {
        let tenant = TenantState {
            id: TenantId(1),
            revision: 1,
            suspended: false,
            logo: None,
        };
        GateState {
            tenant,
            key,
            mark: 7,
        }
    }

    #[test]
    fn sec_054_a_tenants_state_answers_for_a_moment_to_whoever_it_was_read_for() {
        let mut memory = Memory::default();
        // Fresh for as long as this test may take.
        let fresh = Instant::now() + Duration::from_secs(60);
        memory.keep_gate(asker(1), gate(Some((5, None))), fresh);
        memory.keep_gate(asker(2), gate(None), fresh);
        let long_ago = Instant::now().checked_sub(GLANCE_LASTS).unwrap();
        memory.keep_gate(asker(3), gate(Some((6, None))), long_ago);
        let found = |memory: &Memory, key| {
            let (known, gate) = memory.find(&look(1), &asker(key), Timestamp(1_000));
            assert!(known.is_none());
            gate.map(|(gate, is_old)| (gate.mark, is_old))
        };
        assert_eq!(found(&memory, 1), Some((7, false)));
        assert_eq!(found(&memory, 2), None, "a key that is none");
        assert_eq!(found(&memory, 3), None, "too old");
        assert_eq!(found(&memory, 4), None, "another key");
        memory.sweep(Timestamp(1_000));
        assert_eq!(
            (memory.gates.len(), found(&memory, 1)),
            (1, Some((7, false)))
        );
    }
}

//! Where questions to the gate wait for the database. Those that wait together are asked in one statement; and what is known of a
//! person still holds as long as the tenant's mark is the same, so that of one whom the gate let in only the mark is asked for: one
//! webmail session asks some eleven times. Once read, a mark answers for a few milliseconds, which whoever draws it anew waits for.

mod known;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::oneshot, time::Instant};
use warifu_domain::{
    ids::TenantId, mail_window::SourceNetwork, time::Timestamp, token::TokenHash, user::Login,
};
use warifu_storage::{AtGate, GateState, Glance, MOST_AT_ONCE, Store, StoreError};

use known::{Known, Memory, still_holds};

/// Who asks: somebody with this gate key, or, without one, this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asker {
    /// About whose people.
    tenant: TenantId,
    /// With which key.
    key: Option<TokenHash>,
}

/// Who is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Look {
    /// In which tenant.
    pub(crate) tenant: TenantId,
    /// Whom the mail client names.
    pub(crate) login: Login,
    /// Where it is.
    pub(crate) network: SourceNetwork,
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// The tenant and the asker's key.
    pub(crate) gate: GateState,
    /// Who has the login ID.
    pub(crate) person: Option<AtGate>,
    /// The person was remembered.
    is_known: bool,
}

type Answer = Result<Option<Seen>, StoreError>;

/// Somebody to look for, with what is known already.
type Asked = (Look, Option<Known>);

/// Who waits behind a statement of the same asker to a database elsewhere, which is under way. More of them at once would each carry
/// fewer questions.
type Lines = HashMap<Asker, VecDeque<(Asked, oneshot::Sender<Answer>)>>;

/// See the head of this file.
#[derive(Default)]
pub(crate) struct GateDesk(Arc<Desk>);

#[derive(Default)]
struct Desk {
    lines: Mutex<Lines>,
    memory: Mutex<Memory>,
}

impl GateDesk {
    /// Looks in one snapshot, which shows all that was said to be done before this was called. `None`: there is no such tenant any
    /// more.
    pub(crate) async fn ask(
        &self,
        store: &Store,
        key: Option<TokenHash>,
        look: Look,
        now: Timestamp,
    ) -> Answer {
        let tenant = look.tenant;
        let asker = Asker { tenant, key };
        let (known, gate) = lock(&self.0.memory).find(&look, &asker, now);
        let asked = (look, known);
        if let Some((known, (gate, is_old))) = known.zip(gate)
            && let Some(seen) = as_known(known, gate)
        {
            if cfg!(debug_assertions) {
                check_known(store, asker, std::slice::from_ref(&asked), gate.mark).await?;
            }
            if is_old && store.is_remote() && !lock(&self.0.lines).contains_key(&asker) {
                // Nobody waits for the answer: it is for those who come next.
                drop(self.line_up(store, asker, asked));
            }
            return Ok(Some(seen));
        }
        if !store.is_remote() {
            let seen = self.0.look(store, asker, vec![asked]).await?;
            return Ok(seen.and_then(|seen| seen.into_iter().next()));
        }
        let answer = self.line_up(store, asker, asked).await;
        answer.unwrap_or(Err(StoreError::Unavailable))
    }

    fn line_up(&self, store: &Store, asker: Asker, asked: Asked) -> oneshot::Receiver<Answer> {
        let (reply, answer) = oneshot::channel();
        let is_first = {
            let mut lines = lock(&self.0.lines);
            let is_first = !lines.contains_key(&asker);
            lines.entry(asker).or_default().push_back((asked, reply));
            is_first
        };
        if is_first {
            // Goes on if this caller is gone: it asks for others too.
            tokio::spawn(serve(self.0.clone(), store.clone(), asker));
        }
        answer
    }

    /// Remembers somebody who was let in. Whoever is not may be in a moment, and no mark would tell.
    pub(crate) fn remember(&self, look: Look, seen: &Seen, at: Timestamp) {
        if let Some(person) = seen.person.filter(|_| !seen.is_known) {
            let mark = seen.gate.mark;
            lock(&self.0.memory).keep(look, Known { person, mark, at });
        }
    }

    /// Forgets somebody who is not let in.
    pub(crate) fn forget(&self, look: &Look) {
        lock(&self.0.memory).forget(look);
    }

    /// Forgets who was let in too long ago to count.
    pub(crate) fn sweep(&self, now: Timestamp) {
        lock(&self.0.memory).sweep(now);
    }
}

impl Desk {
    /// Asks for several, and keeps the state of their tenant for those who come next.
    async fn look(
        &self,
        store: &Store,
        asker: Asker,
        asked: Vec<Asked>,
    ) -> Result<Option<Vec<Seen>>, StoreError> {
        let since = Instant::now();
        let seen = see(store, asker, asked).await?;
        if let Some(first) = seen.as_ref().and_then(|seen| seen.first()) {
            lock(&self.memory).keep_gate(asker, first.gate, since);
        }
        Ok(seen)
    }
}

/// What is known of a person, if it still holds.
fn as_known(known: Known, gate: GateState) -> Option<Seen> {
    (known.mark == gate.mark).then_some(Seen {
        gate,
        person: Some(known.person),
        is_known: true,
    })
}

/// Takes a line away whose server panics: else whoever asks in it would wait for nobody.
struct Abandoned<'l>(&'l Mutex<Lines>, Asker);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.0).remove(&self.1);
        }
    }
}

/// Asks for those who wait in a line, until nobody does.
async fn serve(desk: Arc<Desk>, store: Store, asker: Asker) {
    let _line = Abandoned(&desk.lines, asker);
    while let Some((asked, replies)) = next(&desk.lines, asker) {
        let answers = match desk.look(&store, asker, asked).await {
            Ok(Some(seen)) => seen.into_iter().map(|seen| Ok(Some(seen))).collect(),
            Ok(None) => vec![Ok(None); replies.len()],
            Err(error) => vec![Err(error); replies.len()],
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever is gone does not need it.
            let _ = reply.send(answer);
        }
    }
}

/// The next in a line, as many as one statement can name. `None`: there is nobody, and the line is closed.
fn next(lines: &Mutex<Lines>, asker: Asker) -> Option<(Vec<Asked>, Vec<oneshot::Sender<Answer>>)> {
    let mut lines = lock(lines);
    let line = lines.get_mut(&asker)?;
    if line.is_empty() {
        lines.remove(&asker);
        return None;
    }
    let most = line.len().min(MOST_AT_ONCE);
    Some(line.drain(..most).unzip())
}

/// One statement for all; a second one for those of whom something was known that does not hold any more.
async fn see(
    store: &Store,
    asker: Asker,
    asked: Vec<Asked>,
) -> Result<Option<Vec<Seen>>, StoreError> {
    let unknown = asked.iter().filter(|(_, known)| known.is_none());
    let looks = unknown.map(|(look, _)| look.clone()).collect();
    let Some(first) = read(store, asker, looks).await? else {
        return Ok(None);
    };
    let gate = first.gate;
    let outdated = asked
        .iter()
        .filter(|(_, known)| known.is_some_and(|it| it.mark != gate.mark));
    let looks: Vec<Look> = outdated.map(|(look, _)| look.clone()).collect();
    let second = match looks.is_empty() {
        true => None,
        false => match read(store, asker, looks).await? {
            Some(second) => Some(second),
            None => return Ok(None),
        },
    };
    if cfg!(debug_assertions) {
        check_known(store, asker, &asked, gate.mark).await?;
    }
    let mut fresh = people(first);
    let mut again = second.into_iter().flat_map(people);
    let seen = asked.iter().map(|(_, known)| match known {
        None => fresh.next(),
        Some(known) => as_known(*known, gate).or_else(|| again.next()),
    });
    Ok(seen.collect())
}

fn people(glance: Glance) -> impl Iterator<Item = Seen> {
    let gate = glance.gate;
    let people = glance.people.into_iter();
    people.map(move |person| Seen {
        gate,
        person,
        is_known: false,
    })
}

/// In builds for tests: panics if what is remembered would let somebody in whom the database keeps out, under the same mark.
async fn check_known(
    store: &Store,
    asker: Asker,
    asked: &[Asked],
    mark: i64,
) -> Result<(), StoreError> {
    for (look, known) in asked {
        let Some(known) = known.filter(|known| known.mark == mark) else {
            continue;
        };
        let Some(glance) = read(store, asker, vec![look.clone()]).await? else {
            continue;
        };
        if glance.gate.mark == mark {
            let now = glance.people.into_iter().flatten().next();
            assert!(
                now.is_some_and(|now| still_holds(&known.person, &now)),
                "{look:?} was changed under the same mark"
            );
        }
    }
    Ok(())
}

/// One statement for all looks, of which there may be none.
async fn read(store: &Store, asker: Asker, looks: Vec<Look>) -> Result<Option<Glance>, StoreError> {
    let read = store.read_once(asker.tenant, async move |tx| {
        let asked: Vec<_> = looks.iter().map(|it| (&it.login, it.network)).collect();
        tx.glance_at_gate(asker.key.as_ref(), &asked).await
    });
    read.await
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_line_whose_server_panics_is_begun_anew() {
        let asker = Asker {
            tenant: TenantId(1),
            key: None,
        };
        let lines: Mutex<Lines> = Mutex::default();
        lock(&lines).entry(asker).or_default();
        drop(Abandoned(&lines, asker));
        assert_eq!(lock(&lines).len(), 1, "somebody else's, by now");
        let broken = catch_unwind(AssertUnwindSafe(|| {
            let _line = Abandoned(&lines, asker);
            panic!("broken");
        }));
        assert!(broken.is_err() && lock(&lines).is_empty());
    }
}

//! Where questions to the gate wait for the database. Those that wait together are asked in one statement: one webmail session asks
//! some eleven times, and every one of them would be a round trip of its own.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use warifu_domain::{
    ids::TenantId, mail_window::SourceNetwork, time::Timestamp, token::TokenHash, user::Login,
};
use warifu_storage::{AtGate, MOST_AT_ONCE, Store, StoreError, TenantState};

/// Who asks: somebody with this gate key, or, without one, this process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Asker {
    /// About whose people.
    pub(crate) tenant: TenantId,
    /// With which key.
    pub(crate) key: Option<TokenHash>,
}

/// Who is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// Whom the mail client names.
    pub(crate) login: Login,
    /// Where it is.
    pub(crate) network: SourceNetwork,
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The tenant.
    pub(crate) state: TenantState,
    /// The asker's key, with its last use.
    pub(crate) key: Option<(i64, Option<Timestamp>)>,
    /// Who has the login ID.
    pub(crate) person: Option<AtGate>,
}

type Answer = Result<Option<Seen>, StoreError>;

/// Who waits behind a statement of the same asker, which is under way. More of them at once would each carry fewer questions.
type Lines = HashMap<Asker, VecDeque<(Look, oneshot::Sender<Answer>)>>;

/// See the head of this file.
#[derive(Default)]
pub(crate) struct GateDesk(Arc<Mutex<Lines>>);

impl GateDesk {
    /// Looks in one snapshot that begins after this was called. `None`: there is no such tenant any more.
    pub(crate) async fn ask(&self, store: &Store, asker: Asker, look: Look) -> Answer {
        if !store.is_remote() {
            let seen = read(store, asker, Arc::from([look])).await?;
            return Ok(seen.and_then(|seen| seen.into_iter().next()));
        }
        let (reply, answer) = oneshot::channel();
        let is_first = {
            let mut lines = lock(&self.0);
            let is_first = !lines.contains_key(&asker);
            lines.entry(asker).or_default().push_back((look, reply));
            is_first
        };
        if is_first {
            // Goes on if this caller is gone: it asks for others too.
            tokio::spawn(serve(self.0.clone(), store.clone(), asker));
        }
        answer.await.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// Asks for those who wait in a line, until nobody does.
async fn serve(lines: Arc<Mutex<Lines>>, store: Store, asker: Asker) {
    while let Some((looks, replies)) = next(&lines, asker) {
        let answers = match read(&store, asker, looks.into()).await {
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
fn next(lines: &Mutex<Lines>, asker: Asker) -> Option<(Vec<Look>, Vec<oneshot::Sender<Answer>>)> {
    let mut lines = lock(lines);
    let line = lines.get_mut(&asker)?;
    if line.is_empty() {
        lines.remove(&asker);
        return None;
    }
    let most = line.len().min(MOST_AT_ONCE);
    Some(line.drain(..most).unzip())
}

/// One statement for all looks.
async fn read(
    store: &Store,
    asker: Asker,
    looks: Arc<[Look]>,
) -> Result<Option<Vec<Seen>>, StoreError> {
    let read = store.read_once(asker.tenant, async move |tx| {
        let asked: Vec<_> = looks.iter().map(|it| (&it.login, it.network)).collect();
        let glance = tx.glance_at_gate(asker.key.as_ref(), &asked).await?;
        Ok(glance.map(|glance| {
            let people = glance.people.into_iter();
            let seen = people.map(|person| Seen {
                state: glance.state,
                key: glance.key,
                person,
            });
            seen.collect()
        }))
    });
    read.await
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Where questions to the gate wait for the database. Those that wait together are asked in one statement: one webmail session asks
//! some eleven times, and every one of them would be a round trip of its own.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use warifu_domain::{
    ids::TenantId, mail_window::SourceNetwork, time::Timestamp, token::TokenHash, user::Login,
};
use warifu_storage::{AtGate, MOST_AT_ONCE, Store, StoreError, TenantState};

/// Statements that are under way at once; while these are, questions gather for the next.
const STATEMENTS: usize = 2;

/// What is looked for on behalf of one mail client.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The gate key of whoever asks, unless it is this process.
    pub(crate) key: Option<TokenHash>,
    /// Whom the client names.
    pub(crate) login: Login,
    /// Where it is.
    pub(crate) network: SourceNetwork,
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The tenant.
    pub(crate) state: TenantState,
    /// The gate key, with its last use.
    pub(crate) key: Option<(i64, Option<Timestamp>)>,
    /// Who has the login ID.
    pub(crate) person: Option<AtGate>,
}

type Answer = Result<Option<Seen>, StoreError>;

/// The questions of all tenants.
#[derive(Default)]
pub(crate) struct GateDesk(Arc<Mutex<Line>>);

#[derive(Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    under_way: usize,
}

struct Waiting {
    tenant: TenantId,
    look: Look,
    reply: oneshot::Sender<Answer>,
}

impl GateDesk {
    /// Looks in one snapshot that begins after this was called. `None`: there is no such tenant any more.
    pub(crate) async fn ask(&self, store: &Store, tenant: TenantId, look: Look) -> Answer {
        if !store.is_remote() {
            let seen = read(store, tenant, Arc::from([look])).await?;
            return Ok(seen.and_then(|seen| seen.into_iter().next()));
        }
        let (reply, answer) = oneshot::channel();
        let begins = {
            let mut line = lock(&self.0);
            line.waiting.push_back(Waiting {
                tenant,
                look,
                reply,
            });
            let begins = line.under_way < STATEMENTS;
            line.under_way += usize::from(begins);
            begins
        };
        if begins {
            // Goes on if this caller is gone: it asks for others too.
            tokio::spawn(serve(self.0.clone(), store.clone()));
        }
        answer.await.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// Asks for those who wait, until nobody does.
async fn serve(line: Arc<Mutex<Line>>, store: Store) {
    while let Some(together) = next(&line) {
        let (tenant, mut looks, mut replies) = (together[0].tenant, Vec::new(), Vec::new());
        for waiting in together {
            looks.push(waiting.look);
            replies.push(waiting.reply);
        }
        let answers = match read(&store, tenant, looks.into()).await {
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

/// Those who can be asked about together; nobody: then this statement's turn is over.
fn next(line: &Mutex<Line>) -> Option<Vec<Waiting>> {
    let mut line = lock(line);
    let Some(first) = line.waiting.pop_front() else {
        line.under_way -= 1;
        return None;
    };
    let (tenant, key) = (first.tenant, first.look.key);
    let mut together = vec![first];
    let mut place = 0;
    while let Some(waiting) = line.waiting.get(place)
        && together.len() < MOST_AT_ONCE
    {
        if waiting.tenant == tenant && waiting.look.key == key {
            together.extend(line.waiting.remove(place));
        } else {
            place += 1;
        }
    }
    Some(together)
}

/// One statement for looks with one key in one tenant.
async fn read(
    store: &Store,
    tenant: TenantId,
    looks: Arc<[Look]>,
) -> Result<Option<Vec<Seen>>, StoreError> {
    store
        .read_once(tenant, async move |tx| {
            let asked: Vec<_> = looks.iter().map(|it| (&it.login, it.network)).collect();
            let key = looks.first().and_then(|look| look.key.as_ref());
            let Some(glance) = tx.glance_at_gate(key, &asked).await? else {
                return Ok(None);
            };
            let people = glance.people.into_iter().map(|person| Seen {
                state: glance.state,
                key: glance.key,
                person,
            });
            Ok(Some(people.collect()))
        })
        .await
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

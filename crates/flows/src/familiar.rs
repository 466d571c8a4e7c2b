//! Whether a login comes from where its owner usually is (SEC-43). What is kept of a network (IPv4 /24, IPv6 /48) and of a browser's
//! short name is a keyed hash, a dozen of each a person; they say "seen before" and cannot be read back without the key ring.

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    network::neighbourhood,
    time::Span,
};
use warifu_storage::{MarkKind, Purpose, StoreError, Tx};

use crate::{
    act::Act,
    ctx::MailMode,
    passwords::{self, Mark},
};

/// How long something stays familiar that is not seen again.
pub(crate) const MEMORY: Span = Span::days(180);

/// How often at most it is written down that something was seen again: not at every login.
const NOTED_EVERY: Span = Span::days(1);

/// Notes from where a person logs in, and tells the person if network or browser are new. The first login of all is nothing new:
/// there is nothing to compare it with.
pub(crate) async fn note_login(tx: &mut Tx<'_>, act: &Act, user: UserId) -> Result<(), StoreError> {
    let (Some(origin), MailMode::Keep) = (&act.origin, act.mail) else {
        return Ok(());
    };
    let known = tx.list_marks(user).await?;
    let network = neighbourhood(origin.address);
    let seen = [
        (
            MarkKind::Network,
            Mark::Network,
            network.as_slice(),
            "network",
        ),
        (
            MarkKind::Browser,
            Mark::Browser,
            origin.agent.as_bytes(),
            "browser",
        ),
    ];
    let mut news = Vec::new();
    for (kind, label, value, word) in seen {
        let of = |key| passwords::mark(&act.keys, key, (act.tenant.id, Some(user)), label, value);
        // Marks that were made under an earlier key stay good.
        let mut hashes = Vec::new();
        for key in act.keys.ids() {
            if act.keys.key(key, Purpose::Device).is_some() {
                hashes.push(of(key)?);
            }
        }
        let found = known
            .iter()
            .find(|mark| mark.kind == kind as i64 && hashes.iter().any(|hash| mark.hash == *hash));
        let last = found.map(|mark| mark.seen_at);
        if last.is_none_or(|at| act.now - at > MEMORY) {
            news.push(word);
        }
        if last.is_none_or(|at| act.now - at > NOTED_EVERY) {
            let hash = match found {
                Some(mark) => mark.hash.clone(),
                None => of(act.keys.active(Purpose::Device).0)?.to_vec(),
            };
            tx.note_mark(user, kind, &hash, act.now).await?;
        }
    }
    if news.is_empty() || known.is_empty() {
        return Ok(());
    }
    let kind = EventKind::UnfamiliarLogin;
    let event = AuditEvent::new(kind, Some(user)).detail(&format!("new: {}", news.join(", ")));
    act.audit(tx, event).await?;
    act.notify(tx, user, kind).await
}

//! What the first one-time code of a paired app costs, and what it ends. That code is judged where every set-up's is
//! (`enrol/confirm.rs`).

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    pairing::{PairedName, WRONG_CODES},
    refusal::Refusal,
    token::TokenHash,
};
use warifu_storage::{PairingRow, StoreError, Tx};

use super::{over, release};
use crate::act::Act;

/// Pays for a one-time code before it is judged; says how many were paid for.
pub(crate) async fn reserve_guess(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    asker: &TokenHash,
) -> Result<Result<i64, Refusal>, StoreError> {
    let row = tx.find_pairing(user).await?;
    let is_missing = |row: &PairingRow| row.is_open(asker, act.now) && row.app_codes == 0;
    if row.as_ref().is_some_and(is_missing) {
        return Ok(Err(Refusal::AppCodeMissing));
    }
    let guess = tx.reserve_pairing_guess(user, asker, act.now).await?;
    Ok(guess.ok_or_else(|| over(row, asker, act.now)))
}

/// Notes that the `guess`-th one-time code was wrong: the last one that a pairing bears ends it. Says what the person is told.
pub(crate) async fn note_wrong(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    guess: i64,
    refusal: Refusal,
) -> Result<Refusal, StoreError> {
    if guess < WRONG_CODES {
        return Ok(refusal);
    }
    tx.end_pairing(user).await?;
    let ended = AuditEvent::new(EventKind::PairingEnded, Some(user));
    act.audit(tx, ended).await?;
    act.notify(tx, user, EventKind::PairingEnded).await?;
    Ok(Refusal::TooManyPairingGuesses)
}

/// Notes that a pairing came to something: its user code goes, and nothing counts against the person any more.
pub(crate) async fn note_confirmed(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    tx.delete_pairing(user).await?;
    release(tx, user).await
}

/// A paired app for the audit trail: its tag, which is no secret, and nothing of the codes.
pub(crate) fn words(paired: &PairedName) -> String {
    format!("paired, tag {}", paired.tag)
}

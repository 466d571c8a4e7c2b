//! What this process noted a moment ago. A hint that spares the database writes which would change nothing: what counts is the
//! condition of the statement behind it, on every node.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use warifu_domain::{
    ids::{TenantId, UserId},
    mail_window::SourceNetwork,
    time::{Span, Timestamp},
};

/// Notes that are remembered at most; then all are forgotten, and some statements change nothing.
const MOST: usize = 20_000;

/// What was noted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Note {
    /// A service of a person was refused at a network.
    Refused(TenantId, UserId, SourceNetwork, i64),
    /// A service of a person used a window.
    Used(TenantId, UserId, SourceNetwork, i64),
    /// A gate key was used.
    Key(TenantId, i64),
    /// A network asked a tenant's gate without a good key.
    Stranger(TenantId, SourceNetwork),
}

/// See [`Note`].
#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<Note, Timestamp>>);

impl Recent {
    /// Whether `note` is to be written: it was not within the last `span`. From now on it was.
    pub(crate) fn is_due(&self, note: Note, span: Span, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted
            .get(&note)
            .is_some_and(|at| (*at..*at + span).contains(&now))
        {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(note, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_due_once_in_its_span_and_memory_is_bounded() {
        let (recent, span) = (Recent::default(), Span::minutes(5));
        let key = |id| Note::Key(TenantId(1), id);
        let at = Timestamp(1_000_000);
        assert!(recent.is_due(key(1), span, at));
        assert!(!recent.is_due(key(1), span, at + span - Span(1)));
        assert!(recent.is_due(key(2), span, at));
        assert!(recent.is_due(key(1), span, at + span));
        // A clock that was set back holds nothing up.
        assert!(recent.is_due(key(1), span, at));
        for id in 0..3 * i64::try_from(MOST).unwrap() {
            recent.is_due(key(id), span, at);
        }
        assert!(recent.0.lock().unwrap().len() <= MOST);
    }
}

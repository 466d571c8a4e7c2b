//! A refusal is an answer; a fault is ours. `?` carries faults untouched to the edge.

use warifu_domain::refusal::Refusal;
use warifu_storage::StoreError;

/// Why a flow did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// An answer: the person can act on it.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("storage: {0}")]
    Store(#[from] StoreError),
    /// More passwords wait to be hashed than fit the queue (SEC-76).
    #[error("the hashing queue is full")]
    HashingBusy,
    /// A stored policy cannot be read.
    #[error("the policy of tenant {slug}: {message}")]
    Policy {
        /// Which tenant.
        slug: String,
        /// What is wrong.
        message: String,
    },
}

impl Fault {
    /// Whether the same request may succeed a little later: answered with 503 and `Retry-After`.
    pub fn is_passing(&self) -> bool {
        use StoreError as S;
        matches!(
            self,
            Self::HashingBusy | Self::Store(S::Busy | S::Locked | S::Unavailable)
        )
    }
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

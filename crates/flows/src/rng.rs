//! The only source of randomness: the operating system's generator, or a seeded one in tests. Rules take bytes as values.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use warifu_domain::{ids::Reference, time::Timestamp, token::Token};

/// A generator.
#[derive(Debug)]
pub struct Rng {
    source: Source,
    last_id: AtomicI64,
}

#[derive(Debug)]
enum Source {
    System,
    Seeded { seed: u64, block: AtomicU64 },
}

/// 2024-01-01: ids count from here, so that they fit 63 bits for centuries.
const ID_EPOCH_MS: i64 = 1_704_067_200_000;

impl Rng {
    /// The operating system's generator.
    pub fn system() -> Self {
        Self {
            source: Source::System,
            last_id: AtomicI64::new(0),
        }
    }

    /// The same bytes in every run; for tests only.
    pub fn seeded(seed: u64) -> Self {
        Self {
            source: Source::Seeded {
                seed,
                block: AtomicU64::new(0),
            },
            last_id: AtomicI64::new(0),
        }
    }

    /// `N` random bytes.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for randomness"
    )]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.source {
            Source::System => {
                getrandom::fill(&mut bytes).expect("a system without randomness can log nobody in")
            }
            Source::Seeded { seed, block } => {
                for chunk in bytes.chunks_mut(32) {
                    let number = block.fetch_add(1, Ordering::SeqCst);
                    let digest = Sha256::new()
                        .chain_update(seed.to_be_bytes())
                        .chain_update(number.to_be_bytes());
                    chunk.copy_from_slice(&digest.finalize()[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// A bearer token (SEC-5).
    pub fn token(&self) -> Token {
        Token::from_random(self.bytes())
    }

    /// A request's name.
    pub fn reference(&self) -> Reference {
        Reference::from_random(self.bytes())
    }

    /// A row's id: milliseconds, then 20 random bits; grows within this process, so that rows lie in the order of their birth.
    pub fn id(&self, now: Timestamp) -> i64 {
        let [a, b, c] = self.bytes::<3>();
        let random = i64::from(u32::from_be_bytes([0, a, b, c]) & 0xf_ffff);
        let fresh = (now.0 - ID_EPOCH_MS).max(0) << 20 | random;
        let last = self.last_id.fetch_max(fresh, Ordering::SeqCst);
        if fresh > last {
            fresh
        } else {
            self.last_id.fetch_add(1, Ordering::SeqCst) + 1
        }
    }
}

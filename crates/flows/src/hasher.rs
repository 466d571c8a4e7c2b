//! The bounded pool that hashes passwords and backup codes: Argon2id (RFC 9106), then HMAC with a key that is not in the
//! database (SEC-75, SEC-76; docs/decisions/0005). Imported hashes are checked by it too, and what paired apps share is derived.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::oneshot;
use warifu_domain::{foreign_hash::ForeignHash, password::Password};
use warifu_otp::{Pairing, PairingCode, derive_pairing};
use zeroize::Zeroizing;

use crate::{error::Fault, foreign_hash};

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u8,
}

impl HashCost {
    /// What new hashes cost: OWASP's recommendation for Argon2id.
    pub const DEFAULT: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    /// The dearest stored hash that is computed: a hostile row cannot stop the server.
    pub const MAX: Self = Self {
        memory_kib: 256 * 1024,
        passes: 10,
    };
}

/// How large the pool is.
#[derive(Clone, Copy, Debug)]
pub struct HasherOptions {
    /// Threads, each with the memory of one hash while it is busy.
    pub threads: usize,
    /// Hashes that may wait; more are turned away.
    pub queue: usize,
    /// What new hashes cost.
    pub cost: HashCost,
}

/// The pool.
#[derive(Clone)]
pub struct Hasher {
    queue: Arc<Owner>,
    computed: Arc<AtomicU64>,
    cost: HashCost,
}

enum Job {
    Own(OwnHash, oneshot::Sender<Zeroizing<[u8; 32]>>),
    Foreign(Password, ForeignHash, oneshot::Sender<bool>),
    Pair(BothCodes, oneshot::Sender<Pairing>),
}

/// The two codes of a pairing.
struct BothCodes {
    app: PairingCode,
    user: PairingCode,
}

/// What the handles share: the threads end with the last of them.
struct Owner(Arc<Queue>);

struct Queue {
    state: Mutex<State>,
    /// A job came, or there will be none any more.
    changed: Condvar,
    limit: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// What a thread does next.
enum Next {
    Hash(Job),
    GiveMemoryBack,
    End,
}

struct OwnHash {
    secret: Zeroizing<Vec<u8>>,
    salt: [u8; 16],
    cost: HashCost,
}

/// A thread without work for so long gives its memory back.
const KEEP_MEMORY: Duration = Duration::from_secs(2);

/// A thread asks for so much address space, of which it touches what a hash needs. Beyond 32 MiB glibc gives each block back to
/// the system when it is freed; once it has freed a smaller one, it keeps all that are no larger
/// (`M_MMAP_THRESHOLD` in mallopt(3)).
const ADDRESS_SPACE_KIB: usize = 33 * 1024;

impl Hasher {
    /// Starts the threads; they end when the last handle is dropped.
    pub fn start(options: HasherOptions) -> Self {
        let queue = Arc::new(Queue {
            state: Mutex::default(),
            changed: Condvar::new(),
            limit: options.queue.max(1),
        });
        let computed = Arc::new(AtomicU64::new(0));
        for number in 0..options.threads.max(1) {
            let (queue, computed) = (queue.clone(), computed.clone());
            thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || work(&queue, &computed))
                .expect("a server that cannot start a thread cannot start");
        }
        Self {
            queue: Arc::new(Owner(queue)),
            computed,
            cost: options.cost,
        }
    }

    /// Hashes that wait for a thread.
    pub fn waiting(&self) -> usize {
        self.queue.0.state().jobs.len()
    }

    /// Hashes computed since the start.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// What new hashes cost.
    pub fn cost(&self) -> HashCost {
        self.cost
    }

    /// Argon2id of `secret`; [`Fault::HashingBusy`] if the queue is full.
    pub async fn argon2id(
        &self,
        secret: Zeroizing<Vec<u8>>,
        salt: [u8; 16],
        cost: HashCost,
    ) -> Result<Zeroizing<[u8; 32]>, Fault> {
        let (answer, answered) = oneshot::channel();
        let order = OwnHash { secret, salt, cost };
        self.send(Job::Own(order, answer))?;
        answered.await.map_err(|_| Fault::HashingBusy)
    }

    /// Whether a password is the one that another system hashed; [`Fault::HashingBusy`] if the queue is full.
    pub(crate) async fn fits(&self, password: Password, hash: ForeignHash) -> Result<bool, Fault> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Foreign(password, hash, answer))?;
        answered.await.map_err(|_| Fault::HashingBusy)
    }

    /// What the two codes of a pairing make (K4); [`Fault::HashingBusy`] if the queue is full.
    pub(crate) async fn derive_pairing(
        &self,
        app: PairingCode,
        user: PairingCode,
    ) -> Result<Pairing, Fault> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Pair(BothCodes { app, user }, answer))?;
        answered.await.map_err(|_| Fault::HashingBusy)
    }

    fn send(&self, job: Job) -> Result<(), Fault> {
        match self.queue.0.push(job) {
            true => Ok(()),
            false => Err(Fault::HashingBusy),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_all();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false`: the queue is full.
    fn push(&self, job: Job) -> bool {
        let mut state = self.state();
        if state.jobs.len() >= self.limit {
            return false;
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Waits for a job; a thread that has memory waits no longer than [`KEEP_MEMORY`].
    fn next(&self, has_memory: bool) -> Next {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Next::Hash(job);
            }
            if state.closed {
                return Next::End;
            }
            if !has_memory {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (still, waited) = self
                .changed
                .wait_timeout(state, KEEP_MEMORY)
                .unwrap_or_else(PoisonError::into_inner);
            state = still;
            if waited.timed_out() && state.jobs.is_empty() && !state.closed {
                return Next::GiveMemoryBack;
            }
        }
    }
}

fn work(queue: &Queue, computed: &AtomicU64) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        match queue.next(memory.capacity() > 0) {
            Next::Hash(job) => do_job(job, &mut memory, computed),
            Next::GiveMemoryBack => memory = Vec::new(),
            Next::End => return,
        }
    }
}

/// Computes what was asked for, unless whoever asked has hung up.
fn do_job(job: Job, memory: &mut Vec<Block>, computed: &AtomicU64) {
    if memory.capacity() == 0 && !matches!(job, Job::Pair(..)) {
        memory.reserve_exact(ADDRESS_SPACE_KIB);
    }
    match job {
        Job::Pair(codes, answer) if !answer.is_closed() => {
            let pairing = derive_pairing(&codes.app, &codes.user);
            computed.fetch_add(1, Ordering::Relaxed);
            let _ = answer.send(pairing);
        }
        Job::Own(order, answer) if !answer.is_closed() => {
            let hash = argon2id(&order, memory);
            computed.fetch_add(1, Ordering::Relaxed);
            let _ = answer.send(hash);
        }
        Job::Foreign(password, hash, answer) if !answer.is_closed() => {
            let fits = password
                .expose_candidates()
                .any(|candidate| foreign_hash::fits(&hash, candidate, memory));
            computed.fetch_add(1, Ordering::Relaxed);
            // It may have asked for more than our own hashes ever do.
            if memory.capacity() > ADDRESS_SPACE_KIB {
                *memory = Vec::new();
            }
            let _ = answer.send(fits);
        }
        Job::Own(..) | Job::Foreign(..) | Job::Pair(..) => {}
    }
}

fn argon2id(job: &OwnHash, memory: &mut Vec<Block>) -> Zeroizing<[u8; 32]> {
    let cost = HashCost {
        memory_kib: job.cost.memory_kib.clamp(8, HashCost::MAX.memory_kib),
        passes: job.cost.passes.clamp(1, HashCost::MAX.passes),
    };
    let params = Params::new(cost.memory_kib, u32::from(cost.passes), 1, Some(32))
        .expect("clamped to what the algorithm takes");
    memory.resize(params.block_count(), Block::default());
    let mut hash = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            &job.secret,
            &job.salt,
            hash.as_mut_slice(),
            &mut memory[..],
        )
        .expect("lengths are fixed and the memory fits");
    hash
}

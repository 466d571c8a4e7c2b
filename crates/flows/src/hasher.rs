//! The bounded pool that hashes passwords and backup codes: Argon2id (RFC 9106), then HMAC with a key that is not in the
//! database (SEC-75, SEC-76; docs/decisions/0005). Imported hashes are checked by it too.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::oneshot;
use warifu_domain::{foreign_hash::ForeignHash, password::Password};
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
    jobs: mpsc::SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    computed: Arc<AtomicU64>,
    cost: HashCost,
}

enum Job {
    Own(OwnHash, oneshot::Sender<Zeroizing<[u8; 32]>>),
    Foreign(Password, ForeignHash, oneshot::Sender<bool>),
}

struct OwnHash {
    secret: Zeroizing<Vec<u8>>,
    salt: [u8; 16],
    cost: HashCost,
}

/// A thread without work for so long gives its memory back.
const KEEP_MEMORY: Duration = Duration::from_secs(2);

impl Hasher {
    /// Starts the threads; they end when the last handle is dropped.
    pub fn start(options: HasherOptions) -> Self {
        let (jobs, queue) = mpsc::sync_channel(options.queue.max(1));
        let queue = Arc::new(Mutex::new(queue));
        let waiting = Arc::new(AtomicUsize::new(0));
        let computed = Arc::new(AtomicU64::new(0));
        for number in 0..options.threads.max(1) {
            let (queue, waiting, computed) = (queue.clone(), waiting.clone(), computed.clone());
            thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || work(&queue, &waiting, &computed))
                .expect("a server that cannot start a thread cannot start");
        }
        Self {
            jobs,
            waiting,
            computed,
            cost: options.cost,
        }
    }

    /// Hashes that wait for a thread.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
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

    fn send(&self, job: Job) -> Result<(), Fault> {
        // Counted before it is sent, so that the thread that takes it never counts below zero.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(job).map_err(|_| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            Fault::HashingBusy
        })
    }
}

fn work(queue: &Mutex<mpsc::Receiver<Job>>, waiting: &AtomicUsize, computed: &AtomicU64) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        // One idle thread waits inside the lock, the others for the lock: each job is taken once.
        let job = {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            match queue.try_recv() {
                Ok(job) => Ok(job),
                Err(mpsc::TryRecvError::Disconnected) => return,
                Err(mpsc::TryRecvError::Empty) => queue.recv_timeout(KEEP_MEMORY),
            }
        };
        if job.is_ok() {
            waiting.fetch_sub(1, Ordering::Relaxed);
        }
        match job {
            Ok(job) => do_job(job, &mut memory, computed),
            Err(mpsc::RecvTimeoutError::Timeout) => memory = Vec::new(),
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Computes what was asked for, unless whoever asked has hung up.
fn do_job(job: Job, memory: &mut Vec<Block>, computed: &AtomicU64) {
    match job {
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
            memory.truncate(HashCost::DEFAULT.memory_kib as usize);
            memory.shrink_to_fit();
            let _ = answer.send(fits);
        }
        Job::Own(..) | Job::Foreign(..) => {}
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

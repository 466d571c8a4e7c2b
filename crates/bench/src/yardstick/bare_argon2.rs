//! Bare Argon2id with Warifu's parameters, in a process of its own as the server is: the most logins a second that the
//! processor could do if a login were nothing else.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context as _, Result, bail};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use warifu_flows::hasher::HashCost;

use crate::measure::Stopwatch;
use crate::process::output_of;

/// Hashes a second, measured in a process of its own.
pub(crate) fn measure(me: &Path, threads: usize, seconds: f64) -> Result<f64> {
    let mut command = Command::new(me);
    command.args(["bare-argon2", &threads.to_string(), &seconds.to_string()]);
    let printed = output_of(&mut command)?;
    printed
        .trim()
        .parse()
        .with_context(|| format!("not a rate: {printed}"))
}

/// The other process: hashes for `seconds` on `threads` threads, each with its own memory, and prints the rate.
pub(crate) fn run(threads: usize, seconds: f64) -> Result<()> {
    let count = AtomicU64::new(0);
    let watch = Stopwatch::start();
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let HashCost { memory_kib, passes } = HashCost::DEFAULT;
                    let wrong = |error: argon2::Error| anyhow::anyhow!("Argon2id: {error}");
                    let params =
                        Params::new(memory_kib, passes.into(), 1, Some(32)).map_err(wrong)?;
                    let mut memory = vec![Block::default(); params.block_count()];
                    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                    while watch.seconds() < seconds {
                        let mut hash = [0; 32];
                        argon2
                            .hash_password_into_with_memory(
                                b"correct horse battery staple",
                                &[7; 16],
                                &mut hash,
                                &mut memory,
                            )
                            .map_err(wrong)?;
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        for thread in running {
            match thread.join() {
                Ok(outcome) => outcome?,
                Err(_) => bail!("a hashing thread panicked"),
            }
        }
        Ok(())
    })?;
    println!("{}", count.load(Ordering::Relaxed) as f64 / watch.seconds());
    Ok(())
}

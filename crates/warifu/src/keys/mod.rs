//! The key ring of a running server: read again when its file changes, and made known to whoever changes keys (SEC-77).

mod file;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::MissedTickBehavior;
use warifu_flows::key_rotation::{self, ANNOUNCE_EVERY, Server};
use warifu_flows::{Ctx, Fault};

use crate::cli::exit::Failure;
use crate::config::{KeySource, Keys};
use crate::wire;

pub(crate) use file::KeyFile;

/// How often the file is looked at: one system call.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Says that this server runs, so that nobody takes a key into use that it does not have.
pub(crate) async fn announce_start(ctx: &Ctx) -> Result<Server, Fault> {
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = match machine.trim() {
        "" => "server",
        name => name,
    };
    let server = Server::new(ctx, format!("{machine}, process {}", std::process::id()));
    key_rotation::announce(ctx, &server).await?;
    Ok(server)
}

/// Takes a changed key ring while the server runs, by itself or at SIGHUP, and says which one it has. A ring that cannot be used
/// changes nothing.
pub(crate) async fn watch(ctx: Arc<Ctx>, keys: Keys, server: Server) {
    let mut hangup = signal(SignalKind::hangup()).ok();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let source = keys.source();
    let (mut seen, mut announced) = (None, ctx.clock.now());
    loop {
        let asked = tokio::select! {
            _ = ticks.tick() => false,
            _ = hung_up(&mut hangup) => true,
        };
        let now = stamp(&source);
        let mut is_due = ctx.clock.now() - announced >= ANNOUNCE_EVERY;
        if asked || (now.is_some() && now != seen) {
            seen = now;
            is_due |= read_again(&ctx, &keys, asked).await;
        }
        if is_due {
            match key_rotation::announce(&ctx, &server).await {
                Ok(()) => announced = ctx.clock.now(),
                Err(fault) => tracing::warn!(%fault, "cannot say that this server runs"),
            }
        }
    }
}

async fn hung_up(hangup: &mut Option<tokio::signal::unix::Signal>) {
    match hangup {
        Some(hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

/// What differs when a file was written or replaced. `None`: there is no file, or it cannot be looked at.
fn stamp(source: &KeySource) -> Option<(u64, u64, i64, i64)> {
    let KeySource::File(file) = source else {
        return None;
    };
    let file = fs::metadata(Path::new(file)).ok()?;
    Some((file.ino(), file.size(), file.mtime(), file.mtime_nsec()))
}

/// `true`: another ring is in use now.
async fn read_again(ctx: &Ctx, keys: &Keys, asked: bool) -> bool {
    let taken = async {
        let ring = wire::key_ring(keys)?;
        Ok::<_, Failure>(key_rotation::take_ring(ctx, ring).await?)
    };
    match taken.await {
        Ok(true) => {
            let ring = ctx.keys();
            let keys: Vec<u32> = ring.ids().collect();
            tracing::info!(
                active = ring.active_id(),
                ?keys,
                "the key ring is read again"
            );
            return true;
        }
        Ok(false) if asked => tracing::info!("SIGHUP: the key ring is as it was"),
        Ok(false) => {}
        Err(failure) => tracing::error!(
            problem = %failure.problem,
            "the key ring stays as it was; mend it, or send SIGHUP to have it read once more"
        ),
    }
    false
}

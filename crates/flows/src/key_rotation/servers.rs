//! Which servers run on the database, and what is in their rings.

use warifu_domain::time::Span;
use warifu_storage::{KeyState, NodeRow};

use crate::{ctx::Ctx, error::Fault};

/// How often a server says that it runs, and what is in its ring; at once when that changed.
pub const ANNOUNCE_EVERY: Span = Span::seconds(60);

/// A server that said nothing for so long was ended without a word.
pub const GONE_AFTER: Span = Span::seconds(180);

/// A server that runs: its number, drawn at its start, and what people know it by.
#[derive(Clone, Debug)]
pub struct Server {
    id: i64,
    name: String,
}

impl Server {
    /// A server that starts.
    pub fn new(ctx: &Ctx, name: String) -> Self {
        let id = ctx.rng.id(ctx.clock.now());
        Self { id, name }
    }
}

/// Says that the server runs.
pub async fn announce(ctx: &Ctx, server: &Server) -> Result<(), Fault> {
    let (now, keys) = (ctx.clock.now(), ctx.keys());
    let whole = keys
        .ids()
        .filter(|id| keys.state(*id) == Some(KeyState::Whole));
    let node = NodeRow {
        id: server.id,
        name: server.name.clone(),
        active: keys.active_id(),
        keys: whole.collect(),
        seen_at: now,
    };
    let put = ctx
        .store
        .write_platform(async move |tx| tx.put_node(&node, now - GONE_AFTER).await);
    Ok(put.await?)
}

/// Says that the server stops.
pub async fn leave(ctx: &Ctx, server: &Server) -> Result<(), Fault> {
    let id = server.id;
    let deleted = ctx
        .store
        .write_platform(async move |tx| tx.delete_node(id).await);
    Ok(deleted.await?)
}

/// The servers that run.
pub async fn servers(ctx: &Ctx) -> Result<Vec<NodeRow>, Fault> {
    let since = ctx.clock.now() - GONE_AFTER;
    let listed = ctx
        .store
        .read_platform(async move |tx| tx.list_nodes(since).await);
    Ok(listed.await?)
}

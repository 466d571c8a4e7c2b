//! Sending mail: how one is composed, how a relay is reached, and the worker that empties the outbox.

mod message;
mod relay;
mod worker;

pub(crate) use relay::Relay;
pub(crate) use worker::start;

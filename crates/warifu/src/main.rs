//! The binary.

// Until the commands are there that use them.
#[allow(
    dead_code,
    unused_imports,
    reason = "the commands that read it come next"
)]
mod config;
#[allow(dead_code, reason = "the commands that start it come next")]
mod log;

fn main() {}

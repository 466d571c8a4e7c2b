//! The mail gate, which mail servers ask over HTTP; those that know no HTTP ask at a socket of the binary.

use crate::{
    http::route::{Route, machine},
    pages::gate,
};

/// The questions of mail servers.
pub(super) fn routes() -> Vec<Route> {
    vec![
        machine("/{tenant}/gate/dovecot", gate::dovecot),
        machine("/{tenant}/gate/mail", gate::mail),
    ]
}

//! Ending what is open (SEC-54): the gate is asked when a mail client logs in, so what ends a window, or its person's account, has
//! to end the connections that were let in before as well. Within which time, and how often that is tried.

use crate::{delivery::Retry, time::Span};

/// How often is looked whose connections have to be ended. What is documented as the grace: this, and the mail server's own time.
pub const LOOK_EVERY: Span = Span::seconds(5);
/// While the mail server cannot be asked. A day: by then its clients have connected anew, and were asked.
pub const RETRY: Retry = Retry {
    first: Span::seconds(10),
    longest: Span::minutes(10),
    patience: Span::days(1),
};
/// How long one node has this work for itself; longer than a mail server may take to answer.
pub const LEASE: Span = Span::minutes(2);

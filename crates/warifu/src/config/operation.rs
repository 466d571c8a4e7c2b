//! `[log]`, `[metrics]`, `[hashing]`: how the process behaves on its machine.

use std::net::SocketAddr;

use super::{limits, section::section};
use crate::log::{Filter, Format};

section! {
    /// What is written to standard error.
    struct Log {
        /// `text` for people, `json` for programs: one object a line.
        format: Format = Format::Text;
        /// `error`, `warn`, `info`, `debug` or `trace`; parts of the program can differ: `info,warifu_storage=debug`. At `info` every
        /// refusal and every fault is there; what is secret is at no level.
        level: Filter = Filter::default();
    }
}

section! {
    /// `/healthz` and `/metrics`, on a listener of their own: they are for the machine room, not for the network (SEC-85).
    struct Metrics {
        /// Its address and port. Loopback by default; it has neither TLS nor a password.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 9464));
    }
}

section! {
    /// The pool in which passwords are hashed. One hash takes 19 MiB and some 20 ms of a core, on purpose; the bounds keep a flood
    /// of logins from taking the machine with it (SEC-76).
    struct Hashing {
        /// Threads (1 to 256). By default one for each core.
        #[serde(deserialize_with = "limits::optional::<1, 256, _, _>")]
        threads: Option<usize> = None, for example "2";
        /// How many logins may wait for a thread (0 to 10,000). One more is answered "too busy, try again" (503). The default
        /// is about as many as two threads serve within a second.
        #[serde(deserialize_with = "limits::within::<0, 10_000, _, _>")]
        queue: usize = 64;
    }
}

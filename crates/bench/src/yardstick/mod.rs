//! What Warifu is held against, measured in the same minute on the same machine.

pub(crate) mod bare_argon2;
pub(crate) mod bare_page;
pub(crate) mod dovecot;
pub(crate) mod fdatasync;
pub(crate) mod nginx;
pub(crate) mod pair;
pub(crate) mod shell;
pub(crate) mod wrk;

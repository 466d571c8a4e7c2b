//! The command line as people use it: whole commands against real folders, databases and sockets.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod campus_example;
mod check_mail;
mod client;
mod demo;
mod directory;
mod dovecot;
mod gate_flood;
mod last_answers;
mod mail;
mod mail_programs;
mod mail_server;
mod mail_sockets;
mod place;
mod postfix;
mod process;
mod prompt;
mod relay;
mod server;
mod shown;
mod sink;
mod transcripts;
mod trouble;

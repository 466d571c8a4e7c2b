//! How much mail is sent, at most (SEC-29). Notices of what happened are never lost: what is over their limit is told together in one
//! mail. Mails that somebody asks for are not sent over their limit, whoever asks gets the same answer, and the trail says so.

use crate::time::Span;

/// Notices to one person in [`NOTICES_WINDOW`]; further ones are told together when it is over.
pub const NOTICES_TO_PERSON: i64 = 20;
/// Notices to one address, whoever's it is, in [`NOTICES_WINDOW`].
pub const NOTICES_TO_ADDRESS: i64 = 60;
/// Parts in which the notices to the people of a tenant are counted, by the person's number: no login waits for another's.
pub const NOTICES_PARTS: i64 = 16;
/// Notices to the people of one such part in [`NOTICES_WINDOW`]: 32,000 to a tenant. Further ones are told together.
pub const NOTICES_OF_PART: i64 = 2_000;
/// The span in which notices are counted.
pub const NOTICES_WINDOW: Span = Span::hours(1);

/// Mails that people asked for (links, codes) to one address in an hour.
pub const ASKED_TO_ADDRESS_IN_HOUR: i64 = 5;
/// Mails that people asked for to one address in a day.
pub const ASKED_TO_ADDRESS_IN_DAY: i64 = 10;
/// Mails that a person asked for, to whichever address, in a day.
pub const ASKED_BY_PERSON_IN_DAY: i64 = 20;
/// Mails that people of one tenant asked for in an hour, all together.
pub const ASKED_OF_TENANT_IN_HOUR: i64 = 20_000;

/// Notices of guesses at a person's codes in [`GUESSES_WINDOW`]: whoever has the password could go on for days.
pub const GUESSES_NOTICES: i64 = 1;
/// See [`GUESSES_NOTICES`].
pub const GUESSES_WINDOW: Span = Span::hours(24);
/// Wrong codes in a row, over all attempts, from which on their owner is told.
pub const GUESSES_TOLD: i64 = 3;

//! A forgotten password: how long the link of a reset mail lasts, and how many such mails are sent (SEC-29, SEC-40).

use crate::time::Span;

/// How long a link opens the page for a new password.
pub const LINK: Span = Span::minutes(30);

/// How long a link opens the page for a first password: whoever added the account may be days ahead of its owner.
pub const INVITATION: Span = Span::days(3);

/// Mails to one account in an hour.
pub const MAILS_IN_HOUR: i64 = 5;
/// Mails to one account in a day.
pub const MAILS_IN_DAY: i64 = 10;
/// Mails that one client network may ask for in an hour.
pub const MAILS_OF_NETWORK: i64 = 30;

//! `[rescue]`: how an administrator who is locked out is helped.

use super::section::section;

section! {
    /// Rescuing the administrators of an organisation who are locked out, when nobody there can help (an operator's act).
    struct Rescue {
        /// Whether a second operator has to approve it within a day. The command line counts as one operator.
        two_operators: bool = false;
    }
}

//! What somebody typed into a field for a password or a code, from the form to the judgement.

use std::ops::Deref;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password or a code as it was typed, right or wrong: wiped when it is dropped, and shown nowhere (SEC-78). What it is meant
/// to be is for [`crate::password::Password`], [`crate::backup_code::BackupCode`] and the like to say.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Typed(String);

impl From<String> for Typed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Typed {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Deref for Typed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_078_what_is_typed_is_wiped() {
        fn is_wiped<T: ZeroizeOnDrop>() {}
        is_wiped::<Typed>();
        let mut typed = Typed::from("correct horse");
        assert_eq!(&*typed, "correct horse");
        typed.zeroize();
        assert_eq!(&*typed, "");
    }

    #[test]
    fn sec_078_what_is_typed_has_no_debug() {
        // Does not compile if `Typed` can be printed: then there are two to choose from.
        trait Hidden<Marker> {
            fn check() {}
        }
        struct Printable;
        impl<T> Hidden<()> for T {}
        impl<T: std::fmt::Debug> Hidden<Printable> for T {}
        <Typed as Hidden<_>>::check();
    }
}

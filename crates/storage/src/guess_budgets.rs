//! What the budgets of all methods have in common (SEC-45): failures in a row make the next guess wait, and another proof gives them
//! back. Each method reserves its own guesses, in the statement that reads what they are judged by.

use warifu_domain::{ids::UserId, throttle::wait_after, time::Timestamp};

use crate::store::{StoreError, Tx};

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident counts in $table:literal $(if $only:literal)?;)*) => {
        /// A method whose guesses are counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum GuessedMethod { $($(#[$doc])* $name,)* }

        impl GuessedMethod {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            fn delay(self) -> &'static str {
                match self { $(Self::$name => concat!(
                    "UPDATE ", $table, " SET blocked_until = $3 WHERE tenant_id = $1 AND user_id = $2" $(, " AND ", $only)?
                ),)* }
            }

            fn release(self) -> &'static str {
                match self { $(Self::$name => concat!(
                    "UPDATE ", $table, " SET failures = 0, blocked_until = 0
                      WHERE tenant_id = $1 AND user_id = $2 AND failures > 0"
                ),)* }
            }
        }
    };
}

methods! {
    /// The authenticator apps of a person.
    App counts in "totp" if "confirmed_at IS NOT NULL";
    /// The backup codes.
    BackupCodes counts in "backup_code_set";
    /// Codes to the private mail address.
    EmailedCode counts in "private_address";
}

impl Tx<'_> {
    /// Makes the next guess at a method wait as the failures demand.
    pub async fn delay_method(
        &mut self,
        method: GuessedMethod,
        user: UserId,
        failures: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let wait = wait_after(failures);
        if wait.0 == 0 {
            return Ok(());
        }
        let tenant = self.tenant;
        self.note_blocked(user, failures, now + wait).await?;
        let params = [tenant.into(), user.into(), (now + wait).into()];
        self.exec(method.delay(), &params).await?;
        Ok(())
    }

    /// Opens methods again by giving the guesses back: another proof was right, or a code of one of several apps.
    pub async fn reopen_methods(
        &mut self,
        methods: &[GuessedMethod],
        user: UserId,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        for method in methods {
            self.exec(method.release(), &[tenant.into(), user.into()])
                .await?;
        }
        Ok(())
    }
}

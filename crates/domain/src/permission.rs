//! Who may manage what: the matrix role × operation × target as data (SEC-69). Whatever is not in it is not allowed.

use crate::user::Role;

/// What an operation does, and so what it asks of the person at the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Shows something and changes nothing.
    Look,
    /// Changes something: needs the fresh proof (SEC-37).
    Change,
    /// Changes a person's account or a tenant as a whole: needs the fresh proof and a reason, which the audit trail keeps (SEC-41).
    Act,
}

/// Whose rows an operation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The tenant in which the person is at home; an operator reaches every tenant.
    Tenant,
    /// The server as a whole.
    Server,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident: $least:ident, $weight:ident, $reach:ident;)*) => {
        /// Something that is managed at a console or by the command line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$doc])* $name,)* }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The lowest role that may do it.
            pub const fn least_role(self) -> Role {
                match self { $(Self::$name => Role::$least,)* }
            }

            /// What it asks for.
            pub const fn weight(self) -> Weight {
                match self { $(Self::$name => Weight::$weight,)* }
            }

            /// Whose rows it reaches.
            pub const fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach,)* }
            }
        }
    };
}

operations! {
    /// Lists, searches and exports people and groups.
    ListUsers: Administrator, Look, Tenant;
    /// Shows one person's authenticators, sessions and recent logins.
    ShowUser: Administrator, Look, Tenant;
    /// Adds a person, or many from a file.
    AddUser: Administrator, Change, Tenant;
    /// Changes a person's name, mail address or group.
    EditUser: Administrator, Change, Tenant;
    /// Gives a person another role.
    ChangeRole: Administrator, Act, Tenant;
    /// Closes an account.
    DisableUser: Administrator, Act, Tenant;
    /// Opens a closed account.
    EnableUser: Administrator, Act, Tenant;
    /// Opens the budgets that wrong guesses closed.
    UnlockUser: Administrator, Act, Tenant;
    /// Sends a person the mail that resets the password (SEC-40).
    SendPasswordReset: Administrator, Act, Tenant;
    /// Clears a person's authenticators and backup codes (W6, SEC-41).
    RemoveSecondFactor: Administrator, Act, Tenant;
    /// Clears them and demands a new set-up at the next login (G8).
    ReissueSecondFactor: Administrator, Act, Tenant;
    /// Ends a person's sessions (SEC-8).
    EndSessions: Administrator, Act, Tenant;
    /// Closes a person's windows for mail programs, and with them what such a program has open (SEC-54).
    CloseMailWindows: Administrator, Act, Tenant;
    /// Makes digits to be read out over the phone that stand in for the second factor once.
    IssueHelpdeskCode: Administrator, Act, Tenant;
    /// Deletes a person and what is kept about them (SEC-81).
    DeleteUser: Administrator, Act, Tenant;
    /// Exports everything that is kept about one person (SEC-81).
    ExportUser: Administrator, Change, Tenant;
    /// Adds, renames, dates and removes groups.
    ManageGroups: Administrator, Change, Tenant;
    /// Shows the policy, its history, and what another one would do.
    ShowPolicy: Administrator, Look, Tenant;
    /// Replaces the policy, or goes back to an earlier one.
    ChangePolicy: Administrator, Act, Tenant;
    /// Shows how many have a second factor, and who would be stopped.
    ShowAdoption: Administrator, Look, Tenant;
    /// Mails those who have no second factor.
    SendReminders: Administrator, Act, Tenant;
    /// Searches, exports and verifies the audit trail (SEC-79).
    ShowAudit: Administrator, Look, Tenant;
    /// Changes logo, colour and words.
    ChangeBranding: Administrator, Change, Tenant;
    /// Lists the keys of mail servers, and the networks that many people's windows share.
    ShowMailGate: Administrator, Look, Tenant;
    /// Gives a mail server a key for the gate, or takes it away (SEC-56).
    ManageGateKeys: Administrator, Change, Tenant;
    /// Lists tenants and shows one.
    ListTenants: Operator, Look, Server;
    /// Adds a tenant from a preset.
    AddTenant: Operator, Change, Server;
    /// Gives a tenant host names and mail domains, which could be another's (G2).
    GiveNames: Operator, Act, Server;
    /// Makes the second factor compulsory for a whole tenant from a date (G1).
    ScheduleSecondFactor: Operator, Act, Server;
    /// Suspends a tenant or opens it again (SEC-84).
    SuspendTenant: Operator, Act, Server;
    /// Marks a tenant for deletion, or takes the mark back.
    DeleteTenant: Operator, Act, Server;
    /// Clears the second factor of an administrator who is locked out, after an identity check (W7, SEC-42).
    RescueAdministrator: Operator, Act, Server;
    /// Shows the mail settings and the queue.
    ShowMail: Operator, Look, Server;
    /// Sends a test mail.
    SendTestMail: Operator, Change, Server;
    /// Shows proxies, keys, health: how the server runs.
    ShowServer: Operator, Look, Server;
    /// Searches, exports and verifies the trail of what belongs to no tenant (SEC-79).
    ShowServerAudit: Operator, Look, Server;
    /// Seals what is stored under the active key.
    RotateKeys: Operator, Act, Server;
}

/// Whether `actor` may do `operation` at all, to whomever.
pub fn may(actor: Role, operation: Operation) -> bool {
    actor >= operation.least_role()
}

/// Whether `actor` may do `operation` to a person of role `target`: nobody manages somebody above the own role (SEC-69).
pub fn may_to(actor: Role, operation: Operation, target: Role) -> bool {
    may(actor, operation) && target <= actor
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 3] = [Role::Member, Role::Administrator, Role::Operator];

    #[test]
    fn sec_069_members_manage_nothing_and_nobody_manages_above_the_own_role() {
        for operation in Operation::ALL {
            for actor in ROLES {
                let allowed = may(actor, *operation);
                let expected = match actor {
                    Role::Member => false,
                    Role::Administrator => operation.reach() == Reach::Tenant,
                    Role::Operator => true,
                };
                assert_eq!(allowed, expected, "{actor:?} {operation:?}");
                for target in ROLES {
                    let allowed = may_to(actor, *operation, target);
                    assert_eq!(
                        allowed,
                        expected && target <= actor,
                        "{actor:?} {operation:?} {target:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn sec_069_what_reaches_the_server_is_the_operators() {
        for operation in Operation::ALL {
            let of_operators = operation.least_role() == Role::Operator;
            assert_eq!(
                operation.reach() == Reach::Server,
                of_operators,
                "{operation:?}"
            );
        }
    }
}

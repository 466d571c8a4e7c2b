//! The one decision: who may come in with what. Every door calls it; none has rules of its own (SEC-10).

use crate::{
    password::PasswordTerm,
    policy::{Enrolment, Policy},
    refusal::Refusal,
    session::Level,
    user::Role,
};

/// What is known about a person whose password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The person's role.
    pub role: Role,
    /// Disabled by an administrator.
    pub disabled: bool,
    /// The whole tenant is suspended.
    pub tenant_suspended: bool,
    /// An authenticator app is registered and confirmed.
    pub has_totp: bool,
    /// Backup codes that are left.
    pub backup_codes_left: u32,
}

/// The second factors that a login may be finished with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods {
    /// A code of an authenticator app.
    pub totp: bool,
    /// A backup code.
    pub backup_code: bool,
}

/// What happens after the right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The password is enough.
    Allow,
    /// A second factor is asked for.
    Challenge {
        /// By any of these.
        methods: Methods,
    },
    /// A second factor must be set up before the login is finished (G3).
    Enrol,
    /// No.
    Refuse(Refusal),
}

/// Decides a login.
///
/// A registered factor is always asked for, whatever the policy says now: a tenant that goes back from `required` to
/// `off` does not silently open accounts that their owners had closed. Administrators and operators always need one (SEC-70).
pub fn decide(policy: &Policy, facts: &Facts) -> Decision {
    if facts.disabled || facts.tenant_suspended {
        return Decision::Refuse(Refusal::WrongLogin);
    }
    if facts.has_totp {
        let backup_code = policy.backup_codes.enabled && facts.backup_codes_left > 0;
        return Decision::Challenge {
            methods: Methods {
                totp: true,
                backup_code,
            },
        };
    }
    let compulsory =
        policy.second_factor.enrolment == Enrolment::Required || facts.role >= Role::Administrator;
    if compulsory {
        Decision::Enrol
    } else {
        Decision::Allow
    }
}

/// What a session of `level` still lacks under `decision`; asked at every request, so that a policy or an
/// authenticator that changed meanwhile counts at once. A password that was to be used once is replaced before anything else
/// is done with the account (SEC-70), but after the second factor: it alone opens nothing here either.
pub fn lacks(decision: Decision, level: Level, term: PasswordTerm) -> Lacks {
    let whole = match term {
        PasswordTerm::Lasting => Lacks::Nothing,
        PasswordTerm::Temporary => Lacks::Password,
    };
    match decision {
        Decision::Allow => whole,
        Decision::Challenge { .. } if level >= Level::Mfa => whole,
        Decision::Challenge { .. } => Lacks::Proof,
        Decision::Enrol => Lacks::Enrolment,
        Decision::Refuse(_) => Lacks::Permission,
    }
}

/// See [`lacks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacks {
    /// Come in.
    Nothing,
    /// Password and second factor have to be proved again first.
    Proof,
    /// A second factor has to be set up first.
    Enrolment,
    /// A password of the person's own has to be chosen first.
    Password,
    /// The session ends.
    Permission,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            role: Role::Member,
            disabled: false,
            tenant_suspended: false,
            has_totp: false,
            backup_codes_left: 0,
        }
    }

    fn check(enrolment: Enrolment, facts: Facts) -> Decision {
        let mut policy = Policy::default();
        policy.second_factor.enrolment = enrolment;
        decide(&policy, &facts)
    }

    #[test]
    fn refusals_come_first() {
        for enrolment in [Enrolment::Off, Enrolment::Optional, Enrolment::Required] {
            let refused = Decision::Refuse(Refusal::WrongLogin);
            assert_eq!(
                check(
                    enrolment,
                    Facts {
                        disabled: true,
                        has_totp: true,
                        ..facts()
                    }
                ),
                refused
            );
            assert_eq!(
                check(
                    enrolment,
                    Facts {
                        tenant_suspended: true,
                        ..facts()
                    }
                ),
                refused
            );
        }
    }

    #[test]
    fn a_registered_factor_is_asked_for_under_every_policy() {
        for enrolment in [Enrolment::Off, Enrolment::Optional, Enrolment::Required] {
            let with = Facts {
                has_totp: true,
                backup_codes_left: 3,
                ..facts()
            };
            let methods = Methods {
                totp: true,
                backup_code: true,
            };
            assert_eq!(check(enrolment, with), Decision::Challenge { methods });
            let methods = Methods {
                totp: true,
                backup_code: false,
            };
            assert_eq!(
                check(
                    enrolment,
                    Facts {
                        backup_codes_left: 0,
                        ..with
                    }
                ),
                Decision::Challenge { methods }
            );
        }
    }

    #[test]
    fn sec_070_administrators_enrol_under_every_policy() {
        for enrolment in [Enrolment::Off, Enrolment::Optional, Enrolment::Required] {
            for role in [Role::Administrator, Role::Operator] {
                assert_eq!(check(enrolment, Facts { role, ..facts() }), Decision::Enrol);
            }
        }
        assert_eq!(check(Enrolment::Required, facts()), Decision::Enrol);
        assert_eq!(check(Enrolment::Optional, facts()), Decision::Allow);
        assert_eq!(check(Enrolment::Off, facts()), Decision::Allow);
    }

    #[test]
    fn a_session_lacks_what_the_decision_asks() {
        let challenge = Decision::Challenge {
            methods: Methods {
                totp: true,
                backup_code: false,
            },
        };
        let refused = Decision::Refuse(Refusal::WrongLogin);
        let lasting = |decision, level| lacks(decision, level, PasswordTerm::Lasting);
        assert_eq!(lasting(challenge, Level::Password), Lacks::Proof);
        assert_eq!(lasting(challenge, Level::Mfa), Lacks::Nothing);
        assert_eq!(lasting(Decision::Enrol, Level::Mfa), Lacks::Enrolment);
        assert_eq!(lasting(Decision::Allow, Level::Password), Lacks::Nothing);
        assert_eq!(lasting(refused, Level::Mfa), Lacks::Permission);
        // A temporary password matters where nothing else is lacking.
        for decision in [challenge, Decision::Enrol, Decision::Allow, refused] {
            for level in [Level::Password, Level::Mfa] {
                let expected = match lasting(decision, level) {
                    Lacks::Nothing => Lacks::Password,
                    other => other,
                };
                assert_eq!(lacks(decision, level, PasswordTerm::Temporary), expected);
            }
        }
    }
}

//! The one decision: who may come in with what. Every door calls it; none has rules of its own (SEC-10).

use crate::{
    password::PasswordTerm, policy::Policy, refusal::Refusal, session::Level, time::Timestamp,
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
    /// Its owner said that the device is lost: the app opens nothing, and stands in nobody's way either (SEC-44).
    pub totp_suspended: bool,
    /// Backup codes that are left.
    pub backup_codes_left: u32,
    /// Until when the person's group may put the set-up off (W8).
    pub grace_until: Option<Timestamp>,
    /// An administrator demands a new set-up at the next login, whatever the policy says (G8).
    pub must_enrol: bool,
    /// A helpdesk code is open for the person.
    pub helpdesk_code: bool,
}

/// The second factors that a login may be finished with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods {
    /// A code of an authenticator app.
    pub totp: bool,
    /// A backup code.
    pub backup_code: bool,
    /// A code that an administrator reads out.
    pub helpdesk_code: bool,
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
    Enrol {
        /// Until then the person may put it off, and the password is enough (W8).
        may_skip_until: Option<Timestamp>,
    },
    /// No.
    Refuse(Refusal),
}

/// Decides a login at `now`.
///
/// A registered factor is always asked for, whatever the policy says now: a tenant that goes back from `required` to
/// `off` does not silently open accounts that their owners had closed. Administrators and operators always need one, and may
/// not put it off (SEC-70).
pub fn decide(policy: &Policy, facts: &Facts, now: Timestamp) -> Decision {
    if facts.disabled || facts.tenant_suspended {
        return Decision::Refuse(Refusal::WrongLogin);
    }
    if facts.has_totp {
        let backup_code = policy.backup_codes.enabled && facts.backup_codes_left > 0;
        return Decision::Challenge {
            methods: Methods {
                totp: !facts.totp_suspended,
                backup_code,
                helpdesk_code: facts.helpdesk_code,
            },
        };
    }
    // A re-issue allows no delay either: the device may be in the wrong hands (G8).
    if facts.role >= Role::Administrator || facts.must_enrol {
        Decision::Enrol {
            may_skip_until: None,
        }
    } else if policy.second_factor.is_required(now) {
        Decision::Enrol {
            may_skip_until: facts.grace_until.filter(|until| now < *until),
        }
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
        Decision::Enrol {
            may_skip_until: Some(_),
        } => whole,
        Decision::Enrol {
            may_skip_until: None,
        } => Lacks::Enrolment,
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
    use crate::{policy::Enrolment, time::Span};

    const NOW: Timestamp = Timestamp(1_000_000);
    const ENROL: Decision = Decision::Enrol {
        may_skip_until: None,
    };

    fn facts() -> Facts {
        Facts {
            role: Role::Member,
            disabled: false,
            tenant_suspended: false,
            has_totp: false,
            totp_suspended: false,
            backup_codes_left: 0,
            grace_until: None,
            must_enrol: false,
            helpdesk_code: false,
        }
    }

    fn check(enrolment: Enrolment, facts: Facts) -> Decision {
        let mut policy = Policy::default();
        policy.second_factor.enrolment = enrolment;
        decide(&policy, &facts, NOW)
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
                helpdesk_code: false,
            };
            assert_eq!(check(enrolment, with), Decision::Challenge { methods });
            let methods = Methods {
                totp: true,
                backup_code: false,
                helpdesk_code: false,
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
                assert_eq!(check(enrolment, Facts { role, ..facts() }), ENROL);
            }
        }
        assert_eq!(check(Enrolment::Required, facts()), ENROL);
        assert_eq!(check(Enrolment::Optional, facts()), Decision::Allow);
        assert_eq!(check(Enrolment::Off, facts()), Decision::Allow);
    }

    #[test]
    fn g1_required_counts_from_its_date_on() {
        let mut policy = Policy::default();
        policy.second_factor.required_from = Some(NOW);
        let before = NOW - Span::seconds(1);
        assert_eq!(decide(&policy, &facts(), before), Decision::Allow);
        assert_eq!(decide(&policy, &facts(), NOW), ENROL);
        let administrator = Facts {
            role: Role::Administrator,
            ..facts()
        };
        assert_eq!(decide(&policy, &administrator, before), ENROL);
    }

    #[test]
    fn w8_a_group_may_put_the_set_up_off_until_its_date() {
        let until = NOW + Span::days(7);
        let graced = Facts {
            grace_until: Some(until),
            ..facts()
        };
        let policy = Policy::default();
        let skippable = Decision::Enrol {
            may_skip_until: Some(until),
        };
        assert_eq!(decide(&policy, &graced, NOW), skippable);
        assert_eq!(
            lacks(skippable, Level::Password, PasswordTerm::Lasting),
            Lacks::Nothing
        );
        let last = until - Span::seconds(1);
        assert_eq!(decide(&policy, &graced, last), skippable);
        assert_eq!(decide(&policy, &graced, until), ENROL);
        // Where nothing is compulsory, there is nothing to put off.
        assert_eq!(check(Enrolment::Optional, graced), Decision::Allow);
    }

    #[test]
    fn sec_070_a_group_s_grace_is_none_for_administrators() {
        for role in [Role::Administrator, Role::Operator] {
            let graced = Facts {
                role,
                grace_until: Some(NOW + Span::days(7)),
                ..facts()
            };
            assert_eq!(check(Enrolment::Required, graced), ENROL);
        }
    }

    #[test]
    fn sec_044_a_suspended_app_opens_nothing_and_is_still_asked_for() {
        let lost = Facts {
            has_totp: true,
            totp_suspended: true,
            backup_codes_left: 1,
            ..facts()
        };
        let methods = |backup_code| Methods {
            totp: false,
            backup_code,
            helpdesk_code: false,
        };
        let challenge = |methods| Decision::Challenge { methods };
        for enrolment in [Enrolment::Off, Enrolment::Optional, Enrolment::Required] {
            assert_eq!(check(enrolment, lost), challenge(methods(true)));
            let without_codes = Facts {
                backup_codes_left: 0,
                ..lost
            };
            assert_eq!(check(enrolment, without_codes), challenge(methods(false)));
        }
    }

    #[test]
    fn g8_a_re_issue_demands_a_set_up_under_every_policy_and_grants_no_delay() {
        for enrolment in [Enrolment::Off, Enrolment::Optional, Enrolment::Required] {
            let facts = Facts {
                must_enrol: true,
                grace_until: Some(NOW + Span::days(7)),
                ..facts()
            };
            assert_eq!(check(enrolment, facts), ENROL);
        }
    }

    #[test]
    fn a_helpdesk_code_is_a_way_only_where_a_second_factor_is_asked_for() {
        let open = Facts {
            helpdesk_code: true,
            ..facts()
        };
        assert_eq!(check(Enrolment::Optional, open), Decision::Allow);
        assert_eq!(check(Enrolment::Required, open), ENROL);
        let methods = Methods {
            totp: true,
            backup_code: false,
            helpdesk_code: true,
        };
        let with = Facts {
            has_totp: true,
            ..open
        };
        assert_eq!(check(Enrolment::Off, with), Decision::Challenge { methods });
    }

    #[test]
    fn a_session_lacks_what_the_decision_asks() {
        let challenge = Decision::Challenge {
            methods: Methods {
                totp: true,
                backup_code: false,
                helpdesk_code: false,
            },
        };
        let refused = Decision::Refuse(Refusal::WrongLogin);
        let lasting = |decision, level| lacks(decision, level, PasswordTerm::Lasting);
        assert_eq!(lasting(challenge, Level::Password), Lacks::Proof);
        assert_eq!(lasting(challenge, Level::Mfa), Lacks::Nothing);
        assert_eq!(lasting(ENROL, Level::Mfa), Lacks::Enrolment);
        assert_eq!(lasting(Decision::Allow, Level::Password), Lacks::Nothing);
        assert_eq!(lasting(refused, Level::Mfa), Lacks::Permission);
        // A temporary password matters where nothing else is lacking.
        for decision in [challenge, ENROL, Decision::Allow, refused] {
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

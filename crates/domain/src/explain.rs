//! Why a login is decided as it is: the reason behind [`decide`](crate::decide::decide), for the administrator who asks "what would
//! this person be asked right now, and why?".

use crate::{
    decide::{Facts, Methods},
    policy::{Enrolment, Policy},
    time::Timestamp,
    user::Role,
};

/// The reason of a decision. What comes first here decides first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Refused: an administrator disabled the account.
    Disabled,
    /// Refused: the tenant is suspended.
    TenantSuspended,
    /// The password is enough: the network is trusted (K2). From elsewhere more is asked.
    Trusted,
    /// The password is enough: the person switched the second factor off (K1).
    SwitchedOff,
    /// A set-up is demanded: the person switched the second factor on and has registered nothing (K8).
    SwitchedOn,
    /// A code is asked for: a second factor is registered.
    Registered(Methods),
    /// A set-up is demanded: an administrator re-issued the second factor (G8).
    Reissued,
    /// A set-up is demanded: administrators and operators always need one (SEC-70).
    Role,
    /// A set-up is demanded: the policy says so.
    Policy,
    /// A set-up is offered, and may be put off until the date of the person's group (W8).
    Grace {
        /// That date.
        until: Timestamp,
    },
    /// The password is enough until a date that the policy names (G1).
    Later {
        /// That date.
        from: Timestamp,
    },
    /// The password is enough: each person decides, and this one has not set anything up.
    Optional,
    /// The password is enough: the tenant has no second factor.
    Off,
}

/// Says why [`decide`](crate::decide::decide) decides as it does on the same arguments.
pub fn explain(policy: &Policy, facts: &Facts, now: Timestamp) -> Why {
    if facts.disabled {
        return Why::Disabled;
    }
    if facts.tenant_suspended {
        return Why::TenantSuspended;
    }
    let rules = &policy.second_factor;
    let manages = facts.role >= Role::Administrator;
    let is_registered = facts.has_second_factor(policy);
    let is_required = rules.is_required(facts.trusted_network, now);
    let switch = facts.own_switch.filter(|_| rules.own_switch);
    if !manages && !facts.must_enrol {
        if switch == Some(false) && !is_required {
            return Why::SwitchedOff;
        }
        if facts.trusted_network && is_registered {
            return Why::Trusted;
        }
    }
    if is_registered {
        return Why::Registered(Methods {
            totp: facts.has_totp && !facts.totp_suspended,
            email: facts.may_use_email(policy),
            backup_code: policy.backup_codes.enabled && facts.backup_codes_left > 0,
            helpdesk_code: facts.helpdesk_code,
        });
    }
    if facts.must_enrol {
        return Why::Reissued;
    }
    if manages {
        return Why::Role;
    }
    if is_required {
        return match facts.grace_until {
            Some(until) if now < until => Why::Grace { until },
            _ => Why::Policy,
        };
    }
    match (rules.enrolment, rules.required_from) {
        _ if switch == Some(true) && !facts.trusted_network => Why::SwitchedOn,
        _ if switch == Some(true) => Why::Trusted,
        (Enrolment::Required | Enrolment::RequiredOffNetwork, Some(from)) if now < from => {
            Why::Later { from }
        }
        (Enrolment::Required | Enrolment::RequiredOffNetwork, _) => Why::Trusted,
        (Enrolment::Optional, _) => Why::Optional,
        (Enrolment::Off, _) => Why::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::{Decision, decide};

    #[test]
    fn the_reason_and_the_decision_never_disagree() {
        let now = Timestamp(1_000);
        let dates = [None, Some(Timestamp(500)), Some(Timestamp(1_500))];
        let roles = [Role::Member, Role::Administrator, Role::Operator];
        for bits in 0..2048 {
            let bit = |place: u32| bits >> place & 1 == 1;
            for (role, grace_until) in roles
                .into_iter()
                .flat_map(|role| dates.map(|at| (role, at)))
            {
                let facts = Facts {
                    role,
                    disabled: bit(0),
                    tenant_suspended: bit(1),
                    has_totp: bit(2),
                    backup_codes_left: u32::from(bit(3)),
                    must_enrol: bit(4),
                    helpdesk_code: bit(5),
                    totp_suspended: bit(6),
                    has_email: bit(7),
                    trusted_network: bit(8),
                    own_switch: bit(9).then_some(bit(10)),
                    grace_until,
                };
                for enrolment in ENROLMENTS {
                    for (required_from, own_switch) in
                        dates.into_iter().flat_map(|at| [(at, true), (at, false)])
                    {
                        let mut policy = Policy::default();
                        policy.second_factor.enrolment = enrolment;
                        policy.second_factor.required_from = required_from;
                        policy.second_factor.own_switch = own_switch;
                        policy.email_code.enabled = own_switch;
                        check(&policy, &facts, now);
                    }
                }
            }
        }
    }

    const ENROLMENTS: [Enrolment; 4] = [
        Enrolment::Off,
        Enrolment::Optional,
        Enrolment::Required,
        Enrolment::RequiredOffNetwork,
    ];

    fn check(policy: &Policy, facts: &Facts, now: Timestamp) {
        let (why, decision) = (explain(policy, facts, now), decide(policy, facts, now));
        let agree = match (why, decision) {
            (Why::Disabled | Why::TenantSuspended, Decision::Refuse(_)) => true,
            (Why::Registered(named), Decision::Challenge { methods }) => named == methods,
            (
                Why::Reissued | Why::Role | Why::Policy | Why::SwitchedOn,
                Decision::Enrol { may_skip_until },
            ) => may_skip_until.is_none(),
            (Why::Grace { until }, Decision::Enrol { may_skip_until }) => {
                may_skip_until == Some(until)
            }
            (
                Why::Optional | Why::Off | Why::Later { .. } | Why::Trusted | Why::SwitchedOff,
                Decision::Allow,
            ) => true,
            _ => false,
        };
        assert!(agree, "{why:?} {decision:?} {facts:?} {policy:?}");
    }
}

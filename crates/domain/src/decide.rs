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
    /// A private mail address is confirmed, to which codes can be sent (K6).
    pub has_email: bool,
    /// Backup codes that are left.
    pub backup_codes_left: u32,
    /// Until when the person's group may put the set-up off (W8).
    pub grace_until: Option<Timestamp>,
    /// An administrator demands a new set-up at the next login, whatever the policy says (G8).
    pub must_enrol: bool,
    /// A helpdesk code is open for the person.
    pub helpdesk_code: bool,
    /// What the person switched the second factor to, where the tenant lets people switch (K1). `None`: never touched.
    pub own_switch: Option<bool>,
    /// The request comes from a network that the tenant trusts (K2).
    pub trusted_network: bool,
}

impl Facts {
    /// The facts about somebody of whom nothing is known but where the request comes from: a member who has nothing yet.
    pub fn of_stranger(tenant_suspended: bool, trusted_network: bool) -> Self {
        Self {
            role: Role::Member,
            disabled: false,
            tenant_suspended,
            has_totp: false,
            totp_suspended: false,
            has_email: false,
            backup_codes_left: 0,
            grace_until: None,
            must_enrol: false,
            helpdesk_code: false,
            own_switch: None,
            trusted_network,
        }
    }

    /// The facts for a change of what protects the account: neither a trusted network nor the person's own switch makes the
    /// password enough for that (SEC-51).
    pub fn for_changes(self) -> Self {
        Self {
            own_switch: None,
            trusted_network: false,
            ..self
        }
    }

    /// Whether a code by mail counts for this person: never for those who manage others (SEC-26).
    pub fn may_use_email(&self, policy: &Policy) -> bool {
        policy.email_code.enabled && self.has_email && self.role < Role::Administrator
    }

    /// Whether the second factor is on: the person has one that counts, be it the app or codes by mail (K3). This is what a
    /// login asks for, and what a helpdesk code stands in for.
    pub fn has_second_factor(&self, policy: &Policy) -> bool {
        self.has_totp || self.may_use_email(policy)
    }
}

/// The second factors that a login may be finished with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods {
    /// A code of an authenticator app.
    pub totp: bool,
    /// A code sent to the private mail address.
    pub email: bool,
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
/// A registered factor is asked for whatever the policy says now: a tenant that goes back from `required` to `off` does not
/// silently open accounts that their owners had closed. Two things open them all the same: a network that the tenant trusts
/// (K2, SEC-51), and the person's own switch where the tenant has one and demands nothing (K1). Neither counts for
/// administrators and operators, who always need a second factor and may not put it off (SEC-70).
pub fn decide(policy: &Policy, facts: &Facts, now: Timestamp) -> Decision {
    if facts.disabled || facts.tenant_suspended {
        return Decision::Refuse(Refusal::WrongLogin);
    }
    let rules = &policy.second_factor;
    let manages = facts.role >= Role::Administrator;
    let is_registered = facts.has_second_factor(policy);
    if !manages && !facts.must_enrol {
        let switched_off = rules.own_switch && facts.own_switch == Some(false);
        if switched_off && !rules.is_required(facts.trusted_network, now) {
            return Decision::Allow;
        }
        if facts.trusted_network && is_registered {
            return Decision::Allow;
        }
    }
    if is_registered {
        let backup_code = policy.backup_codes.enabled && facts.backup_codes_left > 0;
        return Decision::Challenge {
            methods: Methods {
                totp: facts.has_totp && !facts.totp_suspended,
                email: facts.may_use_email(policy),
                backup_code,
                helpdesk_code: facts.helpdesk_code,
            },
        };
    }
    // A re-issue allows no delay either: the device may be in the wrong hands (G8).
    if manages || facts.must_enrol {
        return Decision::Enrol {
            may_skip_until: None,
        };
    }
    let switched_on = rules.own_switch && facts.own_switch == Some(true);
    if rules.is_required(facts.trusted_network, now) {
        Decision::Enrol {
            may_skip_until: facts.grace_until.filter(|until| now < *until),
        }
    } else if switched_on && !facts.trusted_network {
        // Switched on and nothing registered: the first login from outside leads through the set-up (K8).
        Decision::Enrol {
            may_skip_until: None,
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
        Decision::Challenge { methods } if methods.email && level == Level::EmailedCode => whole,
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
mod tests;

//! Every decision as cases: who is refused, let in, asked, led to a set-up.

use super::*;
use crate::{policy::Enrolment, time::Span};

const NOW: Timestamp = Timestamp(1_000_000);
const ENROLMENTS: [Enrolment; 4] = [
    Enrolment::Off,
    Enrolment::Optional,
    Enrolment::Required,
    Enrolment::RequiredOffNetwork,
];
const ENROL: Decision = Decision::Enrol {
    may_skip_until: None,
};

fn facts() -> Facts {
    Facts::of_stranger(false, false)
}

fn check(enrolment: Enrolment, facts: Facts) -> Decision {
    let mut policy = Policy::default();
    policy.second_factor.enrolment = enrolment;
    decide(&policy, &facts, NOW)
}

#[test]
fn refusals_come_first() {
    for enrolment in ENROLMENTS {
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
    for enrolment in ENROLMENTS {
        let with = Facts {
            has_totp: true,
            backup_codes_left: 3,
            ..facts()
        };
        let methods = Methods {
            totp: true,
            email: false,
            backup_code: true,
            helpdesk_code: false,
        };
        assert_eq!(check(enrolment, with), Decision::Challenge { methods });
        let methods = Methods {
            totp: true,
            email: false,
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
    for enrolment in ENROLMENTS {
        for role in [Role::Administrator, Role::Operator] {
            assert_eq!(check(enrolment, Facts { role, ..facts() }), ENROL);
        }
    }
    assert_eq!(check(Enrolment::Required, facts()), ENROL);
    assert_eq!(check(Enrolment::Optional, facts()), Decision::Allow);
    assert_eq!(check(Enrolment::Off, facts()), Decision::Allow);
}

fn campus() -> Policy {
    let mut policy = Policy::default();
    policy.second_factor.enrolment = Enrolment::Optional;
    policy.second_factor.own_switch = true;
    policy.email_code.enabled = true;
    policy
}

const APP: Decision = Decision::Challenge {
    methods: Methods {
        totp: true,
        email: false,
        backup_code: false,
        helpdesk_code: false,
    },
};

#[test]
fn k1_the_own_switch_decides_where_the_tenant_demands_nothing() {
    let at = |policy: &Policy, has_totp, own_switch| {
        let facts = Facts {
            has_totp,
            own_switch,
            ..facts()
        };
        decide(policy, &facts, NOW)
    };
    let mut policy = campus();
    for (has_totp, own_switch, expected) in [
        (false, None, Decision::Allow),
        (false, Some(false), Decision::Allow),
        (false, Some(true), ENROL),
        (true, None, APP),
        (true, Some(false), Decision::Allow),
        (true, Some(true), APP),
    ] {
        assert_eq!(
            at(&policy, has_totp, own_switch),
            expected,
            "{own_switch:?}"
        );
    }
    policy.second_factor.enrolment = Enrolment::Required;
    assert_eq!(at(&policy, true, Some(false)), APP);
    assert_eq!(at(&policy, false, Some(false)), ENROL);
    // A switch of another time opens nothing where the tenant has none.
    policy.second_factor.enrolment = Enrolment::Optional;
    policy.second_factor.own_switch = false;
    assert_eq!(at(&policy, true, Some(false)), APP);
    assert_eq!(at(&policy, false, Some(true)), Decision::Allow);
}

#[test]
fn k2_a_trusted_network_skips_the_second_factor_and_k8_only_outside_it_a_set_up_is_demanded() {
    let mut policy = campus();
    for enrolment in ENROLMENTS {
        policy.second_factor.enrolment = enrolment;
        for (has_totp, own_switch) in [(true, None), (true, Some(true)), (false, Some(true))] {
            let inside = Facts {
                has_totp,
                own_switch,
                trusted_network: true,
                ..facts()
            };
            let outside = Facts {
                trusted_network: false,
                ..inside
            };
            let expected = match (has_totp, enrolment) {
                (false, Enrolment::Required) => ENROL,
                _ => Decision::Allow,
            };
            assert_eq!(decide(&policy, &inside, NOW), expected, "{enrolment:?}");
            let expected = if has_totp { APP } else { ENROL };
            assert_eq!(decide(&policy, &outside, NOW), expected, "{enrolment:?}");
            // Whatever protects the account is changed as from outside (SEC-51).
            let changes = decide(&policy, &inside.for_changes(), NOW);
            assert!(!has_totp || changes == APP, "{enrolment:?}");
        }
    }
    policy.second_factor.enrolment = Enrolment::RequiredOffNetwork;
    let nothing = |trusted_network| Facts {
        trusted_network,
        ..facts()
    };
    assert_eq!(decide(&policy, &nothing(true), NOW), Decision::Allow);
    assert_eq!(decide(&policy, &nothing(false), NOW), ENROL);
}

#[test]
fn sec_051_no_network_and_no_switch_counts_for_those_who_manage_or_must_enrol_anew() {
    let open = Facts {
        has_totp: true,
        own_switch: Some(false),
        trusted_network: true,
        ..facts()
    };
    assert_eq!(decide(&campus(), &open, NOW), Decision::Allow);
    for role in [Role::Administrator, Role::Operator] {
        assert_eq!(decide(&campus(), &Facts { role, ..open }, NOW), APP);
        let bare = Facts {
            role,
            has_totp: false,
            ..open
        };
        assert_eq!(decide(&campus(), &bare, NOW), ENROL);
    }
    let reissued = Facts {
        must_enrol: true,
        has_totp: false,
        ..open
    };
    assert_eq!(decide(&campus(), &reissued, NOW), ENROL);
}

#[test]
fn sec_026_a_code_by_mail_is_off_by_default_and_never_for_those_who_manage() {
    let with = Facts {
        has_email: true,
        ..facts()
    };
    let by_mail = Decision::Challenge {
        methods: Methods {
            totp: false,
            email: true,
            backup_code: false,
            helpdesk_code: false,
        },
    };
    assert_eq!(decide(&campus(), &with, NOW), by_mail);
    assert_eq!(check(Enrolment::Optional, with), Decision::Allow);
    for role in [Role::Administrator, Role::Operator] {
        assert_eq!(decide(&campus(), &Facts { role, ..with }, NOW), ENROL);
    }
    // It is worth less than an app's code: enough only where it may be used.
    let lasting = PasswordTerm::Lasting;
    assert_eq!(lacks(by_mail, Level::EmailedCode, lasting), Lacks::Nothing);
    assert_eq!(lacks(APP, Level::EmailedCode, lasting), Lacks::Proof);
    assert_eq!(lacks(by_mail, Level::Mfa, lasting), Lacks::Nothing);
    assert_eq!(lacks(by_mail, Level::Password, lasting), Lacks::Proof);
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
        email: false,
        backup_code,
        helpdesk_code: false,
    };
    let challenge = |methods| Decision::Challenge { methods };
    for enrolment in ENROLMENTS {
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
    for enrolment in ENROLMENTS {
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
        email: false,
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
fn k3_a_helpdesk_code_stands_in_for_codes_by_mail_as_for_the_app_where_they_count() {
    let open = Facts {
        helpdesk_code: true,
        has_email: true,
        ..facts()
    };
    let methods = |totp, email| Methods {
        totp,
        email,
        backup_code: false,
        helpdesk_code: true,
    };
    let challenge = |methods| Decision::Challenge { methods };
    let both = Facts {
        has_totp: true,
        ..open
    };
    assert!(open.has_second_factor(&campus()) && both.has_second_factor(&campus()));
    assert_eq!(
        decide(&campus(), &open, NOW),
        challenge(methods(false, true))
    );
    assert_eq!(
        decide(&campus(), &both, NOW),
        challenge(methods(true, true))
    );
    // An address that does not count is no second factor, and nothing for a code to stand in for (SEC-26).
    assert!(!open.has_second_factor(&Policy::default()));
    assert_eq!(check(Enrolment::Optional, open), Decision::Allow);
    assert_eq!(check(Enrolment::Required, open), ENROL);
    for role in [Role::Administrator, Role::Operator] {
        let managing = Facts { role, ..open };
        assert!(!managing.has_second_factor(&campus()));
        assert_eq!(decide(&campus(), &managing, NOW), ENROL);
        let with_app = Facts { role, ..both };
        assert_eq!(
            decide(&campus(), &with_app, NOW),
            challenge(methods(true, false))
        );
    }
    assert!(!facts().has_second_factor(&campus()));
}

#[test]
fn a_session_lacks_what_the_decision_asks() {
    let challenge = Decision::Challenge {
        methods: Methods {
            totp: true,
            email: false,
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

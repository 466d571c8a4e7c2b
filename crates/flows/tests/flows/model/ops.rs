//! What may happen, and how often.

use proptest::{prelude::*, sample::select};
use warifu_domain::policy::Enrolment;

use super::{PEOPLE, driver::BROWSERS, is_long};

/// Something that happens; what is typed is found out when it does.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Wait(i64),
    /// As far as it goes: password, then the code or the set-up.
    SignIn {
        browser: usize,
        person: usize,
    },
    /// From the proof to the first code.
    Enrol {
        browser: usize,
    },
    /// Somebody with the password tries wrong codes, three an attempt, and waits out every pause.
    Siege {
        browser: usize,
        person: usize,
        rounds: usize,
    },
    /// Somebody without it tries wrong ones.
    Guess {
        browser: usize,
        person: usize,
        rounds: usize,
    },
    Login {
        browser: usize,
        person: usize,
        password: Password,
    },
    AttemptPage {
        browser: usize,
    },
    Code {
        browser: usize,
        typed: Typed,
    },
    BackupCode {
        browser: usize,
        typed: Backup,
    },
    ForcedPage {
        browser: usize,
    },
    ForcedCode {
        browser: usize,
        typed: Typed,
    },
    Start {
        browser: usize,
    },
    FirstCode {
        browser: usize,
        typed: Typed,
    },
    Abandon {
        browser: usize,
    },
    Remove {
        browser: usize,
    },
    Issue {
        browser: usize,
    },
    Prove {
        browser: usize,
        password: Password,
        second: Option<Result<Typed, Backup>>,
    },
    ChangePassword {
        browser: usize,
    },
    SignOut {
        browser: usize,
    },
    EndOthers {
        browser: usize,
    },
    Disable {
        person: usize,
    },
    Enable {
        person: usize,
    },
    Reset {
        person: usize,
    },
    SetPassword {
        person: usize,
    },
    Suspend,
    Resume,
    Policy(Enrolment),
    Sweep,
    Reopen,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Password {
    Right,
    Wrong,
    /// The first one, which may have been changed.
    First,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Typed {
    /// What the person's app shows so many steps from now.
    Shown(i64),
    /// What the app showed when a code was last accepted: the same text again.
    Again,
    /// What any entry that was ever scanned shows now, also one that was replaced or is another's.
    OfEntry(usize),
    Wrong,
    Malformed,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Backup {
    Unused,
    Used,
    Superseded,
    OfOther,
    Wrong,
    Malformed,
}

fn typed() -> impl Strategy<Value = Typed> {
    prop_oneof![
        8 => Just(Typed::Shown(0)),
        3 => select(vec![-9, -2, -1, 1, 2, 70]).prop_map(Typed::Shown),
        2 => Just(Typed::Again),
        1 => (0..6_usize).prop_map(Typed::OfEntry),
        3 => Just(Typed::Wrong),
        1 => Just(Typed::Malformed),
    ]
}

fn backup() -> impl Strategy<Value = Backup> {
    use Backup::*;
    prop_oneof![
        6 => Just(Unused),
        5 => select(vec![Used, Superseded, OfOther, Wrong, Malformed]),
    ]
}

fn password() -> impl Strategy<Value = Password> {
    use Password::*;
    prop_oneof![6 => Just(Right), 2 => Just(Wrong), 1 => Just(First)]
}

/// A tenth of `rounds`, or all of them in the long run.
fn most(rounds: usize) -> usize {
    if is_long() { rounds } else { rounds / 10 + 1 }
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let (browser, person) = (0..BROWSERS, 0..PEOPLE.len());
    let both = || (0..BROWSERS, 0..PEOPLE.len());
    let seconds = vec![1, 29, 30, 31, 60, 299, 301, 600, 900, 3599, 3601, 12 * 3600];
    let second = prop_oneof![
        1 => Just(None),
        5 => typed().prop_map(|typed| Some(Ok(typed))),
        2 => backup().prop_map(|typed| Some(Err(typed))),
    ];
    let enrolment = select(vec![
        Enrolment::Off,
        Enrolment::Optional,
        Enrolment::Required,
    ]);
    let at_browser = select(vec![
        |browser| Op::AttemptPage { browser },
        |browser| Op::ForcedPage { browser },
        |browser| Op::Start { browser },
        |browser| Op::Start { browser },
        |browser| Op::Abandon { browser },
        |browser| Op::Remove { browser },
        |browser| Op::Issue { browser },
        |browser| Op::Issue { browser },
        |browser| Op::ChangePassword { browser },
        |browser| Op::SignOut { browser },
        |browser| Op::EndOthers { browser },
    ] as Vec<fn(usize) -> Op>);
    let of_person = select(vec![
        |person| Op::Disable { person },
        |person| Op::Enable { person },
        |person| Op::Enable { person },
        |person| Op::Reset { person },
        |person| Op::SetPassword { person },
    ] as Vec<fn(usize) -> Op>);
    prop_oneof![
        14 => select(seconds).prop_map(Op::Wait),
        14 => both().prop_map(|(browser, person)| Op::SignIn { browser, person }),
        9 => browser.clone().prop_map(|browser| Op::Enrol { browser }),
        1 => (both(), 1..1 + most(20)).prop_map(|((browser, person), rounds)| Op::Siege { browser, person, rounds }),
        1 => (both(), 1..1 + most(60)).prop_map(|((browser, person), rounds)| Op::Guess { browser, person, rounds }),
        10 => (both(), password()).prop_map(|((browser, person), password)| Op::Login { browser, person, password }),
        12 => (browser.clone(), typed()).prop_map(|(browser, typed)| Op::Code { browser, typed }),
        7 => (browser.clone(), backup()).prop_map(|(browser, typed)| Op::BackupCode { browser, typed }),
        4 => (browser.clone(), typed()).prop_map(|(browser, typed)| Op::ForcedCode { browser, typed }),
        5 => (browser.clone(), typed()).prop_map(|(browser, typed)| Op::FirstCode { browser, typed }),
        7 => (browser.clone(), password(), second)
            .prop_map(|(browser, password, second)| Op::Prove { browser, password, second }),
        14 => (at_browser, browser).prop_map(|(op, browser)| op(browser)),
        2 => (of_person, person).prop_map(|(op, person)| op(person)),
        1 => enrolment.prop_map(Op::Policy),
        1 => select(vec![Op::Suspend, Op::Resume, Op::Sweep, Op::Sweep, Op::Reopen]),
    ]
}

/// The ops that make up one.
pub(super) fn parts(op: &Op) -> Vec<Op> {
    let (right, now) = (Password::Right, Typed::Shown(0));
    match *op {
        Op::SignIn { browser, person } => vec![
            Op::Login {
                browser,
                person,
                password: right,
            },
            Op::Wait(30),
            Op::ForcedPage { browser },
            Op::ForcedCode {
                browser,
                typed: now,
            },
            Op::Code {
                browser,
                typed: now,
            },
        ],
        Op::Enrol { browser } => vec![
            Op::Wait(30),
            Op::Prove {
                browser,
                password: right,
                second: Some(Ok(now)),
            },
            Op::Start { browser },
            Op::FirstCode {
                browser,
                typed: now,
            },
        ],
        Op::Siege {
            browser,
            person,
            rounds,
        } => {
            let wrong = Op::Code {
                browser,
                typed: Typed::Wrong,
            };
            let login = Op::Login {
                browser,
                person,
                password: right,
            };
            let round = [login, wrong.clone(), wrong.clone(), wrong, Op::Wait(900)];
            round.into_iter().cycle().take(5 * rounds).collect()
        }
        Op::Guess {
            browser,
            person,
            rounds,
        } => {
            let login = Op::Login {
                browser,
                person,
                password: Password::Wrong,
            };
            [login, Op::Wait(900)]
                .into_iter()
                .cycle()
                .take(2 * rounds)
                .collect()
        }
        ref other => vec![other.clone()],
    }
}

//! Finds out what is typed, and at which browser: most steps should lead somewhere, and the others must hurt nothing.

use super::{
    driver::{BROWSERS, Driver},
    ops::{Backup, Op, Password, Typed},
    step::{Second, Step},
};

/// Finds out what is typed, where the reference stands now.
pub(super) struct Typist<'a> {
    pub(super) driver: &'a Driver,
    /// Makes passwords that were never there before.
    pub(super) number: usize,
}

impl Typist<'_> {
    fn password(&self, person: usize, password: Password) -> String {
        match password {
            Password::Right => self.driver.reference.people[person].password.clone(),
            Password::First => self.driver.people[person].password.clone(),
            Password::Wrong => format!("a wrong guess {}", self.number),
        }
    }

    /// Whose attempt or session a browser has.
    fn owner(&self, browser: usize) -> Option<usize> {
        let reference = &self.driver.reference;
        let attempt = reference.attempt(browser).map(|attempt| attempt.person);
        attempt.or_else(|| reference.session(browser).map(|session| session.person))
    }

    /// The entry that this browser's next code should come from.
    fn entry(&self, person: usize, is_set_up: bool) -> Option<usize> {
        let who = &self.driver.reference.people[person];
        match is_set_up {
            true => who.pending.as_ref().map(|pending| pending.phone),
            false => who.app.as_ref().map(|app| app.phone),
        }
    }

    fn code(&self, browser: usize, typed: Typed, is_set_up: bool) -> String {
        let phones = &self.driver.phones;
        let own = self
            .owner(browser)
            .and_then(|person| self.entry(person, is_set_up));
        let entry = match typed {
            Typed::OfEntry(number) if !phones.is_empty() => Some(number % phones.len()),
            _ => own,
        };
        let Some(phone) = entry.map(|entry| &phones[entry]) else {
            return "000000".to_owned();
        };
        match typed {
            Typed::Shown(offset) => phone.code_of(offset),
            Typed::Again => match self.driver.last_accepted(entry.expect("it was found")) {
                Some(step) => phone.code_at(step),
                None => phone.code(),
            },
            Typed::OfEntry(_) => phone.code(),
            Typed::Wrong => phone.wrong_code(self.number),
            Typed::Malformed => "12 45".to_owned(),
        }
    }

    fn backup_code(&self, browser: usize, typed: Backup) -> String {
        let people = &self.driver.reference.people;
        let owner = self.owner(browser).unwrap_or(0);
        let set = people[owner].set.as_ref();
        let other = people[1 - owner].set.as_ref();
        let of = |wanted: bool| {
            let codes = set.map_or(&[][..], |set| &set.current).iter();
            codes
                .filter(|(_, used)| *used == wanted)
                .map(|(code, _)| code.clone())
                .next()
        };
        let found = match typed {
            Backup::Unused => of(false),
            Backup::Used => of(true),
            Backup::Superseded => set.and_then(|set| set.superseded.first().cloned()),
            Backup::OfOther => other.and_then(|set| Some(set.current.first()?.0.clone())),
            Backup::Malformed => Some("1234".to_owned()),
            Backup::Wrong => None,
        };
        found.unwrap_or_else(|| "0000-0000-0000-0000".to_owned())
    }

    fn fresh_password(&self) -> String {
        format!("a melon under moon {}", self.number)
    }

    /// The browser meant: that one if it fits, or else the next that does.
    fn nearest(&self, browser: usize, fits: impl Fn(usize) -> bool) -> usize {
        let mut others = (0..BROWSERS).map(|offset| (browser + offset) % BROWSERS);
        others.find(|browser| fits(*browser)).unwrap_or(browser)
    }

    /// A browser whose attempt waits for a code, or for a set-up; any that had one, if none does.
    fn waiting(&self, browser: usize, for_set_up: bool) -> Option<usize> {
        let reference = &self.driver.reference;
        let waits = |browser| {
            let attempt = reference.attempt(browser);
            attempt.is_some_and(|attempt| attempt.set_up == for_set_up)
        };
        let nearest = self.nearest(browser, waits);
        reference.has_attempt_cookie(nearest).then_some(nearest)
    }

    /// The one step of an op that is one.
    pub(super) fn step(&self, op: &Op) -> Option<Step> {
        let reference = &self.driver.reference;
        let signed_in =
            |browser| self.nearest(browser, |browser| reference.session(browser).is_some());
        let pending = |browser| {
            let is_pending = |browser| {
                let session = reference.session(browser);
                session.is_some_and(|session| reference.people[session.person].pending.is_some())
            };
            self.nearest(browser, is_pending)
        };
        Some(match *op {
            Op::Login {
                browser,
                person,
                password,
            } => Step::Login {
                browser,
                person,
                password: self.password(person, password),
            },
            Op::AttemptPage { browser } => Step::AttemptPage {
                browser: self.waiting(browser, false)?,
            },
            Op::Code { browser, typed } => {
                let browser = self.waiting(browser, false)?;
                let text = self.code(browser, typed, false);
                Step::Code { browser, text }
            }
            Op::BackupCode { browser, typed } => {
                let browser = self.waiting(browser, false)?;
                let text = self.backup_code(browser, typed);
                Step::BackupCode { browser, text }
            }
            Op::ForcedPage { browser } => Step::ForcedPage {
                browser: self.waiting(browser, true)?,
            },
            Op::ForcedCode { browser, typed } => {
                let browser = self.waiting(browser, true)?;
                let text = self.code(browser, typed, true);
                Step::ForcedCode { browser, text }
            }
            Op::Start { browser } => Step::Start {
                browser: signed_in(browser),
            },
            Op::FirstCode { browser, typed } => {
                let browser = pending(browser);
                let text = self.code(browser, typed, true);
                Step::FirstCode { browser, text }
            }
            Op::Abandon { browser } => Step::Abandon {
                browser: pending(browser),
            },
            Op::Remove { browser } => Step::Remove {
                browser: signed_in(browser),
            },
            Op::Issue { browser } => Step::Issue {
                browser: signed_in(browser),
            },
            Op::Prove {
                browser,
                password,
                second,
            } => {
                let browser = signed_in(browser);
                let person = reference
                    .session(browser)
                    .map_or(0, |session| session.person);
                Step::Prove {
                    browser,
                    password: self.password(person, password),
                    second: second.map(|second| match second {
                        Ok(typed) => Second::Code(self.code(browser, typed, false)),
                        Err(typed) => Second::BackupCode(self.backup_code(browser, typed)),
                    }),
                }
            }
            Op::ChangePassword { browser } => Step::ChangePassword {
                browser: signed_in(browser),
                new: self.fresh_password(),
            },
            Op::SignOut { browser } => Step::SignOut { browser },
            Op::EndOthers { browser } => Step::EndOthers {
                browser: signed_in(browser),
            },
            Op::Disable { person } => Step::Disable { person },
            Op::Enable { person } => Step::Enable { person },
            Op::Reset { person } => Step::Reset { person },
            Op::SetPassword { person } => Step::SetPassword {
                person,
                new: self.fresh_password(),
            },
            Op::Suspend => Step::Suspend,
            Op::Resume => Step::Resume,
            Op::Policy(enrolment) => Step::Policy(enrolment),
            Op::Sweep => Step::Sweep,
            Op::Wait(_) | Op::SignIn { .. } | Op::Enrol { .. } => return None,
            Op::Siege { .. } | Op::Guess { .. } | Op::Reopen => return None,
        })
    }
}

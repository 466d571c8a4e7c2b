//! The rules once more, as small as they can be told: what each step should answer. It keeps everything in memory and does one
//! thing at a time.

mod account;

use std::cmp::Reverse;

use warifu_domain::{
    attempt::OPEN_ATTEMPTS,
    policy::Enrolment,
    refusal::Refusal,
    time::{Span, Timestamp},
    token::TokenHash,
};

use super::{
    people::{App, Budget, Pending, Person, Starter, step_of},
    step::{Good, Outcome, Step},
};
use crate::support::Phone;

pub(super) struct Attempt {
    id: u64,
    /// Which of several that began in one moment is the oldest.
    token: Option<TokenHash>,
    pub(super) person: usize,
    pub(super) set_up: bool,
    expires_at: Timestamp,
    guesses: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    id: u64,
    pub(super) person: usize,
    pub(super) second: bool,
    began_at: Timestamp,
    proved_at: Timestamp,
    seen_at: Timestamp,
}

#[derive(Clone, Default)]
struct Cookies {
    attempt: Option<u64>,
    session: Option<u64>,
    known: Option<usize>,
}

pub(super) struct Reference {
    pub(super) now: Timestamp,
    pub(super) enrolment: Enrolment,
    suspended: bool,
    pub(super) people: Vec<Person>,
    attempts: Vec<Attempt>,
    sessions: Vec<Session>,
    cookies: Vec<Cookies>,
    next_id: u64,
}

/// What only the server can make up: the secrets that a step brought into the world.
pub(super) struct Made<'a> {
    pub(super) phones: &'a [Phone],
    /// The entry that scanned the page of this step.
    pub(super) shown: Option<usize>,
    /// The codes that this step issued.
    pub(super) codes: Vec<String>,
    /// The attempt that this step began.
    pub(super) attempt: Option<TokenHash>,
}

impl Reference {
    pub(super) fn new(
        now: Timestamp,
        enrolment: Enrolment,
        passwords: Vec<String>,
        browsers: usize,
    ) -> Self {
        Self {
            now,
            enrolment,
            suspended: false,
            people: passwords.into_iter().map(Person::new).collect(),
            attempts: Vec::new(),
            sessions: Vec::new(),
            cookies: vec![Cookies::default(); browsers],
            next_id: 0,
        }
    }

    /// The attempt behind a browser's cookie, as long as its row is there.
    pub(super) fn attempt(&self, browser: usize) -> Option<&Attempt> {
        let id = self.cookies[browser].attempt?;
        self.attempts.iter().find(|attempt| attempt.id == id)
    }

    pub(super) fn has_attempt_cookie(&self, browser: usize) -> bool {
        self.cookies[browser].attempt.is_some()
    }

    /// The session behind a browser's cookie, if it is alive.
    pub(super) fn session(&self, browser: usize) -> Option<&Session> {
        let id = self.cookies[browser].session?;
        let session = self.sessions.iter().find(|session| session.id == id)?;
        let is_over = self.now >= session.seen_at + Span::minutes(60)
            || self.now >= session.began_at + Span::hours(12);
        let is_shut_out = self.suspended || self.people[session.person].disabled;
        (!is_over && !is_shut_out).then_some(session)
    }

    /// Whether a session still lacks its second factor.
    pub(super) fn lacks_proof(&self, session: &Session) -> bool {
        self.people[session.person].app.is_some() && !session.second
    }

    pub(super) fn must_enrol(&self, person: usize) -> bool {
        self.people[person].app.is_none() && self.enrolment == Enrolment::Required
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn open_session(&mut self, browser: usize, person: usize, second: bool) -> Outcome {
        let (id, now) = (self.fresh_id(), self.now);
        let replaced = self.cookies[browser].session;
        self.sessions.retain(|session| Some(session.id) != replaced);
        self.sessions.push(Session {
            id,
            person,
            second,
            began_at: now,
            proved_at: now,
            seen_at: now,
        });
        self.cookies[browser] = Cookies {
            attempt: None,
            session: Some(id),
            known: Some(person),
        };
        Ok(Good::SignedIn)
    }

    fn end_attempts_of(&mut self, person: usize) {
        self.attempts.retain(|attempt| attempt.person != person);
    }

    fn end_sessions_of(&mut self, person: usize, keep: Option<u64>) {
        self.sessions
            .retain(|session| session.person != person || Some(session.id) == keep);
    }

    /// Finds the session that asks, as every request does.
    fn find(&mut self, browser: usize) -> Result<Session, Refusal> {
        let now = self.now;
        let found = self.session(browser).cloned().ok_or(Refusal::NotSignedIn)?;
        let session = self.session_mut(found.id);
        if now - session.seen_at >= Span::minutes(1) {
            session.seen_at = now;
        }
        Ok(session.clone())
    }

    fn session_mut(&mut self, id: u64) -> &mut Session {
        let mut all = self.sessions.iter_mut();
        all.find(|session| session.id == id)
            .expect("it was just found")
    }

    /// A browser looked at a page.
    pub(super) fn touch(&mut self, browser: usize) {
        // Nobody there, nothing to note.
        self.find(browser).ok();
    }

    fn check_fresh(&self, session: &Session) -> Result<(), Refusal> {
        let is_fresh = self.now < session.proved_at + Span::minutes(5);
        let is_enough = is_fresh && !self.lacks_proof(session);
        is_enough.then_some(()).ok_or(Refusal::ProofNeeded)
    }

    /// What the server should answer.
    pub(super) fn apply(&mut self, step: &Step, made: Made<'_>) -> Outcome {
        match step {
            Step::Login {
                browser,
                person,
                password,
            } => self.login(*browser, *person, password, made.attempt),
            Step::AttemptPage { browser } => {
                let attempt = self.open_attempt(*browser)?;
                Ok(Good::Attempt(attempt.set_up, 3 - attempt.guesses))
            }
            Step::Code { browser, text } => {
                self.second_step(*browser, |who, now| who.judge_code(text, made.phones, now))
            }
            Step::BackupCode { browser, text } => {
                self.second_step(*browser, |who, now| who.judge_backup_code(text, now))
            }
            Step::ForcedPage { browser } => self.forced_page(*browser, made),
            Step::ForcedCode { browser, text } => self.forced_code(*browser, text, made),
            Step::Start { browser } => self.start(*browser, made),
            Step::FirstCode { browser, text } => self.first_code(*browser, text, made),
            Step::Abandon { browser } => {
                let person = self.find(*browser)?.person;
                self.people[person].pending = None;
                Ok(Good::Done)
            }
            Step::Remove { browser } => self.remove(*browser),
            Step::Issue { browser } => self.issue(*browser, made),
            Step::Prove {
                browser,
                password,
                second,
            } => self.prove(*browser, password, second.as_ref(), made.phones),
            Step::ChangePassword { browser, new } => {
                let session = self.find(*browser)?;
                self.check_fresh(&session)?;
                self.set_password(session.person, new, Some(session.id));
                self.session_mut(session.id).seen_at = self.now;
                self.cookies[*browser].attempt = None;
                self.cookies[*browser].known = Some(session.person);
                Ok(Good::Done)
            }
            Step::SignOut { browser } => {
                let id = self.find(*browser)?.id;
                self.sessions.retain(|session| session.id != id);
                Ok(Good::Done)
            }
            Step::EndOthers { browser } => {
                let session = self.find(*browser)?;
                self.end_sessions_of(session.person, Some(session.id));
                Ok(Good::Done)
            }
            by_administrator => {
                self.administer(by_administrator);
                Ok(Good::Done)
            }
        }
    }

    fn login(
        &mut self,
        browser: usize,
        person: usize,
        password: &str,
        token: Option<TokenHash>,
    ) -> Outcome {
        let now = self.now;
        let is_known = self.cookies[browser].known == Some(person);
        let who = &mut self.people[person];
        let budget = if is_known {
            &mut who.known
        } else {
            &mut who.other
        };
        let is_open = budget.take(now).is_ok();
        if !is_open || password != who.password || who.disabled || self.suspended {
            return Err(Refusal::WrongLogin);
        }
        (who.known, who.other) = (Budget::FRESH, Budget::FRESH);
        let has_app = who.app.is_some();
        if !has_app && self.enrolment != Enrolment::Required {
            return self.open_session(browser, person, false);
        }
        self.make_room(person);
        let id = self.fresh_id();
        self.attempts.push(Attempt {
            id,
            token,
            person,
            set_up: !has_app,
            expires_at: now + Span::minutes(10),
            guesses: 0,
        });
        self.cookies[browser].attempt = Some(id);
        Ok(if has_app {
            Good::AsksCode
        } else {
            Good::AsksSetUp
        })
    }

    /// Ends the oldest of a person's open attempts, if a further one would be too many.
    fn make_room(&mut self, person: usize) {
        let mut open: Vec<_> = self
            .attempts
            .iter()
            .filter(|attempt| attempt.person == person && self.now < attempt.expires_at)
            .map(|attempt| (Reverse(attempt.expires_at), attempt.token, attempt.id))
            .collect();
        open.sort_unstable_by_key(|(end, token, _)| (*end, token.map(|token| token.0)));
        let kept = OPEN_ATTEMPTS as usize - 1;
        let over: Vec<u64> = open.iter().skip(kept).map(|(.., id)| *id).collect();
        self.attempts.retain(|attempt| !over.contains(&attempt.id));
    }

    fn open_attempt(&mut self, browser: usize) -> Result<&mut Attempt, Refusal> {
        let (now, id) = (self.now, self.cookies[browser].attempt);
        let mut all = self.attempts.iter_mut();
        let attempt = all
            .find(|attempt| Some(attempt.id) == id)
            .ok_or(Refusal::AttemptOver)?;
        if attempt.guesses >= 3 {
            Err(Refusal::TooManyWrongCodes)
        } else if now >= attempt.expires_at {
            Err(Refusal::AttemptExpired)
        } else {
            Ok(attempt)
        }
    }

    /// Pays for a guess; gives the attempt, whose it is, and what a wrong guess is answered with.
    fn guess(&mut self, browser: usize) -> Result<(u64, usize, bool), Refusal> {
        let attempt = self.open_attempt(browser)?;
        if attempt.set_up {
            return Err(Refusal::AttemptOver);
        }
        attempt.guesses += 1;
        Ok((attempt.id, attempt.person, attempt.guesses == 3))
    }

    /// A code of either kind in an attempt.
    fn second_step(
        &mut self,
        browser: usize,
        judge: impl FnOnce(&mut Person, Timestamp) -> Result<(), Refusal>,
    ) -> Outcome {
        let (attempt, person, is_last) = self.guess(browser)?;
        judge(&mut self.people[person], self.now).map_err(|refusal| {
            if is_last {
                Refusal::TooManyWrongCodes
            } else {
                refusal
            }
        })?;
        self.attempts.retain(|open| open.id != attempt);
        self.open_session(browser, person, true)
    }

    /// The pending secret that `starter` may finish.
    fn pending(&mut self, person: usize, starter: Starter) -> Option<&mut Pending> {
        let now = self.now;
        let pending = self.people[person].pending.as_mut()?;
        let is_open = pending.starter == starter && now < pending.expires_at && pending.wrong < 20;
        is_open.then_some(pending)
    }

    fn show_new(&mut self, person: usize, starter: Starter, made: &Made<'_>) -> Outcome {
        let phone = made.shown.unwrap_or(usize::MAX);
        self.people[person].pending = Some(Pending {
            starter,
            phone,
            expires_at: self.now + Span::minutes(10),
            wrong: 0,
        });
        Ok(Good::Shows(phone))
    }

    fn forced_page(&mut self, browser: usize, made: Made<'_>) -> Outcome {
        let attempt = self.open_attempt(browser)?;
        let (person, set_up, starter) =
            (attempt.person, attempt.set_up, Starter::Attempt(attempt.id));
        if let Some(pending) = self.pending(person, starter) {
            return Ok(Good::Shows(pending.phone));
        }
        if !set_up || !self.must_enrol(person) {
            return Err(Refusal::AttemptOver);
        }
        self.show_new(person, starter, &made)
    }

    fn forced_code(&mut self, browser: usize, text: &str, made: Made<'_>) -> Outcome {
        let attempt = self.open_attempt(browser)?;
        let (person, set_up, starter) =
            (attempt.person, attempt.set_up, Starter::Attempt(attempt.id));
        if !set_up || !self.must_enrol(person) {
            return Err(Refusal::AttemptOver);
        }
        self.confirm(person, starter, text, made)?;
        self.end_sessions_of(person, None);
        self.open_session(browser, person, true)
    }

    fn confirm(
        &mut self,
        person: usize,
        starter: Starter,
        text: &str,
        made: Made<'_>,
    ) -> Result<(), Refusal> {
        let pending = self.pending(person, starter).ok_or(Refusal::SetUpOver)?;
        let last_step =
            step_of(&made.phones[pending.phone], text).inspect_err(|_| pending.wrong += 1)?;
        let phone = pending.phone;
        let who = &mut self.people[person];
        who.pending = None;
        who.app = Some(App {
            phone,
            last_step,
            budget: Budget::FRESH,
        });
        who.issue(made.codes);
        self.end_attempts_of(person);
        Ok(())
    }

    fn set_password(&mut self, person: usize, new: &str, keep: Option<u64>) {
        let who = &mut self.people[person];
        new.clone_into(&mut who.password);
        (who.known, who.other) = (Budget::FRESH, Budget::FRESH);
        self.end_attempts_of(person);
        self.end_sessions_of(person, keep);
    }

    fn administer(&mut self, step: &Step) {
        match step {
            Step::Disable { person } if !self.people[*person].disabled => {
                self.people[*person].disabled = true;
                self.end_attempts_of(*person);
                self.end_sessions_of(*person, None);
            }
            Step::Enable { person } => {
                let who = &mut self.people[*person];
                (who.disabled, who.known, who.other) = (false, Budget::FRESH, Budget::FRESH);
            }
            Step::Reset { person } => {
                self.people[*person].clear();
                self.end_attempts_of(*person);
                self.end_sessions_of(*person, None);
            }
            Step::SetPassword { person, new } => self.set_password(*person, new, None),
            Step::Suspend if !self.suspended => {
                self.suspended = true;
                self.attempts.clear();
                self.sessions.clear();
            }
            Step::Resume => self.suspended = false,
            Step::Policy(enrolment) => self.enrolment = *enrolment,
            Step::Sweep => {
                let since = self.now - Span::hours(1);
                self.attempts.retain(|attempt| attempt.expires_at >= since);
            }
            _ => {}
        }
    }
}

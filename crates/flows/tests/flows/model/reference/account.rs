//! What somebody who is signed in does to the own account: set-up, fresh proof, new backup codes, switching off.

use warifu_domain::{policy::Enrolment, refusal::Refusal};

use super::{Cookies, Made, Reference, Session};
use crate::{
    model::{
        people::{Budget, Starter},
        step::{Good, Outcome, Second},
    },
    support::Phone,
};

impl Reference {
    fn may_enrol(&self, session: &Session) -> Result<(), Refusal> {
        let has_app = self.people[session.person].app.is_some();
        if self.enrolment == Enrolment::Off && !has_app {
            return Err(Refusal::NotOffered);
        }
        self.check_fresh(session)
    }

    pub(super) fn start(&mut self, browser: usize, made: Made<'_>) -> Outcome {
        let session = self.find(browser)?;
        self.may_enrol(&session)?;
        self.show_new(session.person, Starter::Session(session.id), &made)
    }

    pub(super) fn first_code(&mut self, browser: usize, text: &str, made: Made<'_>) -> Outcome {
        let session = self.find(browser)?;
        self.may_enrol(&session)?;
        self.confirm(session.person, Starter::Session(session.id), text, made)?;
        self.end_sessions_of(session.person, Some(session.id));
        self.proved(browser, session.id, true);
        Ok(Good::Done)
    }

    fn proved(&mut self, browser: usize, id: u64, second: bool) {
        let now = self.now;
        let session = self.session_mut(id);
        (session.second, session.proved_at, session.seen_at) = (second, now, now);
        let person = session.person;
        self.cookies[browser] = Cookies {
            attempt: None,
            session: Some(id),
            known: Some(person),
        };
    }

    pub(super) fn remove(&mut self, browser: usize) -> Outcome {
        let session = self.find(browser)?;
        if self.enrolment == Enrolment::Required {
            return Err(Refusal::OnlyAdministrator);
        }
        self.check_fresh(&session)?;
        let who = &mut self.people[session.person];
        if who.app.is_none() {
            return Err(Refusal::MethodMissing);
        }
        who.clear();
        self.end_attempts_of(session.person);
        self.end_sessions_of(session.person, Some(session.id));
        Ok(Good::Done)
    }

    pub(super) fn issue(&mut self, browser: usize, made: Made<'_>) -> Outcome {
        let session = self.find(browser)?;
        if self.people[session.person].app.is_none() {
            return Err(Refusal::MethodMissing);
        }
        self.check_fresh(&session)?;
        self.people[session.person].issue(made.codes);
        self.end_attempts_of(session.person);
        self.end_sessions_of(session.person, Some(session.id));
        Ok(Good::Done)
    }

    pub(super) fn prove(
        &mut self,
        browser: usize,
        password: &str,
        second: Option<&Second>,
        phones: &[Phone],
    ) -> Outcome {
        let session = self.find(browser)?;
        let (now, who) = (self.now, &mut self.people[session.person]);
        if who.known.take(now).is_err() || password != who.password {
            return Err(Refusal::WrongPassword);
        }
        who.known = Budget::FRESH;
        let has_app = who.app.is_some();
        match (has_app, second) {
            (false, _) => {}
            (true, None) => return Err(Refusal::MalformedCode),
            (true, Some(Second::Code(text))) => who.judge_code(text, phones, now)?,
            (true, Some(Second::BackupCode(text))) => who.judge_backup_code(text, now)?,
        }
        self.proved(browser, session.id, has_app);
        Ok(Good::Done)
    }
}

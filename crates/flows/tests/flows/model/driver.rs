//! Does each step on the real server, and watches over what may never happen whatever the reference says.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use warifu_domain::{
    attempt::Stage, decide::Lacks, password::PasswordTerm, refusal::Refusal, session::Level,
    token::Token,
};
use warifu_flows::{By, FlowError, enrol::PendingTotp, manage_tenants, manage_users, session};

use super::{
    reference::{Made, Reference},
    step::{Good, Outcome, Second, Step},
};
use crate::support::{Asked, Browser, Person, Phone, TypedProof, World, shown};

pub(super) const BROWSERS: usize = 3;

/// One tenant with its people, their browsers and phones, and the reference beside it.
pub(super) struct Driver {
    pub(super) world: World,
    pub(super) people: Vec<Person>,
    pub(super) browsers: Vec<Browser>,
    /// Every entry that was ever scanned; entries stay in the app.
    pub(super) phones: Vec<Phone>,
    uris: HashMap<String, usize>,
    pub(super) reference: Reference,
    watch: Watch,
    /// Whatever must not stand in the database.
    pub(super) secrets: Vec<String>,
}

/// What was seen so far.
#[derive(Default)]
struct Watch {
    /// For each entry the newest step that was accepted.
    steps: HashMap<usize, u64>,
    /// Backup codes that were accepted.
    spent: HashSet<String>,
    /// Tokens of sessions for which a second factor was accepted.
    strong: HashSet<String>,
    /// Guesses that were judged, by attempt.
    judged: HashMap<String, usize>,
    /// Events in the trail.
    events: u64,
}

/// What came back from the server.
struct Answer {
    outcome: Outcome,
    shown: Option<usize>,
    codes: Vec<String>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            shown: None,
            codes: Vec::new(),
        }
    }
}

/// An answer or a refusal; a fault ends the test.
fn plain<T>(answer: Result<T, FlowError>) -> Result<T, Refusal> {
    answer.map_err(|error| match error {
        FlowError::Refused(refusal) => refusal,
        FlowError::Fault(fault) => panic!("a fault: {fault}"),
    })
}

/// Where a browser is: at the same address in every tenant, so that a network is new to both twins or to neither.
fn address_of(browser: usize) -> IpAddr {
    IpAddr::from([198, 19, 0, browser as u8])
}

impl Driver {
    pub(super) async fn new(world: World, logins: &[&str]) -> Self {
        let mut people = Vec::new();
        for login in logins {
            people.push(world.member(login).await);
        }
        let enrolment = world.tenant().await.policy.second_factor.enrolment;
        let passwords: Vec<String> = people
            .iter()
            .map(|person| person.password.clone())
            .collect();
        Self {
            reference: Reference::new(world.now(), enrolment, passwords.clone(), BROWSERS),
            browsers: (0..BROWSERS)
                .map(|number| world.browser_at(address_of(number)))
                .collect(),
            world,
            people,
            phones: Vec::new(),
            uris: HashMap::new(),
            watch: Watch::default(),
            secrets: passwords,
        }
    }

    /// Goes on with another server on the same database.
    pub(super) fn move_to(&mut self, world: World) {
        for browser in &mut self.browsers {
            *browser = browser.at(&world);
        }
        self.world = world;
    }

    /// Does a step, compares with the reference, and checks what may never happen.
    pub(super) async fn take(&mut self, step: &Step) {
        self.reference.now = self.world.now();
        let attempt = self
            .browser_of(step)
            .and_then(|browser| self.browsers[browser].attempt.clone());
        let answer = self.perform(step).await;
        let begun = match step {
            Step::Login { browser, .. } => self.browsers[*browser].attempt.as_ref(),
            _ => None,
        };
        let made = Made {
            phones: &self.phones,
            shown: answer.shown,
            codes: answer.codes,
            attempt: begun.map(Token::hash),
        };
        let expected = self.reference.apply(step, made);
        assert_eq!(answer.outcome, expected, "{step:?}");
        if let Some(attempt) = attempt {
            self.count_guess(step, &attempt.expose(), &expected);
        }
        if expected.is_ok() {
            self.accept(step);
        }
        self.check_sessions().await;
    }

    fn browser_of(&self, step: &Step) -> Option<usize> {
        match step {
            Step::Code { browser, .. } | Step::BackupCode { browser, .. } => Some(*browser),
            _ => None,
        }
    }

    /// No more guesses than the policy allows.
    fn count_guess(&mut self, step: &Step, attempt: &str, outcome: &Outcome) {
        let not_judged = [Refusal::AttemptOver, Refusal::AttemptExpired];
        if outcome
            .as_ref()
            .is_err_and(|refusal| !not_judged.contains(refusal))
        {
            let judged = self.watch.judged.entry(attempt.to_owned()).or_default();
            *judged += usize::from(*outcome != Err(Refusal::TooManyWrongCodes));
            assert!(
                *judged <= 3,
                "{step:?}: more wrong codes than the attempt allows"
            );
        }
    }

    /// The newest step that an entry's code was accepted for.
    pub(super) fn last_accepted(&self, entry: usize) -> Option<u64> {
        self.watch.steps.get(&entry).copied()
    }

    /// Something was accepted: nothing is accepted twice.
    fn accept(&mut self, step: &Step) {
        let (browser, second) = match step {
            Step::Code { browser, text } => (*browser, Second::Code(text.clone())),
            Step::BackupCode { browser, text } => (*browser, Second::BackupCode(text.clone())),
            Step::ForcedCode { browser, text } | Step::FirstCode { browser, text } => {
                (*browser, Second::Code(text.clone()))
            }
            Step::Prove {
                browser,
                second: Some(second),
                ..
            } => (*browser, second.clone()),
            _ => return,
        };
        let session = self.reference.session(browser).expect("it was just proved");
        if !session.second {
            return; // Nothing but the password was asked for.
        }
        match second {
            Second::Code(text) => {
                let app = self.reference.people[session.person].app.as_ref();
                let phone = app.expect("its code was accepted").phone;
                let step = self.phones[phone]
                    .step_of(&text, 1)
                    .expect("it was accepted");
                let before = self.watch.steps.insert(phone, step);
                assert!(
                    before.is_none_or(|before| before < step),
                    "a code was accepted twice"
                );
            }
            Second::BackupCode(text) => {
                assert!(
                    self.watch.spent.insert(text),
                    "a backup code was accepted twice"
                );
            }
        }
        let token = self.browsers[browser]
            .session
            .as_ref()
            .expect("signed in")
            .expose();
        self.watch.strong.insert(token);
    }

    /// No session is worth more than what was proved for it, and all are as the reference has them.
    async fn check_sessions(&mut self) {
        for index in 0..BROWSERS {
            let found = self.browsers[index].who().await;
            let expected = self.reference.session(index).cloned();
            assert_eq!(
                found.is_some(),
                expected.is_some(),
                "the session of browser {index}"
            );
            let (Some(who), Some(expected)) = (found, expected) else {
                continue;
            };
            // The look at it counts as a request.
            self.reference.touch(index);
            let token = self.browsers[index]
                .session
                .as_ref()
                .expect("signed in")
                .expose();
            assert_eq!(who.user, self.people[expected.person].id);
            let is_strong = who.session.evidence.level() == Level::Mfa;
            assert_eq!(is_strong, expected.second);
            assert!(
                !is_strong || self.watch.strong.contains(&token),
                "a second factor nobody proved"
            );
            assert_eq!(
                who.lacks == Lacks::Proof,
                self.reference.lacks_proof(&expected)
            );
            assert_eq!(who.must_enrol(), self.reference.must_enrol(expected.person));
            if who.lacks == Lacks::Nothing && who.has_totp {
                assert!(
                    is_strong,
                    "a session without the second factor that is asked for"
                );
            }
        }
    }

    /// Nothing that was shown is lost: the trail only grows and is whole, pages show what was issued.
    pub(super) async fn check_all(&mut self) {
        self.reference.now = self.world.now();
        let events = self.world.check_audit().await;
        assert!(events >= self.watch.events, "events were lost");
        self.watch.events = events;
        for index in 0..BROWSERS {
            let Some(session) = self.reference.session(index).cloned() else {
                continue;
            };
            self.reference.touch(index);
            let overview = self.browsers[index].overview().await;
            let person = &self.reference.people[session.person];
            assert_eq!(overview.totp.is_some(), person.app.is_some());
            let left = person.set.as_ref().map_or(0, |set| {
                set.current.iter().filter(|(_, used)| !used).count()
            });
            assert_eq!(overview.backup_codes.left as usize, left);
        }
    }

    fn scan(&mut self, page: PendingTotp) -> usize {
        let uri = page.uri.to_string();
        if let Some(known) = self.uris.get(&uri) {
            return *known;
        }
        let phone = Phone::scan(&uri, &self.world.clock);
        self.secrets.push(phone.secret.to_base32().to_string());
        self.phones.push(phone);
        self.uris.insert(uri, self.phones.len() - 1);
        self.phones.len() - 1
    }

    fn show(&mut self, page: Result<PendingTotp, FlowError>) -> Answer {
        let shown = plain(page).map(|page| self.scan(page));
        Answer {
            shown: shown.ok(),
            ..Answer::from(shown.map(Good::Shows))
        }
    }

    async fn perform(&mut self, step: &Step) -> Answer {
        if let Some(browser) = step.signed_in()
            && !self.browsers[browser].is_signed_in().await
        {
            return Err(Refusal::NotSignedIn).into();
        }
        let done = |answer: Result<(), FlowError>| Answer::from(plain(answer).map(|()| Good::Done));
        match step {
            Step::Login {
                browser,
                person,
                password,
            } => {
                let browser = &mut self.browsers[*browser];
                let form = browser.form(&self.people[*person].login, password, None);
                let asked = plain(browser.send_form(form).await);
                asked
                    .map(|asked| match asked {
                        Asked::Nothing => Good::SignedIn,
                        Asked::Code(_) => Good::AsksCode,
                        Asked::SetUp => Good::AsksSetUp,
                    })
                    .into()
            }
            Step::AttemptPage { browser } => {
                let view = plain(self.browsers[*browser].try_attempt_view().await);
                view.map(|view| {
                    let enrols = matches!(view.stage, Stage::Enrolment { .. });
                    Good::Attempt(enrols, view.guesses_left)
                })
                .into()
            }
            Step::Code { browser, text } => {
                let sent = plain(self.browsers[*browser].send_code(text).await);
                sent.map(|()| Good::SignedIn).into()
            }
            Step::BackupCode { browser, text } => {
                let sent = plain(self.browsers[*browser].send_backup_code(text).await);
                sent.map(|()| Good::SignedIn).into()
            }
            Step::ForcedPage { browser } => {
                let page = self.browsers[*browser].forced_set_up().await;
                self.show(page)
            }
            Step::ForcedCode { browser, text } => {
                let sent = plain(self.browsers[*browser].send_first_code(text).await);
                self.issued(sent.map(|codes| (Good::SignedIn, shown(codes.unwrap_or_default()))))
            }
            Step::Start { browser } => {
                let page = self.browsers[*browser].start_set_up().await;
                self.show(page)
            }
            Step::FirstCode { browser, text } => {
                let sent = plain(self.browsers[*browser].confirm_set_up(text).await);
                self.issued(sent.map(|codes| (Good::Done, shown(codes.unwrap_or_default()))))
            }
            Step::Abandon { browser } => {
                self.browsers[*browser].abandon_set_up().await;
                done(Ok(()))
            }
            Step::Remove { browser } => done(self.browsers[*browser].remove().await),
            Step::Issue { browser } => {
                let generation = self.browsers[*browser].backup_generation().await;
                let issued = plain(self.browsers[*browser].issue_codes(generation).await);
                self.issued(issued.map(|codes| (Good::Done, codes)))
            }
            Step::Prove {
                browser,
                password,
                second,
            } => {
                let proof = second.clone().map(|second| match second {
                    Second::Code(text) => TypedProof::Code(text.into()),
                    Second::BackupCode(text) => TypedProof::BackupCode(text.into()),
                });
                let browser_index = *browser;
                let browser = &mut self.browsers[browser_index];
                let before = browser.session.clone().expect("signed in").expose();
                let proved = browser.send_proof(password, proof).await;
                self.inherit(browser_index, &before, second.is_none());
                done(proved)
            }
            Step::ChangePassword { browser, new } => {
                self.secrets.push(new.clone());
                let before = self.browsers[*browser]
                    .session
                    .clone()
                    .expect("signed in")
                    .expose();
                let changed = self.browsers[*browser].change_password(new).await;
                self.inherit(*browser, &before, true);
                done(changed)
            }
            Step::SignOut { browser } => {
                self.browsers[*browser].sign_out().await;
                done(Ok(()))
            }
            Step::EndOthers { browser } => {
                let (tenant, browser) = (self.world.tenant().await, &self.browsers[*browser]);
                let who = browser.who().await.expect("signed in");
                let request = browser.request();
                let ended = session::end_others(&self.world.ctx, &tenant, &request, &who).await;
                done(ended.map(drop))
            }
            by_administrator => {
                self.administer(by_administrator).await;
                done(Ok(()))
            }
        }
    }

    /// A session keeps what was proved for it under its new token.
    fn inherit(&mut self, browser: usize, before: &str, keeps: bool) {
        let now = self.browsers[browser]
            .session
            .as_ref()
            .expect("signed in")
            .expose();
        if keeps && self.watch.strong.contains(before) {
            self.watch.strong.insert(now);
        }
    }

    fn issued(&mut self, answer: Result<(Good, Vec<String>), Refusal>) -> Answer {
        match answer {
            Ok((good, codes)) => {
                self.secrets
                    .extend(codes.iter().map(|code| code.replace('-', "")));
                Answer {
                    outcome: Ok(good),
                    shown: None,
                    codes,
                }
            }
            Err(refusal) => Err(refusal).into(),
        }
    }

    async fn administer(&mut self, step: &Step) {
        let (ctx, tenant) = (&self.world.ctx, self.world.tenant().await);
        let login = |person: &usize| self.people[*person].typed_login();
        match step {
            Step::Disable { person } => {
                manage_users::disable_user(ctx, &tenant, &By::command_line(), &login(person))
                    .await
                    .unwrap();
            }
            Step::Enable { person } => {
                manage_users::enable_user(ctx, &tenant, &By::command_line(), &login(person))
                    .await
                    .unwrap();
            }
            Step::Reset { person } => {
                manage_users::reset_two_factor(
                    ctx,
                    &tenant,
                    &By::CommandLine("asked".to_owned()),
                    &login(person),
                )
                .await
                .unwrap();
            }
            Step::SetPassword { person, new } => {
                manage_users::set_password(
                    ctx,
                    &tenant,
                    &login(person),
                    new,
                    PasswordTerm::Lasting,
                )
                .await
                .unwrap();
                self.secrets.push(new.clone());
            }
            Step::Suspend | Step::Resume => {
                let suspended = matches!(step, Step::Suspend);
                manage_tenants::set_suspended(
                    ctx,
                    &By::command_line(),
                    &self.world.slug,
                    suspended,
                )
                .await
                .unwrap();
            }
            Step::Policy(enrolment) => {
                let enrolment = *enrolment;
                self.world
                    .change_policy(|policy| policy.second_factor.enrolment = enrolment)
                    .await;
            }
            Step::Sweep => {
                // With dice of its own: the first of the twins sweeps for both, and for everybody of the cases before.
                let seed = self.world.now().0.unsigned_abs();
                self.world.forgetful(seed).sweep().await;
            }
            other => panic!("{other:?} is no act of an administrator"),
        }
    }
}

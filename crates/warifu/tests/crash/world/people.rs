//! People of the world: those who log in with an app, those who only read mail, and what the database says of a login.

use std::sync::{Arc, atomic::Ordering};

use warifu_domain::{
    attempt::Pending,
    audit::{AuditEvent, EventKind},
    ids::{AuthenticatorId, UserId},
    password::PasswordTerm,
    time::{Span, Timestamp},
    token::Token,
    user::{Login, Role},
};
use warifu_otp::{Secret, Step, TotpKey, TotpParams};
use warifu_storage::{
    AuditFilter, NewTotp, NewUser, SealedColumn, StageKind, seal, totp_plaintext,
};

use super::{TENANT, World, random, system_now};

/// Somebody with an authenticator app and open login attempts.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    /// Cookies of four attempts whose password was right.
    pub(crate) attempts: [String; 4],
    code: String,
}

impl Person {
    /// The code of the person's app, the same through the whole round.
    pub(crate) fn right_code(&self) -> String {
        self.code.clone()
    }

    /// Six digits that no step near now has.
    pub(crate) fn wrong_code(&self) -> String {
        let last = self.code.as_bytes()[5] - b'0';
        format!("{}{}", &self.code[..5], (last + 5) % 10)
    }
}

impl World {
    /// Adds people who have typed their password four times and not yet their code.
    pub(crate) fn add_people(&self, count: usize) -> Vec<Person> {
        self.add_people_as(Role::Member, count)
    }

    /// [`Self::add_people`], who may manage as much as `role` may.
    pub(crate) fn add_people_as(&self, role: Role, count: usize) -> Vec<Person> {
        let now = system_now();
        let key_of = |secret: &Secret| TotpKey::new(TotpParams::default(), secret);
        let mut people = Vec::new();
        let mut rows = Vec::new();
        for _ in 0..count {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let secret = Secret::from_bytes(random::<20>().to_vec());
            let key = key_of(&secret);
            let Step(step) = key.step_at(now.unix_seconds());
            let tokens = [(); 4].map(|()| Token::from_random(random()));
            // The step after this one is right for a minute, however long the round takes to begin.
            let code = key.code_at(Step(step + 1)).expose().to_string();
            people.push(Person {
                id: number as i64,
                attempts: tokens.each_ref().map(Token::expose),
                code,
            });
            let context = SealedColumn::Totp.context(TENANT, number as i64);
            let plain = totp_plaintext(TotpParams::default(), &secret);
            rows.push((
                number as i64,
                seal::seal(&self.keys, random(), &context, &plain),
                tokens,
            ));
        }
        let keys = self.shared_keys();
        self.with_store(async |store| {
            let rows = Arc::new(rows);
            let added = store.write(TENANT, async move |tx| {
                for (id, sealed, tokens) in rows.iter() {
                    let user = UserId(*id);
                    let login = Login::parse(&format!("person{id}@example.jp")).unwrap();
                    let new = NewUser {
                        id: user,
                        login: &login,
                        name: "",
                        email: None,
                        role,
                        password: None,
                        password_term: PasswordTerm::Lasting,
                        group: None,
                        imported: None,
                    };
                    tx.insert_user(&new, now).await?;
                    let event = AuditEvent::new(EventKind::UserAdded, Some(user));
                    tx.append_audit(&keys, &event, now).await?;
                    let app = AuthenticatorId(*id);
                    let starter = tokens[0].hash();
                    let new = NewTotp {
                        id: app,
                        sealed,
                        started_by: &starter,
                        expires_at: now + Span::minutes(10),
                        paired: None,
                    };
                    tx.replace_pending_totp(user, &new, now).await?;
                    tx.confirm_totp(user, app, Step(0), now).await?;
                    for token in tokens {
                        let pending = Pending {
                            user,
                            remember: false,
                            expires_at: now + Span::minutes(10),
                        };
                        tx.insert_attempt(&token.hash(), &pending, StageKind::SecondFactor)
                            .await?;
                    }
                }
                Ok(())
            });
            added.await.unwrap();
        });
        people
    }

    /// Adds people who have a mail address and no second factor; gives the addresses.
    pub(crate) fn add_readers(&self, count: usize) -> Vec<String> {
        let now = system_now();
        let reader = |_| {
            let id = self.next.fetch_add(1, Ordering::SeqCst) as i64;
            let address = format!("reader{id}@example.jp");
            let context = SealedColumn::Email.context(TENANT, id);
            let sealed = seal::seal(&self.keys, random(), &context, address.as_bytes());
            (id, address, sealed)
        };
        let readers: Arc<Vec<_>> = Arc::new((0..count).map(reader).collect());
        let (keys, written) = (self.shared_keys(), readers.clone());
        self.with_store(async |store| {
            let added = store.write(TENANT, async move |tx| {
                for (id, address, sealed) in written.iter() {
                    let login = Login::parse(address).unwrap();
                    let new = NewUser {
                        id: UserId(*id),
                        login: &login,
                        name: "",
                        email: Some(sealed.clone()),
                        role: Role::Member,
                        password: None,
                        password_term: PasswordTerm::Lasting,
                        group: None,
                        imported: None,
                    };
                    tx.insert_user(&new, now).await?;
                    let event = AuditEvent::new(EventKind::UserAdded, Some(new.id));
                    tx.append_audit(&keys, &event, now).await?;
                }
                Ok(())
            });
            added.await.unwrap();
        });
        readers
            .iter()
            .map(|(_, address, _)| address.clone())
            .collect()
    }

    /// Guesses that the database counts for an attempt; `None` if the attempt is finished.
    pub(crate) fn guesses(&self, attempt: &str) -> Option<i64> {
        let token = Token::parse(attempt).unwrap().hash();
        self.with_store(async |store| {
            // A bound above every count, so that the row is given back whatever it has.
            let found = store.read(TENANT, async move |tx| {
                tx.find_attempt(&token, 1_000, Timestamp(0)).await
            });
            found.await.unwrap().ok().map(|row| row.guesses)
        })
    }

    /// Events that say a session began for this person.
    pub(crate) fn sign_in_events(&self, person: &Person) -> usize {
        let filter = AuditFilter {
            user: Some(UserId(person.id)),
            ..AuditFilter::default()
        };
        self.with_store(async |store| {
            let events = store
                .read(TENANT, async move |tx| tx.list_audit(&filter).await)
                .await
                .unwrap();
            events
                .iter()
                .filter(|event| event.kind == EventKind::SignedIn)
                .count()
        })
    }
}

//! Mail that an act brings about, written to the outbox in the act's own transaction, within the limits of SEC-29.
//!
//! There are two sorts. A *notice* tells a person what happened to the own account: it goes to every confirmed address, and is
//! never lost; what is over the limit is told together (`Act::notify`). A mail that somebody *asked for* carries a link or a code
//! to one address, and is not sent over the limit (`Act::mail_asked`).

use std::net::IpAddr;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    delivery::PATIENCE_ENCLOSED,
    ids::UserId,
    mail_limits::{
        ASKED_BY_PERSON_IN_DAY, ASKED_OF_TENANT_IN_HOUR, ASKED_TO_ADDRESS_IN_DAY,
        ASKED_TO_ADDRESS_IN_HOUR, NOTICES_OF_PART, NOTICES_PARTS, NOTICES_TO_ADDRESS,
        NOTICES_TO_PERSON, NOTICES_WINDOW,
    },
    notification_address::folded,
    password_reset,
    reminder::{Deadline, TO_ADDRESS_IN_DAY},
    tenant::Tenant,
    time::{Span, Timestamp},
    token::Token,
};
use warifu_storage::{
    BudgetKind, Notice, Purpose, SealContext, SealedColumn, StoreError, Tx, seal,
};
use zeroize::Zeroizing;

use crate::{
    act::Act,
    ctx::MailMode,
    manage_users::open_sealed_email,
    passwords::{Mark, mark},
};

/// What a mail alone tells; sealed in the outbox, and gone from it with the mail.
#[derive(Clone)]
pub enum Enclosed {
    /// A link that opens a page, and logs nobody in.
    Link(Token),
    /// Digits, grouped as they are shown.
    Code(Zeroizing<String>),
    /// A code for a private address, with the name that the page shows for it (K7).
    LoginCode(MailedCode),
    /// What a reminder says to its reader alone.
    Reminder(Reminder),
    /// What the person's own switch was turned to (K1).
    OwnSwitch {
        /// The second factor is used.
        on: bool,
    },
    /// The address at which mail clients were let in (K10).
    LetIn(IpAddr),
}

/// What a reminder says beside its fixed words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Until when.
    pub deadline: Deadline,
    /// What the administrator added; may be empty.
    pub note: String,
}

/// A code that a mail tells, and the name that the page shows for it.
#[derive(Clone)]
pub struct MailedCode {
    /// Four symbols.
    pub request: String,
    /// The digits.
    pub digits: Zeroizing<String>,
    /// It confirms the address that it is sent to, and is no part of a login.
    pub confirms: bool,
}

impl std::fmt::Debug for MailedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailedCode(..)")
    }
}

impl Enclosed {
    fn write(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Link(token) => format!("L{}", token.expose()),
            Self::Code(digits) => format!("C{}", digits.as_str()),
            Self::LoginCode(code) => {
                let confirms = u8::from(code.confirms);
                format!("P{} {} {confirms}", code.request, code.digits.as_str())
            }
            Self::Reminder(reminder) => format!("R{} {}", reminder.deadline.word(), reminder.note),
            Self::OwnSwitch { on } => format!("S{}", u8::from(*on)),
            Self::LetIn(address) => format!("A{address}"),
        })
    }

    pub(crate) fn read(plain: &str) -> Option<Self> {
        let rest = plain.get(1..)?;
        match plain.chars().next()? {
            'L' => Token::parse(rest).map(Self::Link),
            'C' => Some(Self::Code(Zeroizing::new(rest.to_owned()))),
            'P' => match rest.split(' ').collect::<Vec<_>>()[..] {
                [request, digits, confirms] => Some(Self::LoginCode(MailedCode {
                    request: request.to_owned(),
                    digits: Zeroizing::new(digits.to_owned()),
                    confirms: confirms == "1",
                })),
                _ => None,
            },
            'R' => {
                let (word, note) = rest.split_once(' ')?;
                Some(Self::Reminder(Reminder {
                    deadline: Deadline::from_word(word)?,
                    note: note.to_owned(),
                }))
            }
            'S' => match rest {
                "1" => Some(Self::OwnSwitch { on: true }),
                "0" => Some(Self::OwnSwitch { on: false }),
                _ => None,
            },
            'A' => rest.parse().ok().map(Self::LetIn),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Enclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enclosed(..)")
    }
}

/// Where what a mail encloses belongs (SEC-77).
pub(crate) fn enclosed_context(tenant: &Tenant, user: UserId) -> SealContext<'static> {
    SealedColumn::Enclosed.context(tenant.id, user.0)
}

/// A sealed address, and what budgets know of it.
type Marked = (Vec<u8>, [u8; 16]);

impl Act {
    /// Tells a person what happened, at every confirmed address (SEC-43). Over the limit it is counted in one mail that is sent
    /// when the present window is over.
    pub(crate) async fn notify(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
    ) -> Result<(), StoreError> {
        self.notify_all(tx, user, kind, None, None).await
    }

    /// The same; told as well at a private address that is one no more, for whoever took it away may not be its owner.
    pub(crate) async fn notify_with(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        former: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.notify_all(tx, user, kind, former, None).await
    }

    /// [`Act::notify`] with what the kind of event alone does not say.
    pub(crate) async fn notify_telling(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        told: &Enclosed,
    ) -> Result<(), StoreError> {
        self.notify_all(tx, user, kind, None, Some(told)).await
    }

    async fn notify_all(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        former: Option<&[u8]>,
        told: Option<&Enclosed>,
    ) -> Result<(), StoreError> {
        if self.mail == MailMode::Off {
            return Ok(());
        }
        let recipients = recipients(tx, user).await?.into_iter();
        let former = former.into_iter().map(<[u8]>::to_vec);
        let recipients = self.distinct(user, recipients.chain(former))?;
        if recipients.is_empty() {
            return Ok(());
        }
        let window = NOTICES_WINDOW;
        let within = tx
            .reserve_in_window(
                BudgetKind::NoticesToPerson,
                &user.0.to_be_bytes(),
                NOTICES_TO_PERSON,
                window,
                self.now,
            )
            .await?;
        let part = user.0.rem_euclid(NOTICES_PARTS).to_be_bytes();
        let within = within
            && tx
                .reserve_in_window(
                    BudgetKind::NoticesOfTenant,
                    &part,
                    NOTICES_OF_PART,
                    window,
                    self.now,
                )
                .await?;
        for (recipient, address) in recipients {
            let (budget, most) = (BudgetKind::NoticesToAddress, NOTICES_TO_ADDRESS);
            let is_sent = within
                && tx
                    .reserve_in_window(budget, &address, most, window, self.now)
                    .await?;
            match is_sent {
                true => {
                    let notice = Notice {
                        enclosed: told.map(|told| self.seal_enclosed(user, told)),
                        ..self.notice(user, kind, recipient)
                    };
                    tx.insert_notice(&notice).await?;
                }
                false => self.join(tx, user, kind, recipient).await?,
            }
        }
        Ok(())
    }

    /// Addresses without those that are there twice, each with what budgets know of it.
    fn distinct(
        &self,
        user: UserId,
        recipients: impl Iterator<Item = Vec<u8>>,
    ) -> Result<Vec<Marked>, StoreError> {
        let mut distinct: Vec<Marked> = Vec::new();
        for recipient in recipients {
            let mark = self.address_mark(user, &recipient)?;
            if distinct.iter().all(|(_, known)| *known != mark) {
                distinct.push((recipient, mark));
            }
        }
        Ok(distinct)
    }

    /// Counts a notice in the mail that stands for several.
    async fn join(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        recipient: Vec<u8>,
    ) -> Result<(), StoreError> {
        let joining = EventKind::MailJoined;
        if tx.join_notice(user, joining, &recipient).await? {
            return Ok(());
        }
        let notice = Notice {
            due_at: self.now + NOTICES_WINDOW,
            joined: 1,
            ..self.notice(user, joining, recipient)
        };
        tx.insert_notice(&notice).await?;
        let event = AuditEvent::new(joining, Some(user)).detail(kind.word());
        self.audit(tx, event).await
    }

    /// Mails what somebody asked for to one sealed address of a person. `false`: nothing is sent, because there were too many
    /// lately; the trail says so, whoever asks must not be told (SEC-29).
    pub(crate) async fn mail_asked(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        recipient: Vec<u8>,
        enclosed: &Enclosed,
    ) -> Result<bool, StoreError> {
        if self.mail == MailMode::Off {
            return Ok(false);
        }
        let address = self.address_mark(user, &recipient)?;
        let person = user.0.to_be_bytes();
        let (hour, day) = (Span::hours(1), Span::hours(24));
        let budgets: [(BudgetKind, &[u8], i64, Span); 4] = [
            (
                BudgetKind::AskedToAddressInHour,
                &address,
                ASKED_TO_ADDRESS_IN_HOUR,
                hour,
            ),
            (
                BudgetKind::AskedToAddressInDay,
                &address,
                ASKED_TO_ADDRESS_IN_DAY,
                day,
            ),
            (
                BudgetKind::AskedByPersonInDay,
                &person,
                ASKED_BY_PERSON_IN_DAY,
                day,
            ),
            (
                BudgetKind::AskedOfTenantInHour,
                &[],
                ASKED_OF_TENANT_IN_HOUR,
                hour,
            ),
        ];
        for (budget, subject, most, window) in budgets {
            if !tx
                .reserve_in_window(budget, subject, most, window, self.now)
                .await?
            {
                let event = AuditEvent::new(EventKind::MailSuppressed, Some(user));
                self.audit(tx, event.detail(kind.word())).await?;
                return Ok(false);
            }
        }
        self.mail_enclosed(tx, user, kind, recipient, enclosed)
            .await?;
        Ok(true)
    }

    /// Mails something enclosed to one sealed address of a person, because an administrator or the server wants it: no limit of
    /// those who ask counts it.
    pub(crate) async fn mail_enclosed(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
        recipient: Vec<u8>,
        enclosed: &Enclosed,
    ) -> Result<(), StoreError> {
        if self.mail == MailMode::Off {
            return Ok(());
        }
        let notice = Notice {
            enclosed: Some(self.seal_enclosed(user, enclosed)),
            void_at: Some(void_from(kind, self.now)),
            ..self.notice(user, kind, recipient)
        };
        tx.insert_notice(&notice).await
    }

    /// Reminds a person at one sealed address, not before `due_at`. `false`: that address, which others share, got as many today as
    /// it may.
    pub(crate) async fn mail_reminder(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        recipient: Vec<u8>,
        reminder: Reminder,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let address = self.address_mark(user, &recipient)?;
        let (budget, day) = (BudgetKind::RemindersToAddress, Span::hours(24));
        if !tx
            .reserve_in_window(budget, &address, TO_ADDRESS_IN_DAY, day, self.now)
            .await?
        {
            return Ok(false);
        }
        let notice = Notice {
            enclosed: Some(self.seal_enclosed(user, &Enclosed::Reminder(reminder))),
            due_at,
            // From where it was ordered tells its reader nothing.
            address: None,
            agent: None,
            ..self.notice(user, EventKind::RemindersSent, recipient)
        };
        tx.insert_notice(&notice).await?;
        Ok(true)
    }

    /// A notice to one sealed address, to be sent at once.
    pub(crate) fn notice(&self, user: UserId, kind: EventKind, recipient: Vec<u8>) -> Notice {
        let origin = self.origin.as_ref();
        Notice {
            id: self.rng.id(self.now),
            user,
            kind,
            recipient,
            enclosed: None,
            address: origin.map(|origin| origin.address),
            agent: origin.map(|origin| origin.agent.to_string()),
            created_at: self.now,
            due_at: self.now,
            joined: 0,
            void_at: None,
        }
    }

    /// Mails a code to a private address; it is void, and not sent any more, from `void_at` on (K7). Its limits are the policy's,
    /// and were asked before.
    pub(crate) async fn mail_code(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        address: &str,
        code: MailedCode,
        void_at: Timestamp,
    ) -> Result<(), StoreError> {
        let recipient = self.seal_address(user, self.rng.bytes(), address);
        let notice = Notice {
            enclosed: Some(self.seal_enclosed(user, &Enclosed::LoginCode(code))),
            void_at: Some(void_at),
            ..self.notice(user, EventKind::EmailedCodeSent, recipient)
        };
        tx.insert_notice(&notice).await
    }

    fn seal_enclosed(&self, user: UserId, enclosed: &Enclosed) -> Vec<u8> {
        let (context, plain) = (enclosed_context(&self.tenant, user), enclosed.write());
        seal::seal(&self.keys, self.rng.bytes(), &context, plain.as_bytes())
    }

    /// What budgets know of an address: not the address.
    fn address_mark(&self, user: UserId, sealed: &[u8]) -> Result<[u8; 16], StoreError> {
        let address = open_sealed_email(&self.keys, &self.tenant, user, sealed)?;
        let key = self.keys.active(Purpose::Device).0;
        mark(
            &self.keys,
            key,
            (self.tenant.id, None),
            Mark::Address,
            folded(&address).as_bytes(),
        )
    }
}

/// A person's confirmed addresses, sealed, the first one first: that of the account, further ones, the private one.
pub(crate) async fn recipients(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
    let Some(person) = tx.find_user(user).await? else {
        return Ok(Vec::new());
    };
    let further = tx.list_addresses(user).await?.into_iter();
    let confirmed = further.filter(|row| row.confirmed_at.is_some());
    let private = match person.standing.has_email {
        true => tx.find_private_address(user).await?,
        false => None,
    };
    let all = person
        .email
        .into_iter()
        .chain(confirmed.map(|row| row.sealed))
        .chain(private.map(|row| row.sealed));
    Ok(all.collect())
}

/// When a mail with something enclosed is of no use any more, because that is void.
fn void_from(kind: EventKind, created_at: Timestamp) -> Timestamp {
    created_at
        + match kind {
            EventKind::PasswordInvited => password_reset::INVITATION,
            _ => PATIENCE_ENCLOSED,
        }
}

//! Who may call a route (SEC-9). A route names its access where it stands in the table, and its handler takes what that
//! access lets in: a handler that wants a session cannot be put behind a route that asks for none.

use std::future::Future;

use warifu_domain::{
    decide::Lacks,
    permission::{Operation, may},
    refusal::Refusal,
    token::Token,
    user::Role,
};
use warifu_flows::session::{self, SignedIn};

use super::{errors::Failure, form_token::Bearer, page::Page};
use crate::text::Language;

/// What a route's access is called where routes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessName {
    /// See [`Anyone`].
    Anyone,
    /// See [`InAttempt`].
    InAttempt,
    /// See [`Session`].
    Session,
    /// See [`SessionToEnrol`].
    SessionToEnrol,
    /// See [`SessionToChoosePassword`].
    SessionToChoosePassword,
    /// See [`AnySession`].
    AnySession,
    /// See [`May`].
    May(Operation),
}

/// Who may call a route.
pub trait Access: Copy + Send + Sync + 'static {
    /// Whom the handler is given.
    type Who: Send;
    /// Its name.
    fn name(self) -> AccessName;

    /// Lets the visitor in, or says where to go instead.
    fn admit(self, page: &Page) -> impl Future<Output = Result<Entry<Self::Who>, Failure>> + Send;
}

/// The answer to somebody at the door.
pub enum Entry<W> {
    /// Come in.
    As(W),
    /// This page of the tenant comes first.
    Elsewhere(&'static str),
}

/// Whom a route let in, as the frame of its page and its forms need it.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) bearer: Bearer,
    pub(crate) login: Option<String>,
    /// The language that the person chose once, in whatever browser.
    pub(crate) language: Option<Language>,
    /// What the person may manage; a member where nobody is signed in or something is lacking.
    pub(crate) role: Role,
}

impl Guest {
    pub(crate) const VISITOR: Self = Self {
        bearer: Bearer::Visitor,
        login: None,
        language: None,
        role: Role::Member,
    };
}

/// Everybody, signed in or not.
#[derive(Clone, Copy, Debug)]
pub struct Anyone;

/// A browser with a login attempt. Whether the attempt is still open is the flow's to say, in the same transaction that
/// counts the guess.
#[derive(Clone, Copy, Debug)]
pub struct InAttempt;

/// A session that lacks nothing.
#[derive(Clone, Copy, Debug)]
pub struct Session;

/// A session that lacks nothing but, perhaps, the second factor that this very route sets up.
#[derive(Clone, Copy, Debug)]
pub struct SessionToEnrol;

/// A session that lacks nothing but, perhaps, a password of the person's own (SEC-70): it may choose one, and save backup codes
/// that are on the screen.
#[derive(Clone, Copy, Debug)]
pub struct SessionToChoosePassword;

/// A session, also one that has to prove itself again first.
#[derive(Clone, Copy, Debug)]
pub struct AnySession;

/// A session that lacks nothing, of a person whose role allows this operation (SEC-69). On whom, and with which proof, is for the
/// flow to ask.
#[derive(Clone, Copy, Debug)]
pub struct May(pub Operation);

/// Nobody in particular.
#[derive(Clone, Copy, Debug)]
pub struct Visitor;

impl Access for Anyone {
    type Who = Visitor;

    fn name(self) -> AccessName {
        AccessName::Anyone
    }

    async fn admit(self, _: &Page) -> Result<Entry<Visitor>, Failure> {
        Ok(Entry::As(Visitor))
    }
}

impl Access for InAttempt {
    type Who = Token;

    fn name(self) -> AccessName {
        AccessName::InAttempt
    }

    async fn admit(self, page: &Page) -> Result<Entry<Token>, Failure> {
        let Some(token) = page.visit.jar.attempt.clone() else {
            // Back to a page of a login that is finished: on to where it led.
            if let Some(token) = page.session_token()
                && session::find(page.ctx(), page.tenant(), token)
                    .await?
                    .is_some()
            {
                return Ok(Entry::Elsewhere("/account"));
            }
            return Err(Refusal::AttemptOver.into());
        };
        page.visit.welcome(Guest {
            bearer: Bearer::Attempt(token.hash()),
            login: None,
            language: None,
            role: Role::Member,
        });
        Ok(Entry::As(token))
    }
}

impl Access for Session {
    type Who = SignedIn;

    fn name(self) -> AccessName {
        AccessName::Session
    }

    async fn admit(self, page: &Page) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(None, page).await
    }
}

impl Access for SessionToEnrol {
    type Who = SignedIn;

    fn name(self) -> AccessName {
        AccessName::SessionToEnrol
    }

    async fn admit(self, page: &Page) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(Some(Lacks::Enrolment), page).await
    }
}

impl Access for SessionToChoosePassword {
    type Who = SignedIn;

    fn name(self) -> AccessName {
        AccessName::SessionToChoosePassword
    }

    async fn admit(self, page: &Page) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(Some(Lacks::Password), page).await
    }
}

impl Access for AnySession {
    type Who = SignedIn;

    fn name(self) -> AccessName {
        AccessName::AnySession
    }

    async fn admit(self, page: &Page) -> Result<Entry<SignedIn>, Failure> {
        signed_in(page).await.map(Entry::As)
    }
}

impl Access for May {
    type Who = SignedIn;

    fn name(self) -> AccessName {
        AccessName::May(self.0)
    }

    async fn admit(self, page: &Page) -> Result<Entry<SignedIn>, Failure> {
        let entry = Session.admit(page).await?;
        match &entry {
            Entry::As(who) if !may(who.role, self.0) => Err(Refusal::NotAllowed.into()),
            _ => Ok(entry),
        }
    }
}

/// Lets in a session that lacks nothing, or no more than the route itself brings; others go where they get it.
async fn admit_lacking(brought: Option<Lacks>, page: &Page) -> Result<Entry<SignedIn>, Failure> {
    let who = signed_in(page).await?;
    Ok(match who.lacks {
        Lacks::Nothing => Entry::As(who),
        lacks if brought == Some(lacks) => Entry::As(who),
        Lacks::Enrolment => Entry::Elsewhere("/account/set-up"),
        Lacks::Password => Entry::Elsewhere("/account/password"),
        Lacks::Proof | Lacks::Permission => return Err(Refusal::ProofNeeded.into()),
    })
}

/// The session behind the cookie, looked up once per request.
async fn signed_in(page: &Page) -> Result<SignedIn, Failure> {
    let token = page
        .visit
        .jar
        .session
        .as_ref()
        .ok_or(Refusal::NotSignedIn)?;
    let who = session::find(page.ctx(), page.tenant(), token).await?;
    let who = who.ok_or(Refusal::NotSignedIn)?;
    tracing::Span::current().record("user.id", who.user.0);
    page.visit.welcome(Guest {
        bearer: Bearer::Session(who.token),
        login: Some(who.login.clone()),
        language: who.language.as_deref().and_then(Language::parse),
        role: match who.lacks {
            Lacks::Nothing => who.role,
            _ => Role::Member,
        },
    });
    Ok(who)
}

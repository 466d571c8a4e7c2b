//! Who may call a route (SEC-9). A route names its access where it stands in the table, and its handler takes what that
//! access lets in: a handler that wants a session cannot be put behind a route that asks for none.

use std::{future::Future, sync::Arc};

use warifu_domain::{
    decide::Lacks,
    permission::{Operation, may},
    refusal::Refusal,
    token::Token,
    user::Role,
};
use warifu_flows::{
    account::Overview,
    session::{self, SignedIn},
};

use super::{errors::Failure, form_token::Bearer, page::Page, site::Site, visit::Visit};
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
    /// A mail server with a gate key (SEC-56).
    MailServer,
}

/// Who may call a route.
pub trait Access: Copy + Send + Sync + 'static {
    /// Whom the handler is given.
    type Who: Send;
    /// Its name.
    fn name(self) -> AccessName;

    /// What is looked up about the visitor.
    type Found: Send;

    /// Finds the tenant that the path names and, in the same snapshot, what is to be known about the visitor.
    fn look_up(
        self,
        visit: &Visit,
    ) -> impl Future<Output = Result<(Arc<Site>, Self::Found), Failure>> + Send;

    /// Lets the visitor in, or says where to go instead.
    fn admit(
        self,
        page: &Page,
        found: Self::Found,
    ) -> impl Future<Output = Result<Entry<Self::Who>, Failure>> + Send;
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

/// A [`Session`], and what its person has.
#[derive(Clone, Copy, Debug)]
pub struct OwnAccount;

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
    type Found = ();

    fn name(self) -> AccessName {
        AccessName::Anyone
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, ()), Failure> {
        Ok((visit.find_site().await?, ()))
    }

    async fn admit(self, _: &Page, (): ()) -> Result<Entry<Visitor>, Failure> {
        Ok(Entry::As(Visitor))
    }
}

impl Access for InAttempt {
    type Who = Token;
    type Found = ();

    fn name(self) -> AccessName {
        AccessName::InAttempt
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, ()), Failure> {
        Ok((visit.find_site().await?, ()))
    }

    async fn admit(self, page: &Page, (): ()) -> Result<Entry<Token>, Failure> {
        let Some(token) = page.visit.jar.attempt.clone() else {
            // Back to a page of a login that is finished: on to where it led.
            if let Some(token) = page.session_token()
                && session::find(
                    page.ctx(),
                    page.tenant(),
                    token,
                    Some(page.origin().address),
                )
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
    type Found = Option<SignedIn>;

    fn name(self) -> AccessName {
        AccessName::Session
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_session().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(None, page, found)
    }
}

impl Access for OwnAccount {
    type Who = (SignedIn, Overview);
    type Found = Option<(SignedIn, Overview)>;

    fn name(self) -> AccessName {
        AccessName::Session
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_account().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<Self::Who>, Failure> {
        let (who, overview) = found.ok_or(Refusal::NotSignedIn)?;
        Ok(match Session.admit(page, Some(who)).await? {
            Entry::As(who) => Entry::As((who, overview)),
            Entry::Elsewhere(path) => Entry::Elsewhere(path),
        })
    }
}

impl Access for SessionToEnrol {
    type Who = SignedIn;
    type Found = Option<SignedIn>;

    fn name(self) -> AccessName {
        AccessName::SessionToEnrol
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_session().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(Some(Lacks::Enrolment), page, found)
    }
}

impl Access for SessionToChoosePassword {
    type Who = SignedIn;
    type Found = Option<SignedIn>;

    fn name(self) -> AccessName {
        AccessName::SessionToChoosePassword
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_session().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<SignedIn>, Failure> {
        admit_lacking(Some(Lacks::Password), page, found)
    }
}

impl Access for AnySession {
    type Who = SignedIn;
    type Found = Option<SignedIn>;

    fn name(self) -> AccessName {
        AccessName::AnySession
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_session().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<SignedIn>, Failure> {
        signed_in(page, found).map(Entry::As)
    }
}

impl Access for May {
    type Who = SignedIn;
    type Found = Option<SignedIn>;

    fn name(self) -> AccessName {
        AccessName::May(self.0)
    }

    async fn look_up(self, visit: &Visit) -> Result<(Arc<Site>, Self::Found), Failure> {
        visit.find_session().await
    }

    async fn admit(self, page: &Page, found: Self::Found) -> Result<Entry<SignedIn>, Failure> {
        let entry = Session.admit(page, found).await?;
        match &entry {
            Entry::As(who) if !may(who.role, self.0) => Err(Refusal::NotAllowed.into()),
            _ => Ok(entry),
        }
    }
}

/// Lets in a session that lacks nothing, or no more than the route itself brings; others go where they get it.
fn admit_lacking(
    brought: Option<Lacks>,
    page: &Page,
    found: Option<SignedIn>,
) -> Result<Entry<SignedIn>, Failure> {
    let who = signed_in(page, found)?;
    Ok(match who.lacks {
        Lacks::Nothing => Entry::As(who),
        lacks if brought == Some(lacks) => Entry::As(who),
        Lacks::Enrolment => Entry::Elsewhere("/account/set-up"),
        Lacks::Password => Entry::Elsewhere("/account/password"),
        Lacks::Proof | Lacks::Permission => return Err(Refusal::ProofNeeded.into()),
    })
}

/// Notes who it is; refuses if there is no session.
fn signed_in(page: &Page, found: Option<SignedIn>) -> Result<SignedIn, Failure> {
    let who = found.ok_or(Refusal::NotSignedIn)?;
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

//! A browser: holds the cookies that the pages would, and sends what a person types.

mod account;
mod login;

use std::net::IpAddr;

use warifu_domain::{backup_code::BackupCode, ids::Reference, refusal::Refusal, token::Token};
use warifu_flows::{FlowError, Origin, login::NewSession};
use warifu_storage::AuditFilter;

use super::World;

pub(crate) use login::Asked;

/// The refusal in an answer that must be one.
#[track_caller]
pub(crate) fn refused<T>(answer: Result<T, FlowError>) -> Refusal {
    match answer {
        Err(FlowError::Refused(refusal)) => refusal,
        Err(FlowError::Fault(fault)) => panic!("a fault, no refusal: {fault}"),
        Ok(_) => panic!("not refused"),
    }
}

/// One browser of somebody.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(super) world: World,
    pub(crate) address: IpAddr,
    /// Its short name.
    pub(crate) agent: &'static str,
    pub(crate) attempt: Option<Token>,
    pub(crate) session: Option<Token>,
    pub(crate) known_browser: Option<String>,
    /// "Stay logged in" is ticked.
    pub(crate) remember: bool,
    /// Every refusal is looked up in the audit trail; too slow where there are thousands.
    pub(crate) checks_events: bool,
}

impl Browser {
    pub(crate) fn new(world: World, address: IpAddr) -> Self {
        Self {
            world,
            address,
            agent: "Firefox on Linux",
            attempt: None,
            session: None,
            known_browser: None,
            remember: false,
            checks_events: true,
        }
    }

    /// The same browser, talking to another server on the same database.
    pub(crate) fn at(&self, world: &World) -> Self {
        Self {
            world: world.clone(),
            ..self.clone()
        }
    }

    /// The next request of this browser.
    pub(crate) fn request(&self) -> Origin {
        let reference = self.world.ctx.rng.reference();
        Origin::new(self.address, self.agent, reference).presenting(self.session.as_ref())
    }

    /// Checks that a refusal is on record under the reference that its page shows (SEC-79). Where nobody is known by the
    /// cookie, there is nobody to record it for.
    pub(super) async fn recorded<T>(
        &self,
        reference: Reference,
        answer: Result<T, FlowError>,
    ) -> Result<T, FlowError> {
        if self.checks_events
            && let Err(FlowError::Refused(refusal)) = &answer
            && !matches!(refusal, Refusal::AttemptOver | Refusal::NotSignedIn)
        {
            let filter = AuditFilter {
                reference: Some(reference),
                ..AuditFilter::default()
            };
            let tenant = self.world.tenant().await;
            let events = warifu_flows::audit::list(&self.world.ctx, &tenant, filter).await?;
            assert!(
                events
                    .iter()
                    .any(|event| event.refusal.as_deref() == Some(refusal.code())),
                "{refusal:?} has no event, only {events:?}"
            );
        }
        answer
    }

    pub(super) fn keep(&mut self, new: NewSession) {
        self.session = Some(new.token);
        self.known_browser = Some(new.known_browser);
        self.attempt = None;
    }

    pub(super) fn attempt_cookie(&self) -> Token {
        self.attempt.clone().expect("a login attempt is open")
    }
}

/// Codes as they are shown.
pub(crate) fn shown(codes: Vec<BackupCode>) -> Vec<String> {
    codes.iter().map(BackupCode::grouped).collect()
}

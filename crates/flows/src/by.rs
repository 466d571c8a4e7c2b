//! Who manages: a person at a console, or whoever holds a shell on the server. Every managing flow is given one, and asks it
//! before anything else whether the operation is allowed.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    ids::{TenantId, UserId},
    permission::{Operation, Reach, Weight, may, may_to},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    user::Role,
};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    session::SignedIn,
};

/// Who manages.
#[derive(Clone, Debug)]
pub enum By {
    /// Whoever holds a shell on the server, and why it is done, if that was said.
    CommandLine(String),
    /// A signed-in administrator or operator.
    Person(Arc<Manager>),
}

/// A signed-in person at a console.
#[derive(Clone, Debug)]
pub struct Manager {
    /// The person's session.
    pub who: SignedIn,
    /// The tenant that the session belongs to.
    pub home: TenantId,
    /// Where the request comes from.
    pub origin: Origin,
    /// Why it is done, as the person typed it; empty where nothing was asked.
    pub reason: String,
}

impl By {
    /// A person at a console of the own tenant, or an operator.
    pub fn person(who: SignedIn, home: &Tenant, origin: Origin, reason: &str) -> Self {
        Self::Person(Arc::new(Manager {
            who,
            home: home.id,
            origin,
            reason: reason.trim().to_owned(),
        }))
    }

    /// The command line, with no reason to keep.
    pub fn command_line() -> Self {
        Self::CommandLine(String::new())
    }

    /// Why it is done; may be empty.
    pub fn reason(&self) -> &str {
        match self {
            Self::CommandLine(reason) => reason,
            Self::Person(manager) => &manager.reason,
        }
    }

    /// Whether it is this very person of `tenant`.
    pub(crate) fn is(&self, tenant: &Tenant, user: UserId) -> bool {
        match self {
            Self::CommandLine(_) => false,
            Self::Person(manager) => manager.home == tenant.id && manager.who.user == user,
        }
    }

    /// The person at the console.
    pub(crate) fn user(&self) -> Option<UserId> {
        match self {
            Self::CommandLine(_) => None,
            Self::Person(manager) => Some(manager.who.user),
        }
    }

    /// The person at the console, if this is their own tenant.
    pub(crate) fn at_home(&self, tenant: &Tenant) -> Option<UserId> {
        match self {
            Self::Person(manager) if manager.home == tenant.id => Some(manager.who.user),
            _ => None,
        }
    }

    /// The proxy through which the person comes, if its word is not taken: everybody seems to come from there (SEC-50).
    pub(crate) fn unbelieved_proxy(&self) -> Option<IpAddr> {
        match self {
            Self::CommandLine(_) => None,
            Self::Person(manager) => manager.origin.unbelieved_proxy,
        }
    }

    /// Begins an act in `tenant`.
    pub(crate) fn act(&self, ctx: &Ctx, tenant: &Arc<Tenant>) -> Act {
        match self {
            Self::CommandLine(_) => Act::by_command_line(ctx, tenant),
            Self::Person(manager) => {
                let actor = if manager.home == tenant.id {
                    Actor::Administrator(manager.who.user)
                } else {
                    Actor::Operator(manager.who.user)
                };
                Act::of(ctx, tenant, &manager.origin).by(actor)
            }
        }
    }

    /// Whether `operation` is allowed in `tenant`, on a person of role `target` where it is on one (SEC-69), with the fresh
    /// proof and the reason that it asks for (SEC-37, SEC-41).
    pub(crate) fn check(
        &self,
        tenant: &Tenant,
        operation: Operation,
        target: Option<Role>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Self::Person(manager) = self else {
            return Ok(()); // Whoever holds a shell on the server holds the key ring as well.
        };
        let role = manager.who.role;
        let is_at_home = manager.home == tenant.id;
        let reaches = is_at_home || role == Role::Operator;
        let allowed = match target {
            Some(target) => may_to(role, operation, target),
            None => may(role, operation),
        };
        if !allowed || !(reaches || operation.reach() == Reach::Server) {
            return Err(Refusal::NotAllowed);
        }
        if operation.weight() != Weight::Look {
            manager.who.check_fresh_proof(now)?;
        }
        if operation.weight() == Weight::Act && manager.reason.is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        Ok(())
    }

    /// [`Self::check`], with the refusal recorded (SEC-79).
    pub(crate) async fn permit(
        &self,
        ctx: &Ctx,
        act: &Act,
        operation: Operation,
        target: Option<(UserId, Role)>,
        kind: EventKind,
    ) -> Result<(), FlowError> {
        let role = target.map(|(_, role)| role);
        match self.check(&act.tenant, operation, role, act.now) {
            Ok(()) => Ok(()),
            Err(refusal) => {
                let user = target.map(|(user, _)| user);
                Err(act.deny(ctx, kind, user, refusal).await)
            }
        }
    }

    /// An event with the reason that was given.
    pub(crate) fn event(&self, kind: EventKind, user: Option<UserId>) -> AuditEvent {
        let event = AuditEvent::new(kind, user);
        match self.reason() {
            "" => event,
            reason => event.detail(reason),
        }
    }
}

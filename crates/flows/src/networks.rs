//! From where a person comes, what follows from it, and which networks a policy may not trust: those through which everybody
//! seems to come (SEC-50, SEC-51).

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use warifu_domain::{
    decide::decide,
    explain::{Why, explain},
    mail_gate::{Service, Verdict, judge},
    mail_window::SourceNetwork,
    network::{AddressRange, canonical},
    permission::Operation,
    policy::{
        MailProtocol, Network, Policy,
        networks::{Caution, find, holding, trusted_within},
    },
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};

use crate::{
    act::Origin, by::By, ctx::Ctx, error::FlowError, login::load_facts, session::SignedIn,
};

/// From where a program on this very machine comes that chooses no address: a proxy, webmail.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "::1"];
/// From where it comes if it chooses one.
const LOOPBACK_BLOCK: &str = "127.0.0.0/8";

/// The addresses of this very machine, from which one program may speak for many people. Any address of loopback may be a
/// proxy's. Only a configuration that lists a proxy with one of its own, beside the usual one, tells them apart: the others
/// are then clients, several on one machine.
fn own_places(ctx: &Ctx) -> Vec<AddressRange> {
    let has_own = |proxy: &AddressRange| match proxy.single() {
        Some(IpAddr::V4(v4)) => v4.is_loopback() && v4 != Ipv4Addr::LOCALHOST,
        _ => false,
    };
    let block = Some(LOOPBACK_BLOCK).filter(|_| !ctx.proxies.iter().any(has_own));
    let loopback = LOOPBACK.into_iter().chain(block);
    let loopback = loopback.filter_map(AddressRange::parse);
    loopback
        .chain(ctx.listening_at.map(AddressRange::from))
        .collect()
}

/// Refuses a policy that trusts an address from which one program speaks for many people: each of them would be trusted, wherever
/// they are (SEC-50).
pub(crate) fn check_doors(ctx: &Ctx, by: &By, policy: &Policy) -> Result<(), Refusal> {
    let trusted = |place: &AddressRange| trusted_within(&policy.networks, *place);
    if let Some(address) = own_places(ctx).iter().find_map(trusted) {
        return Err(Refusal::TrustsLoopback { address });
    }
    if let Some(address) = ctx.proxies.iter().find_map(trusted) {
        return Err(Refusal::TrustsProxy { address });
    }
    match by.unbelieved_proxy().map(AddressRange::from) {
        Some(place) if trusted(&place).is_some() => Err(Refusal::TrustsUnknownProxy {
            address: place.first(),
        }),
        _ => Ok(()),
    }
}

/// The networks of a policy that deserve a second thought on this server, with their places in the list.
pub fn cautions(ctx: &Ctx, policy: &Policy) -> Vec<(usize, Caution)> {
    let believes_a_proxy = !ctx.proxies.is_empty();
    let networks = policy.networks.iter().enumerate();
    networks
        .filter_map(|(place, network)| Some((place, network.caution(believes_a_proxy)?)))
        .collect()
}

/// What the list says about an address.
#[derive(Clone, Debug)]
pub struct Match {
    /// The address.
    pub address: IpAddr,
    /// The networks that hold it, each with its place in the list; the first one decides.
    pub holding: Vec<(usize, Network)>,
}

impl Match {
    /// Whether the second factor is skipped there.
    pub fn is_trusted(&self) -> bool {
        self.holding
            .first()
            .is_some_and(|(_, network)| network.trusted)
    }
}

/// What a policy, the tenant's or a draft of it, says about an address.
pub fn look_up(
    ctx: &Ctx,
    tenant: &Tenant,
    by: &By,
    policy: &Policy,
    address: IpAddr,
) -> Result<Match, FlowError> {
    by.check(tenant, Operation::ShowPolicy, None, ctx.clock.now())?;
    let holding = holding(&policy.networks, address).into_iter();
    Ok(Match {
        address: canonical(address),
        holding: holding
            .map(|(place, network)| (place, network.clone()))
            .collect(),
    })
}

/// Where a person is, as far as the server can tell, and what follows from it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The address of this very request.
    pub address: IpAddr,
    /// The network that decides about it.
    pub network: Option<Network>,
    /// What a login from here would ask for, and why.
    pub why: Why,
    /// What a mail program may do here; `None`: mail programs need nothing in this tenant.
    pub mail: Option<MailHere>,
}

/// What a person's mail program may do at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailHere {
    /// It works without anything.
    Free,
    /// It works until then.
    Until(Timestamp),
    /// A second factor in a browser has to come first.
    NeedsWindow,
}

/// Where a signed-in person is.
pub async fn here(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Place, FlowError> {
    let (kept, user, now) = (tenant.clone(), who.user, ctx.clock.now());
    let address = canonical(origin.address);
    let place = ctx.store.read(tenant.id, async move |tx| {
        let policy = &kept.policy;
        let Some(facts) = load_facts(tx, &kept, user, Some(address), now).await? else {
            return Ok(Err(Refusal::NotSignedIn));
        };
        let network = SourceNetwork::of(address, policy.mail.ipv6_prefix);
        let window = tx.find_mail_window(user, network).await?;
        let window = window.map(|row| row.window);
        let mail = gated(policy).map(|service| {
            let decision = decide(policy, &facts, now);
            let judged = |window| judge(decision, &policy.mail, service, window, now);
            match (judged(None), window.as_ref()) {
                (Verdict::Allow, _) => MailHere::Free,
                (_, Some(open)) if judged(Some(open)) == Verdict::Allow => {
                    MailHere::Until(open.ends_at(&policy.mail))
                }
                _ => MailHere::NeedsWindow,
            }
        });
        Ok(Ok(Place {
            address,
            network: find(&policy.networks, address).cloned(),
            why: explain(policy, &facts, now),
            mail,
        }))
    });
    Ok(place.await??)
}

/// A way in for mail programs that needs a window, if the policy has one.
fn gated(policy: &Policy) -> Option<Service> {
    use MailProtocol as P;
    let protocols = [P::Imap, P::Pop3, P::Submission, P::ManageSieve];
    protocols
        .into_iter()
        .find(|protocol| policy.mail.is_gated(*protocol))
        .map(Service::Client)
}

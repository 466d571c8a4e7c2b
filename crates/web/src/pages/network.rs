//! `/account/network`: from where a person comes, and what follows from it (K2).

use warifu_domain::explain::Why;
use warifu_flows::{
    networks::{self, MailHere},
    session::SignedIn,
};

use super::views::{LoginHere, MailAt, OwnNetwork};
use crate::http::{page::Page, route::Answer};

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let here = networks::here(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    let login = match here.why {
        Why::Registered(_) => LoginHere::Asked,
        Why::Trusted => LoginHere::Trusted,
        Why::Reissued | Why::Role | Why::Policy | Why::SwitchedOn => LoginHere::SetUp,
        Why::Grace { .. } | Why::Later { .. } | Why::SwitchedOff | Why::Optional | Why::Off => {
            LoginHere::Password
        }
        Why::Disabled | Why::TenantSuspended => LoginHere::Refused,
    };
    let mail = here.mail.map(|mail| match mail {
        MailHere::Free => MailAt::Free,
        MailHere::Until(until) => MailAt::Until(page.minute(until)),
        MailHere::NeedsWindow => MailAt::Needed,
    });
    Ok(page.show(|frame| OwnNetwork {
        frame,
        address: here.address.to_string(),
        network: here.network.map(|network| network.name),
        login,
        mail,
    }))
}

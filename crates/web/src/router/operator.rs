//! The console of those who run the server.

use warifu_domain::permission::Operation::{
    AddTenant, ListTenants, RescueAdministrator, RotateKeys, SendTestMail, ShowMail, ShowServer,
    SuspendTenant,
};

use crate::{
    http::{
        access::May,
        route::{Route, get, post},
    },
    pages::operator::{self, acts, keys, rescue, server, tenants},
};

/// Their pages: tenants, mail, keys, health.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/{tenant}/operator", May(ListTenants), operator::start),
        get(
            "/{tenant}/operator/tenants",
            May(ListTenants),
            tenants::list,
        ),
        get(
            "/{tenant}/operator/tenants/add",
            May(AddTenant),
            tenants::ask,
        ),
        post(
            "/{tenant}/operator/tenants/add",
            May(AddTenant),
            tenants::add,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}",
            May(ListTenants),
            tenants::show,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}/rescue",
            May(RescueAdministrator),
            rescue::show,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue",
            May(RescueAdministrator),
            rescue::ask,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue/approve",
            May(RescueAdministrator),
            rescue::approve,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue/withdraw",
            May(RescueAdministrator),
            rescue::withdraw,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}/{act}",
            May(SuspendTenant),
            acts::ask,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/{act}",
            May(SuspendTenant),
            acts::act,
        ),
        get("/{tenant}/operator/mail", May(ShowMail), server::mail),
        post(
            "/{tenant}/operator/mail",
            May(SendTestMail),
            server::test_mail,
        ),
        get(
            "/{tenant}/operator/proxies",
            May(ShowServer),
            server::proxies,
        ),
        get("/{tenant}/operator/keys", May(ShowServer), keys::show),
        get("/{tenant}/operator/keys/reseal", May(RotateKeys), keys::ask),
        post(
            "/{tenant}/operator/keys/reseal",
            May(RotateKeys),
            keys::begin,
        ),
        get(
            "/{tenant}/operator/keys/reseal/{job}",
            May(ShowServer),
            keys::progress,
        ),
        post(
            "/{tenant}/operator/keys/reseal/{job}",
            May(ShowServer),
            keys::stop,
        ),
        get("/{tenant}/operator/health", May(ShowServer), server::health),
    ]
}

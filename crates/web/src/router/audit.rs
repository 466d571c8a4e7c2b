//! Trails of events: a tenant's own for its administrators, that of what belongs to no tenant for operators.

use warifu_domain::permission::Operation::{self, ShowAudit, ShowServerAudit};

use crate::{
    http::{
        access::May,
        route::{Route, get, post},
    },
    pages::{
        audit::{check, search},
        views::audit::Trail,
    },
};

/// Both trails alike.
pub(super) fn routes() -> Vec<Route> {
    TRAILS.into_iter().flat_map(trail).collect()
}

/// Where a trail is searched, checked, exported and followed.
const TRAILS: [(Trail, Operation, [&str; 5]); 2] = [
    (
        Trail::Tenant,
        ShowAudit,
        [
            "/{tenant}/admin/audit",
            "/{tenant}/admin/audit/checks",
            "/{tenant}/admin/audit/checks/{check}",
            "/{tenant}/admin/audit/export",
            "/{tenant}/admin/audit/requests/{reference}",
        ],
    ),
    (
        Trail::Server,
        ShowServerAudit,
        [
            "/{tenant}/operator/audit",
            "/{tenant}/operator/audit/checks",
            "/{tenant}/operator/audit/checks/{check}",
            "/{tenant}/operator/audit/export",
            "/{tenant}/operator/audit/requests/{reference}",
        ],
    ),
];

fn trail((trail, operation, paths): (Trail, Operation, [&'static str; 5])) -> [Route; 6] {
    let [list, checks, one, export, request] = paths;
    let access = May(operation);
    [
        get(list, access, move |page, who| {
            search::show(page, who, trail)
        }),
        post(checks, access, move |page, who, form| {
            check::begin(page, who, form, trail)
        }),
        get(one, access, move |page, who| check::show(page, who, trail)),
        post(one, access, move |page, who, form| {
            check::stop(page, who, form, trail)
        }),
        get(export, access, move |page, who| {
            search::export_events(page, who, trail)
        }),
        get(request, access, move |page, who| {
            search::request(page, who, trail)
        }),
    ]
}

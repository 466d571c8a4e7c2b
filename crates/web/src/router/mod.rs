//! Every route of the server in reading order, one file for each that walks there. A route that is not in this table does not exist,
//! and none can be in it without saying who may call it (SEC-9).

mod account;
mod admin;
mod audit;
mod gate;
mod login;
mod operator;
mod people;

use crate::{
    http::{
        access::{AccessName, Anyone},
        route::{Route, file, get, outside, post, post_outside},
    },
    pages::{accent, common_login, demo, help, home, language, logo, views::ASSETS},
};

/// The table.
pub(crate) fn table() -> Vec<Route> {
    let mut table = everybodys();
    table.extend(login::routes());
    table.extend(account::routes());
    table.extend(gate::routes());
    table.extend(admin::routes());
    table.extend(people::routes());
    table.extend(audit::routes());
    table.extend(operator::routes());
    table.extend(ASSETS.into_iter().map(file));
    table
}

/// What belongs to no tenant, and what a tenant shows to everybody.
fn everybodys() -> Vec<Route> {
    vec![
        outside("/", demo::tenants),
        outside("/demo/mail", demo::mails),
        outside("/login", common_login::show),
        outside("/assets/accent/{making}/{sheet}", accent::show).kept(),
        post_outside("/login", common_login::submit),
        get("/{tenant}", Anyone, home::show),
        get("/{tenant}/", Anyone, home::show),
        get("/{tenant}/help", Anyone, help::show),
        get("/{tenant}/logo/{logo}", Anyone, logo::show).kept(),
        post("/{tenant}/language", Anyone, language::choose),
    ]
}

/// A line of the table, for those who walk along it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// `GET` (which stands for `HEAD` too) or `POST`.
    pub method: &'static str,
    /// With `{tenant}` for a slug.
    pub path: &'static str,
    /// Who may call it.
    pub access: AccessName,
}

/// The table as data.
pub fn routes() -> Vec<RouteInfo> {
    table().iter().map(Route::info).collect()
}

/// Paths below a tenant's slug that answer GET.
pub(crate) fn pages() -> Vec<&'static str> {
    let pages = routes().into_iter().filter(|route| route.method == "GET");
    pages
        .filter_map(|route| route.path.strip_prefix("/{tenant}"))
        .collect()
}

//! What the pages of the operator's console show.

mod server;
mod tenants;

pub use server::{Health, KeyRow, Keys, MailPage, Proxies};
pub use tenants::{
    Administrator, NewTenant, RescuePage, TenantAct, TenantActPage, TenantDetails, TenantLine,
    TenantList, TenantState, WaitingRescue,
};

//! What the pages of the operator's console show.

mod keys;
mod server;
mod tenants;

pub use keys::{KeyRow, Keys, ResealAsk, ResealPage, ServerRow};
pub use server::{Health, MailPage, Proxies};
pub use tenants::{
    Administrator, NewTenant, RescuePage, TenantAct, TenantActPage, TenantDetails, TenantLine,
    TenantList, TenantState, WaitingRescue,
};

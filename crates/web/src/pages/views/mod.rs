//! What each page shows: one typed struct per page, compiled with its template. Fields are plain values made for
//! the page; nothing here decides, loads or stores.

mod account;
pub mod admin;
mod agent;
mod assets;
mod backup_codes;
mod console;
mod demo;
mod desk;
mod error;
mod frame;
mod get_app;
mod help;
mod login;
mod notice;
mod notifications;
pub mod operator;
mod password;
mod problem;
mod proof;
mod question;
mod remove;
mod sessions;
mod set_up;
mod time_left;

pub use account::{Account, AppState, BackupState, Removal};
pub use agent::short_agent;
pub use assets::{ASSETS, Asset};
pub use backup_codes::{BackupCodes, CodeShape, NewCodes, ViewedCode};
pub use console::{Console, Section};
pub use demo::{DemoAccount, DemoMail, DemoTenant, KeptMail, Tenants};
pub use desk::Desk;
pub use error::ErrorPage;
pub use frame::{Frame, TenantMark};
pub use help::{Help, HelpNumbers, OwnQuestion};
pub use login::{Login, LoginBackupCode, LoginCode, LoginHelpdeskCode, LoginPlace, LostDevice};
pub use notice::Notice;
pub use notifications::{NotificationRow, Notifications};
pub use password::{LoginForgotten, Password, PasswordReset};
pub use problem::{Facts, Problem};
pub use proof::{Proof, ProofTarget};
pub use question::Question;
pub use remove::Remove;
pub use sessions::{SessionRow, Sessions};
pub use set_up::{SetUp, SetUpDone, SetUpPlace, ShownKey};
pub use time_left::TimeLeft;

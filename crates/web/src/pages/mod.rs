//! Pages for people: what each one shows is in `views`, the sentences in `locales/`, who may call which in `router.rs`.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod backup_codes;
mod code_form;
pub(crate) mod common_login;
pub(crate) mod demo;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod login;
pub(crate) mod login_backup_code;
pub(crate) mod login_code;
pub(crate) mod login_forgotten;
pub(crate) mod login_helpdesk_code;
pub(crate) mod login_lost_device;
pub(crate) mod login_set_up;
pub(crate) mod logout;
pub mod mail;
pub(crate) mod operator;
pub(crate) mod password;
pub(crate) mod proof;
pub mod qr;
pub(crate) mod remove;
pub(crate) mod sessions;
pub(crate) mod set_up;
pub mod times;
pub mod views;

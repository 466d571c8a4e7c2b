//! Pages of the demonstration: its tenants, and the mails it would have sent.

use super::{Frame, admin::role_name};
use askama::Template;
use warifu_domain::user::Role;

/// `/`: the tenants to try.
#[derive(Debug, Template)]
#[template(path = "tenants.html")]
pub struct Tenants {
    /// The frame, without a tenant.
    pub frame: Frame,
    /// The tenants.
    pub tenants: Vec<DemoTenant>,
    /// What is done here outlives the demonstration.
    pub is_kept: bool,
}

impl Tenants {
    fn role(&self, account: &DemoAccount) -> &str {
        role_name(&self.frame.texts, account.role)
    }
}

/// A tenant to try.
#[derive(Clone, Debug)]
pub struct DemoTenant {
    /// First part of its addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who may sign in there.
    pub accounts: Vec<DemoAccount>,
    /// Addresses at which its people can log in, besides that by its slug (G2).
    pub entrances: Vec<String>,
}

/// A user of the demonstration.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    /// Where this person logs in, from the slash on.
    pub path: String,
    /// The login ID.
    pub login: String,
    /// What this person may do.
    pub role: Role,
    /// The password, which is public here. `None`: it was shown at an earlier start.
    pub password: Option<String>,
}

/// `/demo/mail`: mails that were kept instead of sent, newest first.
#[derive(Debug, Template)]
#[template(path = "demo_mail.html")]
pub struct DemoMail {
    /// The frame, without a tenant.
    pub frame: Frame,
    /// The mails.
    pub mails: Vec<KeptMail>,
}

/// A mail that was kept instead of sent.
#[derive(Clone, Debug)]
pub struct KeptMail {
    /// When it was written.
    pub at: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
}

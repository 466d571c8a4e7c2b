//! Who lives in a demonstration: an organisation for every preset, in each an administrator and two members.

use std::sync::Arc;

use tokio::task::JoinSet;
use warifu_domain::password::PasswordTerm;
use warifu_domain::policy::{PRESETS, Preset};
use warifu_domain::tenant::Tenant;
use warifu_domain::user::{Login, Role};
use warifu_flows::manage_users::{ManageError, NewPerson};
use warifu_flows::{By, Ctx, manage_tenants, manage_users};
use zeroize::Zeroizing;

use crate::cli::exit::Failure;
use crate::password;

/// Somebody to log in as.
pub(super) struct Account {
    pub(super) tenant: Arc<Tenant>,
    pub(super) login: String,
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// `None`: it was shown at an earlier start, and nobody knows it any more.
    pub(super) password: Option<Zeroizing<String>>,
}

/// Names of organisations, in the order of the presets.
const ORGANISATIONS: [&str; 6] = [
    "みどり商事",
    "あおば工房",
    "さくら大学",
    "ひかり写真館",
    "かえで通信",
    "いずみホスティング",
];

/// The same people everywhere: that their accounts have nothing to do with each other is one of the things to see.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("suzuki@example.jp", "鈴木 一郎", Role::Administrator),
    ("sato@example.jp", "佐藤 花子", Role::Member),
    ("tanaka@example.jp", "田中 健", Role::Member),
];

/// Adds who is not there yet, and lists everybody.
pub(super) async fn settle(ctx: &Arc<Ctx>) -> Result<Vec<Account>, Failure> {
    let mut accounts = Vec::new();
    // Passwords are hashed side by side.
    let mut adding = JoinSet::new();
    for (preset, organisation) in PRESETS.iter().zip(ORGANISATIONS.iter().cycle()) {
        let tenant = match ctx.tenant(preset.name).await? {
            Some(tenant) => tenant,
            None => add(ctx, preset, organisation).await?,
        };
        for (login, name, role) in PEOPLE {
            // Also where the tenant is there: a first start may have been killed before it had everybody.
            let typed = Login::parse(login).expect("a mail address is a login ID");
            let is_new = match manage_users::show_user(ctx, &tenant, &typed).await {
                Err(ManageError::NoSuchUser(_)) => true,
                other => other.map(|_| false)?,
            };
            let account = Account {
                tenant: tenant.clone(),
                login: login.to_owned(),
                name,
                role,
                password: is_new.then(|| password::random(&ctx.rng)),
            };
            if let Some(password) = &account.password {
                let (ctx, tenant) = (ctx.clone(), tenant.clone());
                let person = NewPerson {
                    login: typed,
                    name: name.to_owned(),
                    email: Some(login.to_owned()),
                    role,
                    password: password.to_string(),
                    // It is printed for trying out.
                    password_term: PasswordTerm::Lasting,
                };
                adding.spawn(async move {
                    manage_users::add_user(&ctx, &tenant, &By::command_line(), person).await
                });
            }
            accounts.push(account);
        }
    }
    while let Some(added) = adding.join_next().await {
        added.map_err(|error| Failure::failed(format!("a task failed: {error}")))??;
    }
    Ok(accounts)
}

async fn add(ctx: &Ctx, preset: &Preset, organisation: &str) -> Result<Arc<Tenant>, Failure> {
    Ok(manage_tenants::add_tenant(
        ctx,
        &By::command_line(),
        preset.name,
        organisation,
        preset.text,
    )
    .await?)
}

//! Who lives in a demonstration: an organisation for every preset, in each an administrator and two members; one of them with
//! further addresses; and those who run the server.

use std::sync::Arc;

use tokio::task::JoinSet;
use warifu_domain::ids::UserId;
use warifu_domain::password::PasswordTerm;
use warifu_domain::policy::{AdministratorEntrance, PRESETS, Preset};
use warifu_domain::tenant::Tenant;
use warifu_domain::user::{Login, Role};
use warifu_flows::manage_users::{ManageError, NewPerson};
use warifu_flows::{By, Ctx, manage_tenants, manage_users};
use zeroize::Zeroizing;

use crate::cli::exit::Failure;

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
    "かえで通信",
    "ひかり写真館",
    "いずみホスティング",
    "さくら大学",
];

/// Login ID, name, role, mail address.
type Somebody = (&'static str, &'static str, Role, &'static str);

/// The same people everywhere: that their accounts have nothing to do with each other is one of the things to see.
const PEOPLE: [Somebody; 3] = [
    (
        "suzuki@example.jp",
        "鈴木 一郎",
        Role::Administrator,
        "suzuki@example.jp",
    ),
    (
        "sato@example.jp",
        "佐藤 花子",
        Role::Member,
        "sato@example.jp",
    ),
    (
        "tanaka@example.jp",
        "田中 健",
        Role::Member,
        "tanaka@example.jp",
    ),
];

/// The organisation with further addresses (G2), and its person whose login ID has a Japanese domain.
const GATEWAY: &str = "mail-gateway";
const ENTRANCES: &str = r#"
[entrances]
hosts = ["gateway.localhost"]
domains = ["example.jp", "かえで.jp"]
administrators = "own"
"#;
const WITH_JAPANESE_DOMAIN: Somebody =
    ("mori@かえで.jp", "森 葉子", Role::Member, "mori@example.jp");

/// The organisation whose codes by mail go to addresses outside its own domain (K6).
const CAMPUS: &str = "campus-mail";
const OWN_DOMAINS: [&str; 2] = ["refused_domains = []", "refused_domains = [\"example.jp\"]"];

/// Those who run the server. There are two, for what needs two.
const OPERATORS: (&str, &str) = ("operator", "運用センター");
const OPERATING: [Somebody; 2] = [
    ("kato", "加藤 誠", Role::Operator, "kato@example.net"),
    ("ogawa", "小川 葵", Role::Operator, "ogawa@example.net"),
];

/// Adds who is not there yet, and lists everybody.
pub(super) async fn settle(ctx: &Arc<Ctx>) -> Result<Vec<Account>, Failure> {
    let mut accounts = Vec::new();
    // Passwords are hashed side by side.
    let mut adding = JoinSet::new();
    for (preset, organisation) in PRESETS.iter().zip(ORGANISATIONS.iter().cycle()) {
        let (mut policy, mut people) = (preset.text.to_owned(), PEOPLE.to_vec());
        if preset.name == GATEWAY {
            policy.push_str(ENTRANCES);
            people.insert(1, WITH_JAPANESE_DOMAIN);
        }
        if preset.name == CAMPUS {
            policy = policy.replace(OWN_DOMAINS[0], OWN_DOMAINS[1]);
        }
        let tenant = found_or_added(ctx, preset.name, organisation, &policy).await?;
        people_of(ctx, &tenant, &people, &mut adding, &mut accounts).await?;
    }
    let (slug, name) = OPERATORS;
    let policy = Preset::find("default").expect("it ships with Warifu").text;
    let tenant = found_or_added(ctx, slug, name, policy).await?;
    people_of(ctx, &tenant, &OPERATING, &mut adding, &mut accounts).await?;
    while let Some(added) = adding.join_next().await {
        added.map_err(|error| Failure::failed(format!("a task failed: {error}")))??;
    }
    Ok(accounts)
}

/// Begins to add those people who are not there yet, and lists all of them.
async fn people_of(
    ctx: &Arc<Ctx>,
    tenant: &Arc<Tenant>,
    people: &[Somebody],
    adding: &mut JoinSet<Result<UserId, ManageError>>,
    accounts: &mut Vec<Account>,
) -> Result<(), Failure> {
    for (login, name, role, email) in people.iter().copied() {
        // Also where the tenant is there: a first start may have been killed before it had everybody.
        let typed = Login::parse(login).expect("it is a login ID");
        let is_new = match manage_users::show_user(ctx, tenant, &typed).await {
            Err(ManageError::NoSuchUser(_)) => true,
            other => other.map(|_| false)?,
        };
        let account = Account {
            tenant: tenant.clone(),
            login: login.to_owned(),
            name,
            role,
            password: is_new.then(|| warifu_flows::first_password::random(&ctx.rng)),
        };
        if let Some(password) = &account.password {
            let (ctx, tenant) = (ctx.clone(), tenant.clone());
            let person = NewPerson {
                login: typed,
                name: name.to_owned(),
                email: Some(email.to_owned()),
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
    Ok(())
}

impl Account {
    /// Where this person logs in, from the slash on.
    pub(super) fn path(&self) -> String {
        let door = match self.tenant.policy.entrances.administrators {
            AdministratorEntrance::Own if self.role >= Role::Administrator => "admin/login",
            _ => "login",
        };
        format!("/{}/{door}", self.tenant.slug)
    }
}

/// Further addresses of an organisation, with who logs in there, for somebody who came to `url`.
pub(super) fn entrances(tenant: &Tenant, url: &str) -> Vec<(String, &'static str)> {
    let rules = &tenant.policy.entrances;
    let (_, port) = url
        .trim_end_matches('/')
        .rsplit_once(':')
        .unwrap_or_default();
    let mut found = Vec::new();
    for host in &rules.hosts {
        found.push((
            format!("http://{host}:{port}/login"),
            "a host name of its own",
        ));
    }
    for domain in &rules.domains {
        found.push((format!("{url}d/{domain}/login"), "by its mail domain"));
    }
    if let Some(domain) = rules.domains.first() {
        found.push((
            format!("{url}login"),
            "for all organisations: the login ID decides",
        ));
        if rules.administrators == AdministratorEntrance::Own {
            found.push((
                format!("{url}d/{domain}/admin/login"),
                "administrators only",
            ));
        }
    }
    found
}

async fn found_or_added(
    ctx: &Ctx,
    slug: &str,
    name: &str,
    policy: &str,
) -> Result<Arc<Tenant>, Failure> {
    Ok(match ctx.tenant(slug).await? {
        Some(tenant) => tenant,
        None => manage_tenants::add_tenant(ctx, &By::command_line(), slug, name, policy).await?,
    })
}

//! `warifu user`: people of an organisation. Nothing here shows a password, a key or a code (SEC-41).

use std::sync::Arc;

use serde::Serialize;
use warifu_domain::decide::Decision;
use warifu_domain::password::PasswordTerm;
use warifu_domain::tenant::Tenant;
use warifu_domain::user::{Login, Role};
use warifu_flows::manage_users::{self, ManageError, NewPerson, UserDetails};
use warifu_flows::{By, Ctx, manage_tenants};
use warifu_storage::{Factor, PersonLine};
use warifu_web::pages::times::Times;

use super::exit::{Exit, Failure};
use super::output::{Form, Table, facts, print, print_json, times_of, utc};
use super::user_import::{self, Import};
use super::user_remind::{self, Remind};
use super::with_state;
use crate::config::ConfigFile;
use crate::password;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add a person; the password is asked for, or read as one line of standard input
    Add {
        #[command(flatten)]
        person: Person,
        /// What the person is called
        #[arg(long, default_value = "")]
        name: String,
        /// Where notices about the account go
        #[arg(long)]
        email: Option<String>,
        /// What the person may do
        #[arg(long, default_value = "member", value_parser = ["member", "administrator", "operator"])]
        role: String,
        #[command(flatten)]
        term: Term,
    },
    /// Add everybody of a file, or nobody if a row is wrong; every such row is named
    Import(Import),
    /// Mail those who have no second factor yet, at most once in seven days each
    Remind(Remind),
    /// List people by login ID
    List {
        /// The organisation's slug
        tenant: String,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Show one person
    Show {
        #[command(flatten)]
        person: Person,
        #[command(flatten)]
        form: Form,
    },
    /// Close an account: sessions end at once, no login works
    Disable {
        #[command(flatten)]
        person: Person,
    },
    /// Open a closed account, and forget failed passwords
    Enable {
        #[command(flatten)]
        person: Person,
    },
    /// Clear a person's second factor and backup codes, and end the sessions; the reason is kept in the audit trail
    #[command(name = "reset-2fa")]
    ResetTwoFactor {
        #[command(flatten)]
        person: Person,
        /// Why, for whoever reads the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Set a password, asked for or read as one line of standard input; sessions end, the second factor stays
    Password {
        #[command(flatten)]
        person: Person,
        #[command(flatten)]
        term: Term,
    },
}

/// How long a password that is set here lasts.
#[derive(clap::Args)]
pub(crate) struct Term {
    /// The password stays; without this its owner chooses another after the first login with it
    #[arg(long)]
    permanent: bool,
}

impl Term {
    fn of_password(&self) -> PasswordTerm {
        match self.permanent {
            true => PasswordTerm::Lasting,
            false => PasswordTerm::Temporary,
        }
    }
}

/// Who is meant.
#[derive(clap::Args)]
pub(crate) struct Person {
    /// The organisation's slug
    tenant: String,
    /// The person's login ID
    #[arg(value_parser = login)]
    login: Login,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn login(text: &str) -> Result<Login, String> {
    Login::parse(text).map_err(|bad| bad.to_string())
}

impl Person {
    /// Does `work` in this person's tenant.
    fn with(
        &self,
        work: impl AsyncFnOnce(&Ctx, &Arc<Tenant>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        with_state(&self.config, async |ctx, _| {
            let tenant = manage_tenants::find_tenant(ctx, &self.tenant).await?;
            work(ctx, &tenant).await
        })
    }

    /// Says what became of the person.
    fn say(&self, what: &str) -> Result<(), Failure> {
        let Self { tenant, login, .. } = self;
        print(&format!("user {} of {tenant} {what}\n", login.as_str()))
    }
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add {
            person,
            name,
            email,
            role,
            term,
        } => add(&person, name, email, &role, &term),
        Command::Import(import) => user_import::run(&import),
        Command::Remind(remind) => user_remind::run(&remind),
        Command::List {
            tenant,
            config,
            form,
        } => list(&config, form, &tenant),
        Command::Show { person, form } => show(&person, form),
        Command::Disable { person } => person.with(async |ctx, tenant| {
            let changed =
                manage_users::disable_user(ctx, tenant, &By::command_line(), &person.login).await?;
            person.say(if changed {
                "is disabled; every session is ended"
            } else {
                "is disabled already"
            })
        }),
        Command::Enable { person } => person.with(async |ctx, tenant| {
            let changed =
                manage_users::enable_user(ctx, tenant, &By::command_line(), &person.login).await?;
            person.say(if changed {
                "is enabled"
            } else {
                "is enabled already; failed passwords are forgotten"
            })
        }),
        Command::ResetTwoFactor { person, reason } => reset(&person, &reason),
        Command::Password { person, term } => set_password(&person, &term),
    }
}

fn add(
    person: &Person,
    name: String,
    email: Option<String>,
    role: &str,
    term: &Term,
) -> Result<(), Failure> {
    let roles = [Role::Member, Role::Administrator, Role::Operator];
    let role = roles.into_iter().find(|known| known.word() == role);
    let role = role.expect("the argument's parser knows the same words");
    person.with(async |ctx, tenant| {
        // Nobody should think up a password for an account that cannot be added.
        match manage_users::show_user(ctx, tenant, &person.login).await {
            Err(ManageError::NoSuchUser(_)) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Err(ManageError::LoginTaken(person.login.as_str().to_owned()).into()),
        }
        let password = password::read_new(person.login.as_str())?;
        let new = NewPerson {
            login: person.login.clone(),
            name,
            email,
            role,
            password: password.to_string(),
            password_term: term.of_password(),
        };
        manage_users::add_user(ctx, tenant, &By::command_line(), new).await?;
        person.say(&format!("is added as {}", role.word()))
    })
}

/// What lists tell about a person.
#[derive(Serialize)]
struct Listed<'a> {
    login: &'a str,
    name: &'a str,
    role: &'static str,
    state: &'static str,
    second_factor: bool,
    added_at: String,
}

impl<'a> Listed<'a> {
    fn new(user: &'a PersonLine) -> Self {
        let member = &user.member;
        Self {
            login: &user.login,
            name: &user.name,
            role: member.role.word(),
            state: if member.disabled {
                "disabled"
            } else {
                "active"
            },
            second_factor: member.standing.factor == Factor::On,
            added_at: utc(user.created_at),
        }
    }
}

/// People who are read at once.
const PAGE: i64 = 500;

fn list(file: &ConfigFile, form: Form, slug: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, slug).await?;
        let times = times_of(&tenant.policy);
        let mut after = String::new();
        loop {
            let page =
                manage_users::list_users(ctx, &tenant, &By::command_line(), &after, PAGE).await?;
            if form.json {
                page.iter()
                    .try_for_each(|user| print_json(&Listed::new(user)))?;
            } else if !page.is_empty() {
                print(&table(&page, &times).text(0))?;
            } else if after.is_empty() {
                print(&format!(
                    "There are no users yet: `warifu user add {slug} LOGIN` adds one.\n"
                ))?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after.clone_from(&last.login),
                _ => return Ok(()),
            }
        }
    })
}

fn table(page: &[PersonLine], times: &Times) -> Table {
    let mut table = Table::new(["login", "name", "role", "state", "second factor", "added"]);
    for user in page {
        let view = Listed::new(user);
        table.row([
            view.login.to_owned(),
            view.name.to_owned(),
            view.role.to_owned(),
            view.state.to_owned(),
            if view.second_factor { "on" } else { "off" }.to_owned(),
            times.minute(user.created_at.0),
        ]);
    }
    table
}

/// Everything about one person.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    listed: Listed<'a>,
    email: Option<&'a str>,
    password_is_temporary: bool,
    second_factor_since: Option<String>,
    second_factor_used_at: Option<String>,
    backup_codes_left: u32,
    sessions: i64,
    next_login: &'static str,
}

fn show(person: &Person, form: Form) -> Result<(), Failure> {
    person.with(async |ctx, tenant| {
        let details = manage_users::show_user(ctx, tenant, &person.login).await?;
        let UserDetails { user, totp, .. } = &details;
        let line = user.line();
        let view = Shown {
            listed: Listed::new(&line),
            email: details.email.as_deref(),
            password_is_temporary: user.password_term == PasswordTerm::Temporary,
            second_factor_since: totp.as_ref().map(|totp| utc(totp.confirmed_at)),
            second_factor_used_at: totp.as_ref().and_then(|totp| totp.used_at).map(utc),
            backup_codes_left: details.backup_codes_left,
            sessions: details.sessions,
            next_login: next_login(details.decision),
        };
        if form.json {
            return print_json(&view);
        }
        let times = times_of(&tenant.policy);
        let second_factor = match totp {
            None => "off".to_owned(),
            Some(totp) => format!(
                "on since {}, {}",
                times.minute(totp.confirmed_at.0),
                totp.used_at.map_or("not used yet".to_owned(), |at| format!(
                    "last used {}",
                    times.minute(at.0)
                ))
            ),
        };
        print(&facts([
            ("login", user.login.clone()),
            ("name", user.name.clone()),
            ("email", details.email.clone().unwrap_or_default()),
            ("role", view.listed.role.to_owned()),
            ("state", view.listed.state.to_owned()),
            (
                "password",
                match user.password_term {
                    PasswordTerm::Lasting => "lasting",
                    PasswordTerm::Temporary => "temporary: replaced after the next login",
                }
                .to_owned(),
            ),
            ("second factor", second_factor),
            ("backup codes left", details.backup_codes_left.to_string()),
            ("sessions", details.sessions.to_string()),
            ("next login", view.next_login.to_owned()),
            ("added", times.minute(user.created_at.0)),
        ]))
    })
}

/// What happens after the right password.
fn next_login(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "password is enough",
        Decision::Challenge { .. } => "password and second factor",
        Decision::Enrol {
            may_skip_until: None,
        } => "password, then the second factor is set up",
        Decision::Enrol {
            may_skip_until: Some(_),
        } => "password, then the second factor is set up or put off",
        Decision::Refuse(_) => "refused",
    }
}

fn reset(person: &Person, reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "--reason is empty: whoever reads the audit trail will ask for it",
        ));
    }
    person.with(async |ctx, tenant| {
        let had = manage_users::reset_two_factor(
            ctx,
            tenant,
            &By::CommandLine(reason.to_owned()),
            &person.login,
        )
        .await?;
        person.say(if had {
            "has no second factor any more; sessions and backup codes are void"
        } else {
            "had no second factor; sessions and backup codes are void"
        })
    })
}

fn set_password(person: &Person, term: &Term) -> Result<(), Failure> {
    person.with(async |ctx, tenant| {
        // An unknown login ID is said before anybody thinks up a password.
        manage_users::show_user(ctx, tenant, &person.login).await?;
        let password = password::read_new(person.login.as_str())?;
        let term = term.of_password();
        manage_users::set_password(ctx, tenant, &person.login, &password, term).await?;
        person.say("has the new password; every session is ended")
    })
}

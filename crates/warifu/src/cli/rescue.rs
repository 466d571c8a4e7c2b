//! `warifu tenant rescue`: helping an administrator who is locked out (W7).

use warifu_domain::operating::IdentityCheck;
use warifu_domain::user::Login;
use warifu_flows::rescue::{self, Approval, Rescue};
use warifu_flows::{By, manage_tenants};

use super::exit::Failure;
use super::output::print;
use super::with_state;
use crate::config::ConfigFile;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The organisation's slug
    slug: String,
    /// The administrator's login ID
    #[arg(value_parser = super::user::login)]
    login: Login,
    /// The organisation's name, as the caller gave it
    #[arg(long, value_name = "NAME", required_unless_present_any = ["approve", "withdraw"])]
    company: Option<String>,
    /// The account's mail address, as the caller gave it
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    email: String,
    /// How you made sure who the caller is; the audit trail keeps it
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["approve", "withdraw"])]
    how: Option<String>,
    /// Approve, as a second operator, what was asked for at the console
    #[arg(long, conflicts_with_all = ["company", "how", "withdraw"])]
    approve: bool,
    /// Take back what waits for a second operator
    #[arg(long, conflicts_with_all = ["company", "how"])]
    withdraw: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let login = &arguments.login;
    with_state(&arguments.config, async |ctx, config| {
        let tenant = manage_tenants::find_tenant(ctx, &arguments.slug).await?;
        let (by, name) = (By::command_line(), login.as_str());
        let done =
            format!("the second factor of {name} is cleared; the next login sets up a new one\n");
        if arguments.approve {
            rescue::approve(ctx, &tenant, &by, login).await?;
            return print(&done);
        }
        if arguments.withdraw {
            let was_there = rescue::withdraw(ctx, &tenant, &by, login).await?;
            return print(match was_there {
                true => "the rescue is taken back\n",
                false => "no rescue of this person was waiting\n",
            });
        }
        let check = IdentityCheck {
            company: arguments.company.clone().unwrap_or_default(),
            email: arguments.email.clone(),
            how: arguments.how.clone().unwrap_or_default(),
        };
        let approval = match config.rescue.two_operators {
            true => Approval::Two,
            false => Approval::One,
        };
        print(
            &match rescue::ask(ctx, &tenant, &by, login, &check, approval).await? {
                Rescue::Done => done,
                Rescue::WaitsForSecond => {
                    "recorded; another operator approves it at the console within a day\n"
                        .to_owned()
                }
            },
        )
    })
}

//! `warifu check`: looks at every part, changes nothing, and says what is wrong, where, and how to mend it.

mod mail;
mod server;
mod state;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::output::{Form, Table, print, print_json, printable};
use super::{block_on, log_faults_only};
use crate::config::ConfigFile;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    form: Form,
}

/// Something beside the server itself.
#[derive(clap::Subcommand)]
enum Part {
    /// Ask a running Dovecot or Postfix, as a mail program would, whether each of its doors is gated
    Mail(mail::Arguments),
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    /// It works, and may not be what was meant.
    Warning,
    /// It does not work.
    Problem,
}

/// What was found about one part.
#[derive(Debug, Serialize)]
struct Finding {
    level: Level,
    part: &'static str,
    says: String,
    mend: String,
}

/// Everything that was found, in the order in which it was looked at.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    /// Of the first problem.
    exit: Option<Exit>,
}

impl Report {
    fn ok(&mut self, part: &'static str, says: impl Into<String>) {
        self.add(Level::Ok, part, says.into(), String::new());
    }

    fn warning(&mut self, part: &'static str, says: impl Into<String>, mend: impl Into<String>) {
        self.add(Level::Warning, part, says.into(), mend.into());
    }

    fn problem(&mut self, part: &'static str, failure: Failure) {
        self.exit.get_or_insert(failure.exit);
        self.add(Level::Problem, part, failure.problem, failure.mend);
    }

    fn add(&mut self, level: Level, part: &'static str, says: String, mend: String) {
        self.findings.push(Finding {
            level,
            part,
            says,
            mend,
        });
    }

    fn count(&self, level: Level) -> usize {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.level == level).count()
    }
}

/// The document for programs.
#[derive(Serialize)]
struct View<'a> {
    problems: usize,
    warnings: usize,
    findings: &'a [Finding],
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(Part::Mail(arguments)) = &arguments.part {
        return mail::run(arguments);
    }
    log_faults_only();
    let mut report = Report::default();
    match arguments.config.load() {
        // Nothing else can be looked at.
        Err(error) => report.problem("configuration", error.into()),
        Ok(config) => {
            report.ok("configuration", arguments.config.path.display().to_string());
            server::check(&config, &mut report);
            block_on(async {
                state::check(&config, &mut report).await;
                server::check_directories(&config, &mut report).await;
                server::check_mail_servers(&config, &mut report).await;
                Ok(())
            })?;
        }
    }
    let view = View {
        problems: report.count(Level::Problem),
        warnings: report.count(Level::Warning),
        findings: &report.findings,
    };
    if arguments.form.json {
        print_json(&view)?;
    } else {
        print(&text(&view))?;
    }
    // The findings have said it all.
    report
        .exit
        .map_or(Ok(()), |exit| Err(Failure::new(exit, "")))
}

fn text(view: &View<'_>) -> String {
    let mut table = Table::bare();
    for finding in view.findings {
        let level = match finding.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        };
        let lines = [&finding.says, &finding.mend];
        let lines = lines.into_iter().filter(|line| !line.is_empty());
        for (number, line) in lines.enumerate() {
            let (level, part) = if number == 0 {
                (level, finding.part)
            } else {
                ("", "")
            };
            table.row([level.to_owned(), part.to_owned(), printable(line)]);
        }
    }
    let count = |number: usize, what: &str| match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let (problems, warnings) = (
        count(view.problems, "problem"),
        count(view.warnings, "warning"),
    );
    format!("{}{problems}, {warnings}\n", table.text(0))
}

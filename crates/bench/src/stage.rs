//! A site full of people with the real server running on it, ready for load.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use warifu_domain::ids::TenantId;

use crate::browser::Browser;
use crate::population::{self, Mail, Person};
use crate::postgres::Postgres;
use crate::process::Program;
use crate::site::{Database, SLUG, Site};

/// What a run is about and how thorough it is.
#[derive(Clone)]
pub(crate) struct Plan {
    /// This program, to be started again as a yardstick.
    pub(crate) me: PathBuf,
    /// The `warifu` program.
    pub(crate) server: PathBuf,
    /// Where data goes; its file system is the one that is measured.
    pub(crate) scratch: PathBuf,
    /// Pairs of yardstick and target.
    pub(crate) pairs: usize,
    /// People of a site.
    pub(crate) people: usize,
    /// Of them signed in.
    pub(crate) sessions: usize,
}

/// The site and its server.
pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) program: Program,
    pub(crate) browser: Browser,
    tenant: TenantId,
    /// The database server, where there is one. Dropped last.
    pub(crate) postgres: Option<Postgres>,
    people: usize,
    /// People who were sent to log in so far.
    sent: Cell<usize>,
    runs: Cell<usize>,
}

impl Stage {
    /// Makes the site below `plan.scratch` and starts the server.
    pub(crate) fn set(plan: &Plan, name: &str, postgres: Option<Postgres>) -> Result<Self> {
        let database = match &postgres {
            Some(postgres) => Database::Postgres(postgres.database(name)?),
            None => Database::Sqlite,
        };
        let site = Site::create(plan.scratch.join(name), database)?;
        eprintln!("{name}: adding {} people", plan.people);
        let tenant = Cell::new(None);
        site.in_process(async |ctx| {
            population::add_people(&ctx, 0, plan.people, Mail::Without).await?;
            population::add_sessions(&ctx, plan.sessions).await?;
            tenant.set(ctx.tenant(SLUG).await?.map(|tenant| tenant.id));
            Ok(ctx)
        })?;
        let tenant = tenant.get().context("the site has its tenant")?;
        let browser = Browser::new(site.address, tenant, &site.keys()?);
        let program = site.serve(&plan.server)?;
        Ok(Self {
            site,
            program,
            browser,
            tenant,
            postgres,
            people: plan.people,
            sent: Cell::new(0),
            runs: Cell::new(0),
        })
    }

    /// A browser that a run may keep.
    pub(crate) fn fresh_browser(&self) -> Result<Browser> {
        Ok(Browser::new(
            self.site.address,
            self.tenant,
            &self.site.keys()?,
        ))
    }

    /// A choice of `count` people who were not sent for the longest time, scattered over the database as people who log
    /// in at the same time are.
    pub(crate) fn send(&self, count: usize) -> impl Fn(usize) -> Person + Copy + Send + 'static {
        /// Has no factor in common with the numbers of people in use, so that nobody is met twice.
        const STRIDE: usize = 61_803;
        let (first, people) = (self.sent.get(), self.people);
        self.sent.set(first + count);
        move |number| Person((first + number) % people * STRIDE % people)
    }

    /// A fresh number for a run's attempts.
    pub(crate) fn next_run(&self) -> usize {
        self.runs.replace(self.runs.get() + 1)
    }

    /// The folder whose file system holds the data.
    pub(crate) fn data(&self) -> &Path {
        self.postgres
            .as_ref()
            .map_or(&self.site.folder, |postgres| postgres.data())
    }

    /// Processor time so far of the server and of the database server, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> Result<(f64, f64)> {
        let database = self
            .postgres
            .as_ref()
            .map_or(Ok(0.0), |postgres| postgres.program.cpu_ms())?;
        Ok((self.program.cpu_ms()?, database))
    }
}

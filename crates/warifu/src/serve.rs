//! `warifu serve`: the server, from its configuration to its last request.

use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use warifu_flows::delivery::Post;
use warifu_flows::{Ctx, key_rotation, maintenance};
use warifu_web::WebSettings;

use crate::cli::exit::Failure;
use crate::cli::runtime;
use crate::config::{Config, ConfigFile, Tls};
use crate::first_factor;
use crate::keys;
use crate::listen::{self, Listeners};
use crate::log::{self, Format};
use crate::mail::{self, Relay};
use crate::mail_gate::Sockets;
use crate::mail_server;
use crate::stop::Stop;
use crate::tls::Certificate;
use crate::wire;
use crate::worker::Worker;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = arguments.config.load()?;
    log::start(config.log.format, &config.log.level);
    let runtime = runtime(&mut tokio::runtime::Builder::new_multi_thread())?;
    let outcome = runtime.block_on(serve(&config));
    // What still runs are requests that outlived their time.
    runtime.shutdown_background();
    outcome.map_err(|failure| match config.log.format {
        Format::Text => failure,
        Format::Json => log_instead(failure),
    })
}

/// Whoever reads objects from standard error gets this one as an object too.
fn log_instead(failure: Failure) -> Failure {
    tracing::error!(problem = failure.problem, mend = failure.mend, "failed");
    Failure::new(failure.exit, "")
}

async fn serve(config: &Config) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let tls = match &config.server.tls {
        Some(files) => Some(RustlsConfig::from_config(
            Certificate::read(files)?.server_config()?,
        )),
        None => None,
    };
    let in_use = "is Warifu running already? Else choose another address in the configuration";
    let pages = listen::bind("server.listen", config.server.listen, in_use)?;
    let operations = listen::bind("metrics.listen", config.metrics.listen, in_use)?;
    let address = listen::bound(&pages)?;
    let sockets = Sockets::bind(&config.mail_gate)?;
    let relay = Relay::open(&config.mail)?.map(|relay| Arc::new(relay) as Arc<dyn Post>);
    let directories = first_factor::open(&config.first_factor)?;
    let mail_servers = mail_server::open(&config.mail_server)?;
    let ctx = wire::open_with(config, directories).await?;
    let settings = WebSettings {
        operation: wire::operation(config, relay.clone()),
        ..wire::web_settings(&config.server, address)
    };
    let server = keys::announce_start(&ctx).await?;
    let base_url = settings.base_url.origin();
    let state = wire::web_state(&ctx, settings)?;

    let mut listeners = Listeners::default();
    let metrics = listen::bound(&operations)?;
    listeners.serve(operations, None, warifu_web::operations_app(&state))?;
    listeners.serve(pages, tls.as_ref(), warifu_web::app(&state))?;
    let gates = sockets.open(&ctx, &state);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), listen = %address, base_url, metrics = %metrics, "ready");

    let background = vec![
        tokio::spawn(sweep_each_minute(ctx.clone())),
        tokio::spawn(reload_at_hangup(config.server.tls.clone(), tls)),
        tokio::spawn(keys::watch(
            ctx.clone(),
            config.keys.clone(),
            server.clone(),
        )),
    ];
    let connections = config.mail.connections;
    let sending = relay.map(|relay| mail::start(&ctx, &state, relay, connections));
    let ending = mail_server::start(&ctx, &state, mail_servers);
    let workers = sending.into_iter().chain(ending).collect();
    let outcome = tokio::select! {
        () = stop.ordered() => Ok(()),
        failure = listeners.broken() => Err(failure),
    };
    tracing::info!("stopping; running requests may finish");
    tokio::select! {
        () = async {
            if let Err(fault) = key_rotation::leave(&ctx, &server).await {
                tracing::warn!(%fault, "cannot say that this server stops");
            }
            gates.stop().await;
            finish(listeners, &background, workers, &ctx).await;
        } => tracing::info!("stopped"),
        () = stop.ordered() => tracing::warn!("stopped at once, by a second signal"),
    }
    outcome
}

/// Lets requests and workers finish, then what they left to be written and the jobs they gave to the store.
pub(crate) async fn finish(
    listeners: Listeners,
    background: &[JoinHandle<()>],
    workers: Vec<Worker>,
    ctx: &Ctx,
) {
    tokio::join!(listeners.stop(), async {
        let mut stopping: JoinSet<()> = workers.into_iter().map(Worker::stop).collect();
        while stopping.join_next().await.is_some() {}
    });
    background.iter().for_each(JoinHandle::abort);
    ctx.settle().await;
    ctx.store.clone().close().await;
}

/// How long after a start the first sweep is.
const FIRST_SWEEP: Duration = Duration::from_secs(2);

/// Sweeps away what time has made useless, as long as the process runs.
pub(crate) async fn sweep_each_minute(ctx: Arc<Ctx>) {
    sweep_each(Duration::from_secs(60), ctx).await;
}

async fn sweep_each(pause: Duration, ctx: Arc<Ctx>) {
    // Soon after a start, so that what was broken off goes on; not at once, when a start has better things to do.
    let first = Instant::now() + pause.min(FIRST_SWEEP);
    let mut ticks = tokio::time::interval_at(first, pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match maintenance::sweep(&ctx).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "swept"),
            Err(fault) => tracing::warn!(%fault, "cannot sweep; the next minute tries again"),
        }
        if let Err(fault) = maintenance::remove_tenants(&ctx).await {
            tracing::warn!(%fault, "cannot delete a tenant; the next minute goes on with it");
        }
    }
}

/// Takes a renewed certificate without a restart. A certificate that cannot be used changes nothing.
async fn reload_at_hangup(files: Option<Tls>, tls: Option<RustlsConfig>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return tracing::warn!("cannot listen for SIGHUP: a renewed certificate needs a restart");
    };
    while hangup.recv().await.is_some() {
        let (Some(files), Some(tls)) = (&files, &tls) else {
            continue;
        };
        match Certificate::read(files).and_then(Certificate::server_config) {
            Ok(config) => {
                tls.reload_from_config(config);
                tracing::info!("SIGHUP: the certificate is read again");
            }
            Err(failure) => {
                tracing::error!(problem = %failure.problem, "SIGHUP: the certificate stays as it was");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use warifu_domain::attempt::Pending;
    use warifu_domain::ids::{TenantId, UserId};
    use warifu_domain::password::PasswordTerm;
    use warifu_domain::policy::{Enrolment, Policy};
    use warifu_domain::time::{Span, Timestamp};
    use warifu_domain::token::TokenHash;
    use warifu_domain::user::{Login, Role};
    use warifu_flows::MailMode;
    use warifu_flows::mail_gate::{self, Answer, Question, Server};
    use warifu_flows::manage_users::{self, NewPerson};
    use warifu_storage::{KeyRing, StageKind, Store, StoreOptions, testing};

    use super::*;
    use crate::config::Hashing;

    /// The one worker is kept busy, so that the record is not even given to the store when the order to stop comes. It is free once
    /// the store is closed, which then was too early, or after a time in which a store that nobody holds back is.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn sec_054_a_refusal_that_is_written_behind_its_answer_is_there_after_the_end() {
        for store in testing::stores().await {
            let keys = KeyRing::generate([7; 32]);
            let ctx = wire::ctx((*store).clone(), keys, &Hashing::default(), MailMode::Off);
            let by = warifu_flows::By::command_line();
            let preset = warifu_domain::policy::Preset::find("campus-mail").unwrap();
            let mut policy = Policy::parse(preset.text).unwrap();
            policy.second_factor.enrolment = Enrolment::Required;
            let text = policy.to_toml();
            let tenant =
                warifu_flows::manage_tenants::add_tenant(&ctx, &by, "uni", "University", &text);
            let tenant = tenant.await.unwrap();
            let hana = NewPerson {
                login: Login::parse("hana").unwrap(),
                name: String::new(),
                email: None,
                role: Role::Member,
                password: "three blind mice run".to_owned(),
                password_term: PasswordTerm::Lasting,
            };
            let hana = manage_users::add_user(&ctx, &tenant, &by, hana).await;
            let question = Question {
                login: "hana".to_owned(),
                address: "203.0.113.7".to_owned(),
                service: "imap".to_owned(),
            };
            let (closed, may_go_on) = std::sync::mpsc::channel::<()>();
            let busy = tokio::spawn(async move {
                let _ = may_go_on.recv_timeout(Duration::from_millis(500));
            });
            let asked = mail_gate::ask(&ctx, "uni", &Server::Own, &question).await;
            assert_eq!(asked.unwrap().unwrap().1, Answer::NeedsWindow);

            finish(Listeners::default(), &[], Vec::new(), &ctx).await;
            drop(closed);
            busy.await.unwrap();
            let again = Store::open(store.location(), StoreOptions::default()).await;
            let (again, user) = (again.unwrap(), hana.unwrap());
            let known = again.read(tenant.id, async move |tx| {
                tx.list_mail_refusals(user, Timestamp(0)).await
            });
            assert_eq!(known.await.unwrap().len(), 1, "{}", store.engine());
            again.close().await;
        }
    }

    #[tokio::test]
    async fn what_time_made_useless_is_swept_again_and_again() {
        for store in testing::stores().await {
            let keys = KeyRing::generate([7; 32]);
            let ctx = wire::ctx((*store).clone(), keys, &Hashing::default(), MailMode::Off);
            let ctx = Arc::new(ctx);
            let by = warifu_flows::By::command_line();
            let policy = warifu_domain::policy::Preset::find("default").unwrap().text;
            warifu_flows::manage_tenants::add_tenant(&ctx, &by, "midori", "Midori", policy)
                .await
                .unwrap();
            let sweeping = tokio::spawn(sweep_each(Duration::from_millis(5), ctx.clone()));
            for round in 0..2 {
                let (token, now) = (TokenHash([round; 16]), ctx.clock.now());
                let pending = Pending {
                    user: UserId(1),
                    remember: false,
                    expires_at: now - Span::hours(2),
                };
                let put = ctx.store.write(TenantId(1), async move |tx| {
                    tx.insert_attempt(&token, &pending, StageKind::SecondFactor)
                        .await
                });
                put.await.unwrap();
                let swept = async {
                    loop {
                        let found = ctx.store.read(TenantId(1), async move |tx| {
                            tx.find_attempt(&token, 3, now).await
                        });
                        if found
                            .await
                            .unwrap()
                            .is_err_and(|closed| closed.user.is_none())
                        {
                            break;
                        }
                        tokio::task::yield_now().await;
                    }
                };
                tokio::time::timeout(Duration::from_secs(20), swept)
                    .await
                    .expect("it is swept");
            }
            sweeping.abort();
        }
    }
}

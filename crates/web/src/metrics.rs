//! Numbers for operators (SEC-85: on a listener of their own). None names a person, a tenant's user or an address.

use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use warifu_flows::hasher::Hasher;

use crate::{http::route::Route, router::RouteInfo};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    route: &'static str,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    route: &'static str,
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRefusal {
    code: &'static str,
}

/// The classes that a status is counted under.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// All numbers of one server.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    seconds: Family<OfRoute, Histogram, fn() -> Histogram>,
    logins: Counter,
    refusals: Family<OfRefusal, Counter>,
    waiting: Gauge,
    hasher: Hasher,
    pub(crate) mail: MailMetrics,
    pub(crate) mail_servers: MailServerMetrics,
}

/// Numbers about connections of mail clients, kept by whoever ends them (SEC-54).
#[derive(Clone, Default)]
pub struct MailServerMetrics {
    /// Connections that were ended.
    pub ended: Counter,
    /// Tries, each for one person and network, that failed and are made again.
    pub postponed: Counter,
    /// What is not tried any more.
    pub given_up: Counter,
}

impl MailServerMetrics {
    fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            (
                "mail_sessions_ended",
                "Open connections of mail clients that were ended at a mail server",
                &self.ended,
            ),
            (
                "mail_sessions_postponed",
                "Tries to end connections of a person that failed and are made again",
                &self.postponed,
            ),
            (
                "mail_sessions_given_up",
                "People whose connections could not be ended within a day",
                &self.given_up,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
    }
}

/// Numbers about mail, kept by whoever sends it.
#[derive(Clone, Default)]
pub struct MailMetrics {
    /// Mails that the relay took.
    pub sent: Counter,
    /// Tries that failed.
    pub failed: Counter,
    /// Notices that are not tried any more.
    pub given_up: Counter,
    /// Notices that wait.
    pub waiting: Gauge,
    /// Seconds since the oldest of them was written.
    pub oldest_seconds: Gauge,
}

impl MailMetrics {
    fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            ("mails_sent", "Mails that the relay took", &self.sent),
            (
                "mails_failed",
                "Tries to send a mail that failed",
                &self.failed,
            ),
            (
                "mails_given_up",
                "Notices that are not tried any more",
                &self.given_up,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        for (name, help, gauge) in [
            (
                "mails_waiting",
                "Notices that wait to be sent",
                &self.waiting,
            ),
            (
                "mails_oldest_seconds",
                "Age of the oldest notice that waits",
                &self.oldest_seconds,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }
}

/// The numbers of one route, found once.
pub(crate) struct RouteMetrics {
    by_class: [Counter; CLASSES.len()],
    seconds: Histogram,
}

/// 0.25 ms to 4 s, in steps of two: below lies what needs no database, above what somebody complains about.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 2.0, 15))
}

impl Metrics {
    pub(crate) fn new(hasher: Hasher) -> Self {
        let mut registry = Registry::with_prefix("warifu");
        let requests = Family::<OfRequest, Counter>::default();
        registry.register("requests", "Answered requests", requests.clone());
        let seconds =
            Family::<OfRoute, Histogram, fn() -> Histogram>::new_with_constructor(latency);
        registry.register(
            "request_seconds",
            "Time from a request's head to its answer",
            seconds.clone(),
        );
        let logins = Counter::default();
        registry.register("logins", "Logins that ended in a session", logins.clone());
        let refusals = Family::<OfRefusal, Counter>::default();
        registry.register("refusals", "Refusals by their code", refusals.clone());
        let waiting = Gauge::default();
        registry.register(
            "hashes_waiting",
            "Passwords and backup codes that wait to be hashed",
            waiting.clone(),
        );
        let mail = MailMetrics::default();
        mail.register(&mut registry);
        let mail_servers = MailServerMetrics::default();
        mail_servers.register(&mut registry);
        Self {
            registry,
            mail,
            mail_servers,
            requests,
            seconds,
            logins,
            refusals,
            waiting,
            hasher,
        }
    }

    pub(crate) fn of_route(&self, route: &Route) -> RouteMetrics {
        let RouteInfo { method, path, .. } = route.info();
        // The addresses of files change with their content, and not every address has a route.
        let route = match path {
            "" => "none",
            file if file.starts_with("/assets/") => "/assets",
            page => page,
        };
        RouteMetrics {
            by_class: CLASSES.map(|status| {
                self.requests.get_or_create_owned(&OfRequest {
                    route,
                    method,
                    status,
                })
            }),
            seconds: self.seconds.get_or_create_owned(&OfRoute { route, method }),
        }
    }

    pub(crate) fn count_login(&self) {
        self.logins.inc();
    }

    pub(crate) fn count_refusal(&self, code: &'static str) {
        self.refusals.get_or_create(&OfRefusal { code }).inc();
    }

    /// All numbers as OpenMetrics text.
    pub(crate) fn page(&self) -> String {
        self.waiting
            .set(i64::try_from(self.hasher.waiting()).unwrap_or(i64::MAX));
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("a String takes all");
        page
    }
}

impl RouteMetrics {
    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(2, CLASSES.len() + 1) - 2;
        self.by_class[class].inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

//! The real program in a real Chromium, and where every browser has to do in a real Firefox, as people meet it. Needs chromium,
//! chromedriver, firefox-esr, geckodriver, zbarimg, oathtool and axe-core:
//! `scripts/test` fetches them and runs this; a plain `cargo test` does not.

#[path = "browser/acts.rs"]
mod acts;
#[path = "browser/campus.rs"]
mod campus;
#[path = "browser/changes.rs"]
mod changes;
#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/comfort.rs"]
mod comfort;
#[path = "browser/console_branding.rs"]
mod console_branding;
#[path = "browser/console_import.rs"]
mod console_import;
#[path = "browser/console_networks.rs"]
mod console_networks;
#[path = "browser/console_policy.rs"]
mod console_policy;
#[path = "browser/console_reminders.rs"]
mod console_reminders;
#[path = "browser/console_users.rs"]
mod console_users;
#[path = "browser/demo.rs"]
mod demo;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/entrances.rs"]
mod entrances;
#[path = "browser/firefox.rs"]
mod firefox;
#[path = "browser/forced_set_up.rs"]
mod forced_set_up;
#[path = "browser/forms.rs"]
mod forms;
#[path = "browser/gallery.rs"]
mod gallery;
#[path = "browser/looks.rs"]
mod looks;
#[path = "browser/operators.rs"]
mod operators;
#[path = "browser/pairing.rs"]
mod pairing;
#[path = "browser/phone.rs"]
mod phone;
#[path = "browser/refusals.rs"]
mod refusals;
#[path = "../../web/tests/samples/mod.rs"]
mod samples;
#[path = "browser/scratch.rs"]
mod scratch;
#[path = "browser/services.rs"]
mod services;
#[path = "browser/set_up.rs"]
mod set_up;
#[path = "browser/visit.rs"]
mod visit;
#[path = "browser/walk.rs"]
mod walk;
#[path = "browser/watch.rs"]
mod watch;

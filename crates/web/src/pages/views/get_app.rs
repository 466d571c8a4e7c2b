//! Where authenticator apps come from: addresses of the stores, each with its QR code for the phone beside the screen (G3).

use std::sync::LazyLock;

use crate::pages::qr::Qr;

/// A place to get an app.
pub(super) struct Store {
    /// What it offers.
    pub(super) app: &'static str,
    /// Its address.
    pub(super) address: &'static str,
    /// The same to be scanned.
    pub(super) qr: Qr,
}

/// One place for each kind of device.
pub(super) struct Stores {
    pub(super) android: Store,
    pub(super) iphone: Store,
    pub(super) windows: Store,
}

static STORES: LazyLock<Stores> = LazyLock::new(|| Stores {
    android: store(
        "Google Authenticator",
        "https://play.google.com/store/apps/details?id=com.google.android.apps.authenticator2",
    ),
    iphone: store(
        "Google Authenticator",
        "https://apps.apple.com/app/google-authenticator/id388497605",
    ),
    windows: store("WinAuth", "https://github.com/winauth/winauth/releases"),
});

pub(super) fn stores() -> &'static Stores {
    &STORES
}

fn store(app: &'static str, address: &'static str) -> Store {
    let qr = Qr::encode(address).expect("the addresses are short");
    Store { app, address, qr }
}

//! `/account`: the state of everything that a person has.

use warifu_flows::{
    account::{BackupOverview, Overview},
    session::SignedIn,
};

use super::{
    pairing::paired_app,
    views::{self, AppState, BackupState, EmailState, PairingState, Removal, SwitchState},
};
use crate::http::{page::Page, route::Answer};

pub(crate) async fn show(page: Page, (who, overview): (SignedIn, Overview)) -> Answer {
    let required = page
        .tenant()
        .policy
        .second_factor
        .is_required(false, page.now())
        || who.must_have_second_factor();
    let pairing = match (overview.pairing_offered, overview.pairing_open) {
        (false, _) => None,
        (true, false) => Some(PairingState::Offered),
        (true, true) => Some(PairingState::Open),
    };
    let app = overview.totp.map(|totp| AppState {
        paired: totp.paired.map(paired_app),
        since: page.minute(totp.since),
        last_used: totp.used_at.map(|at| page.minute(at)),
        suspended: totp.suspended,
    });
    let email = overview.email.map(|email| EmailState {
        current: email
            .current
            .map(|(address, since)| (address, page.minute(since))),
    });
    let own_switch = overview.own_switch.map(|switch| SwitchState {
        on: switch.on,
        compulsory: switch.compulsory,
        trusted_network: switch.trusted_network,
    });
    let backup = backup_state(&page, &overview.backup_codes);
    let policy = &page.tenant().policy;
    let mail_windows = policy.mail.windows;
    let set_up_keeps_key = policy.enrolment.keep_on_reload;
    let place_matters = mail_windows || !policy.networks.is_empty();
    let may_skip_until = who.may_skip_until.map(|until| page.minute(until));
    Ok(page.show(|frame| views::Account {
        frame,
        name: Some(who.name).filter(|name| !name.is_empty()),
        login: who.login,
        has_password: who.has_password,
        app,
        set_up_pending: overview.set_up_open,
        set_up_keeps_key,
        pairing,
        may_set_up: overview.may_enrol,
        required,
        may_skip_until,
        removal: if overview.may_remove {
            Removal::ByUser
        } else {
            Removal::ByAdministrator
        },
        email,
        own_switch,
        backup,
        backup_offered: overview.backup_codes.offered,
        mail_windows,
        place_matters,
        sessions: u32::try_from(overview.sessions).unwrap_or(u32::MAX),
    }))
}

/// The set in force, if one was issued and not voided.
pub(crate) fn backup_state(page: &Page, codes: &BackupOverview) -> Option<BackupState> {
    let issued = codes.issued_at.filter(|_| codes.offered && codes.of > 0)?;
    Some(BackupState {
        left: codes.left,
        total: codes.of,
        issued: page.minute(issued),
    })
}

//! `/help`: questions and answers, made from the tenant's own rules.

use super::views::{self, Removal};
use crate::http::{access::Visitor, page::Page, route::Answer};

pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    let policy = page.tenant().policy.clone();
    let by_user = policy.removal.by_user && !policy.second_factor.is_required(page.now());
    let codes = &policy.backup_codes;
    Ok(page.show(|frame| views::Help {
        frame,
        digits: policy.totp.digits,
        period: policy.totp.period_seconds.into(),
        backup_codes: codes
            .enabled
            .then(|| (u32::from(codes.count), codes.shape.into())),
        removal: if by_user {
            Removal::ByUser
        } else {
            Removal::ByAdministrator
        },
    }))
}

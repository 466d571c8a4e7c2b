//! `/admin/users`: the tenant's people.

use warifu_flows::{manage_users, session::SignedIn};

use crate::{
    http::{page::Page, route::Answer},
    pages::views::admin::{UserRow, Users},
};

/// People on one page.
const PAGE: i64 = 50;

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let after = page.query().text("after");
    let listed = manage_users::list_users(page.ctx(), page.tenant(), &by, &after, PAGE + 1).await?;
    let rows: Vec<UserRow> = listed
        .iter()
        .take(PAGE as usize)
        .map(|listed| UserRow {
            id: listed.id.to_string(),
            login: listed.login.clone(),
            name: listed.name.clone(),
            has_totp: listed.standing.factor == warifu_storage::Factor::On,
            disabled: listed.disabled,
        })
        .collect();
    let next = (listed.len() > rows.len())
        .then(|| rows.last().map(|row| row.login.clone()))
        .flatten();
    Ok(page.show(|frame| Users { frame, rows, next }))
}

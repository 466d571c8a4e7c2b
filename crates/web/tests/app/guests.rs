//! Browsers in every state that a browser can be in, for tests that try all of them on every route.

use warifu_domain::{password::PasswordTerm, policy::Enrolment, time::Span, user::Role};

use crate::support::{Ask, Browser, NEIGHBOUR, Phone, SLUG, TestApp};

/// What a browser is to the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No cookies.
    Stranger,
    /// Saw the login page.
    Visitor,
    /// The password was right, a code is asked for.
    BeforeCode,
    /// The password was right, an app has to be set up.
    BeforeSetUp,
    /// Signed in, and lacks nothing.
    SignedIn,
    /// An administrator, signed in.
    Administrator,
    /// An operator, signed in.
    Operator,
    /// Signed in, but has to prove itself again.
    LacksProof,
    /// Signed in, but has to set up an app.
    LacksEnrolment,
    /// Signed in with a password that was to be used once.
    LacksPassword,
    /// Signed in at the neighbour, with that cookie under this tenant's name.
    Neighbour,
    /// Was signed in.
    SignedOut,
}

/// Signed in, lacking nothing, in whatever role.
pub(crate) fn is_signed_in(state: State) -> bool {
    matches!(
        state,
        State::SignedIn | State::Administrator | State::Operator
    )
}

/// Makes one browser in each state, of a policy under which all of them exist.
pub(crate) async fn browsers(app: &TestApp) -> Vec<(State, Browser)> {
    app.change_policy(|policy| {
        policy.second_factor.enrolment = Enrolment::Optional;
        policy.login.remember_me = true;
        policy.session.remember_days = 30;
    })
    .await;
    let (hana, goro) = (app.member("hana").await, app.member("goro").await);
    let boss = app.person("boss", Role::Administrator).await;

    let mut visitor = app.browser();
    visitor.open("/login").await;
    // Hana has an app, and one browser remembered from long ago.
    let mut first = app.browser();
    let phone = {
        first.type_password(&hana).await;
        let answer = first.press("/account/set-up/start", &[]).await;
        first.follow(answer).await;
        let phone = Phone::scan(&first.page);
        first
            .press("/account/set-up", &[("code", &phone.code(app.now()))])
            .await;
        phone
    };
    app.wait(Span::minutes(1));
    let mut lacks_proof = app.browser();
    lacks_proof.open("/login").await;
    let fields = [
        ("login", "hana"),
        ("password", &hana.password),
        ("remember", "yes"),
    ];
    let answer = lacks_proof.press("/login", &fields).await;
    lacks_proof.follow(answer).await;
    lacks_proof
        .press("/login/code", &[("code", &phone.code(app.now()))])
        .await;
    app.wait(Span::hours(13));

    let mut signed_in = app.browser();
    signed_in.sign_in(&hana, &phone).await;
    let mut before_code = app.browser();
    before_code.type_password(&hana).await;
    let mut before_set_up = app.browser();
    before_set_up.type_password(&boss).await;
    assert!(before_set_up.page.contains("/login/set-up"));

    let mut administrator = app.browser();
    let chief = app.person("chief", Role::Administrator).await;
    administrator.sign_in_and_set_up(&chief).await;
    let mut operator = app.browser();
    let owner = app.person("owner", Role::Operator).await;
    operator.sign_in_and_set_up(&owner).await;

    let mut signed_out = app.browser();
    signed_out.type_password(&goro).await;
    let old = signed_out.clone();
    signed_out.press("/logout", &[]).await;
    signed_out.cookies = old.cookies;

    let fresh = app.person("fresh", Role::Operator).await;
    app.set_password(&fresh, PasswordTerm::Temporary).await;
    let mut lacks_password = app.browser();
    lacks_password.sign_in_and_set_up(&fresh).await;

    // Goro becomes somebody who needs an app while he is signed in.
    let mut lacks_enrolment = app.browser();
    lacks_enrolment.type_password(&goro).await;
    let neighbour = neighbour(app, &goro.password).await;
    app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
        .await;

    vec![
        (State::Stranger, app.browser()),
        (State::Visitor, visitor),
        (State::BeforeCode, before_code),
        (State::BeforeSetUp, before_set_up),
        (State::SignedIn, signed_in),
        (State::Administrator, administrator),
        (State::Operator, operator),
        (State::LacksProof, lacks_proof),
        (State::LacksEnrolment, lacks_enrolment),
        (State::LacksPassword, lacks_password),
        (State::Neighbour, neighbour),
        (State::SignedOut, signed_out),
    ]
}

/// A browser that is signed in at the other tenant, and shows those cookies to this one.
async fn neighbour(app: &TestApp, password: &str) -> Browser {
    let mut browser = app.browser();
    let login = format!("/{NEIGHBOUR}/login");
    browser.send(Ask::get(&login)).await;
    let token = browser.form_token();
    let fields = [
        ("form_token", token.as_str()),
        ("login", "goro"),
        ("password", password),
    ];
    let answer = browser.send(Ask::form(&login, &fields)).await;
    assert_eq!(
        answer.location(),
        format!("/{NEIGHBOUR}/account"),
        "{}",
        answer.body
    );
    for (name, value) in browser.cookies.clone() {
        browser.cookies.insert(name.replace(NEIGHBOUR, SLUG), value);
    }
    browser
}

//! What somebody sees whose password was set by somebody else (SEC-70).

use axum::http::StatusCode;
use warifu_domain::{password::PasswordTerm, time::Span, user::Role};

use crate::support::{Phone, SLUG, listed_codes, on_both};

#[tokio::test]
async fn sec_070_a_first_login_ends_in_the_choice_of_a_password_and_loses_no_backup_codes() {
    on_both("default", async |app| {
        let boss = app.person("boss", Role::Operator).await;
        app.set_password(&boss, PasswordTerm::Temporary).await;
        let mut browser = app.browser();
        browser.type_password(&boss).await;
        let phone = Phone::scan(&browser.page);
        let done = browser
            .press("/login/set-up", &[("code", &phone.code(app.now()))])
            .await;
        // The codes stand on this page only: they can be saved before the password is chosen.
        let codes = listed_codes(&done.body);
        let file = browser.press("/account/backup-codes/download", &[]).await;
        assert!(file.body.contains(&codes[0]), "{}", file.body);

        let first = format!("/{SLUG}/account/password");
        for page in [
            "/",
            "/account",
            "/account/sessions",
            "/admin/users",
            "/login/code",
        ] {
            let answer = browser.get(page).await;
            let answer = browser.follow(answer).await;
            assert!(
                answer.body.contains("新しいパスワードの設定"),
                "{page}: {}",
                answer.body
            );
        }
        // New codes are not issued, with whatever form.
        browser.open("/account/password").await;
        for form in [
            "/account/backup-codes",
            "/account/backup-codes/download",
            "/account/set-up/start",
        ] {
            let token = browser.form_token();
            let fields = [("form_token", token.as_str()), ("generation", "1")];
            let ask = crate::support::Ask::form(&format!("/{SLUG}{form}"), &fields);
            let answer = browser.clone().send(ask).await;
            assert_eq!(answer.location(), first, "{form}: {}", answer.body);
        }
        let same = browser
            .press("/account/password", &[("new_password", &boss.password)])
            .await;
        assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(same.refuses("PWD-05"), "{}", same.body);
        let chosen = [("new_password", "a melon under the moon")];
        let changed = browser.press("/account/password", &chosen).await;
        assert!(
            changed
                .location()
                .ends_with("/account?notice=password-changed"),
            "{}",
            changed.location()
        );
        browser.follow(changed).await;
        assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);

        // Used once: it opens nothing any more.
        app.wait(Span::minutes(1));
        let mut other = app.browser();
        assert!(other.type_password(&boss).await.refuses("LOGIN-01"));
    })
    .await;
}

//! Login attempts that are open at the same time (docs/decisions/0010).

use warifu_domain::{attempt::OPEN_ATTEMPTS, refusal::Refusal, time::Span};

use crate::support::{Setting, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_ten_attempts_open_at_once_and_the_oldest_gives_way() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (hana, _) = world.member_with_app("hana").await;
        world.wait(Span::minutes(3));
        let mut other = world.browser();
        other.send_password(&hana).await.unwrap();
        let mut browsers = Vec::new();
        for _ in 0..=OPEN_ATTEMPTS {
            let mut browser = world.browser();
            browser.checks_events = false;
            browser.send_password(&taro).await.unwrap();
            browsers.push(browser);
            world.wait(Span::seconds(1));
        }
        let open = format!("user_id = {}", taro.id);
        assert_eq!(world.rows("login_attempt", &open).await, OPEN_ATTEMPTS);
        let oldest = refused(browsers[0].send_code(&taro.phone().code()).await);
        assert_eq!(oldest, Refusal::AttemptOver);
        browsers[1].send_code(&taro.phone().code()).await.unwrap();
        other.send_code(&hana.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_ran_out_of_time_says_so_however_many_were_begun_after_it() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let mut late = world.browser();
        late.send_password(&taro).await.unwrap();
        world.wait(Span::minutes(10));
        for _ in 0..=OPEN_ATTEMPTS {
            let mut browser = world.browser();
            browser.checks_events = false;
            browser.send_password(&taro).await.unwrap();
        }
        let over = refused(late.send_code(&taro.phone().code()).await);
        assert_eq!(over, Refusal::AttemptExpired);
    })
    .await;
}

//! SEC-76, SEC-85: what operators see, where, and how the server bears too much.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
};
use tower::ServiceExt;
use warifu_domain::time::Span;
use warifu_storage::{FaultPlan, StoreOptions, testing};

use crate::support::{Ask, TestApp, on_both, on_sqlite};

async fn ask(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn sec_085_health_and_metrics_are_on_a_listener_of_their_own() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        browser.open("/login").await;
        browser
            .press("/login", &[("login", "taro"), ("password", "wrong")])
            .await;

        assert_eq!(
            ask(&app.operations, "/healthz").await,
            (StatusCode::OK, "ok\n".to_owned())
        );
        let (status, page) = ask(&app.operations, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        for line in [
            "warifu_logins_total 1",
            "warifu_refusals_total{code=\"LOGIN-01\"} 1",
            "warifu_hashes_waiting 0",
            "warifu_requests_total{route=\"/{tenant}/login\",method=\"POST\",status=\"4xx\"} 1",
            "warifu_request_seconds_count{route=\"/{tenant}/logout\",method=\"POST\"} 1",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(!page.contains("taro") && !page.contains("midori"), "{page}");

        for path in [
            "/healthz",
            "/metrics",
            "/debug",
            "/status",
            "/server-status",
            "/.git/config",
            "/assets/",
            "/midori/",
        ] {
            let answer = Ask::get(path).send(&app).await;
            assert!(
                answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::SEE_OTHER,
                "{path}"
            );
            let version = env!("CARGO_PKG_VERSION");
            assert!(
                !answer.body.contains(version) && answer.header("server").is_none(),
                "{path}"
            );
        }
        // The demonstration's pages exist in the demonstration only.
        for path in ["/", "/demo/mail"] {
            assert_eq!(
                Ask::get(path).send(&app).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert_eq!(
            ask(&app.operations, "/midori/login").await.0,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

#[tokio::test]
async fn sec_076_too_many_requests_at_once_are_asked_to_come_again() {
    let app = on_sqlite(
        "default",
        |settings| settings.limits.requests_at_once = 0,
        |_| {},
    )
    .await;
    for path in ["/midori/login", "/nothing"] {
        let answer = Ask::get(path).send(&app).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(answer.refuses("REQ-05"));
    }
}

#[tokio::test]
async fn sec_076_a_full_queue_of_hashes_is_a_503_and_health_answers_meanwhile() {
    let app = on_sqlite("default", |_| {}, |_| {}).await;
    let taro = app.member("taro").await;
    let mut browser = app.browser();
    browser.open("/login").await;
    let form = browser.filled_in("/login", &[("login", &taro.login), ("password", "wrong")]);
    let logins = (0..500).map(|_| {
        let (mut browser, form) = (browser.clone(), form.clone());
        tokio::spawn(async move { browser.send(form).await })
    });
    let logins: Vec<_> = logins.collect();
    assert_eq!(ask(&app.operations, "/healthz").await.0, StatusCode::OK);
    let (mut refused, mut busy) = (0, 0);
    for login in logins {
        let answer = login.await.unwrap();
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => refused += 1,
            StatusCode::SERVICE_UNAVAILABLE => {
                assert_eq!(answer.header("retry-after"), Some("5"));
                busy += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    println!("{refused} were looked at, {busy} were asked to come again");
    assert_eq!(refused + busy, 500);
}

#[tokio::test]
async fn whoever_asks_for_the_health_often_causes_a_write_each_ten_seconds() {
    let fault = FaultPlan::default();
    let options = StoreOptions {
        fault: Some(fault.clone()),
        ..StoreOptions::default()
    };
    let store = testing::sqlite_with(options).await;
    let app = TestApp::begin(store, "default", |_| {}, |_| {}).await;
    let health = async || ask(&app.operations, "/healthz").await.0;
    // A question and its commit; then the write, which is the third call.
    assert_eq!(health().await, StatusCode::OK);
    let unwell = StatusCode::SERVICE_UNAVAILABLE;
    fault.fail_at(3);
    app.wait(Span::seconds(9));
    assert_eq!(health().await, StatusCode::OK);
    assert!(fault.is_pending(), "nothing was written");
    fault.fail_at(3);
    app.wait(Span::seconds(1));
    assert_eq!(health().await, unwell);
    assert!(!fault.is_pending());
    // A failure is remembered as long.
    app.wait(Span::seconds(9));
    assert_eq!(health().await, unwell);
    app.wait(Span::seconds(1));
    assert_eq!(health().await, StatusCode::OK);
    // A clock that was set back does not keep it from looking.
    fault.fail_at(3);
    app.wait(Span::seconds(-60));
    assert_eq!(health().await, unwell);
}

#[tokio::test]
async fn a_slow_body_ends_with_its_time_and_an_endless_one_with_its_size() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };
    let app = on_sqlite(
        "default",
        |settings| settings.limits.request_time = Duration::from_millis(300),
        |_| {},
    )
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app
        .router
        .clone()
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let head = "POST /midori/login HTTP/1.1\r\nhost: login.example.jp\r\norigin: https://login.example.jp\r\n\
                content-type: application/x-www-form-urlencoded\r\n";
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(format!("{head}content-length: 100\r\n\r\nlogin=").as_bytes())
        .await
        .unwrap();
    let mut answer = vec![0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 503");

    let mut endless = TcpStream::connect(address).await.unwrap();
    endless
        .write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for _ in 0..5 {
        endless.write_all(chunk.as_bytes()).await.unwrap();
    }
    endless.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn sec_082_without_its_database_the_server_opens_nothing_and_says_so() {
    use warifu_storage::{FaultPlan, StoreOptions, testing};
    let fault = FaultPlan::default();
    let options = StoreOptions {
        fault: Some(fault.clone()),
        ..StoreOptions::default()
    };
    let app = TestApp::begin(
        testing::sqlite_with(options).await,
        "default",
        |_| {},
        |_| {},
    )
    .await;
    let taro = app.member("taro").await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&taro).await;
    for path in ["/midori/account", "/midori/login", "/midori/"] {
        fault.fail_at(1);
        let answer = browser.send(Ask::get(path)).await;
        assert!(answer.status.is_server_error(), "{path}: {}", answer.status);
        assert!(
            answer.refuses("REQ-0") && answer.header("set-cookie").is_none(),
            "{path}"
        );
        assert!(
            !answer.body.contains("SQL") && !answer.body.contains("storage"),
            "{}",
            answer.body
        );
    }
    // The session outlives the disturbance; the database's end is an answer too.
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    app.ctx.store.clone().close().await;
    let answer = browser.get("/account").await;
    assert!(answer.status.is_server_error() && answer.header("set-cookie").is_none());
    assert_eq!(
        ask(&app.operations, "/healthz").await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

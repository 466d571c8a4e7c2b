//! Adoption at the console: counted by the sweep, shown without counting, with who would be stopped.

use warifu_domain::{policy::Enrolment, time::Span, user::Role};
use warifu_flows::maintenance;

use crate::support::on_both;

#[tokio::test]
async fn w8_the_page_tells_how_many_have_it_and_who_would_be_stopped() {
    on_both("default", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Optional)
            .await;
        let boss = app.person("boss", Role::Administrator).await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&boss).await;
        for login in ["hana", "taro<script>"] {
            app.member(login).await;
        }
        let page = browser.open("/admin/adoption").await;
        assert!(page.body.contains("まだ数えていません"), "{}", page.body);
        maintenance::sweep(&app.ctx).await.unwrap();
        let page = browser.open("/admin/adoption").await;
        assert!(page.body.contains("3人のうち1人（33%）"), "{}", page.body);
        assert!(page.body.contains("必須ではありません"));
        assert!(page.body.contains("hana") && page.body.contains("taro&#60;script&#62;"));
        assert!(
            !page.body.contains(">boss</a></th>"),
            "the administrator has an app"
        );
        assert!(
            !page.body.contains("<svg class=\"chart\""),
            "one day is no line"
        );
        // The next day there is a line; between two counts of an hour nothing is counted.
        app.wait(Span::days(1));
        let from = app.now() + Span::days(30);
        app.change_policy(|policy| {
            policy.second_factor.enrolment = Enrolment::Required;
            policy.second_factor.required_from = Some(from);
        })
        .await;
        maintenance::sweep(&app.ctx).await.unwrap();
        let mut again = app.browser();
        let phone = {
            let boss = app.person("chief", Role::Administrator).await;
            again.sign_in_and_set_up(&boss).await.0
        };
        drop(phone);
        maintenance::sweep(&app.ctx).await.unwrap();
        let page = again.open("/admin/adoption").await;
        assert!(page.body.contains("3人のうち1人（33%）"), "{}", page.body);
        assert!(page.body.contains("<svg class=\"chart\""));
        assert!(page.body.contains("2026-02-15 09:00 JST"), "{}", page.body);
    })
    .await;
}

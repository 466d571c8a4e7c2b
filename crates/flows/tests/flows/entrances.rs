//! Names that lead to a tenant (G2): who may have them, and what a login ID costs that leads nowhere.

use warifu_domain::{
    domain_name::DomainName, ids::TenantId, policy::Door, policy::Policy, refusal::Refusal,
    user::Role,
};
use warifu_flows::{
    By, FlowError, entrances,
    login::{self, PasswordForm},
    maintenance,
    manage_tenants::{self, TenantError},
};

use crate::support::{Setting, World, on_both};

async fn with(world: &World, change: impl FnOnce(&mut Policy)) -> String {
    let mut policy = (*world.tenant().await.policy).clone();
    change(&mut policy);
    policy.to_toml()
}

async fn set(world: &World, by: &By, policy: &str) -> Result<(), TenantError> {
    manage_tenants::set_policy(&world.ctx, by, &world.slug, policy).await
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_a_name_leads_to_one_tenant_at_most() {
    on_both(Setting::preset("workspace"), async |world| {
        let there = world.neighbour("sakura").await;
        let by = By::command_line();
        let claim = async |world: &World, names: &[&str]| {
            let policy = with(world, |policy| {
                let own = |name: &&str| (*name).to_owned();
                policy.entrances.hosts = names.iter().map(own).collect();
                policy.entrances.domains = names.iter().map(own).collect();
            });
            set(world, &by, &policy.await).await
        };
        let (japanese, latin) = (
            DomainName::parse("日本語.example").unwrap(),
            DomainName::parse("midori.example").unwrap(),
        );
        let slug_at = async |name: &DomainName| {
            let host = entrances::tenant_at_host(&world.ctx, name).await.unwrap();
            let domain = entrances::tenant_of_domain(&world.ctx, name).await.unwrap();
            let slugs = [host, domain].map(|tenant| tenant.map(|tenant| tenant.slug.clone()));
            assert_eq!(slugs[0], slugs[1]);
            slugs.into_iter().next().unwrap()
        };
        claim(&world, &["日本語.example", "midori.example"])
            .await
            .unwrap();
        assert_eq!(slug_at(&japanese).await.as_deref(), Some("midori"));
        // In neither spelling, neither by a change nor by a new tenant; and nothing of the change stays.
        for taken in [
            ["free.example", "xn--wgv71a119e.example"],
            ["free.example", "日本語.example"],
        ] {
            let refused = claim(&there, &taken).await;
            assert!(
                matches!(&refused, Err(TenantError::NameTaken(name)) if name == "日本語.example"),
                "{refused:?}"
            );
        }
        assert!(there.tenant().await.policy.entrances.hosts.is_empty());
        let policy = world.tenant().await.policy.to_toml();
        let refused = manage_tenants::add_tenant(&world.ctx, &by, "thief", "盗人", &policy).await;
        assert!(
            matches!(refused, Err(TenantError::NameTaken(_))),
            "{refused:?}"
        );
        assert!(world.ctx.tenant("thief").await.unwrap().is_none());
        // What is given up is free, on every server at once.
        let other = world.second_server(9).await;
        let at_other = entrances::tenant_at_host(&other.ctx, &latin).await.unwrap();
        assert!(at_other.is_some());
        claim(&world, &["日本語.example"]).await.unwrap();
        assert_eq!(slug_at(&latin).await, None);
        claim(&there, &["midori.example"]).await.unwrap();
        assert_eq!(slug_at(&latin).await.as_deref(), Some("sakura"));
        let at_other = entrances::tenant_at_host(&other.ctx, &latin).await.unwrap();
        assert_eq!(
            at_other.map(|tenant| tenant.slug.clone()).as_deref(),
            Some("sakura")
        );
        assert_eq!(slug_at(&japanese).await.as_deref(), Some("midori"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_an_administrator_cannot_give_the_own_tenant_names() {
    on_both(Setting::preset("workspace"), async |world| {
        let tenant = world.tenant().await;
        let by = async |role, login: &str| {
            let mut person = world.person(login, role).await;
            let mut browser = world.browser();
            browser.sign_in(&mut person).await;
            let who = browser.who().await;
            By::person(who.unwrap(), &tenant, browser.request(), "a test")
        };
        let (boss, operator) = (
            by(Role::Administrator, "boss").await,
            by(Role::Operator, "root").await,
        );
        let named = with(&world, |policy| {
            policy.entrances.domains = vec!["aoba.example".to_owned()];
        })
        .await;
        let refused = set(&world, &boss, &named).await;
        assert!(
            matches!(refused, Err(TenantError::Refused(Refusal::NotAllowed))),
            "{refused:?}"
        );
        // Anything else may change, also where there are names.
        set(&world, &operator, &named).await.unwrap();
        let changed = with(&world, |policy| policy.login.wrong_codes = 2).await;
        set(&world, &boss, &changed).await.unwrap();
        assert_eq!(world.tenant().await.policy.entrances.domains.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_046_guesses_at_login_ids_that_lead_nowhere_are_counted_and_swept() {
    on_both(Setting::preset("workspace"), async |world| {
        let browser = world.browser();
        for login in ["taro@nowhere.example", "jiro@nowhere.example"] {
            let tenant = entrances::tenant_of_login(&world.ctx, login).await.unwrap();
            assert_eq!(tenant.id, TenantId::NOBODYS);
            let form = PasswordForm {
                door: Door::Everybodys,
                ..browser.form(login, "some password", None)
            };
            let origin = browser.request();
            let answer = login::start(&world.ctx, &tenant, &origin, form).await;
            assert!(matches!(
                answer,
                Err(FlowError::Refused(Refusal::WrongLogin))
            ));
        }
        let rows = async || {
            world
                .number("SELECT COUNT(*) FROM throttle WHERE tenant_id = 0")
                .await
        };
        // One of the network, one of each login ID.
        assert_eq!(rows().await, 3);
        let failures = "SELECT failures FROM throttle WHERE tenant_id = 0 AND kind = 4";
        assert_eq!(world.number(failures).await, 2);
        world.wait(warifu_domain::time::Span::hours(25));
        maintenance::sweep(&world.ctx).await.unwrap();
        assert_eq!(rows().await, 0);
    })
    .await;
}

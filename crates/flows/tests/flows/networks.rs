//! Trusted networks (K2, SEC-51): who is affected by a change, which addresses no list may trust (SEC-50), and what a person is told
//! about the own place.

use warifu_domain::{
    effect::Effect,
    explain::Why,
    policy::{Network, Policy, networks::Caution},
    refusal::Refusal,
    session::Level,
    time::Span,
    user::Role,
};
use warifu_flows::{
    By, FlowError,
    manage_tenants::{self, TenantError},
    networks::{self, MailHere},
    policy_change::{self, Change, DraftError},
};

use crate::mail_windows::{address, campus};
use crate::support::{Asked, Browser, World, on_both, refused};

fn network(cidr: &str, trusted: bool) -> Network {
    Network {
        cidr: cidr.into(),
        name: format!("name of {cidr}"),
        comment: String::new(),
        trusted,
        shared: false,
    }
}

/// The tenant's policy with these networks.
async fn with_networks(world: &World, networks: Vec<Network>) -> String {
    let mut policy = (*world.tenant().await.policy).clone();
    policy.networks = networks;
    policy.to_toml()
}

/// Proposes a change and saves it; both answers are one, and it is the same refusal.
async fn change(world: &World, by: &By, text: &str) -> Result<(), Refusal> {
    let tenant = world.tenant().await;
    let (revision, _) = policy_change::current(&world.ctx, &tenant, &By::command_line())
        .await
        .unwrap();
    let proposed = policy_change::propose(&world.ctx, &tenant, by, revision, text).await;
    let proposed = match proposed {
        Ok(_) => Ok(()),
        Err(DraftError::Flow(FlowError::Refused(refusal))) => Err(refusal),
        Err(other) => panic!("{other}"),
    };
    let saved = manage_tenants::set_policy(&world.ctx, by, &tenant.slug, text).await;
    let saved = match saved {
        Ok(()) => Ok(()),
        Err(TenantError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(proposed, saved);
    saved
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_a_change_of_networks_is_previewed_by_where_people_logged_in_from() {
    on_both(campus(), async |world| {
        let mut people = Vec::new();
        for (login, at) in [
            ("hana", "192.0.2.5"),
            ("taro", "192.0.2.130"),
            ("jiro", "203.0.113.7"),
        ] {
            let (mut person, _) = world.member_with_app(login).await;
            let mut browser = world.browser_at(address(at));
            browser.sign_in(&mut person).await;
            browser.sign_in(&mut person).await;
            people.push(person);
        }
        // Nobody's second factor depends on where a member without one is.
        let mut bare = world.member("bare").await;
        world
            .browser_at(address("192.0.2.6"))
            .sign_in(&mut bare)
            .await;
        let text = with_networks(
            &world,
            vec![
                network("192.0.2.0/24", true),
                network("192.0.2.128/25", false),
            ],
        )
        .await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        let (ctx, revision) = (&world.ctx, 1);
        let draft = policy_change::propose(ctx, &tenant, &by, revision, &text).await;
        let id = draft.unwrap().id();
        policy_change::count(ctx, &tenant, id).await.unwrap();
        let preview = policy_change::preview(ctx, &tenant, &by, id).await;
        let preview = preview.unwrap().unwrap();
        let tally = &preview.tally;
        assert_eq!((tally.changed, tally.people_moved), (0, 1), "{tally:?}");
        assert_eq!((tally.logins_changed, tally.locked_out), (2, 0));
        let moved = policy_change::moved_people(ctx, &tenant, &by, &preview).await;
        let moved = moved.unwrap();
        assert_eq!(moved.len(), 1);
        assert_eq!(
            (moved[0].login.as_str(), moved[0].address),
            ("hana", address("192.0.2.5"))
        );
        let spared = Change {
            before: Effect::Challenged,
            after: Effect::NothingAsked,
        };
        assert_eq!(moved[0].change, spared);
        // And the way back is previewed as well.
        world
            .change_policy(|policy| policy.networks = vec![network("192.0.2.0/24", true)])
            .await;
        let text = with_networks(&world, Vec::new()).await;
        let tenant = world.tenant().await;
        let draft = policy_change::propose(ctx, &tenant, &by, 2, &text).await;
        let id = draft.unwrap().id();
        policy_change::count(ctx, &tenant, id).await.unwrap();
        let preview = policy_change::preview(ctx, &tenant, &by, id).await;
        assert_eq!(preview.unwrap().unwrap().tally.people_moved, 2);
        assert_eq!(people.len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_050_no_list_trusts_an_address_through_which_everybody_comes() {
    on_both(campus(), async |world| {
        let server = world.behind(9, &["10.0.0.0/30", "2001:db8:ffff::1"]);
        let by = By::command_line();
        let loopback = |text: &str| Refusal::TrustsLoopback {
            address: address(text),
        };
        let proxy = |text: &str| Refusal::TrustsProxy {
            address: address(text),
        };
        for (networks, refusal) in [
            (vec![network("127.0.0.0/8", true)], loopback("127.0.0.1")),
            (vec![network("127.0.0.1", true)], loopback("127.0.0.1")),
            (vec![network("0.0.0.0/1", true)], loopback("127.0.0.1")),
            (vec![network("::/1", true)], loopback("::1")),
            (vec![network("::1", true)], loopback("::1")),
            // A program of this machine can come from any address of loopback, so an exception for the usual one is not enough.
            (vec![network("127.0.0.2", true)], loopback("127.0.0.2")),
            (vec![network("127.64.0.0/10", true)], loopback("127.64.0.0")),
            (
                vec![network("127.0.0.0/8", true), network("127.0.0.1", false)],
                loopback("127.0.0.0"),
            ),
            (
                vec![network("0.0.0.0/1", true), network("127.0.0.0/9", false)],
                loopback("127.128.0.0"),
            ),
            (vec![network("10.0.0.0/8", true)], proxy("10.0.0.0")),
            (vec![network("10.0.0.2", true)], proxy("10.0.0.2")),
            (
                vec![network("10.0.0.0/8", true), network("10.0.0.0/31", false)],
                proxy("10.0.0.2"),
            ),
            (
                vec![network("2001:db8::/32", true)],
                proxy("2001:db8:ffff::1"),
            ),
        ] {
            let text = with_networks(&world, networks).await;
            assert_eq!(change(&server, &by, &text).await, Err(refusal), "{text}");
            let added = manage_tenants::add_tenant(&server.ctx, &by, "aoba", "Aoba", &text).await;
            assert!(matches!(added, Err(TenantError::Refused(found)) if found == refusal));
        }
        assert!(world.tenant().await.policy.networks.is_empty());
        // The proxy as an exception, as a network that is only named, or elsewhere altogether.
        for networks in [
            vec![network("10.0.0.0/8", true), network("10.0.0.0/29", false)],
            vec![network("127.0.0.0/8", false), network("::1", false)],
            vec![network("192.0.2.0/24", true)],
        ] {
            let text = with_networks(&world, networks).await;
            assert_eq!(change(&server, &by, &text).await, Ok(()), "{text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_051_loopback_is_a_campus_only_where_the_proxy_has_an_address_of_its_own() {
    on_both(campus(), async |world| {
        let by = By::command_line();
        let campus = vec![network("127.0.0.64/26", true)];
        let text = with_networks(&world, campus).await;
        // Neither the usual address, nor a whole block, nor one elsewhere says which program comes from where.
        for proxies in [
            &[][..],
            &["127.0.0.1"],
            &["::1"],
            &["127.0.0.0/28"],
            &["10.0.0.1"],
        ] {
            let server = world.behind(9, proxies);
            let refusal = Refusal::TrustsLoopback {
                address: address("127.0.0.64"),
            };
            assert_eq!(
                change(&server, &by, &text).await,
                Err(refusal),
                "{proxies:?}"
            );
        }
        let server = world.behind(9, &["::ffff:127.0.0.10"]);
        assert_eq!(change(&server, &by, &text).await, Ok(()));
        // The proxy itself, what programs come from that choose nothing, and the server's own address stay out of reach.
        let at = world.listening_at(9, &["127.0.0.10"], "::ffff:192.0.2.80");
        for (cidr, refusal) in [
            ("127.0.0.0/28", "NET-01"),
            ("127.0.0.8/29", "NET-02"),
            ("::1", "NET-01"),
            ("192.0.2.0/24", "NET-01"),
        ] {
            let text = with_networks(&world, vec![network(cidr, true)]).await;
            let refused = change(&at, &by, &text).await.unwrap_err();
            assert_eq!(refused.code(), refusal, "{cidr}");
        }
        let spared = vec![network("192.0.2.0/24", true), network("192.0.2.80", false)];
        let text = with_networks(&world, spared).await;
        assert_eq!(change(&at, &by, &text).await, Ok(()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_050_a_proxy_that_nobody_listed_is_not_trusted_by_whoever_comes_through_it() {
    on_both(campus(), async |world| {
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut browser = world.browser_at(address("192.0.2.80"));
        browser.sign_in(&mut boss).await;
        let (tenant, who) = (world.tenant().await, browser.signed_in().await);
        let mut origin = browser.request();
        let by = |origin| By::person(who.clone(), &tenant, origin, "campus");
        let text = with_networks(&world, vec![network("192.0.2.0/24", true)]).await;
        origin.unbelieved_proxy = Some(origin.address);
        let refusal = Refusal::TrustsUnknownProxy {
            address: address("192.0.2.80"),
        };
        let spoken_for = by(origin.clone());
        assert_eq!(change(&world, &spoken_for, &text).await, Err(refusal));
        origin.unbelieved_proxy = None;
        assert_eq!(change(&world, &by(origin), &text).await, Ok(()));
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_051_private_and_huge_networks_are_pointed_out() {
    on_both(campus(), async |world| {
        let policy = Policy {
            networks: vec![
                network("192.0.2.0/24", true),
                network("10.0.0.0/8", true),
                network("128.0.0.0/2", true),
            ],
            ..Policy::default()
        };
        let alone = networks::cautions(&world.ctx, &policy);
        assert_eq!(alone, [(1, Caution::Private), (2, Caution::Huge)]);
        let behind = world.behind(9, &["198.51.100.1"]);
        assert_eq!(
            networks::cautions(&behind.ctx, &policy),
            [(2, Caution::Huge)]
        );
    })
    .await;
}

/// What the person is told about the own place.
async fn here(world: &World, browser: &Browser) -> networks::Place {
    let (tenant, who) = (world.tenant().await, browser.signed_in().await);
    networks::here(&world.ctx, &tenant, &browser.request(), &who)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_051_a_person_is_told_about_the_own_place_and_a_trusted_one_proves_no_more_than_the_password()
 {
    let setting = campus().with(|policy| {
        policy.networks = vec![
            network("192.0.2.0/24", true),
            network("192.0.2.128/25", false),
        ];
    });
    on_both(setting, async |world| {
        let (mut hana, _) = world.student("hana").await;
        let mut inside = world.browser_at(address("192.0.2.5"));
        assert_eq!(inside.send_password(&hana).await.unwrap(), Asked::Nothing);
        let place = here(&world, &inside).await;
        assert_eq!(place.why, Why::Trusted);
        assert_eq!(place.mail, Some(MailHere::Free));
        assert_eq!(place.network.unwrap().cidr, "192.0.2.0/24");
        // The session is worth the password, and no more.
        let who = inside.signed_in().await;
        let policy = &world.tenant().await.policy;
        let level = who.session.level(&policy.session, world.now());
        assert_eq!(level, Level::Password);
        assert_eq!(refused(inside.remove().await), Refusal::ProofNeeded);
        // Taken elsewhere, the same cookie is not enough any more.
        inside.address = address("203.0.113.7");
        assert_eq!(
            inside.signed_in().await.lacks,
            warifu_domain::decide::Lacks::Proof
        );

        let mut wifi = world.browser_at(address("192.0.2.130"));
        assert_eq!(wifi.send_password(&hana).await.unwrap(), Asked::Code(None));
        wifi.sign_in(&mut hana).await;
        let place = here(&world, &wifi).await;
        assert!(matches!(place.why, Why::Registered(_)));
        assert_eq!(place.network.unwrap().cidr, "192.0.2.128/25");
        let until = world.now() + Span::hours(14);
        assert_eq!(place.mail, Some(MailHere::Until(until)));
        world.wait(Span::minutes(10));
        let tenant = world.tenant().await;
        let who = wifi.signed_in().await;
        warifu_flows::mail_windows::close_all(&world.ctx, &tenant, &wifi.request(), &who)
            .await
            .unwrap();
        let place = here(&world, &wifi).await;
        assert_eq!(place.mail, Some(MailHere::NeedsWindow));
        // Nothing about mail where mail programs need nothing.
        world
            .change_policy(|policy| policy.mail.windows = false)
            .await;
        assert_eq!(here(&world, &wifi).await.mail, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_051_no_network_spares_those_who_manage() {
    let setting = campus().with(|policy| policy.networks = vec![network("192.0.2.0/24", true)]);
    on_both(setting, async |world| {
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut browser = world.browser_at(address("192.0.2.5"));
        browser.sign_in(&mut boss).await;
        assert_eq!(
            browser.send_password(&boss).await.unwrap(),
            Asked::Code(None)
        );
        let tenant = world.tenant().await;
        let policy = &tenant.policy;
        let by = By::command_line();
        let found = networks::look_up(&world.ctx, &tenant, &by, policy, address("192.0.2.5"));
        let found = found.unwrap();
        assert!(found.is_trusted() && found.holding.len() == 1);
        let mapped = address("::ffff:192.0.2.5");
        let found = networks::look_up(&world.ctx, &tenant, &by, policy, mapped).unwrap();
        assert!(found.is_trusted() && found.address == address("192.0.2.5"));
        let outside = address("203.0.113.7");
        let found = networks::look_up(&world.ctx, &tenant, &by, policy, outside).unwrap();
        assert!(!found.is_trusted() && found.holding.is_empty());
    })
    .await;
}

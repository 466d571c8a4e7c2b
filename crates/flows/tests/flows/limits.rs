//! Limits on how many of something there may be: many who add at once, on two servers, do not pass them together.

use std::sync::Arc;

use warifu_domain::{notification_address::FURTHER, refusal::Refusal, time::Span};
use warifu_flows::{
    By, Ctx, gate_keys,
    manage_users::{self, GroupForm},
    notification_addresses as addresses,
};
use warifu_storage::{MAX_GATE_KEYS, MAX_GROUPS};

use crate::{
    races::{at_once, split},
    support::{Setting, World, on_both},
};

/// Requests at once, where there is room for [`ROOM`].
const MANY: usize = 24;
const ROOM: i64 = 3;
/// How often it is tried: a limit that does not hold is not passed each time.
const ROUNDS: i64 = 6;

/// The servers in turns.
fn turns(nodes: &[World]) -> impl Iterator<Item = (usize, Arc<Ctx>)> + '_ {
    (0..MANY).map(|number| (number, nodes[number % nodes.len()].ctx.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn k10_gate_keys_that_are_made_at_once_do_not_pass_their_limit_and_all_are_listed() {
    on_both(Setting::preset("campus-mail"), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (ctx, tenant, by) = (&world.ctx, world.tenant().await, By::command_line());
        for number in 0..MAX_GATE_KEYS - ROOM {
            let name = format!("mx{number}");
            gate_keys::add(ctx, &tenant, &by, &name).await.unwrap();
        }
        for _ in 0..ROUNDS {
            let answers = at_once(turns(&nodes).map(|(number, ctx)| {
                let (tenant, by, name) = (tenant.clone(), by.clone(), format!("new {number}"));
                async move { gate_keys::add(&ctx, &tenant, &by, &name).await }
            }))
            .await;
            let (made, refusals) = split(answers);
            let is_limit = |refusal: &Refusal| *refusal == Refusal::TooManyGateKeys;
            assert!(refusals.iter().all(is_limit), "{refusals:?}");
            let listed = gate_keys::list(ctx, &tenant, &by).await.unwrap();
            assert_eq!(made.len() as i64, ROOM);
            assert_eq!(listed.len() as i64, MAX_GATE_KEYS);
            assert_eq!(world.rows("gate_key", "TRUE").await, MAX_GATE_KEYS);
            for key in listed.iter().filter(|key| key.name.starts_with("new")) {
                gate_keys::remove(ctx, &tenant, &by, key.id).await.unwrap();
            }
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_groups_that_are_added_at_once_do_not_pass_their_limit() {
    on_both(Setting::preset("default"), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (ctx, tenant, by) = (&world.ctx, world.tenant().await, By::command_line());
        let (id, rows) = (tenant.id, MAX_GROUPS - ROOM);
        world
            .tamper(&format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                 INSERT INTO person_group (tenant_id, id, name, grace_until, created_at)
                 SELECT {id}, i, 'group ' || CAST(i AS TEXT), NULL, 0 FROM n"
            ))
            .await;
        for _ in 0..ROUNDS {
            let answers = at_once(turns(&nodes).map(|(number, ctx)| {
                let (tenant, by) = (tenant.clone(), by.clone());
                let form = GroupForm {
                    name: format!("new {number}"),
                    grace_until: None,
                };
                async move { manage_users::add_group(&ctx, &tenant, &by, form).await }
            }))
            .await;
            let (added, refusals) = split(answers);
            let is_limit = |refusal: &Refusal| *refusal == Refusal::TooManyGroups;
            assert!(refusals.iter().all(is_limit), "{refusals:?}");
            assert_eq!(added.len() as i64, ROOM);
            assert_eq!(world.rows("person_group", "TRUE").await, MAX_GROUPS);
            for group in added {
                manage_users::remove_group(ctx, &tenant, &by, group)
                    .await
                    .unwrap();
            }
        }
        world.check_audit().await;
    })
    .await;
}

/// Were there two that wait for their codes, both could be confirmed, and so on: more addresses than are told.
#[tokio::test(flavor = "multi_thread")]
async fn sec_043_of_addresses_that_are_added_at_once_one_waits_for_its_code() {
    on_both(Setting::preset("workspace"), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (taro, mut browser) = world.member_with_app("taro").await;
        world.wait(Span::seconds(30));
        for round in 0..ROUNDS {
            browser.prove(&taro).await;
            let (tenant, who) = (world.tenant().await, browser.signed_in().await);
            let answers = at_once(turns(&nodes).map(|(number, ctx)| {
                let (tenant, who, request) = (tenant.clone(), who.clone(), browser.request());
                let typed = format!("a{round}-{number}@elsewhere.example");
                async move { addresses::add(&ctx, &tenant, &request, &who, &typed).await }
            }))
            .await;
            assert_eq!(split(answers).1, []);
            assert_eq!(
                world.rows("person_address", "confirmed_at IS NULL").await,
                1
            );
            world.wait(Span::minutes(1));
        }
        let all = addresses::list(
            &world.ctx,
            &world.tenant().await,
            &browser.signed_in().await,
        )
        .await;
        assert!(all.unwrap().len() <= 1 + FURTHER);
    })
    .await;
}

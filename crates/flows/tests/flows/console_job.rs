//! Work for a console: one of a kind at a time, stopped when asked, given up when whoever did it is gone.

use warifu_domain::time::Span;
use warifu_flows::{
    By, audit_check,
    console_job::{self, IfRunning, JobKind, Started, Stop},
};
use warifu_storage::{ChainCheck, JobState};

use crate::support::{Setting, World, on_both};

const KIND: JobKind = JobKind::AuditCheck;

async fn start(world: &World, if_running: IfRunning) -> Started {
    let (tenant, by) = (world.tenant().await, By::command_line());
    let kind = (KIND, if_running);
    let started = console_job::start(&world.ctx, &tenant, &by, kind, "in".into(), "none".into());
    started.await.unwrap()
}

async fn state(world: &World, id: i64) -> JobState {
    let found = console_job::find(&world.ctx, &*world.tenant().await, KIND, id).await;
    found.unwrap().unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_kind_one_piece_of_work_goes_on_in_a_tenant() {
    on_both(Setting::preset("workspace"), async |world| {
        let mut asking = Vec::new();
        for seed in 20..28 {
            let other = world.second_server(seed).await;
            asking.push(tokio::spawn(
                async move { start(&other, IfRunning::Join).await },
            ));
        }
        let mut begun = Vec::new();
        for asked in asking {
            begun.push(asked.await.unwrap());
        }
        let new = begun.iter().filter(|one| matches!(one, Started::New(_)));
        assert_eq!(new.count(), 1, "{begun:?}");
        let first = begun[0].id();
        assert!(begun.iter().all(|one| one.id() == first), "{begun:?}");
        // Another tenant has its own.
        let neighbour = world.neighbour("aoba").await;
        assert!(matches!(
            start(&neighbour, IfRunning::Join).await,
            Started::New(_)
        ));
        let second = start(&world, IfRunning::Replace).await;
        assert!(matches!(second, Started::New(_)));
        assert_eq!(state(&world, first).await, JobState::Cancelled);
        assert_eq!(state(&world, second.id()).await, JobState::Running);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_is_stopped_notices_it_and_leaves_no_result() {
    on_both(Setting::preset("workspace"), async |world| {
        let tenant = world.tenant().await;
        let id = start(&world, IfRunning::Join).await.id();
        let done = console_job::run(&world.ctx, &tenant, KIND, id, async |work| {
            assert_eq!(work.input(), "in");
            work.result = "half".to_owned();
            work.say(1, 4).await?;
            let shown = console_job::find(&world.ctx, &tenant, KIND, id).await;
            let shown = shown.unwrap().unwrap();
            assert_eq!((shown.percent(), &*shown.result), (25, "half"));
            assert!(
                console_job::cancel(&world.ctx, &tenant, KIND, id)
                    .await
                    .unwrap()
            );
            world.wait(Span::seconds(1));
            work.result = "more".to_owned();
            work.say(2, 4).await?;
            panic!("it goes on although it was stopped");
        });
        done.await.unwrap();
        let shown = console_job::find(&world.ctx, &tenant, KIND, id).await;
        let shown = shown.unwrap().unwrap();
        assert_eq!((shown.state, &*shown.result), (JobState::Cancelled, "half"));
        let again = console_job::cancel(&world.ctx, &tenant, KIND, id).await;
        assert!(!again.unwrap(), "it is over already");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_server_is_gone_counts_as_failed_and_is_begun_anew() {
    on_both(Setting::preset("workspace"), async |world| {
        let tenant = world.tenant().await;
        let lost = start(&world, IfRunning::Join).await.id();
        let other = world.forgetful(7);
        world.wait(Span::minutes(3));
        assert_eq!(state(&other, lost).await, JobState::Failed);
        let next = start(&other, IfRunning::Join).await;
        assert!(matches!(next, Started::New(_)));
        // The first server was only slow: nobody wants its work any more.
        let late = console_job::run(&world.ctx, &tenant, KIND, lost, async |_| {
            panic!("it is over already")
        });
        late.await.unwrap();
        // A fault ends it, too.
        let fault = console_job::run(&world.ctx, &tenant, KIND, next.id(), async |_| {
            Err(Stop::Failed(
                warifu_domain::refusal::Refusal::NotAllowed.into(),
            ))
        });
        fault.await.unwrap_err();
        assert_eq!(state(&world, next.id()).await, JobState::Failed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_a_check_says_how_many_events_it_has_seen() {
    on_both(Setting::preset("workspace"), async |world| {
        world.member_with_app("taro").await;
        let (ctx, tenant, by) = (&world.ctx, world.tenant().await, By::command_line());
        let id = audit_check::begin(ctx, &tenant, &by).await.unwrap().id();
        audit_check::run(ctx, &tenant, id).await.unwrap();
        let events = world.audit_rows().await.len();
        let shown = audit_check::show(ctx, &tenant, &by, id).await.unwrap();
        let shown = shown.unwrap();
        assert_eq!(shown.outcome, Some(ChainCheck::Whole(events as u64)));
        assert_eq!(shown.job.state, JobState::Finished);
        assert_eq!((shown.job.done, shown.job.percent()), (events as i64, 100));
        // One that was stopped before it began does nothing.
        let id = audit_check::begin(ctx, &tenant, &by).await.unwrap().id();
        assert!(audit_check::cancel(ctx, &tenant, &by, id).await.unwrap());
        audit_check::run(ctx, &tenant, id).await.unwrap();
        let shown = audit_check::show(ctx, &tenant, &by, id).await.unwrap();
        let shown = shown.unwrap();
        assert_eq!(shown.job.state, JobState::Cancelled);
        assert_eq!(shown.outcome, None);
    })
    .await;
}

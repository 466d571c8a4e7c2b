//! A job: a caller's closure on its way to a transaction, with the place its answer goes to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::error::StoreError;
use super::tx::Connection;

/// What the store's threads receive.
pub(super) enum Message {
    /// Run this and answer it.
    Job(Order),
    /// Finish what is queued, then stop and say so.
    Close(oneshot::Sender<()>),
}

/// A job in the queue.
pub(super) struct Order {
    pub(super) job: Box<dyn Job>,
    pub(super) access: Access,
    pub(super) since: Instant,
}

/// What a job may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    /// One `SELECT`, which is a snapshot without a transaction around it.
    Select,
    Write,
}

/// A caller's closure without its types. Its future need not be `Send`: it lives where the connection lives.
pub(super) trait Job: Send {
    /// Runs the closure once more from the start and keeps its value for [`Job::answer`].
    fn run<'a>(&'a mut self, connection: Connection<'a>) -> JobFuture<'a>;

    /// Tells the caller, with the value of the last run if `outcome` is good.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

pub(super) type JobFuture<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

/// The one implementation of [`Job`].
pub(super) struct TypedJob<T, F> {
    body: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> TypedJob<T, F> {
    pub(super) fn new(body: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (
            Self {
                body,
                value: None,
                reply,
            },
            answer,
        )
    }
}

impl<T, F> Job for TypedJob<T, F>
where
    T: Send,
    F: AsyncFn(Connection<'_>) -> Result<T, StoreError> + Send,
{
    fn run<'a>(&'a mut self, connection: Connection<'a>) -> JobFuture<'a> {
        Box::pin(async move {
            self.value = None;
            self.value = Some(without_panic((self.body)(connection)).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome
            .and_then(|()| value.ok_or_else(|| StoreError::Other("a job has not run".into())));
        // A caller who is gone does not need the answer; what was committed stays committed.
        let _ = reply.send(answer);
    }
}

/// Turns a panic of a job into an error: one broken job must not end the thread that serves all of them.
pub(super) async fn without_panic<T>(
    future: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(StoreError::Other("a job panicked".into()))))
    })
    .await
}

/// Drives a job over SQLite to its end. There, no statement ever waits, so one poll is enough.
pub(super) fn finish<T>(
    future: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(StoreError::Other(
            "a job waited for something outside its transaction".into(),
        )),
    }
}

//! Load: many connections that each take the next piece of work as soon as they are free. One thread, so that the server
//! under test keeps the other cores.

pub(crate) mod connection;

use std::cell::{Cell, RefCell};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

pub(crate) use connection::{Answer, Connection};

use crate::measure::Stopwatch;

/// How a run went. There are no unexpected answers in it: one of them voids the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Pieces of work done.
    pub(crate) count: usize,
    /// From the first request to the last answer.
    pub(crate) seconds: f64,
    /// Half of the pieces took less, in milliseconds.
    pub(crate) p50_ms: f64,
    /// All but a hundredth of the pieces took less, in milliseconds.
    pub(crate) p99_ms: f64,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.count as f64 / self.seconds
    }
}

/// One piece of work: a request, or several that follow each other.
pub(crate) trait Work {
    /// Does piece `number` and checks every answer.
    async fn piece(&self, number: usize, connection: &mut Connection) -> Result<()>;
}

/// Does the pieces `0..count` over `connections` connections, which are opened before the clock starts.
pub(crate) fn drive(
    address: SocketAddr,
    connections: usize,
    count: usize,
    work: impl Work + 'static,
) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(address).await?);
        }
        let (work, next, times) = (
            Rc::new(work),
            Rc::new(Cell::new(0)),
            Rc::new(RefCell::new(Vec::with_capacity(count))),
        );
        let watch = Stopwatch::start();
        let running: Vec<_> = open
            .into_iter()
            .map(|mut connection| {
                let (work, next, times) = (work.clone(), next.clone(), times.clone());
                tokio::task::spawn_local(async move {
                    while next.get() < count {
                        let number = next.replace(next.get() + 1);
                        let watch = Stopwatch::start();
                        if let Err(error) = work.piece(number, &mut connection).await {
                            next.set(count);
                            return Err(error.context(format!("piece {number}")));
                        }
                        times.borrow_mut().push(watch.seconds() * 1000.0);
                    }
                    Ok(())
                })
            })
            .collect();
        for task in running {
            task.await
                .map_err(|_| anyhow!("a connection's task panicked"))??;
        }
        let seconds = watch.seconds();
        let mut times = times.take();
        times.sort_by(f64::total_cmp);
        let share = |share: f64| {
            times
                .get(((count - 1) as f64 * share) as usize)
                .copied()
                .unwrap_or(f64::NAN)
        };
        Ok(Outcome {
            count,
            seconds,
            p50_ms: share(0.5),
            p99_ms: share(0.99),
        })
    })
}

/// Connects until somebody listens, sends `request` and returns the status of the answer.
pub(crate) fn first_answer(address: SocketAddr, request: &[u8]) -> Result<u16> {
    let watch = Stopwatch::start();
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(_) if watch.seconds() < 30.0 => sleep(Duration::from_micros(200)),
            Err(error) => bail!("nobody listens on {address}: {error}"),
        }
    };
    stream.write_all(request)?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    let status = std::str::from_utf8(&head)?.strip_prefix("HTTP/1.1 ");
    status
        .and_then(|status| status.parse().ok())
        .context("not an answer of HTTP/1.1")
}

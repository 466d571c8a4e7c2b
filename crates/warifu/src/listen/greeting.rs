//! A limit for the first bytes of a connection. Until they are there, nobody knows whether it will be HTTP/1 or HTTP/2, and the
//! time-outs of neither count yet.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// As many as HTTP/2 begins with (RFC 9113, 3.4); from then on the version is known.
const GREETING_BYTES: usize = 24;

/// Accepts as `inner` does, and gives up on connections that do not greet in time.
#[derive(Clone)]
pub(super) struct GreetingAcceptor<A> {
    pub(super) inner: A,
    pub(super) limit: Duration,
}

impl<I, S, A> Accept<I, S> for GreetingAcceptor<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = GreetedStream<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepting, limit) = (self.inner.accept(stream, service), self.limit);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            Ok((GreetedStream::new(stream, limit), service))
        })
    }
}

/// A connection that has to begin in time.
pub(super) struct GreetedStream<S> {
    stream: S,
    /// `None` once it has.
    waiting: Option<Pin<Box<Sleep>>>,
    read: usize,
}

impl<S> GreetedStream<S> {
    fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            waiting: Some(Box::pin(tokio::time::sleep(limit))),
            read: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GreetedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Some(limit) = &mut this.waiting {
            this.read += buffer.filled().len() - before;
            if this.read >= GREETING_BYTES {
                this.waiting = None;
            } else if outcome.is_pending() && limit.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for GreetedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_connection_that_does_not_begin_is_given_up() {
        for greeting in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
            let (mut client, server) = duplex(64);
            let mut server = GreetedStream::new(server, LIMIT);
            client.write_all(greeting.as_bytes()).await.unwrap();
            let error = server.read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{greeting}");
        }
    }

    #[tokio::test]
    async fn one_that_has_begun_may_take_its_time() {
        let (mut client, server) = duplex(64);
        let mut server = GreetedStream::new(server, LIMIT);
        client
            .write_all(b"GET /midori/login HTTP/1.1\r\n")
            .await
            .unwrap();
        let mut begun = [0; 28];
        server.read_exact(&mut begun).await.unwrap();
        tokio::time::sleep(2 * LIMIT).await;
        client.write_all(b"\r\n").await.unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'\r');
        server.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), b'H');
    }
}

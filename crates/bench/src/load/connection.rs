//! One keep-alive connection of HTTP/1.1: sends prepared bytes, reads one answer. Knows just enough of the protocol for our
//! servers' answers, so that the measuring costs little beside what is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that may be used again and again.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer; borrows the connection's buffer.
#[derive(Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("nobody listens on {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(32 * 1024),
        })
    }

    /// Sends one request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head_end, status, body_length) = loop {
            self.read_more().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head =
                    std::str::from_utf8(&self.buffer[..end]).context("a head that is not text")?;
                break (end + 4, status_of(head)?, body_length_of(head)?);
            }
        };
        while self.buffer.len() < head_end + body_length {
            self.read_more().await?;
        }
        if self.buffer.len() > head_end + body_length {
            bail!("the server sent more than its answer");
        }
        let (head, body) = self.buffer.split_at(head_end);
        Ok(Answer {
            status,
            head: std::str::from_utf8(head).context("a head that is not text")?,
            body,
        })
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

impl<'a> Answer<'a> {
    /// The values of a header, by its name in lower case.
    pub(crate) fn headers(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.split("\r\n").skip(1).filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The value that a `Set-Cookie` gives to the cookie `name`.
    pub(crate) fn cookie(self, name: &str) -> Option<&'a str> {
        self.headers("set-cookie").find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix('=')?;
            value.split(';').next().filter(|value| !value.is_empty())
        })
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn status_of(head: &str) -> Result<u16> {
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    status
        .and_then(|status| status.parse().ok())
        .with_context(|| format!("not an answer: {head:.40}"))
}

/// Of an answer whose length is told in advance, as all of ours are.
fn body_length_of(head: &str) -> Result<usize> {
    let value = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then_some(value.trim())
    });
    match value {
        Some(value) => Ok(value.parse()?),
        None if matches!(status_of(head)?, 204 | 304) => Ok(0),
        None => bail!("an answer of unknown length: {head}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let head = "HTTP/1.1 303 See Other\r\nSet-Cookie: a-b=1; Path=/\r\nset-cookie: a=2\r\nContent-Length: 7\r\n\r\n";
        let answer = Answer {
            status: status_of(head).unwrap(),
            head,
            body: b"",
        };
        assert_eq!(answer.status, 303);
        assert_eq!(answer.cookie("a"), Some("2"));
        assert_eq!(answer.cookie("a-b"), Some("1"));
        assert_eq!(answer.cookie("b"), None);
        assert_eq!(body_length_of(head).unwrap(), 7);
        assert_eq!(
            body_length_of("HTTP/1.1 204 No Content\r\n\r\n").unwrap(),
            0
        );
        assert!(body_length_of("HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(status_of("HTTP/2 200").is_err());
    }
}

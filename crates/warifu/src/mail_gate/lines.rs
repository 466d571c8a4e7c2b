//! Lines from a mail server, of bounded length and in bounded time. They may hold passwords: nothing of a line is left behind.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::{Instant, timeout_at};
use zeroize::{Zeroize as _, Zeroizing};

/// How long a line may take once it has begun.
const PACE: Duration = Duration::from_secs(10);

/// Why there is no next line.
#[derive(Debug)]
pub(super) enum End {
    /// The other side is done, or was silent for too long between two lines.
    Quiet,
    /// In the middle of a line: it broke off, or came too slowly.
    Cut,
    /// The line is longer than any real one.
    TooLong,
}

/// Reads lines.
pub(super) struct Lines<R> {
    source: R,
    /// As long as the longest line with its end; never grows, so that no copy of it is left anywhere.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    /// Where the line ends that was given out last.
    given: usize,
    pace: Duration,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(source: R, longest: usize) -> Self {
        Self {
            source,
            buffer: Zeroizing::new(vec![0; longest + 1]),
            filled: 0,
            given: 0,
            pace: PACE,
        }
    }

    /// The next line without its end, if it begins within `wait`. Nothing is lost if this is given up.
    pub(super) async fn next(&mut self, wait: Duration) -> Result<&[u8], End> {
        self.forget_given();
        let mut until = Instant::now() + if self.filled == 0 { wait } else { self.pace };
        let mut searched = 0;
        loop {
            let new = &self.buffer[searched..self.filled];
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                let end = searched + at;
                self.given = end + 1;
                return Ok(&self.buffer[..end]);
            }
            searched = self.filled;
            if self.filled == self.buffer.len() {
                return Err(End::TooLong);
            }
            let reading = self.source.read(&mut self.buffer[self.filled..]);
            let read: io::Result<usize> = match timeout_at(until, reading).await {
                Ok(read) => read,
                Err(_) => Ok(0),
            };
            match read {
                Ok(0) | Err(_) if self.filled == 0 => return Err(End::Quiet),
                Ok(0) | Err(_) => return Err(End::Cut),
                Ok(read) if self.filled == 0 => {
                    until = Instant::now() + self.pace;
                    self.filled = read;
                }
                Ok(read) => self.filled += read,
            }
        }
    }

    fn forget_given(&mut self) {
        self.buffer.copy_within(self.given..self.filled, 0);
        let left = self.filled - self.given;
        self.buffer[left..self.filled].zeroize();
        self.filled = left;
        self.given = 0;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    const WAIT: Duration = Duration::from_secs(1);

    async fn all_of(text: &[u8]) -> (Vec<Vec<u8>>, End) {
        let mut lines = Lines::new(text, 8);
        let mut read = Vec::new();
        loop {
            match lines.next(WAIT).await {
                Ok(line) => read.push(line.to_vec()),
                Err(end) => return (read, end),
            }
        }
    }

    #[tokio::test]
    async fn lines_of_any_length_up_to_the_longest() {
        let (read, end) = all_of(b"a\n\nbcdefghi\nj\n").await;
        assert_eq!(read, [&b"a"[..], b"", b"bcdefghi", b"j"]);
        assert!(matches!(end, End::Quiet));
        let (read, end) = all_of(b"a\nbcdefghij\n").await;
        assert_eq!(read.len(), 1);
        assert!(matches!(end, End::TooLong));
        let (read, end) = all_of(b"a\nb").await;
        assert_eq!(read.len(), 1);
        assert!(matches!(end, End::Cut));
    }

    #[tokio::test]
    async fn a_line_that_was_read_is_wiped() {
        let mut lines = Lines::new(&b"secret\nb\nc\n"[..], 20);
        for expected in [&b"secret"[..], b"b", b"c"] {
            assert_eq!(lines.next(WAIT).await.unwrap(), expected);
        }
        assert!(lines.next(WAIT).await.is_err());
        assert!(lines.buffer.iter().all(|byte| *byte == 0));
    }

    #[tokio::test]
    async fn silence_and_slowness_end() {
        let (mut client, server) = duplex(64);
        let mut lines = Lines::new(server, 2000);
        lines.pace = Duration::from_millis(50);
        let short = Duration::from_millis(5);
        assert!(matches!(lines.next(short).await, Err(End::Quiet)));
        client.write_all(b"abc").await.unwrap();
        let slow = async {
            for _ in 0..1000 {
                tokio::time::sleep(Duration::from_millis(10)).await;
                client.write_all(b"d").await.unwrap();
            }
        };
        tokio::select! {
            end = lines.next(WAIT) => assert!(matches!(end, Err(End::Cut))),
            () = slow => panic!("it goes on"),
        }
    }
}

//! Files that are sent as they are made: a table or a list of any length in bounded memory.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_core::Stream;
use tokio::sync::mpsc;

/// Pieces that wait for a slow client.
const WAITING: usize = 2;

/// A file in the making. Where its maker stops with [`Sender::fail`], the client sees a broken download, never a short file
/// that looks whole.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// Takes the pieces of a file.
pub(crate) struct Sender(mpsc::Sender<io::Result<Bytes>>);

impl Sender {
    /// Sends a piece, once there is room for it. `false`: the client is gone.
    pub(crate) async fn send(&self, piece: String) -> bool {
        self.0.send(Ok(piece.into())).await.is_ok()
    }

    /// Breaks the download off.
    pub(crate) async fn fail(self) {
        // A client who is gone needs no word.
        let _ = self.0.send(Err(io::ErrorKind::Other.into())).await;
    }
}

/// An answer with a file called `name`, in ASCII, that is made while it is sent.
pub(crate) fn download(name: &str, content_type: &'static str) -> (Sender, Response) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let mut response = Response::new(Body::from_stream(Pieces(receiver)));
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition =
        HeaderValue::try_from(disposition).expect("names of our files are visible ASCII");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    (Sender(sender), response)
}

/// Appends a row of a table (RFC 4180). What a spreadsheet would take for a formula becomes text.
pub(crate) fn csv_row(cells: &[&str], table: &mut String) {
    for (column, cell) in cells.iter().enumerate() {
        if column > 0 {
            table.push(',');
        }
        table.push('"');
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            table.push('\'');
        }
        table.push_str(&cell.replace('"', "\"\""));
        table.push('"');
    }
    table.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_ends_early() {
        let mut table = String::new();
        csv_row(
            &["=HYPERLINK(\"x\")", "+1", "-1", "@a", "a,\"b\"\r\nc", ""],
            &mut table,
        );
        assert_eq!(
            table,
            "\"'=HYPERLINK(\"\"x\"\")\",\"'+1\",\"'-1\",\"'@a\",\"a,\"\"b\"\"\r\nc\",\"\"\r\n"
        );
    }
}

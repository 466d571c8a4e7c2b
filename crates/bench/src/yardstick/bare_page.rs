//! A bare axum handler that returns the bytes and headers of a page of ours: what the page could cost if making it were
//! nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::routing::any;

use crate::load::Answer;
use crate::process::{Program, free_address};

/// Starts a process that gives every visitor of `path` a copy of `answer`.
pub(crate) fn start(
    me: &Path,
    folder: &Path,
    path: &str,
    answer: Answer<'_>,
) -> Result<(Program, SocketAddr)> {
    let (head, body) = (folder.join("page.head"), folder.join("page.body"));
    fs::write(&head, answer.head)?;
    fs::write(&body, answer.body)?;
    let address = free_address()?;
    let mut command = Command::new(me);
    command
        .arg("bare-page")
        .arg(address.to_string())
        .arg(path)
        .arg(head)
        .arg(body);
    let mut program = Program::start(&mut command, &folder.join("bare-page.log"))?;
    program.wait_for(address, Duration::from_secs(10))?;
    Ok((program, address))
}

/// That process. The runtime and the server are those of `warifu serve`.
pub(crate) fn run(address: SocketAddr, path: &str, head: &Path, body: &Path) -> Result<()> {
    let (head, body) = (fs::read_to_string(head)?, fs::read(body)?);
    let mut headers = HeaderMap::new();
    for line in head.split("\r\n").skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').context("a header without a colon")?;
        let name: HeaderName = name.parse()?;
        // These two are hyper's own, here as there.
        if name != header::CONTENT_LENGTH && name != header::DATE {
            headers.append(name, HeaderValue::from_str(value.trim())?);
        }
    }
    let body = axum::body::Bytes::from(body);
    // What is sent is read, as it is there.
    let page = any(async move |_: axum::body::Bytes| (headers.clone(), body.clone()));
    let router = axum::Router::new().route(path, page);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}

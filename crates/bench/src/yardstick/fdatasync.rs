//! YFS: how often a second the data's file system makes 4 KiB durable, one write after the other.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Result;

use crate::measure::Stopwatch;

const BLOCK: usize = 4096;
/// Blocks of the file, which is written over and over: as a database's log is, and without the cost of growing a file.
const BLOCKS: usize = 256;

/// Writes a block and calls fdatasync(2), again and again for `seconds`; returns the times a second.
pub(crate) fn per_second(folder: &Path, seconds: f64) -> Result<f64> {
    let path = folder.join("fdatasync");
    let mut file = fs::File::create(&path)?;
    file.write_all(&vec![1; BLOCK * BLOCKS])?;
    file.sync_all()?;
    let (watch, mut count) = (Stopwatch::start(), 0_usize);
    while watch.seconds() < seconds {
        if count % BLOCKS == 0 {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&[count as u8; BLOCK])?;
        file.sync_data()?;
        count += 1;
    }
    let seconds = watch.seconds();
    fs::remove_file(path)?;
    Ok(count as f64 / seconds)
}

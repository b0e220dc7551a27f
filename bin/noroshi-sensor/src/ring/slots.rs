//! A small value that is changed often and never lost: two places of a file that are written in turn, each with its own check.
//!
//! The file has its full size from the beginning, so that a full disk does not keep anybody from saying that it is full.

use crate::disk::Disk;
use ring::digest::{SHA256, digest};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
};

/// How much one place holds, in bytes.
const PLACE_BYTES: usize = 256 << 10;
/// A generation, a length, and SHA-256 over both and what follows.
const HEAD_BYTES: usize = 8 + 4 + 32;
/// The longest value, in bytes of JSON.
pub(super) const MOST_BYTES: usize = PLACE_BYTES - HEAD_BYTES;

/// The file, with the generation that was written last.
#[derive(Debug)]
pub(super) struct Slots {
    file: File,
    generation: u64,
}

impl Slots {
    /// Opens the file and gives the value that was written last; `None` when there is none, or none that is whole.
    pub(super) fn open<T: DeserializeOwned>(disk: &Disk, folder: &Path, name: &str) -> io::Result<(Self, Option<T>)> {
        let path = folder.join(name);
        if !path.try_exists()? {
            disk.write(folder, name, &vec![0; 2 * PLACE_BYTES])?;
        }
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let (generation, value) = newest(&file)?.map_or((0, None), |(generation, value)| (generation, Some(value)));
        Ok((Self { file, generation }, value))
    }

    /// Writes a value. When this fails, the one from before stands.
    pub(super) fn write<T: Serialize>(&mut self, disk: &Disk, value: &T) -> io::Result<()> {
        let text = serde_json::to_vec(value)?;
        if text.len() > MOST_BYTES {
            return Err(io::Error::other("the ring's state does not fit into its file"));
        }
        let generation = self.generation + 1;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        let bytes = [&generation.to_be_bytes()[..], &length.to_be_bytes(), check(generation, &text).as_ref(), &text].concat();
        disk.write_over(&self.file, place(generation), &bytes)?;
        self.generation = generation;
        Ok(())
    }
}

/// Reads the value that was written last, while another may be writing.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    Ok(newest(&File::open(path)?)?.map(|(_, value)| value))
}

fn newest<T: DeserializeOwned>(file: &File) -> io::Result<Option<(u64, T)>> {
    let (one, other) = (at(file, 0)?, at(file, 1)?);
    Ok([one, other].into_iter().flatten().max_by_key(|(generation, _)| *generation).and_then(|(generation, text)| {
        // What was checked and cannot be read is of another version of the program.
        serde_json::from_slice(&text).ok().map(|value| (generation, value))
    }))
}

fn at(file: &File, generation: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut head = [0; HEAD_BYTES];
    match file.read_exact_at(&mut head, place(generation)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let Some((number, rest)) = head.split_first_chunk::<8>() else { return Ok(None) };
    let Some((length, sum)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let (number, length) = (u64::from_be_bytes(*number), usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX));
    if number == 0 || length > MOST_BYTES {
        return Ok(None);
    }
    let mut text = vec![0; length];
    match file.read_exact_at(&mut text, place(generation) + HEAD_BYTES as u64) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    Ok((check(number, &text).as_ref() == sum).then_some((number, text)))
}

fn place(generation: u64) -> u64 {
    generation % 2 * PLACE_BYTES as u64
}

fn check(generation: u64, text: &[u8]) -> ring::digest::Digest {
    digest(&SHA256, &[&generation.to_be_bytes()[..], text].concat())
}

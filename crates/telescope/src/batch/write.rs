//! A batch is put together and sealed.

use super::{CONTEXT, MAGIC, VERSION, header::Header, key::SigningKey};
use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use std::io;

/// zstd's level: a higher one costs the sensor more than it saves.
const LEVEL: i32 = 3;

/// Puts a batch together and signs it. `packets` are what a [`Recorder`](super::Recorder) took; [`Counts::kept`](super::Counts) says how many.
///
/// # Errors
/// When the packets cannot be packed, or are not as many as the header says.
pub fn seal(header: &Header, packets: &RecordBatch, key: &SigningKey) -> io::Result<Vec<u8>> {
    if u64::try_from(packets.num_rows()).ok() != Some(header.counts.kept) {
        return Err(io::Error::other("the header tells another number of packets"));
    }
    let header = serde_json::to_vec(header)?;
    let packed = if packets.num_rows() == 0 { Vec::new() } else { pack(packets)? };
    let mut bytes = Vec::with_capacity(header.len() + packed.len() + 128);
    bytes.extend(MAGIC);
    bytes.push(VERSION);
    for part in [&header, &packed] {
        bytes.extend(u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes());
        bytes.extend(part);
    }
    let signature = key.sign(CONTEXT, &bytes);
    bytes.extend(signature);
    Ok(bytes)
}

fn pack(packets: &RecordBatch) -> io::Result<Vec<u8>> {
    let encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    let mut writer = StreamWriter::try_new(encoder, &packets.schema()).map_err(io::Error::other)?;
    writer.write(packets).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    writer.into_inner().map_err(io::Error::other)?.finish()
}

//! Text columns of few values, encoded from the keys that a batch has anyway.
//!
//! The `parquet` crate's own encoder hashes and compares the bytes of every value, which took a third of all time for six such columns. Here a value is
//! hashed once per batch; what is written is the same: a dictionary page, and data pages of keys in Parquet's hybrid of runs and packed bits.

use arrow_array::{Array, ArrayRef, DictionaryArray, StringArray, types::Int32Type};
use bytes::Bytes;
use hashbrown::HashMap;
use parquet::{
    basic::{Compression, Encoding},
    column::{
        page::{CompressedPage, Page, PageWriter as _},
        writer::ColumnCloseResult,
    },
    errors::ParquetError,
    file::{
        metadata::ColumnChunkMetaData,
        page_index::offset_index::{OffsetIndexMetaData, PageLocation},
        writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};
use std::{fs::File, io::Write};

/// One text column of a row group.
pub(super) struct KeyedColumn {
    description: ColumnDescPtr,
    places: HashMap<String, u32>,
    /// The dictionary page: each value behind its length.
    dictionary: Vec<u8>,
    pages: TrackedWrite<Vec<u8>>,
    locations: Vec<PageLocation>,
    packets: i64,
    keys: Vec<u32>,
    levels: Vec<u32>,
}

impl KeyedColumn {
    pub(super) fn new(description: ColumnDescPtr) -> Self {
        Self {
            description,
            places: HashMap::new(),
            dictionary: Vec::new(),
            pages: TrackedWrite::new(Vec::new()),
            locations: Vec::new(),
            packets: 0,
            keys: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Writes a batch's values as one page.
    pub(super) fn page(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let keyed = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
        let Some((keyed, texts)) = keyed.and_then(|keyed| Some((keyed, keyed.values().as_any().downcast_ref::<StringArray>()?))) else {
            return Err(ParquetError::General(format!("{} is no text under a dictionary", self.description.name())));
        };
        self.take_keys(keyed, texts)?;
        let mut buffer = Vec::with_capacity(keyed.len() / 2 + 16);
        if self.description.max_def_level() > 0 {
            let mut levels = Vec::new();
            hybrid(&self.levels, 1, &mut levels);
            buffer.extend_from_slice(&u32::try_from(levels.len()).unwrap_or_default().to_le_bytes());
            buffer.append(&mut levels);
        }
        let width = (usize::BITS - self.places.len().saturating_sub(1).leading_zeros()).max(1);
        buffer.push(u8::try_from(width).unwrap_or_default());
        hybrid(&self.keys, width, &mut buffer);
        let page = Page::DataPage {
            buf: Bytes::from(buffer),
            num_values: u32::try_from(keyed.len()).unwrap_or_default(),
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let size = page.buffer().len();
        let written = SerializedPageWriter::new(&mut self.pages).write_page(CompressedPage::new(page, size))?;
        self.locations.push(PageLocation {
            offset: i64::try_from(written.offset)?,
            compressed_page_size: i32::try_from(written.compressed_size)?,
            first_row_index: self.packets,
        });
        self.packets += i64::try_from(keyed.len())?;
        Ok(())
    }

    /// Puts the column behind those that are in the row group.
    pub(super) fn append_to(mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let values = u32::try_from(self.places.len())?;
        let size = self.dictionary.len();
        let page = Page::DictionaryPage { buf: self.dictionary.into(), num_values: values, encoding: Encoding::PLAIN, is_sorted: false };
        let mut chunk = TrackedWrite::new(Vec::with_capacity(size + self.pages.bytes_written() + 64));
        SerializedPageWriter::new(&mut chunk).write_page(CompressedPage::new(page, size))?;
        let behind = i64::try_from(chunk.bytes_written())?;
        chunk.write_all(&self.pages.into_inner()?)?;
        for location in &mut self.locations {
            location.offset += behind;
        }
        let chunk = chunk.into_inner()?;
        let bytes = i64::try_from(chunk.len())?;
        let metadata = ColumnChunkMetaData::builder(self.description)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_compression(Compression::UNCOMPRESSED)
            .set_num_values(self.packets)
            .set_total_compressed_size(bytes)
            .set_total_uncompressed_size(bytes)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(behind)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: u64::try_from(bytes)?,
            rows_written: u64::try_from(self.packets)?,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(OffsetIndexMetaData { page_locations: self.locations, unencoded_byte_array_data_bytes: None }),
        };
        group.append_column(&Bytes::from(chunk), close)
    }

    /// Turns the batch's keys into this column's.
    fn take_keys(&mut self, keyed: &DictionaryArray<Int32Type>, texts: &StringArray) -> Result<(), ParquetError> {
        const UNKNOWN: u32 = u32::MAX;
        let mut own = vec![UNKNOWN; texts.len()];
        self.keys.clear();
        self.levels.clear();
        for row in 0..keyed.len() {
            let Some(key) = keyed.key(row) else {
                self.levels.push(0);
                continue;
            };
            self.levels.push(1);
            let Some(own) = own.get_mut(key) else { return Err(ParquetError::General("a key lies beyond the values".to_owned())) };
            if *own == UNKNOWN {
                *own = self.place(texts.value(key));
            }
            self.keys.push(*own);
        }
        Ok(())
    }

    fn place(&mut self, text: &str) -> u32 {
        let next = u32::try_from(self.places.len()).unwrap_or_default();
        *self.places.entry_ref(text).or_insert_with(|| {
            self.dictionary.extend_from_slice(&u32::try_from(text.len()).unwrap_or_default().to_le_bytes());
            self.dictionary.extend_from_slice(text.as_bytes());
            next
        })
    }
}

/// Parquet's hybrid of runs and packed bits (Parquet format, Encodings: RLE = 3), of numbers below 2^`width`.
fn hybrid(values: &[u32], width: u32, out: &mut Vec<u8>) {
    /// Packed values come in groups of so many; a shorter run is packed.
    const GROUP: usize = 8;
    let mut rest = values;
    let mut packed_from = rest;
    let mut packed = 0;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|value| *value == first).count();
        // What fills the last group of the packed ones, then the run.
        let fill = (GROUP - packed % GROUP) % GROUP;
        if run >= fill + GROUP {
            pack(packed_from.get(..packed + fill).unwrap_or_default(), width, out);
            varint((run - fill) << 1, out);
            out.extend(first.to_le_bytes().iter().take(width.div_ceil(8) as usize));
            packed = 0;
            rest = rest.get(run..).unwrap_or_default();
            packed_from = rest;
        } else {
            packed += run;
            rest = rest.get(run..).unwrap_or_default();
        }
    }
    pack(packed_from.get(..packed).unwrap_or_default(), width, out);
}

fn pack(values: &[u32], width: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    varint(groups << 1 | 1, out);
    let (mut bits, mut filled) = (0_u64, 0);
    let padding = std::iter::repeat_n(&0, groups * 8 - values.len());
    for value in values.iter().chain(padding) {
        bits |= u64::from(*value) << filled;
        filled += width;
        while filled >= 8 {
            out.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            filled -= 8;
        }
    }
}

fn varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_bits_are_as_the_format_says() {
        let written = |values: &[u32], width| {
            let mut out = Vec::new();
            hybrid(values, width, &mut out);
            out
        };
        // The example of the format's description: 0 to 7 in three bits.
        assert_eq!(written(&[0, 1, 2, 3, 4, 5, 6, 7], 3), [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(written(&[5; 100], 3), [200, 1, 5]);
        assert_eq!(written(&[300; 8], 9), [16, 44, 1]);
        // One that is packed takes seven of the run to fill its group.
        assert_eq!(written(&[&[1][..], &[0; 15]].concat(), 1), [0b11, 1, 16, 0]);
        assert_eq!(written(&[1, 0, 1], 1), [0b11, 0b101]);
        assert_eq!(written(&[], 1), Vec::<u8>::new());
    }
}

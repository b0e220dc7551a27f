//! How each column is encoded, as `examples/store_packets.rs` measured it.

use crate::schema::{Column, VERSION, VERSION_KEY};
use parquet::{
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::{KeyValue, SortingColumn},
        properties::{EnabledStatistics, WriterProperties, WriterVersion},
    },
    schema::types::ColumnPath,
};

/// Packets of a row group: what a reader skips at once, and what a writer holds in memory.
pub(super) const ROW_GROUP_PACKETS: usize = 1 << 20;
/// Packets of a page: what a query of one port reads at least.
pub(super) const PAGE_PACKETS: usize = 1 << 14;

/// The second level costs some time and saves 0.7 % of space, the third a quarter of all time and 1 %.
const ZSTD_LEVEL: i32 = 1;

/// The order in which files are sorted.
const SORTED_BY: [Column; 4] = [Column::Protocol, Column::DestinationPort, Column::IcmpType, Column::At];

/// Columns without a dictionary: whose values hardly repeat, so that it would be given up; or which are sorted, so that runs of the same bytes are left to
/// zstd, which is quicker than looking up each.
const PLAIN: [Column; 7] = [Column::At, Column::SourceV4, Column::SourceV6, Column::Protocol, Column::DestinationPort, Column::TcpSequence, Column::Payload];

/// Columns of small numbers in the four bytes that Parquet gives them: split into streams of first bytes, second bytes and so on, of which most are
/// zero, they are written a tenth faster than with dictionaries, and not larger.
const SPLIT: [Column; 6] = [Column::SourcePort, Column::IpId, Column::TcpWindow, Column::Ttl, Column::Sensor, Column::DestinationV4];

/// Columns by which nobody prunes (text columns have encoders of our own, without statistics): of random numbers every page holds all.
const UNPRUNED: [Column; 9] = [
    Column::SourcePort,
    Column::IpId,
    Column::TcpSequence,
    Column::TcpAcknowledgment,
    Column::TcpWindow,
    Column::Ttl,
    Column::Payload,
    Column::IcmpCode,
    Column::WireBytes,
];

pub(super) fn properties() -> Result<WriterProperties, parquet::errors::ParquetError> {
    let path = |column: Column| ColumnPath::from(column.name());
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("noroshi {}", env!("CARGO_PKG_VERSION")))
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_key_value_metadata(Some(vec![KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_owned())]))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_PACKETS))
        .set_data_page_row_count_limit(PAGE_PACKETS)
        .set_write_batch_size(4096)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(
            SORTED_BY
                .iter()
                .map(|column| SortingColumn { column_idx: i32::try_from(column.index()).unwrap_or_default(), descending: false, nulls_first: true })
                .collect(),
        ));
    for column in PLAIN {
        builder = builder.set_column_dictionary_enabled(path(column), false);
    }
    for column in SPLIT {
        builder = builder.set_column_dictionary_enabled(path(column), false).set_column_encoding(path(column), Encoding::BYTE_STREAM_SPLIT);
    }
    for column in UNPRUNED {
        builder = builder.set_column_statistics_enabled(path(column), EnabledStatistics::None);
    }
    builder = builder.set_column_encoding(path(Column::At), Encoding::DELTA_BINARY_PACKED);
    Ok(builder.build())
}

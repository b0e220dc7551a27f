//! Packets of files, as record batches: only the columns asked for, and only the pages that can hold what is asked for.

use super::filter::Filter;
use crate::{
    LakeError,
    schema::{self, Column},
};
use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray as _, types};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter, RowSelection,
            RowSelector, statistics::StatisticsConverter,
        },
    },
    file::metadata::{PageIndexPolicy, ParquetMetaData},
};
use std::{
    fs::File,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::Arc,
    vec::IntoIter,
};

/// Packets of a batch.
const BATCH_PACKETS: usize = 8192;

/// Batches of one file after the other, each with the columns asked for, in the schema's order.
pub struct Batches {
    paths: IntoIter<PathBuf>,
    columns: Vec<Column>,
    filter: Filter,
    batch_packets: usize,
    open: Option<(PathBuf, ParquetRecordBatchReader)>,
    failed: bool,
}

/// Reads files. Each is opened when its turn comes; what a crash or an attacker broke ends the iterator with an error that names it.
#[must_use]
pub fn read(paths: Vec<PathBuf>, columns: &[Column], filter: &Filter) -> Batches {
    Batches { paths: paths.into_iter(), columns: columns.to_vec(), filter: filter.clone(), batch_packets: BATCH_PACKETS, open: None, failed: false }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        self.failed |= matches!(next, Some(Err(_)));
        next
    }
}

impl Batches {
    /// In batches of so many packets.
    pub(super) fn of(self, batch_packets: usize) -> Self {
        Self { batch_packets, ..self }
    }

    /// The file that the last batch came of.
    pub(super) fn path(&self) -> &Path {
        self.open.as_ref().map_or(Path::new(""), |(path, _)| path)
    }

    fn advance(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        while !self.failed {
            if let Some((path, reader)) = &mut self.open
                && let Some(batch) = contained(path, || reader.next().transpose().map_err(|error| LakeError::parquet(path, error)))?
            {
                return Ok(Some(batch));
            }
            let Some(path) = self.paths.next() else { return Ok(None) };
            let reader = contained(&path, || open(&path, &self.columns, &self.filter, self.batch_packets))?;
            self.open = Some((path, reader));
        }
        Ok(None)
    }
}

/// parquet 59 asserts some of what a file says (that no offset is negative, for one): what it panics at is an error of the file like any other.
fn contained<T>(path: &Path, read: impl FnOnce() -> Result<T, LakeError>) -> Result<T, LakeError> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(LakeError::parquet(path, "what it says of itself cannot be")))
}

fn open(path: &Path, columns: &[Column], filter: &Filter, batch_packets: usize) -> Result<ParquetRecordBatchReader, LakeError> {
    let wrong = |error| LakeError::parquet(path, error);
    let file = File::open(path).map_err(|error| LakeError::io(path, &error))?;
    let metadata = metadata(path, &file)?;
    let looked_at = filter.columns();
    for column in columns.iter().chain(&looked_at) {
        if metadata.schema().field_with_name(column.name()).is_err() {
            return Err(LakeError::column(path, column.name()));
        }
    }
    let mask = |columns: &[Column]| ProjectionMask::columns(metadata.parquet_schema(), columns.iter().map(|column| column.name()));
    let (groups, selection) = prune(metadata.metadata(), metadata.schema(), filter).map_err(wrong)?;
    let (filter, path_of_filter) = (filter.clone(), path.to_owned());
    let predicate = ArrowPredicateFn::new(mask(&looked_at), move |batch| {
        filter.fits(&path_of_filter, &batch).map_err(|error| arrow_schema::ArrowError::ExternalError(Box::new(error)))
    });
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
        .with_batch_size(batch_packets)
        .with_projection(mask(columns))
        .with_row_groups(groups);
    if let Some(selection) = selection {
        builder = builder.with_row_selection(selection);
    }
    if !looked_at.is_empty() {
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
    }
    builder.build().map_err(wrong)
}

/// What a file says of itself. Its columns are read as our schema has them: the Arrow schema that Parquet files carry along is not looked at, because
/// arrow-ipc 59 panics at one that is broken.
fn metadata(path: &Path, file: &File) -> Result<ArrowReaderMetadata, LakeError> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional).with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::load(file, options.clone()).map_err(|error| LakeError::parquet(path, error))?;
    let ours = schema::packets();
    let fields = plain.schema().fields().iter().map(|field| match ours.field_with_name(field.name()) {
        Ok(own) if own.is_nullable() == field.is_nullable() => Ok(own.clone()),
        _ => Err(LakeError::column(path, field.name())),
    });
    let fields: Vec<Field> = fields.collect::<Result<_, _>>()?;
    let options = options.with_schema(Arc::new(Schema::new(fields)));
    // Every column is known; what does not fit is a type.
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(|error| LakeError::column(path, &error.to_string()))
}

type Pruned = (Vec<usize>, Option<RowSelection>);

/// The row groups that can hold what is asked for, and which of their packets, by pages.
fn prune(metadata: &Arc<ParquetMetaData>, schema: &SchemaRef, filter: &Filter) -> Result<Pruned, parquet::errors::ParquetError> {
    let columns = filter.columns();
    let statistics: Vec<(Column, StatisticsConverter<'_>)> = columns
        .into_iter()
        .filter(|column| Filter::prunes_by(*column))
        .map(|column| Ok((column, StatisticsConverter::try_new(column.name(), schema, metadata.file_metadata().schema_descr())?)))
        .collect::<Result<_, parquet::errors::ParquetError>>()?;
    let mut may: Vec<bool> = vec![true; metadata.num_row_groups()];
    for (column, converter) in &statistics {
        let least = converter.row_group_mins(metadata.row_groups())?;
        let greatest = converter.row_group_maxes(metadata.row_groups())?;
        for (group, may) in may.iter_mut().enumerate() {
            *may &= filter.may_hold(*column, numbers(&least, group).zip(numbers(&greatest, group)));
        }
    }
    let groups: Vec<usize> = may.iter().enumerate().filter_map(|(group, may)| may.then_some(group)).collect();
    let (Some(index), Some(offsets)) = (metadata.column_index(), metadata.offset_index()) else { return Ok((groups, None)) };
    let mut selection: Option<RowSelection> = None;
    for (column, converter) in &statistics {
        let least = converter.data_page_mins(index, offsets, &groups)?;
        let greatest = converter.data_page_maxes(index, offsets, &groups)?;
        let Some(rows) = converter.data_page_row_counts(offsets, metadata.row_groups(), &groups)? else { continue };
        let selectors: Vec<RowSelector> = rows
            .values()
            .iter()
            .enumerate()
            .map(|(page, rows)| {
                let rows = usize::try_from(*rows).unwrap_or_default();
                if filter.may_hold(*column, numbers(&least, page).zip(numbers(&greatest, page))) { RowSelector::select(rows) } else { RowSelector::skip(rows) }
            })
            .collect();
        let own = RowSelection::from(selectors);
        selection = Some(selection.map_or_else(|| own.clone(), |others| others.intersection(&own)));
    }
    Ok((groups, selection))
}

/// A statistic as a number; `None` when there is none.
fn numbers(array: &ArrayRef, place: usize) -> Option<i64> {
    if place >= array.len() || array.is_null(place) {
        return None;
    }
    match array.data_type() {
        DataType::Timestamp(..) => array.as_primitive_opt::<types::TimestampNanosecondType>().map(|array| array.value(place)),
        DataType::UInt16 => array.as_primitive_opt::<types::UInt16Type>().map(|array| i64::from(array.value(place))),
        DataType::UInt8 => array.as_primitive_opt::<types::UInt8Type>().map(|array| i64::from(array.value(place))),
        _ => None,
    }
}

/// How many packets of a file are looked at.
#[cfg(test)]
pub(super) fn selected(path: &Path, filter: &Filter) -> Result<usize, LakeError> {
    let file = File::open(path).map_err(|error| LakeError::io(path, &error))?;
    let metadata = metadata(path, &file)?;
    let (groups, selection) = prune(metadata.metadata(), metadata.schema(), filter).map_err(|error| LakeError::parquet(path, error))?;
    let all = groups.iter().map(|group| usize::try_from(metadata.metadata().row_group(*group).num_rows()).unwrap_or_default()).sum();
    Ok(selection.map_or(all, |selection| selection.row_count()))
}

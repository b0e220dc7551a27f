//! Batches to row groups of a file, each column by its own encoder.

use super::{keyed::KeyedColumn, properties::ROW_GROUP_PACKETS};
use crate::schema;
use arrow_array::RecordBatch;
use arrow_schema::DataType;
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves},
    },
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
};
use std::fs::File;

/// A file that is being written, row group by row group.
pub(super) struct Grouped {
    file: SerializedFileWriter<File>,
    factory: ArrowRowGroupWriterFactory,
    /// The columns of the row group that is being filled, and how many packets they hold.
    columns: Vec<Column>,
    packets: usize,
}

enum Column {
    Plain(Box<ArrowColumnWriter>),
    Keyed(Box<KeyedColumn>),
}

impl Grouped {
    pub(super) fn begin(file: File, properties: WriterProperties) -> Result<Self, ParquetError> {
        let options = ArrowWriterOptions::new().with_properties(properties);
        let (file, factory) = ArrowWriter::try_new_with_options(file, schema::packets(), options)?.into_serialized_writer()?;
        Ok(Self { file, factory, columns: Vec::new(), packets: 0 })
    }

    /// Takes a batch of at most a page.
    pub(super) fn batch(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        if self.columns.is_empty() {
            self.columns = self.begin_columns()?;
        }
        for ((column, array), field) in self.columns.iter_mut().zip(batch.columns()).zip(batch.schema_ref().fields()) {
            match column {
                Column::Plain(writer) => compute_leaves(field, array)?.iter().try_for_each(|leaf| writer.write(leaf))?,
                Column::Keyed(keyed) => keyed.page(array)?,
            }
        }
        self.packets += batch.num_rows();
        if self.packets >= ROW_GROUP_PACKETS { self.end_group() } else { Ok(()) }
    }

    /// Writes what is left, and the file's end.
    pub(super) fn finish(&mut self) -> Result<(), ParquetError> {
        self.end_group()?;
        self.file.finish().map(drop)
    }

    pub(super) fn file(&self) -> &File {
        self.file.inner()
    }

    fn begin_columns(&self) -> Result<Vec<Column>, ParquetError> {
        let writers = self.factory.create_column_writers(self.file.flushed_row_groups().len())?;
        let schema = schema::packets();
        let columns = writers.into_iter().zip(schema.fields()).zip(self.file.schema_descr().columns());
        Ok(columns
            .map(|((writer, field), description)| match field.data_type() {
                DataType::Dictionary(..) => Column::Keyed(Box::new(KeyedColumn::new(description.clone()))),
                _ => Column::Plain(Box::new(writer)),
            })
            .collect())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        self.packets = 0;
        if self.columns.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for column in self.columns.drain(..) {
            match column {
                Column::Plain(writer) => writer.close()?.append_to_row_group(&mut group)?,
                Column::Keyed(keyed) => keyed.append_to(&mut group)?,
            }
        }
        group.close().map(drop)
    }
}

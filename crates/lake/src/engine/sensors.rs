//! The table `sensors`, so that packets are asked by names, regions and addresses of those that recorded them.

use super::refused::{self, Refused};
use crate::schema::{SENSOR_COLUMNS, Sensor};
use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use datafusion::datasource::MemTable;
use std::sync::Arc;

pub(super) fn table(sensors: &[Sensor]) -> Result<MemTable, Refused> {
    let number = |of: fn(&Sensor) -> u32| Arc::new(UInt32Array::from_iter_values(sensors.iter().map(of))) as ArrayRef;
    // What is not known is null, as with packets.
    let text =
        |of: fn(&Sensor) -> &str| Arc::new(sensors.iter().map(|sensor| Some(of(sensor)).filter(|text| !text.is_empty())).collect::<StringArray>()) as ArrayRef;
    let values = [
        number(|sensor| sensor.number),
        text(|sensor| &sensor.name),
        text(|sensor| &sensor.organisation),
        text(|sensor| &sensor.region),
        text(|sensor| &sensor.country),
        number(|sensor| sensor.addresses),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(SENSOR_COLUMNS.iter().zip(values).map(|((name, _), values)| (*name, values, true)));
    let batch = batch.map_err(refused::failed)?;
    MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(refused::failed)
}

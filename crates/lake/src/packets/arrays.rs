//! From columns to a record batch: values are gathered in a given order; a column that no packet of the batch has costs next to nothing.

use super::{
    Fragment, Kind, PacketColumns, Tool,
    columns::{has, unpack},
};
use crate::schema;
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BinaryArray, DictionaryArray, FixedSizeBinaryArray, PrimitiveArray, RecordBatch, StringArray, new_null_array,
    types::{Int32Type, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type},
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType};
use std::sync::Arc;

/// Which of a batch's packets have something.
enum Presence {
    None,
    All,
    Some(NullBuffer),
}

/// Packets at some places, in that order.
struct Gather<'a> {
    columns: &'a PacketColumns,
    places: &'a [u32],
    has: Vec<u16>,
    /// What every packet has, and what at least one has.
    all: u16,
    any: u16,
}

impl PacketColumns {
    /// A batch of the packets at some places, in that order.
    pub(super) fn batch(&self, places: &[u32]) -> Result<RecordBatch, ArrowError> {
        let has: Vec<u16> = places.iter().map(|place| at(&self.has, *place)).collect();
        let (all, any) = has.iter().fold((u16::MAX, 0), |(all, any), has| (all & has, any | has));
        Gather { columns: self, places, has, all, any }.batch()
    }
}

#[inline]
fn at<T: Copy + Default>(column: &[T], place: u32) -> T {
    column.get(place as usize).copied().unwrap_or_default()
}

fn primitive<T: ArrowPrimitiveType>(values: Vec<T::Native>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(values.into(), nulls))
}

fn dictionary<'a>(keys: Vec<i32>, nulls: Option<NullBuffer>, values: impl IntoIterator<Item = &'a str>) -> Result<ArrayRef, ArrowError> {
    let values = StringArray::from_iter_values(values);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(PrimitiveArray::new(keys.into(), nulls), Arc::new(values))?))
}

fn text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

impl Gather<'_> {
    fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let c = self.columns;
        let arrays = vec![
            primitive_time(self.gather(&c.at_ns)),
            primitive::<UInt32Type>(self.gather(&c.sensor), None),
            self.with(self.presence(0, has::SOURCE_V6), |nulls| primitive::<UInt32Type>(self.gather(&c.source), nulls), &DataType::UInt32),
            self.wide(has::SOURCE_V6, &c.source),
            self.optional::<UInt32Type>(has::DESTINATION_V4, &c.destination),
            self.wide(has::DESTINATION_V6, &c.destination),
            primitive::<UInt8Type>(self.gather(&c.protocol), None),
            self.optional::<UInt16Type>(has::PORTS, &c.source_port),
            self.optional::<UInt16Type>(has::PORTS, &c.number),
            self.icmp(|[kind, _]| kind),
            self.icmp(|[_, code]| code),
            primitive::<UInt8Type>(self.gather(&c.ttl), None),
            self.optional::<UInt16Type>(has::IP_ID, &c.ip_id),
            self.fragment()?,
            self.optional::<UInt16Type>(has::TCP, &c.flags),
            self.optional::<UInt16Type>(has::TCP, &c.window),
            self.optional::<UInt32Type>(has::SEQUENCE, &c.sequence),
            self.optional::<UInt32Type>(has::TCP, &c.acknowledgment),
            self.options()?,
            primitive::<UInt32Type>(self.gather(&c.wire_bytes), None),
            self.payload()?,
            self.country()?,
            self.edition()?,
            self.optional::<UInt32Type>(has::ASN, &c.asn),
            dictionary(self.marks(|marks| unpack(marks).1 as i32), None, Tool::ALL.map(Tool::key))?,
            dictionary(self.marks(|marks| unpack(marks).2 as i32), None, Kind::ALL.map(Kind::key))?,
        ];
        RecordBatch::try_new(schema::packets(), arrays)
    }

    #[inline]
    fn gather<T: Copy + Default>(&self, column: &[T]) -> Vec<T> {
        self.places.iter().map(|place| at(column, *place)).collect()
    }

    /// Which packets have one bit, and lack another.
    fn presence(&self, bit: u16, lacks: u16) -> Presence {
        if self.all & lacks != 0 || (bit != 0 && self.any & bit == 0) {
            Presence::None
        } else if self.all & bit == bit && self.any & lacks == 0 {
            Presence::All
        } else {
            let mask = bit | lacks;
            let there = |place: usize| self.has.get(place).is_some_and(|has| has & mask == bit);
            Presence::Some(NullBuffer::new(BooleanBuffer::collect_bool(self.has.len(), there)))
        }
    }

    fn with(&self, presence: Presence, build: impl FnOnce(Option<NullBuffer>) -> ArrayRef, data_type: &DataType) -> ArrayRef {
        match presence {
            Presence::None => new_null_array(data_type, self.places.len()),
            Presence::All => build(None),
            Presence::Some(nulls) => build(Some(nulls)),
        }
    }

    fn optional<T: ArrowPrimitiveType>(&self, bit: u16, column: &[T::Native]) -> ArrayRef
    where
        T::Native: Default,
    {
        self.with(self.presence(bit, 0), |nulls| primitive::<T>(self.gather(column), nulls), &T::DATA_TYPE)
    }

    fn wide(&self, bit: u16, column: &[u32]) -> ArrayRef {
        let build = |nulls| {
            let mut bytes: Vec<u8> = Vec::with_capacity(self.places.len() * 16);
            for (place, has) in self.places.iter().zip(&self.has) {
                let address = if has & bit == 0 { [0; 16] } else { at(&self.columns.wide, at(column, *place)) };
                bytes.extend_from_slice(&address);
            }
            Arc::new(FixedSizeBinaryArray::new(16, Buffer::from_vec(bytes), nulls)) as ArrayRef
        };
        self.with(self.presence(bit, 0), build, &DataType::FixedSizeBinary(16))
    }

    fn icmp(&self, part: impl Fn([u8; 2]) -> u8) -> ArrayRef {
        let values = || self.places.iter().map(|place| part(at(&self.columns.number, *place).to_be_bytes())).collect();
        self.with(self.presence(has::ICMP, 0), |nulls| primitive::<UInt8Type>(values(), nulls), &DataType::UInt8)
    }

    fn marks(&self, part: impl Fn(u8) -> i32) -> Vec<i32> {
        self.places.iter().map(|place| part(at(&self.columns.marks, *place))).collect()
    }

    /// Keys of a dictionary column, or nulls all over.
    fn keyed<'a>(&self, bit: u16, keys: impl FnOnce() -> Vec<i32>, values: impl IntoIterator<Item = &'a str>) -> Result<ArrayRef, ArrowError> {
        match self.presence(bit, 0) {
            Presence::None => Ok(new_null_array(&text(), self.places.len())),
            Presence::All => dictionary(keys(), None, values),
            Presence::Some(nulls) => dictionary(keys(), Some(nulls), values),
        }
    }

    fn fragment(&self) -> Result<ArrayRef, ArrowError> {
        let keys = || self.marks(|marks| i32::from(unpack(marks).0 == Fragment::Later));
        self.keyed(has::FRAGMENT, keys, ["first", "later"])
    }

    fn options(&self) -> Result<ArrayRef, ArrowError> {
        if self.any & has::TCP == 0 {
            return Ok(new_null_array(&text(), self.places.len()));
        }
        let texts: Vec<String> = self.columns.option_sets.iter().map(ToString::to_string).collect();
        let keys = || self.places.iter().map(|place| i32::try_from(at(&self.columns.options, *place)).unwrap_or_default()).collect();
        self.keyed(has::TCP, keys, texts.iter().map(String::as_str))
    }

    fn country(&self) -> Result<ArrayRef, ArrowError> {
        /// Letters are capital: 26 by 26 places, and 0 for those that have none.
        const PLACES: usize = 26 * 26;
        let mut key_of = [-1_i32; PLACES];
        let mut names: Vec<String> = Vec::new();
        let keys: Vec<i32> = self
            .places
            .iter()
            .map(|place| {
                let [first, second] = at(&self.columns.country, *place);
                let slot = usize::from(first.wrapping_sub(b'A')) * 26 + usize::from(second.wrapping_sub(b'A'));
                match key_of.get_mut(slot) {
                    None => 0,
                    Some(key) => {
                        if *key < 0 {
                            *key = i32::try_from(names.len()).unwrap_or_default();
                            names.push(String::from_utf8_lossy(&[first, second]).into_owned());
                        }
                        *key
                    }
                }
            })
            .collect();
        self.keyed(has::COUNTRY, || keys, names.iter().map(String::as_str))
    }

    fn edition(&self) -> Result<ArrayRef, ArrowError> {
        let keys = || self.places.iter().map(|place| i32::try_from(at(&self.columns.edition, *place)).unwrap_or_default().saturating_sub(1).max(0)).collect();
        self.keyed(has::EDITION, keys, self.columns.editions.iter().map(|edition| &**edition))
    }

    fn payload(&self) -> Result<ArrayRef, ArrowError> {
        if self.any & has::PAYLOAD == 0 {
            return Ok(new_null_array(&DataType::Binary, self.places.len()));
        }
        let mut bytes = Vec::new();
        let mut lengths = Vec::with_capacity(self.places.len());
        for place in self.places {
            let (start, length) = at(&self.columns.payload, *place);
            let start = start as usize;
            bytes.extend_from_slice(self.columns.payload_bytes.get(start..start + usize::from(length)).unwrap_or_default());
            lengths.push(usize::from(length));
        }
        let nulls = match self.presence(has::PAYLOAD, 0) {
            Presence::Some(nulls) => Some(nulls),
            Presence::None | Presence::All => None,
        };
        Ok(Arc::new(BinaryArray::try_new(OffsetBuffer::from_lengths(lengths), Buffer::from_vec(bytes), nulls)?))
    }
}

fn primitive_time(values: Vec<i64>) -> ArrayRef {
    Arc::new(PrimitiveArray::<TimestampNanosecondType>::new(values.into(), None).with_timezone("UTC"))
}

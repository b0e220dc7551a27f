//! From packets to a record batch: values are gathered in a given order; a column that no packet of the batch has costs next to nothing.

use super::{
    Fragment, Kind, PacketBuffer, Tool,
    buffer::{Packed, has, unpack},
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

/// Packets at some places, in that order: brought together once, so that each column finds them near.
struct Gather<'a> {
    buffer: &'a PacketBuffer,
    places: &'a [u32],
    packets: Vec<Packed>,
    /// What every packet has, and what at least one has.
    all: u16,
    any: u16,
}

impl PacketBuffer {
    /// A batch of the packets at some places, in that order.
    pub(super) fn batch(&self, places: &[u32]) -> Result<RecordBatch, ArrowError> {
        let packets: Vec<Packed> = places.iter().map(|place| at(&self.packets, *place)).collect();
        let (all, any) = packets.iter().fold((u16::MAX, 0), |(all, any), packet| (all & packet.has, any | packet.has));
        Gather { buffer: self, places, packets, all, any }.batch()
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
        let arrays = vec![
            primitive_time(self.each(|packet| packet.at_ns)),
            primitive::<UInt32Type>(self.each(|packet| packet.sensor), None),
            self.with(self.presence(0, has::SOURCE_V6), |nulls| primitive::<UInt32Type>(self.each(|packet| packet.source), nulls), &DataType::UInt32),
            self.wide(has::SOURCE_V6, |packet| packet.source),
            self.optional::<UInt32Type>(has::DESTINATION_V4, |packet| packet.destination),
            self.wide(has::DESTINATION_V6, |packet| packet.destination),
            primitive::<UInt8Type>(self.each(|packet| packet.protocol), None),
            self.optional::<UInt16Type>(has::PORTS, |packet| packet.source_port),
            self.optional::<UInt16Type>(has::PORTS, |packet| packet.number),
            self.optional::<UInt8Type>(has::ICMP, |packet| packet.number.to_be_bytes()[0]),
            self.optional::<UInt8Type>(has::ICMP, |packet| packet.number.to_be_bytes()[1]),
            primitive::<UInt8Type>(self.each(|packet| packet.ttl), None),
            self.optional::<UInt16Type>(has::IP_ID, |packet| packet.ip_id),
            self.keyed(has::FRAGMENT, || self.each(|packet| i32::from(unpack(packet.marks).0 == Fragment::Later)), ["first", "later"])?,
            self.optional::<UInt16Type>(has::TCP, |packet| packet.flags),
            self.optional::<UInt16Type>(has::TCP, |packet| packet.window),
            self.optional::<UInt32Type>(has::SEQUENCE, |packet| packet.sequence),
            self.optional::<UInt32Type>(has::TCP, |packet| packet.acknowledgment),
            self.options()?,
            primitive::<UInt32Type>(self.each(|packet| packet.wire_bytes), None),
            self.payload()?,
            self.country()?,
            self.keyed(has::EDITION, || self.each(|packet| i32::from(packet.edition)), self.buffer.editions.iter().map(|edition| &**edition))?,
            self.optional::<UInt32Type>(has::ASN, |packet| packet.asn),
            dictionary(self.each(|packet| unpack(packet.marks).1 as i32), None, Tool::ALL.map(Tool::key))?,
            dictionary(self.each(|packet| unpack(packet.marks).2 as i32), None, Kind::ALL.map(Kind::key))?,
        ];
        RecordBatch::try_new(schema::packets(), arrays)
    }

    #[inline]
    fn each<T>(&self, value: impl Fn(&Packed) -> T) -> Vec<T> {
        self.packets.iter().map(value).collect()
    }

    /// Which packets have one bit, and lack another.
    fn presence(&self, bit: u16, lacks: u16) -> Presence {
        if self.all & lacks != 0 || (bit != 0 && self.any & bit == 0) {
            Presence::None
        } else if self.all & bit == bit && self.any & lacks == 0 {
            Presence::All
        } else {
            let mask = bit | lacks;
            let there = |place: usize| self.packets.get(place).is_some_and(|packet| packet.has & mask == bit);
            Presence::Some(NullBuffer::new(BooleanBuffer::collect_bool(self.packets.len(), there)))
        }
    }

    fn with(&self, presence: Presence, build: impl FnOnce(Option<NullBuffer>) -> ArrayRef, data_type: &DataType) -> ArrayRef {
        match presence {
            Presence::None => new_null_array(data_type, self.places.len()),
            Presence::All => build(None),
            Presence::Some(nulls) => build(Some(nulls)),
        }
    }

    fn optional<T: ArrowPrimitiveType>(&self, bit: u16, value: impl Fn(&Packed) -> T::Native) -> ArrayRef {
        self.with(self.presence(bit, 0), |nulls| primitive::<T>(self.each(value), nulls), &T::DATA_TYPE)
    }

    fn wide(&self, bit: u16, place: impl Fn(&Packed) -> u32) -> ArrayRef {
        let build = |nulls| {
            let address = |packet: &Packed| if packet.has & bit == 0 { [0; 16] } else { at(&self.buffer.wide, place(packet)) };
            let bytes: Vec<u8> = self.packets.iter().flat_map(address).collect();
            Arc::new(FixedSizeBinaryArray::new(16, Buffer::from_vec(bytes), nulls)) as ArrayRef
        };
        self.with(self.presence(bit, 0), build, &DataType::FixedSizeBinary(16))
    }

    /// Keys of a dictionary column, or nulls all over.
    fn keyed<'a>(&self, bit: u16, keys: impl FnOnce() -> Vec<i32>, values: impl IntoIterator<Item = &'a str>) -> Result<ArrayRef, ArrowError> {
        match self.presence(bit, 0) {
            Presence::None => Ok(new_null_array(&text(), self.places.len())),
            Presence::All => dictionary(keys(), None, values),
            Presence::Some(nulls) => dictionary(keys(), Some(nulls), values),
        }
    }

    fn options(&self) -> Result<ArrayRef, ArrowError> {
        if self.any & has::TCP == 0 {
            return Ok(new_null_array(&text(), self.places.len()));
        }
        let texts: Vec<String> = self.buffer.option_sets.iter().map(ToString::to_string).collect();
        self.keyed(has::TCP, || self.each(|packet| i32::try_from(packet.options).unwrap_or_default()), texts.iter().map(String::as_str))
    }

    fn country(&self) -> Result<ArrayRef, ArrowError> {
        /// Letters are capital: 26 by 26 places, and 0 for those that have none.
        const PLACES: usize = 26 * 26;
        let mut key_of = [-1_i32; PLACES];
        let mut names: Vec<String> = Vec::new();
        let keys: Vec<i32> = self
            .packets
            .iter()
            .map(|packet| {
                let [first, second] = packet.country;
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

    fn payload(&self) -> Result<ArrayRef, ArrowError> {
        if self.any & has::PAYLOAD == 0 {
            return Ok(new_null_array(&DataType::Binary, self.places.len()));
        }
        let mut bytes = Vec::new();
        let mut lengths = Vec::with_capacity(self.places.len());
        for place in self.places {
            let (start, length) = at(&self.buffer.payload, *place);
            let start = start as usize;
            bytes.extend_from_slice(self.buffer.payload_bytes.get(start..start + usize::from(length)).unwrap_or_default());
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

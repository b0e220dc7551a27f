//! Addresses in queries: shown as text, and made numbers of.

use arrow_array::{Array, ArrayRef, FixedSizeBinaryArray, StringArray, UInt32Array};
use arrow_schema::DataType;
use datafusion::{
    common::cast::{as_fixed_size_binary_array, as_string_array, as_uint32_array},
    error::{DataFusionError, Result},
    logical_expr::{ColumnarValue, Volatility, create_udf},
    prelude::SessionContext,
};
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

/// Makes both functions known.
pub(super) fn register(context: &SessionContext) {
    let both = vec![DataType::UInt32, DataType::FixedSizeBinary(16)];
    context.register_udf(create_udf("address", both, DataType::Utf8, Volatility::Immutable, Arc::new(address)));
    context.register_udf(create_udf("ipv4", vec![DataType::Utf8], DataType::UInt32, Volatility::Immutable, Arc::new(ipv4)));
}

/// `address(source_v4, source_v6)`: the one of the two that is there, as text.
fn address(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let [v4, v6] = arrays.as_slice() else { return Err(DataFusionError::Plan("address takes two columns".to_owned())) };
    let (v4, v6): (&UInt32Array, &FixedSizeBinaryArray) = (as_uint32_array(v4)?, as_fixed_size_binary_array(v6)?);
    let texts: StringArray = (0..v4.len())
        .map(|row| {
            if v4.is_valid(row) {
                return Some(Ipv4Addr::from(v4.value(row)).to_string());
            }
            let octets: [u8; 16] = v6.is_valid(row).then(|| v6.value(row).try_into().ok())??;
            Some(Ipv6Addr::from(octets).to_string())
        })
        .collect();
    Ok(ColumnarValue::Array(Arc::new(texts)))
}

/// `ipv4('192.0.2.1')`: the number; null when it is no address.
fn ipv4(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let [texts] = arrays.as_slice() else { return Err(DataFusionError::Plan("ipv4 takes one text".to_owned())) };
    let numbers: UInt32Array = as_string_array(texts)?.iter().map(|text| Some(u32::from(text?.parse::<Ipv4Addr>().ok()?))).collect();
    Ok(ColumnarValue::Array(Arc::new(numbers) as ArrayRef))
}

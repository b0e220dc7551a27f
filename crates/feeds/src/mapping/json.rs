//! JSON values, read by a mapping.

use super::{Details, Mapping, record::Plan};
use crate::{
    finding::Finding,
    json::{self, MOST_VALUE_BYTES, Values},
    row::Row,
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use serde_json::Value;
use std::{
    borrow::Cow,
    io::{self, Read},
};

/// Reads objects in bounded memory: the elements of an array, or one after the other in lines.
#[derive(Debug)]
pub struct JsonReader<R> {
    values: Option<Values<R>>,
    source: Option<R>,
    plan: Plan,
}

impl<R: Read> JsonReader<R> {
    /// Reads `source` by `mapping`; a time after `latest` (now and one day) is not believed.
    ///
    /// # Errors
    /// The [`Reason`] why the mapping cannot be used.
    pub fn new(source: R, mapping: &Mapping, latest: Moment) -> Result<Self, Reason> {
        Ok(Self { values: None, source: Some(source), plan: Plan::new(mapping, latest)? })
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        if let Some(source) = self.source.take() {
            self.values = Some(Values::new(source, MOST_VALUE_BYTES)?);
        }
        let Some(values) = &mut self.values else { return Ok(None) };
        let foreign = values.foreign.clone();
        let Some(raw) = values.next()? else { return Ok(None) };
        let plan = &self.plan;
        let content = foreign.map_or_else(|| json::value_of(&raw), Err).and_then(|value| finding(&value, plan));
        Ok(Some(Row::of(&raw, content.map_err(|reason| (None, reason)))))
    }
}

impl<R: Read> Iterator for JsonReader<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn finding(value: &Value, plan: &Plan) -> Result<Finding, Reason> {
    let Some(members) = value.as_object() else { return Err(no_object()) };
    let mapping = &plan.mapping;
    let text = |field: &str| Cow::Owned(at(value, field).map_or_else(String::new, text));
    let mut finding = plan.finding(text).map_err(|(field, reason)| named(field, reason))?;
    match &mapping.details {
        Details::None => {}
        Details::All => {
            let used: Vec<_> = mapping.fields().map(pointer).collect();
            let mut told = Vec::new();
            members.iter().for_each(|(name, value)| json::flatten(name, value, &mut told));
            told.retain(|(name, _)| !used.iter().any(|used| used.trim_start_matches('/').replace('/', ".") == *name));
            finding.details = told;
        }
        Details::Only(fields) => {
            for field in fields {
                if let Some(value) = at(value, field) {
                    json::flatten(field.trim_start_matches('/'), value, &mut finding.details);
                }
            }
        }
    }
    Ok(finding)
}

/// The member that a field names: by pointer, or at the top by its name.
fn at<'v>(value: &'v Value, field: &str) -> Option<&'v Value> {
    if field.starts_with('/') { value.pointer(field) } else { value.get(field) }
}

fn pointer(field: &str) -> Cow<'_, str> {
    if field.starts_with('/') { Cow::Borrowed(field) } else { Cow::Owned(format!("/{field}")) }
}

/// A member as text; of a list, its scalars with spaces between.
fn text(value: &Value) -> String {
    match value {
        Value::Array(elements) => elements.iter().filter_map(json::text_of).collect::<Vec<_>>().join(" "),
        scalar => json::text_of(scalar).unwrap_or_default(),
    }
}

/// A reason that says which field it is about, since an object has no columns.
fn named(field: Option<&str>, reason: Reason) -> Reason {
    let Some(field) = field else { return reason };
    let (ja, en) = (format!("{field}: {}", reason.text.ja), format!("{field}: {}", reason.text.en));
    Reason { text: noroshi_kernel::language::Bilingual::new(ja, en), ..reason }
}

pub(super) fn no_object() -> Reason {
    Reason::new(
        "json-object",
        "JSON のオブジェクトの配列か、1 行に 1 つのオブジェクトを渡してください。",
        "this is no JSON object; give an array of objects, or one object in every line",
    )
}

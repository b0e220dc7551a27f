//! SQL over the packets that the manifest names, for those who may ask it.
//!
//! What answers is many crates, which the program alone links and puts in ([`Engine`]); this desk says who may ask, and which files count.

use crate::{ObservationError, Observatory, service::registry, store};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
};
use noroshi_lake::schema::{Kind, Sensor};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};
use std::{future::Future, path::PathBuf, pin::Pin};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// One `SELECT` over the tables `packets` and `sensors`.
    pub sql: String,
    /// Only packets captured from here on and before there are in the table.
    pub span: Option<(Moment, Moment)>,
    /// The most rows of an answer.
    pub most_rows: usize,
    /// The most characters of a cell; what is beyond is cut off, with three dots in its place.
    pub most_chars: Option<usize>,
}

/// What is answered: text, for a reader. Times are in RFC 3339, bytes in hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for every column: nothing where there is null.
    pub rows: Vec<Vec<Option<String>>>,
    /// There are more rows than were asked for, or than an answer may hold.
    pub is_cut: bool,
}

impl Answer {
    /// The answer for programs: `columns`, `rows` with numbers and truths as such, `is_cut`.
    #[must_use]
    pub fn json(&self) -> Value {
        let cell = |(column, cell): (&Column, &Option<String>)| match cell {
            None => Value::Null,
            Some(text) => match column.kind {
                Kind::Number => text.parse::<Number>().ok().map(Value::Number),
                Kind::Truth => text.parse::<bool>().ok().map(Value::Bool),
                Kind::Text => None,
            }
            .unwrap_or_else(|| text.as_str().into()),
        };
        let rows: Vec<Value> = self.rows.iter().map(|row| self.columns.iter().zip(row).map(cell).collect()).collect();
        let columns: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        json!({ "columns": columns, "rows": rows, "is_cut": self.is_cut })
    }
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
}

/// An answer, some time later.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Reason>> + Send + 'a>>;

/// What answers SQL over files of packets: it reads them and nothing else, changes nothing, and knows how much time and memory a question may take.
pub trait Engine: Send + Sync {
    /// Answers a question over these files, of which there is at least one, and all sensors. Whoever drops the future wants no answer any more.
    fn answer(&self, files: Vec<PathBuf>, sensors: Vec<Sensor>, question: Question) -> Answering<'_>;
}

/// Answers a question. The files stay for ten minutes although others take their place meanwhile.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] by what the engine refuses, or when there are no packets in that time; when the database
/// cannot be reached or a file is not there.
pub async fn ask(place: &Observatory, actor: &Actor, engine: &dyn Engine, question: Question) -> Result<Answer, ObservationError> {
    actor.must_can(Action::AskPackets)?;
    let (from, to) = question.span.unwrap_or((Moment(i64::MIN), Moment(i64::MAX)));
    let names = store::files::within(&place.ledger, from.0, to.0).await?;
    if names.is_empty() {
        return Err(ObservationError::Refused(Reason::new(
            "sql-none",
            "この期間のパケットはありません。期間を変えるか、noroshi observe import でキャプチャーを取り込んでください。",
            "there are no packets in that time; choose another, or bring captures in with: noroshi observe import --sensor NAME PCAP",
        )));
    }
    let files = names.iter().map(|name| place.folder.find(name)).collect::<Result<_, _>>()?;
    let sensors = registry::list(&place.ledger, actor).await?.into_iter().map(known).collect();
    engine.answer(files, sensors, question).await.map_err(ObservationError::Refused)
}

/// A sensor as queries know it.
fn known(sensor: store::sensors::Sensor) -> Sensor {
    let store::sensors::Sensor { number, name, organisation, region, country, addresses, .. } = sensor;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Sensor { number: count(number), name, organisation, region, country, addresses: count(addresses) }
}

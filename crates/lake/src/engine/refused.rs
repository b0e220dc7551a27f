//! Why a query has no answer.

use arrow_schema::ArrowError;
use datafusion::error::DataFusionError;
use noroshi_kernel::reason::Reason;
use std::time::Duration;

/// A query that was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refused {
    /// What is wrong and what to do about it.
    pub reason: Reason,
    /// What the engine says, for the log: it may name files.
    pub detail: Option<String>,
}

impl Refused {
    /// It took longer than it may.
    #[must_use]
    pub fn time(most: Duration) -> Self {
        let seconds = most.as_secs_f64();
        refused(Reason::new(
            "sql-time",
            format!("{seconds} 秒以内に終わりませんでした。期間やポートを絞ってください。"),
            format!("it took longer than {seconds} seconds; narrow the time or name a port"),
        ))
    }

    /// It needs more memory than it may have.
    #[must_use]
    pub fn memory() -> Self {
        refused(Reason::new(
            "sql-memory",
            "メモリの上限を超えました。期間やポートを絞るか、集計する項目を減らしてください。",
            "it needs more memory than it may have; narrow the time, name a port, or group by less",
        ))
    }
}

fn refused(reason: Reason) -> Refused {
    Refused { reason, detail: None }
}

pub(super) fn too_long(most: usize) -> Refused {
    refused(Reason::new("sql-length", format!("SQL は {most} バイト以内で書いてください。"), format!("a query may be {most} bytes long")))
}

pub(super) fn too_deep(signs: usize, tables: usize) -> Refused {
    refused(Reason::new(
        "sql-depth",
        format!("SQL が複雑すぎます。SQL の語と演算子は {signs} 個、表は {tables} 個までです。値の並びには IN を使ってください。"),
        format!("it is too complex: {signs} words of SQL and operators, and {tables} tables are the most; use IN for lists of values"),
    ))
}

pub(super) fn join(most: usize) -> Refused {
    refused(Reason::new(
        "sql-join",
        format!("packets どうしの結合はできません。IN や EXISTS で書くか、{most} 行までの値の並びまたは 1 行の集計と結合してください。"),
        format!("packets are not joined with packets; write IN or EXISTS, or join with a list of at most {most} rows or a figure of one"),
    ))
}

pub(super) fn no_select() -> Refused {
    refused(Reason::new(
        "sql-select",
        "表 packets と sensors に対する SELECT 文を 1 つだけ書いてください。ほかの文は実行できません。",
        "only one SELECT over the tables packets and sensors is answered",
    ))
}

/// What cannot be answered for no fault of the query.
pub(super) fn failed(error: impl std::fmt::Display) -> Refused {
    let reason = Reason::new(
        "sql-failed",
        "ファイルを読み取れないなどの理由で実行できませんでした。管理者に連絡してください。",
        "it could not be answered, as when a file cannot be read; tell the administrator",
    );
    Refused { reason, detail: Some(error.to_string()) }
}

/// The engine's own errors, as far as they are the query's. What it says of values stands in the reason alone, which nobody logs.
pub(super) fn by(error: DataFusionError) -> Refused {
    let mistake = error.find_root().strip_backtrace().replace("datafusion.public.", "");
    let values = || {
        Reason::new(
            "sql-values",
            format!("値の型か内容が合いません: {mistake}"),
            format!("a value does not fit, or is of another type than is asked for: {mistake}"),
        )
    };
    let reason = match error.find_root() {
        DataFusionError::SQL(mistake, _) => Reason::new("sql-syntax", format!("SQL の書き方に誤りがあります: {mistake}"), format!("it is no SQL: {mistake}")),
        DataFusionError::NotImplemented(what) if what.contains("single SQL statement") => return no_select(),
        DataFusionError::SchemaError(..) | DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) => Reason::new(
            "sql-names",
            format!("表・列・関数の名前か型が正しくありません: {mistake}"),
            format!("a table, column or function is not known, or its type does not fit: {mistake}"),
        ),
        DataFusionError::ArrowError(inner, _) => match inner.as_ref() {
            ArrowError::CastError(_)
            | ArrowError::ComputeError(_)
            | ArrowError::DivideByZero
            | ArrowError::ArithmeticOverflow(_)
            | ArrowError::ParseError(_)
            | ArrowError::InvalidArgumentError(_) => values(),
            _ => return failed(error),
        },
        DataFusionError::Execution(_) => values(),
        // What the engine says of memory is not in the reason.
        DataFusionError::ResourcesExhausted(_) => return Refused { detail: Some(error.to_string()), ..Refused::memory() },
        _ => return failed(error),
    };
    refused(reason)
}

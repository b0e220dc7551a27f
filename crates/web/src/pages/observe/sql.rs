//! `GET` and `POST /observe/sql`: packets asked in SQL. The query comes in a form and stands in no address: it may name hosts, and a link must not set the
//! machine to work.

use super::{
    asked::{begin, moment, no_parameter, no_time, not_later, shown},
    download::{flat, written},
};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::{Parameters, chosen},
    reader::Person,
    sent::Fields,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use noroshi_document::number::grouped;
use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_lake::schema::{Column, Kind, SENSOR_COLUMNS};
use noroshi_observation::{
    ObservationError,
    sql::{self, Answer, Question},
};
use std::{str::FromStr, time::Instant};

/// The most rows on a page; files have ten times as many.
const ROWS_SHOWN: usize = 1_000;
/// The most characters of a cell on a page.
const CHARS_SHOWN: usize = 300;
/// The most rows of a file.
const ROWS_FILED: usize = 10_000;

/// Queries to begin with: key, whose name is a word, and text; `{zone}` is the team's.
const EXAMPLES: [(&str, &str); 5] = [
    (
        "ports",
        "SELECT protocol, destination_port, count(*) AS packets, count(DISTINCT source_v4) AS sources\n\
         FROM packets\nWHERE kind = 'scan'\nGROUP BY 1, 2\nORDER BY packets DESC\nLIMIT 20",
    ),
    (
        "sources",
        "SELECT address(source_v4, source_v6) AS source, country, asn, count(*) AS packets,\n       count(DISTINCT sensor) AS sensors, \
         min(captured_at) AS first, max(captured_at) AS last\n\
         FROM packets\nWHERE protocol = 6 AND destination_port = 22\nGROUP BY 1, 2, 3\nORDER BY sensors DESC, packets DESC\nLIMIT 50",
    ),
    (
        "sensors",
        "SELECT name, region, count(*) AS packets, count(DISTINCT source_v4) AS sources\n\
         FROM packets JOIN sensors USING (sensor)\nWHERE kind = 'scan'\nGROUP BY 1, 2\nORDER BY packets DESC",
    ),
    (
        "days",
        "SELECT date_trunc('day', captured_at AT TIME ZONE '{zone}') AS day, count(*) AS packets, count(DISTINCT source_v4) AS sources\n\
         FROM packets\nWHERE protocol = 6 AND destination_port = 445\nGROUP BY 1\nORDER BY 1",
    ),
    (
        "prints",
        "SELECT ttl, tcp_window, tcp_options, count(*) AS packets, count(DISTINCT source_v4) AS sources\n\
         FROM packets\nWHERE protocol = 6 AND tcp_flags = 2\nGROUP BY 1, 2, 3\nORDER BY packets DESC\nLIMIT 20",
    ),
];

/// The form, what stands in the table, and the answer.
#[derive(Template)]
#[template(path = "observe_sql.html")]
pub(crate) struct SqlPage {
    pub(crate) page: Page,
    pub(crate) sql: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Name and address.
    pub(crate) examples: Vec<(String, String)>,
    /// The tables by their names.
    pub(crate) tables: [(&'static str, Vec<ColumnShown>); 2],
    /// Why there is no answer.
    pub(crate) problem: Option<String>,
    pub(crate) answer: Option<Shown>,
}

/// A column of a table: its name, its type, and what it holds.
type ColumnShown = (&'static str, String, String);

/// An answer as it stands on the page.
pub(crate) struct Shown {
    pub(crate) answer: Answer,
    /// How many rows there are, and how long it took.
    pub(crate) caption: String,
}

impl Shown {
    /// The cells of a row, each with whether it is a number's.
    pub(crate) fn cells<'a>(&'a self, row: &'a [Option<String>]) -> impl Iterator<Item = (bool, Option<&'a str>)> {
        self.answer.columns.iter().zip(row).map(|(column, cell)| (column.kind == Kind::Number, cell.as_deref()))
    }
}

/// What is asked, as it stands in the form.
struct Asked {
    sql: String,
    from: String,
    to: String,
}

/// As what the answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Page,
    Csv,
    Json,
}

impl FromStr for Wanted {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "" | "page" => Ok(Self::Page),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// The page for packets of a time.
pub(super) fn href(web: &Web, from: Moment, to: Moment) -> String {
    let zone = &web.reckoning.zone;
    links::with(&links::with("/observe/sql", "from", &shown(zone, from)), "to", &shown(zone, to))
}

/// `GET /observe/sql`: asks nothing.
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    parameters.only(&["example", "from", "to"])?;
    let zone = &web.reckoning.zone;
    let sql = match parameters.get("example") {
        None => EXAMPLES.first().map(|(_, sql)| *sql),
        Some(key) => Some(EXAMPLES.iter().find(|(example, _)| *example == key).ok_or_else(|| no_parameter("example", key))?.1),
    };
    let time = |name: &str| parameters.get(name).map(|text| moment(zone, text).ok_or_else(|| no_parameter(name, text))).transpose();
    let to = time("to")?.unwrap_or_else(|| begin(zone, web.ledger.now(), 1));
    let from = time("from")?.unwrap_or_else(|| begin(zone, to, -7));
    let sql = sql.unwrap_or_default().replace("{zone}", zone.name());
    let asked = Asked { sql, from: shown(zone, from), to: shown(zone, to) };
    show(&web, &person, asked, None, None).await
}

/// `POST /observe/sql`
pub(crate) async fn post(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let wanted: Wanted = chosen("as", sent.field("as"))?;
    // A browser sends lines' ends as CR LF, and SQL tells places by lines.
    let asked = Asked { sql: sent.field("sql").replace("\r\n", "\n"), from: sent.field("from").to_owned(), to: sent.field("to").to_owned() };
    let words = Words::of(person.reader.language);
    let began = Instant::now();
    let answered = match question(&web, &asked, wanted) {
        Ok(question) => sql::ask(&web.observatory, &person.actor, web.sql.as_ref(), question).await,
        Err(reason) => Err(ObservationError::Refused(reason)),
    };
    let took_s = began.elapsed().as_secs_f64();
    match (answered.map_err(Failure::from), wanted) {
        (Ok(answer), Wanted::Page) => {
            let caption = caption(words, &answer, took_s);
            show(&web, &person, asked, None, Some(Shown { answer, caption })).await
        }
        (Ok(answer), Wanted::Csv) => Ok(file("csv", "text/csv; charset=utf-8", &answer, flat(answer.columns.iter().map(|column| &column.name), &answer.rows)?)),
        (Ok(answer), Wanted::Json) => Ok(file("json", "application/json", &answer, written(&answer.json())?)),
        (Err(Failure::Refused(reason)), _) => {
            let page = show(&web, &person, asked, Some(reason.get(words.language).to_owned()), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        (Err(failure), _) => Err(failure),
    }
}

fn question(web: &Web, asked: &Asked, wanted: Wanted) -> Result<Question, Reason> {
    if asked.sql.trim().is_empty() {
        return Err(Reason::new("sql-empty", "SQL を書いてください。", "write a query"));
    }
    let time = |text: &str| moment(&web.reckoning.zone, text).ok_or_else(no_time);
    let (from, to) = (time(&asked.from)?, time(&asked.to)?);
    if from >= to {
        return Err(not_later());
    }
    let (most_rows, most_chars) = if wanted == Wanted::Page { (ROWS_SHOWN, Some(CHARS_SHOWN)) } else { (ROWS_FILED, None) };
    Ok(Question { sql: asked.sql.clone(), span: Some((from, to)), most_rows, most_chars })
}

fn caption(words: Words, answer: &Answer, took_s: f64) -> String {
    let key = if answer.is_cut { "sql-rows-cut" } else { "sql-rows" };
    let count = i64::try_from(answer.rows.len()).unwrap_or(i64::MAX);
    words.with(key, &[("count", count.into()), ("rows", grouped(count).into()), ("seconds", format!("{took_s:.1}").into())])
}

async fn show(web: &Web, person: &Person, asked: Asked, problem: Option<String>, answer: Option<Shown>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let example = |(key, _): (&str, &str)| {
        let href = links::with(&links::with("/observe/sql", "example", key), "from", &asked.from);
        (words.say(&format!("sql-example-{key}")), links::with(&href, "to", &asked.to))
    };
    let column = |column: Column| {
        let described = column.describe();
        (described.name, described.data_type.to_string(), words.say(&format!("sql-column-{}", described.name)))
    };
    let of_sensors = |(name, kind): (&'static str, Kind)| {
        let data_type = if kind == Kind::Number { "UInt32" } else { "Utf8" };
        (name, data_type.to_owned(), words.say(&format!("sql-sensors-{name}")))
    };
    page::show(&SqlPage {
        page: Page::of(web, person, Desk::Observations, words.say("sql-title")).await?,
        examples: EXAMPLES.map(example).into(),
        tables: [("packets", Column::ALL.map(column).into()), ("sensors", SENSOR_COLUMNS.map(of_sensors).into())],
        problem,
        answer,
        sql: asked.sql,
        from: asked.from,
        to: asked.to,
    })
}

/// A file whose name says when it holds the first rows alone.
fn file(end: &str, kind: &'static str, answer: &Answer, body: String) -> Response {
    let first = if answer.is_cut { format!("-first-{}", answer.rows.len()) } else { String::new() };
    let name = format!("attachment; filename=\"packets{first}.{end}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response()
}

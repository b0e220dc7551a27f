//! `GET /observe`: what sensors saw, by any question, as a graph and its table; the link is the question.

mod asked;
pub(crate) mod download;
mod shown;
pub(crate) mod sql;

pub(crate) use shown::standpoint;

use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    web::Shared,
    words::Words,
};
use askama::Template;
use asked::{Asked, Show};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_kernel::access::Action;

/// What sensors saw.
#[derive(Template)]
#[template(path = "observe.html")]
pub(crate) struct ObservePage {
    pub(crate) page: Page,
    pub(crate) form: Form,
    /// Times that are asked for often: name, address, whether it is this one.
    pub(crate) times: Vec<(String, String, bool)>,
    /// The times beside this one.
    pub(crate) before: String,
    pub(crate) after: Option<String>,
    /// What is wrong with the question, when something is.
    pub(crate) problem: Option<String>,
    /// The graphs, each with its table, as the document crate writes them.
    pub(crate) graphs: Vec<Drawn>,
    /// The same for programs: name and address.
    pub(crate) downloads: Vec<(String, String)>,
    /// Where the packets of this time are asked in SQL, by whoever may.
    pub(crate) sql: Option<String>,
}

/// A graph as it stands on the page.
pub(crate) struct Drawn {
    pub(crate) chart: String,
    pub(crate) table: String,
    /// Whether its table is folded: one of ranks is read with the graph, one of days is looked up.
    pub(crate) is_folded: bool,
    /// What has to be said of it.
    pub(crate) notes: Vec<String>,
    /// Every value of the lines of ranks, whose own table tells the ranks.
    pub(crate) values: Option<String>,
}

/// The form's fields.
pub(crate) struct Form {
    /// Key, name, chosen.
    pub(crate) shows: Vec<(&'static str, String, bool)>,
    pub(crate) bys: Vec<(&'static str, String, bool)>,
    pub(crate) buckets: Vec<(&'static str, String, bool)>,
    pub(crate) port: String,
    pub(crate) country: String,
    pub(crate) tools: Vec<(&'static str, String, bool)>,
    pub(crate) network: String,
    /// Text, name, chosen.
    pub(crate) sensors: Vec<(String, String, bool)>,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Whether more than the plain fields is set.
    pub(crate) is_narrowed: bool,
}

/// `GET /observe`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(&parameters, &web)?;
    // What cannot be answered is said beside the question, which stays as it was put.
    let answered = match &asked.wrong {
        Some(wrong) => Err(Failure::Refused(wrong.reason.clone())),
        None => shown::drawn(&web, &person.actor, words, &asked).await,
    };
    let (graphs, problem) = match answered {
        Ok(graphs) => (graphs, None),
        Err(Failure::Refused(reason)) => (Vec::new(), Some(reason.text.get(words.language).to_owned())),
        Err(failure) => return Err(failure),
    };
    let has_answer = problem.is_none();
    let status = if has_answer { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let context = ObservePage {
        page: Page::of(&web, &person, Desk::Observations, words.say("observe-title")).await?,
        form: asked.form(&web, &person.actor, words).await?,
        times: asked.times(&web, words),
        before: asked.moved(-1).view.href(),
        after: Some(asked.moved(1)).filter(|after| after.view.from < web.ledger.now()).map(|after| after.view.href()),
        problem,
        graphs,
        downloads: if has_answer { downloads(&asked, words) } else { Vec::new() },
        sql: person.actor.can(Action::AskPackets).then(|| sql::href(&web, asked.view.from, asked.view.to)),
    };
    Ok((status, page::show(&context)?).into_response())
}

fn downloads(asked: &Asked, words: Words) -> Vec<(String, String)> {
    let query = asked.view.href();
    let query = query.split_once('?').map_or("", |(_, query)| query);
    let files: &[(&str, &str)] = match asked.show {
        Show::Sources => &[("download-csv", "graph.csv"), ("download-json", "graph.json")],
        Show::Ranks => &[
            ("download-csv-ranks", "graph.csv"),
            ("download-csv-points", "points.csv"),
            ("download-json", "graph.json"),
            ("download-svg", "graph.svg"),
            ("download-png", "graph.png"),
        ],
        _ => &[("download-csv", "graph.csv"), ("download-json", "graph.json"), ("download-svg", "graph.svg"), ("download-png", "graph.png")],
    };
    files.iter().map(|(key, file)| (words.say(key), format!("/observe/{file}?{query}"))).collect()
}

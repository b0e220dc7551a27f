//! The answer, drawn.

use super::{
    Drawn,
    asked::{Asked, Show},
};
use crate::{failure::Failure, times::Time, web::Web, words::Words};
use noroshi_document::{
    chart::Chart,
    heat::Heat,
    html,
    model::Block,
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_observation::{
    ask::{Countries, Standpoint},
    ranks::{self, Ranks},
    series::{self, Bucket, Series},
    sources::{self, Sources},
    top::{self, By},
};
use noroshi_reporting::{
    Words as ReportWords,
    graph::{self, Hand, Line, Sides, View},
};
use std::ops::RangeInclusive;

/// The ports of a heat map.
const HEAT_ROWS: usize = 20;
/// The sources of a list.
const MOST_SOURCES: usize = 100;

/// An answer before it is written.
enum Answer {
    Graph(Box<graph::Graph>, bool),
    /// With every value of the lines.
    Ranks(Box<graph::Graph>, Box<Table>),
    Heat(Box<(Heat, Table)>),
    Table(Box<Table>),
    Sources(Box<Sources>),
}

/// The standpoint of the team.
pub(crate) fn standpoint(web: &Web) -> Standpoint<'_> {
    Standpoint { zone: &web.reckoning.zone, home: &web.reckoning.home }
}

/// The graphs of a question, written.
pub(super) async fn drawn(web: &Web, actor: &Actor, words: Words, asked: &Asked) -> Result<Vec<Drawn>, Failure> {
    let language = words.language;
    // What has to be said of a graph is not folded away with its table; what its dashes mean is.
    let of_dashes = ReportWords(language).get("graph-note-gap");
    let written = |chart: Option<Block>, mut table: Table, is_folded| Drawn {
        notes: table.notes.extract_if(.., |note| is_folded && *note != of_dashes).collect(),
        chart: chart.map(|chart| html::blocks(&[chart], language)).unwrap_or_default(),
        table: html::blocks(&[Block::Table(table)], language),
        is_folded,
        values: None,
    };
    let answers = answers(web, actor, words, asked).await?.into_iter().map(|answer| match answer {
        Answer::Graph(graph, is_folded) => written(Some(Block::Chart(graph.chart)), graph.table, is_folded),
        Answer::Ranks(graph, values) => {
            let values = Some(html::blocks(&[Block::Table(*values)], language));
            Drawn { values, ..written(Some(Block::Chart(graph.chart)), graph.table, false) }
        }
        Answer::Heat(pair) => written(Some(Block::Heat(pair.0)), pair.1, true),
        Answer::Table(table) => written(None, *table, false),
        Answer::Sources(sources) => {
            // Of a long list nobody reads the end first.
            let mut table = source_table(web, words, &sources, asked.view.from);
            Drawn { notes: std::mem::take(&mut table.notes), ..written(None, table, false) }
        }
    });
    Ok(answers.collect())
}

/// The first chart of a question, for a file; none where a list answers it.
pub(super) async fn chart(web: &Web, actor: &Actor, words: Words, asked: &Asked) -> Result<Option<Picture>, Failure> {
    if asked.show == Show::Sources {
        return Ok(None);
    }
    let first = answers(web, actor, words, asked).await?.into_iter().next();
    Ok(first.and_then(|answer| match answer {
        Answer::Graph(graph, _) | Answer::Ranks(graph, _) => Some(Picture::Chart(Box::new(graph.chart))),
        Answer::Heat(pair) => Some(Picture::Heat(Box::new(pair.0))),
        Answer::Table(_) | Answer::Sources(_) => None,
    }))
}

/// What can be a file of its own.
pub(super) enum Picture {
    Chart(Box<Chart>),
    Heat(Box<Heat>),
}

async fn answers(web: &Web, actor: &Actor, words: Words, asked: &Asked) -> Result<Vec<Answer>, Failure> {
    let hand = Hand { words: ReportWords(words.language), zone: &web.reckoning.zone };
    let context = Context { web, actor, hand, view: &asked.view };
    match asked.show {
        Show::Ranks => context.ranks().await,
        Show::Series => context.through_time().await,
        Show::Distinct => context.distinct().await,
        Show::Weeks => context.weeks().await,
        Show::Origins => context.sides(Sides::Sources).await,
        Show::Sides => context.sides(Sides::Sensors).await,
        Show::Sources => Ok(vec![Answer::Sources(Box::new(asked_sources(web, actor, &asked.view, MOST_SOURCES).await?))]),
    }
}

/// The ranking of a question.
pub(super) async fn ranking(web: &Web, actor: &Actor, view: &View, limit: usize) -> Result<top::Ranking, Failure> {
    let question = top::Question { by: view.by, selection: view.selection.clone(), from: view.from, to: view.to, limit };
    Ok(top::top(&web.observatory, actor, standpoint(web), &question).await?)
}

/// The sources of a question.
pub(super) async fn asked_sources(web: &Web, actor: &Actor, view: &View, limit: usize) -> Result<Sources, Failure> {
    let question = sources::Question { selection: view.selection.clone(), from: view.from, to: view.to, limit };
    Ok(sources::sources(&web.observatory, actor, standpoint(web), &question).await?)
}

/// The ranks of a question.
pub(super) async fn asked_ranks(web: &Web, actor: &Actor, view: &View, last: usize) -> Result<Ranks, Failure> {
    let length = view.to.0 - view.from.0;
    let before = Some((Moment(view.from.0.saturating_sub(length)), view.from));
    let question = ranks::Question { before, ..question(view, 1..=last) };
    Ok(ranks::ranks(&web.observatory, actor, standpoint(web), &question).await?)
}

fn question(view: &View, ranks: RangeInclusive<usize>) -> ranks::Question {
    ranks::Question { by: view.by, selection: view.selection.clone(), from: view.from, to: view.to, before: None, ranks, bucket: view.bucket }
}

/// Ranks by the week.
pub(super) async fn asked_weeks(web: &Web, actor: &Actor, view: &View) -> Result<Ranks, Failure> {
    let question = ranks::Question { bucket: Bucket::Week, ..question(view, 1..=HEAT_ROWS) };
    Ok(ranks::ranks(&web.observatory, actor, standpoint(web), &question).await?)
}

/// What home comes to, and what abroad does.
pub(super) async fn asked_sides(web: &Web, actor: &Actor, view: &View, sides: Sides) -> Result<[Series; 2], Failure> {
    let ([home, abroad], [home_key, abroad_key]) = (sides.selections(&view.selection)?, Sides::KEYS);
    let of = async |key: &str, selection| Ok::<_, Failure>(Series { key: key.to_owned(), ..asked_packets(web, actor, &view.series(selection)).await? });
    Ok([of(home_key, home).await?, of(abroad_key, abroad).await?])
}

/// A selection through time, with sources where sums tell them.
async fn asked_packets(web: &Web, actor: &Actor, view: &View) -> Result<Series, Failure> {
    let question = series::Question { selection: view.selection.clone(), from: view.from, to: view.to, bucket: view.bucket };
    Ok(series::packets(&web.observatory, actor, standpoint(web), &question).await?)
}

/// A selection through time.
pub(super) async fn asked_series(web: &Web, actor: &Actor, view: &View) -> Result<Series, Failure> {
    let question = series::Question { selection: view.selection.clone(), from: view.from, to: view.to, bucket: view.bucket };
    Ok(series::series(&web.observatory, actor, standpoint(web), &question).await?)
}

struct Context<'a> {
    web: &'a Web,
    actor: &'a Actor,
    hand: Hand<'a>,
    view: &'a View,
}

impl Context<'_> {
    fn window(&self) -> (Moment, Moment) {
        (self.view.from, self.view.to)
    }

    async fn ranks(&self) -> Result<Vec<Answer>, Failure> {
        let all = asked_ranks(self.web, self.actor, self.view, 10).await?;
        let mut graphs = Vec::new();
        for (id, ranks) in [("top", 1..=5), ("next", 6..=10)] {
            let rows: Vec<_> = all.rows.iter().filter(|row| ranks.contains(&row.rank)).cloned().collect();
            // The first is drawn even when there is nothing, and says so.
            if !rows.is_empty() || graphs.is_empty() {
                let title = graph::title(self.hand, self.view.by, &ranks, &self.view.selection, self.window());
                let part = Ranks { rows, ..all.clone() };
                let values = graph::values(self.hand, &format!("{id}-values"), &title, &part, self.view.by);
                graphs.push(Answer::Ranks(Box::new(graph::ranks(self.hand, (id, &title), &part, self.view)?), Box::new(values)));
            }
        }
        Ok(graphs)
    }

    async fn through_time(&self) -> Result<Vec<Answer>, Failure> {
        let series = asked_series(self.web, self.actor, self.view).await?;
        let name = graph::selected(self.hand.words, &self.view.selection);
        let title = graph::titled(self.hand, &name, self.window());
        let line = Line { name, series: &series, view: None };
        let mut graphs = vec![Answer::Graph(Box::new(graph::through_time(self.hand, "series", &title, &line)?), true)];
        // Who asks for a port wants to know from where, and who saw it.
        for by in [By::Country, By::Port, By::Sensor] {
            let told = match by {
                By::Country => self.view.selection.countries != Countries::Any,
                By::Port => self.view.selection.service.is_some(),
                _ => false,
            };
            if !told {
                match ranking(self.web, self.actor, &View { by, ..self.view.clone() }, 10).await {
                    Ok(ranking) => graphs.push(self.beside(by, ranking)),
                    // What cannot be told apart any more is left out: the line above stands.
                    Err(Failure::Refused(_)) => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        Ok(graphs)
    }

    async fn distinct(&self) -> Result<Vec<Answer>, Failure> {
        let series = asked_series(self.web, self.actor, self.view).await?;
        let name = graph::selected(self.hand.words, &self.view.selection);
        let title = graph::title_of_distinct(self.hand, &self.view.selection, self.window());
        let line = Line { name, series: &series, view: None };
        Ok(vec![Answer::Graph(Box::new(graph::distinct(self.hand, "distinct", &title, &line)?), true)])
    }

    /// A ranking as a table of its own, without a graph.
    fn beside(&self, by: By, mut ranking: top::Ranking) -> Answer {
        let rows = std::mem::take(&mut ranking.rows);
        let row = |(rank, row)| ranks::Ranked { rank, row, previous_rank: None, previous: None, series: None };
        let ranks = Ranks { ranking, before: None, rows: (1..).zip(rows).map(row).collect() };
        let view = View { by, ..self.view.clone() };
        let title = graph::title(self.hand, by, &(1..=10), &self.view.selection, self.window());
        Answer::Table(Box::new(graph::table(self.hand, (by.key(), &title), &ranks, &view)))
    }

    async fn weeks(&self) -> Result<Vec<Answer>, Failure> {
        let ranks = asked_weeks(self.web, self.actor, self.view).await?;
        let title = graph::title_of_weeks(self.hand, self.view.by, &self.view.selection, self.window());
        Ok(vec![Answer::Heat(Box::new(graph::weeks(self.hand, ("weeks", &title), &ranks, self.view)?))])
    }

    async fn sides(&self, sides: Sides) -> Result<Vec<Answer>, Failure> {
        let [home, abroad] = asked_sides(self.web, self.actor, self.view, sides).await?;
        let title = graph::title_of_sides(self.hand, sides, &self.view.selection, self.window());
        let graph = graph::home_beside_abroad(self.hand, (self.view.show, &title), sides, [&home, &abroad], self.view)?;
        Ok(vec![Answer::Graph(Box::new(graph), true)])
    }
}

fn source_table(web: &Web, words: Words, sources: &Sources, asked_from: Moment) -> Table {
    let (now, zone) = (web.ledger.now(), &web.reckoning.zone);
    let time = |text: &str| text.parse::<jiff::Timestamp>().map_or_else(|_| text.to_owned(), |at| Time::of(Moment::from(at), now, zone, words).shown());
    let count = |count: u64| Cell::Text(number::grouped(i64::try_from(count).unwrap_or(i64::MAX)));
    let row = |source: &sources::Source| {
        let mut most: Vec<String> = source.most.iter().map(|key| graph::name(ReportWords(words.language), By::Port, key)).collect();
        most.extend((source.services > source.most.len() as u64).then(|| "\u{2026}".to_owned()));
        Row::named(
            source.address.clone(),
            [
                Cell::Text(source.country.clone().unwrap_or_else(|| words.say("observe-unknown"))),
                count(source.packets),
                Cell::Text(most.join(", ")),
                count(source.services),
                count(source.sensors),
                Cell::Text(source.tools.join(", ")),
                Cell::Text(time(&source.first)),
                Cell::Text(time(&source.last)),
            ],
        )
    };
    let right = |key: &str| Column::right(words.say(key));
    let left = |key: &str| Column::left(words.say(key));
    Table {
        id: "sources".into(),
        title: words.with(
            "observe-sources",
            &[
                ("sources", number::grouped(i64::try_from(sources.sources).unwrap_or(i64::MAX)).into()),
                ("packets", number::grouped(i64::try_from(sources.packets).unwrap_or(i64::MAX)).into()),
            ],
        ),
        columns: vec![
            left("observe-column-source"),
            left("observe-column-country"),
            right("observe-column-packets"),
            left("observe-column-most"),
            right("observe-column-services"),
            right("observe-column-sensors"),
            left("observe-column-tools"),
            left("observe-column-first"),
            left("observe-column-last"),
        ],
        rows: sources.rows.iter().map(row).collect(),
        unit: None,
        total: None,
        notes: (sources.from != asked_from.rfc3339() && sources.from != sources.to)
            .then(|| words.about("observe-note-from", &time(&sources.from)))
            .into_iter()
            .chain([words.say("observe-note-sources")])
            .collect(),
        empty: Some(words.say(if sources.from == sources.to { "observe-gone" } else { "observe-none" })),
    }
}

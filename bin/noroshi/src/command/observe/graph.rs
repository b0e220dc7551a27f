//! `noroshi observe graph`

use super::{asked, standpoint};
use crate::{
    Done,
    arguments::{Graph, Ranks, Show},
    platform::Platform,
    printing::Printing,
};
use anyhow::Context as _;
use noroshi_document::{chart::Chart, heat::Heat, press::Press as _, svg};
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    Observatory,
    ask::Selection,
    ranks::{self, of_key},
    series::{self, Series},
    top,
};
use noroshi_reporting::{
    Words,
    graph::{self, Hand, Line, Sides, View},
};
use std::ops::RangeInclusive;

/// So many lines can be told apart.
const MOST_LINES: usize = 5;

/// A question that is drawn.
struct Asked<'a> {
    platform: &'a Platform,
    place: &'a Observatory,
    hand: Hand<'a>,
    view: View,
}

/// What is drawn.
enum Picture {
    Chart(Box<Chart>),
    Heat(Box<Heat>),
}

pub(super) async fn run(platform: &Platform, place: &Observatory, graph: Graph) -> anyhow::Result<Done> {
    let is_png = graph.out.extension().is_some_and(|extension| extension == "png");
    if !is_png && graph.out.extension().is_none_or(|extension| extension != "svg") {
        eprintln!("noroshi: --out is written as SVG or PNG; give it a name that ends with .svg or .png");
        return Ok(Done::WrongUsage);
    }
    if let Some(why) = pointless(&graph) {
        eprintln!("noroshi: {why}");
        return Ok(Done::WrongUsage);
    }
    let Some((selection, (from, to))) = asked(platform, &graph.which, &graph.window) else { return Ok(Done::WrongUsage) };
    let hand = Hand { words: Words(graph.lang), zone: &platform.reckoning.zone };
    let view = View {
        show: "ranks",
        by: graph.by.map_or(top::By::Port, Into::into),
        selection,
        from,
        to,
        bucket: graph.bucket.map_or(series::Bucket::Day, Into::into),
    };
    let asked = Asked { platform, place, hand, view };
    let picture = match graph.show {
        Show::Lines if graph.key.is_empty() => asked.of_ranks(graph.ranks).await?,
        Show::Lines => asked.of_keys(&graph.key).await?,
        Show::Distinct => Some(asked.of_sources().await?),
        Show::Weeks => Some(asked.of_weeks(graph.ranks).await?),
        Show::Origins => Some(asked.of_sides(Sides::Sources).await?),
        Show::Sides => Some(asked.of_sides(Sides::Sensors).await?),
    };
    let Some(picture) = picture else { return Ok(Done::WrongUsage) };
    let drawn = match (picture, is_png) {
        (Picture::Chart(chart), false) => svg::standalone(&*chart, graph.lang).into_bytes(),
        (Picture::Heat(heat), false) => svg::standalone(&*heat, graph.lang).into_bytes(),
        (Picture::Chart(chart), true) => png(&svg::printed(&*chart, graph.lang))?,
        (Picture::Heat(heat), true) => png(&svg::printed(&*heat, graph.lang))?,
    };
    std::fs::write(&graph.out, drawn).with_context(|| graph.out.display().to_string())?;
    Ok(Done::Whole)
}

/// What is said about an option that this graph would not heed.
fn pointless(graph: &Graph) -> Option<&'static str> {
    match graph.show {
        Show::Lines => None,
        _ if !graph.key.is_empty() => Some("--key draws lines of packets; narrow other graphs with --port, --country, --sensors, --tool or --network"),
        Show::Weeks => graph.bucket.map(|_| "a heat map is of weeks; leave --bucket out"),
        Show::Distinct | Show::Origins | Show::Sides => {
            (graph.by.is_some() || graph.ranks.is_some()).then_some("--by and --ranks are for lines and weeks; leave them out")
        }
    }
}

fn png(drawn: &str) -> anyhow::Result<Vec<u8>> {
    Printing.png(drawn).map_err(|reason| anyhow::anyhow!("{reason}"))
}

impl Asked<'_> {
    fn window(&self) -> (Moment, Moment) {
        (self.view.from, self.view.to)
    }

    async fn ranks(&self, ranks: RangeInclusive<usize>, bucket: series::Bucket) -> anyhow::Result<ranks::Ranks> {
        let View { by, selection, from, to, .. } = self.view.clone();
        let question = ranks::Question { by, selection, from, to, before: None, ranks, bucket };
        Ok(ranks::ranks(self.place, &Platform::local_administrator(), standpoint(self.platform), &question).await?)
    }

    /// With sources where sums tell them.
    async fn packets(&self, selection: Selection) -> anyhow::Result<Series> {
        let question = series::Question { selection, from: self.view.from, to: self.view.to, bucket: self.view.bucket };
        Ok(series::packets(self.place, &Platform::local_administrator(), standpoint(self.platform), &question).await?)
    }

    async fn series(&self, selection: Selection) -> anyhow::Result<Series> {
        let question = series::Question { selection, from: self.view.from, to: self.view.to, bucket: self.view.bucket };
        Ok(series::series(self.place, &Platform::local_administrator(), standpoint(self.platform), &question).await?)
    }

    async fn of_ranks(&self, ranks: Option<Ranks>) -> anyhow::Result<Option<Picture>> {
        let asked = ranks.map_or(1..=5, |ranks| ranks.first..=ranks.last);
        if asked.clone().count() > MOST_LINES {
            eprintln!("noroshi: {MOST_LINES} lines can be told apart; ask for fewer ranks, or for --show weeks");
            return Ok(None);
        }
        let title = graph::title(self.hand, self.view.by, &asked, &self.view.selection, self.window());
        let ranks = self.ranks(asked, self.view.bucket).await?;
        Ok(Some(Picture::Chart(Box::new(graph::ranks(self.hand, ("graph", &title), &ranks, &self.view)?.chart))))
    }

    async fn of_sources(&self) -> anyhow::Result<Picture> {
        let series = self.series(self.view.selection.clone()).await?;
        let name = graph::selected(self.hand.words, &self.view.selection);
        let title = graph::title_of_distinct(self.hand, &self.view.selection, self.window());
        let line = Line { name, series: &series, view: None };
        Ok(Picture::Chart(Box::new(graph::distinct(self.hand, "graph", &title, &line)?.chart)))
    }

    async fn of_weeks(&self, ranks: Option<Ranks>) -> anyhow::Result<Picture> {
        let ranks = self.ranks(ranks.map_or(1..=20, |ranks| ranks.first..=ranks.last), series::Bucket::Week).await?;
        let title = graph::title_of_weeks(self.hand, self.view.by, &self.view.selection, self.window());
        Ok(Picture::Heat(Box::new(graph::weeks(self.hand, ("graph", &title), &ranks, &self.view)?.0)))
    }

    async fn of_sides(&self, sides: Sides) -> anyhow::Result<Picture> {
        let [home, abroad] = sides.selections(&self.view.selection)?;
        let (home, abroad) = (self.packets(home).await?, self.packets(abroad).await?);
        let title = graph::title_of_sides(self.hand, sides, &self.view.selection, self.window());
        let drawn = graph::home_beside_abroad(self.hand, ("graph", &title), sides, [&home, &abroad], &self.view)?;
        Ok(Picture::Chart(Box::new(drawn.chart)))
    }

    async fn of_keys(&self, keys: &[String]) -> anyhow::Result<Option<Picture>> {
        let mut counted = Vec::new();
        for key in keys {
            let Some(selection) = of_key(self.view.by, &self.view.selection, key) else {
                eprintln!("noroshi: --key {key:?} is no {}", self.view.by.key());
                return Ok(None);
            };
            counted.push((graph::name(self.hand.words, self.view.by, key), self.packets(selection).await?));
        }
        let lines: Vec<Line<'_>> = counted.iter().map(|(name, series)| Line { name: name.clone(), series, view: None }).collect();
        let names: Vec<&str> = counted.iter().map(|(name, _)| name.as_str()).collect();
        let title = graph::titled(self.hand, &names.join(", "), self.window());
        Ok(Some(Picture::Chart(Box::new(graph::lines(self.hand, ("graph", &title, ""), &lines)?))))
    }
}

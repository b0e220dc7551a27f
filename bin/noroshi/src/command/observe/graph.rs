//! `noroshi observe graph`

use super::{asked, standpoint};
use crate::{Done, arguments::Graph, platform::Platform, printing::Printing};
use anyhow::Context as _;
use noroshi_document::{chart::Chart, press::Press as _, svg};
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    Observatory,
    ask::Selection,
    ranks::{self, of_key},
    series,
    top::By,
};
use noroshi_reporting::{
    Words,
    graph::{self, Hand, Line, View},
};

/// What is drawn.
struct Drawn<'a> {
    by: By,
    bucket: series::Bucket,
    selection: Selection,
    window: (Moment, Moment),
    graph: &'a Graph,
}

pub(super) async fn run(platform: &Platform, place: &Observatory, graph: Graph) -> anyhow::Result<Done> {
    let is_png = graph.out.extension().is_some_and(|extension| extension == "png");
    if !is_png && graph.out.extension().is_none_or(|extension| extension != "svg") {
        eprintln!("noroshi: --out is written as SVG or PNG; give it a name that ends with .svg or .png");
        return Ok(Done::WrongUsage);
    }
    let Some((selection, window)) = asked(platform, &graph.which, &graph.window) else { return Ok(Done::WrongUsage) };
    let drawn = Drawn { by: graph.by.into(), bucket: graph.bucket.into(), selection, window, graph: &graph };
    let chart = if graph.key.is_empty() { of_ranks(platform, place, &drawn).await? } else { of_keys(platform, place, &drawn).await? };
    let Some(chart) = chart else { return Ok(Done::WrongUsage) };
    let drawn = if is_png {
        Printing.png(&svg::printed(&chart, graph.lang)).map_err(|reason| anyhow::anyhow!("{reason}"))?
    } else {
        svg::standalone(&chart, graph.lang).into_bytes()
    };
    std::fs::write(&graph.out, drawn).with_context(|| graph.out.display().to_string())?;
    Ok(Done::Whole)
}

async fn of_ranks(platform: &Platform, place: &Observatory, drawn: &Drawn<'_>) -> anyhow::Result<Option<Chart>> {
    let hand = Hand { words: Words(drawn.graph.lang), zone: &platform.reckoning.zone };
    let (from, to) = drawn.window;
    let (first, last) = (drawn.graph.ranks.first, drawn.graph.ranks.last);
    let question = ranks::Question { by: drawn.by, selection: drawn.selection.clone(), from, to, before: None, ranks: first..=last, bucket: drawn.bucket };
    let ranks = ranks::ranks(place, &Platform::local_administrator(), standpoint(platform), &question).await?;
    let view = View { show: "ranks", by: drawn.by, selection: drawn.selection.clone(), from, to, bucket: drawn.bucket };
    let title = graph::title(hand, drawn.by, &(first..=last), drawn.window);
    Ok(Some(graph::ranks(hand, ("graph", &title), &ranks, &view)?.chart))
}

async fn of_keys(platform: &Platform, place: &Observatory, drawn: &Drawn<'_>) -> anyhow::Result<Option<Chart>> {
    let hand = Hand { words: Words(drawn.graph.lang), zone: &platform.reckoning.zone };
    let ((from, to), mut counted) = (drawn.window, Vec::new());
    for key in &drawn.graph.key {
        let Some(selection) = of_key(drawn.by, &drawn.selection, key) else {
            eprintln!("noroshi: --key {key:?} is no {}", drawn.by.key());
            return Ok(None);
        };
        let question = series::Question { selection, from, to, bucket: drawn.bucket };
        counted.push((graph::name(hand.words, drawn.by, key), series::series(place, &Platform::local_administrator(), standpoint(platform), &question).await?));
    }
    let lines: Vec<Line<'_>> = counted.iter().map(|(name, series)| Line { name: name.clone(), series, view: None }).collect();
    let names: Vec<&str> = counted.iter().map(|(name, _)| name.as_str()).collect();
    let title = graph::titled(hand, &names.join(", "), drawn.window);
    Ok(Some(graph::lines(hand, ("graph", &title, ""), &lines)?))
}

//! The tables of the statistics, as the document crate knows tables.

use crate::{
    failure::Failure,
    lists::{port_name, tld_name},
    words::Words,
};
use noroshi_directory::Origin;
use noroshi_document::{
    change,
    model::Block,
    share,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{
    model::{Category, Scheme},
    selection::{About, Records, Selection},
    stats::{self, Compared, Figures},
};
use noroshi_kernel::period::Month;

/// The rows of a ranking.
const MOST_ROWS: usize = 20;

/// Figures with the scheme by which they were counted.
struct Counted<'a> {
    figures: &'a Figures,
    scheme: &'static Scheme,
}

impl<'a> Counted<'a> {
    fn of(figures: &'a Figures) -> Result<Self, Failure> {
        let scheme = Scheme::of(figures.period, Some(&figures.scheme)).map_err(|error| Failure::Internal(Box::new(error)))?;
        Ok(Self { figures, scheme })
    }

    fn all(&self, records: Records) -> Selection {
        Selection::of(records, self.figures.period, self.scheme)
    }
}

/// A number that leads to its records.
fn figure(value: i64, selection: &Selection) -> Cell {
    Cell::Number(Figure { value, query: selection.to_json(), href: Some(selection.href()) })
}

fn shares(values: &[i64]) -> Vec<Cell> {
    let counts: Vec<u64> = values.iter().map(|value| u64::try_from(*value).unwrap_or(0)).collect();
    share::largest_remainder(&counts).into_iter().map(|percent| Cell::Share { percent: i64::try_from(percent).unwrap_or(100) }).collect()
}

pub(super) fn blocks(compared: &Compared, words: Words) -> Result<Vec<Block>, Failure> {
    let [now, previous, year_ago] = [Counted::of(&compared.now)?, Counted::of(&compared.previous)?, Counted::of(&compared.year_ago)?];
    let tables = [
        overview(&now, &previous, &year_ago, words),
        months(&now, words),
        categories(&now, words),
        brand_origins(&now, words),
        brands(&now, words),
        domains(&now, words),
        ports(&now, words),
        destinations(&now, words),
    ];
    Ok(tables.into_iter().map(Block::Table).collect())
}

fn table(id: &str, words: Words, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    let title = words.say(&format!("statistics-{id}"));
    Table { id: id.into(), title, unit: None, columns, rows, total: None, notes: Vec::new(), empty: Some(words.say("statistics-empty")) }
}

fn overview(now: &Counted<'_>, previous: &Counted<'_>, year_ago: &Counted<'_>, words: Words) -> Table {
    type Read = fn(&Figures) -> i64;
    // The period before a year is the same year ago.
    let apart = previous.figures.period != year_ago.figures.period;
    let inquiries = |counted: &Counted<'_>| Selection { about: Some(About::Inquiry), ..counted.all(Records::Correspondence) };
    let row = |key: &str, read: Read, select: &dyn Fn(&Counted<'_>) -> Selection| {
        let [n, p, y] = [now, previous, year_ago].map(|counted| (read(counted.figures), figure(read(counted.figures), &select(counted))));
        let against = |earlier: i64| Cell::Change { percent: change::percent(n.0, earlier) };
        let mut cells = vec![n.1, p.1, against(p.0)];
        if apart {
            cells.extend([y.1, against(y.0)]);
        }
        Row::named(words.say(key), cells)
    };
    let rows = vec![
        row("figure-reports", |f| f.reports, &|c| c.all(Records::Reports)),
        row("figure-correspondence", |f| f.correspondence, &|c| c.all(Records::Correspondence)),
        row("figure-inquiries", |f| f.inquiries, &inquiries),
        row("figure-incidents", |f| f.incidents, &|c| c.all(Records::Incidents)),
        row("figure-addresses", |f| f.addresses, &|c| c.all(Records::Addresses)),
        row("figure-coordinations", |f| f.coordinations, &|c| c.all(Records::Coordinations)),
    ];
    let mut columns = vec![
        Column::left(""),
        Column::right(now.figures.period.to_string()),
        Column::right(previous.figures.period.to_string()),
        Column::right(words.say("column-change")),
    ];
    if apart {
        columns.extend([Column::right(year_ago.figures.period.to_string()), Column::right(words.say("column-change"))]);
    }
    let mut made = table("overview", words, columns, rows);
    for earlier in [previous, year_ago].into_iter().filter(|earlier| earlier.scheme.key != now.scheme.key) {
        let note =
            words.with("statistics-other-scheme", &[("period", earlier.figures.period.to_string().into()), ("scheme", earlier.scheme.key.as_str().into())]);
        if !made.notes.contains(&note) {
            made.notes.push(note);
        }
    }
    made
}

fn months(now: &Counted<'_>, words: Words) -> Table {
    let in_month = |records, month: Month| Selection { month: Some(month), ..now.all(records) };
    let row = |one: &stats::MonthFigures| {
        let cells = [(one.reports, Records::Reports), (one.incidents, Records::Incidents), (one.coordinations, Records::Coordinations)];
        Row::named(one.month.to_string(), cells.map(|(value, records)| figure(value, &in_month(records, one.month))))
    };
    let figures = now.figures;
    let total = [(figures.reports, Records::Reports), (figures.incidents, Records::Incidents), (figures.coordinations, Records::Coordinations)];
    let columns = vec![
        Column::left(words.say("column-month")),
        Column::right(words.say("figure-reports")),
        Column::right(words.say("figure-incidents")),
        Column::right(words.say("figure-coordinations")),
    ];
    let mut made = table("months", words, columns, figures.by_month.iter().map(row).collect());
    made.total = Some(Row::named(words.say("row-total"), total.map(|(value, records)| figure(value, &now.all(records)))));
    made
}

/// A table with a row for each part, a column for each month, the total and its share.
fn by_month(
    id: &str,
    now: &Counted<'_>,
    words: Words,
    whole: &Selection,
    parts: &[(String, Selection)],
    value: &dyn Fn(usize, Option<&stats::MonthFigures>) -> i64,
) -> Table {
    let months = &now.figures.by_month;
    let totals: Vec<i64> = (0..parts.len()).map(|part| value(part, None)).collect();
    let rows = parts.iter().enumerate().zip(shares(&totals)).map(|((place, (name, selection)), share)| {
        let in_months = months.iter().map(|one| figure(value(place, Some(one)), &Selection { month: Some(one.month), ..selection.clone() }));
        Row::named(name.clone(), in_months.chain([figure(value(place, None), selection), share]))
    });
    let mut columns = vec![Column::left("")];
    columns.extend(months.iter().map(|one| Column::right(one.month.to_string())));
    columns.extend([Column::right(words.say("row-total")), Column::right(words.say("column-share"))]);
    let mut made = table(id, words, columns, rows.collect());
    let sum = |month: Option<&stats::MonthFigures>| (0..parts.len()).map(|part| value(part, month)).sum::<i64>();
    let sums = months.iter().map(|one| figure(sum(Some(one)), &Selection { month: Some(one.month), ..whole.clone() }));
    let share = if sum(None) == 0 { 0 } else { 100 };
    made.total = Some(Row::named(words.say("row-total"), sums.chain([figure(sum(None), whole), Cell::Share { percent: share }])));
    made
}

fn categories(now: &Counted<'_>, words: Words) -> Table {
    let kinds = &now.scheme.categories;
    let parts: Vec<_> = kinds.iter().map(|one| (words.category(*one), Selection { category: Some(*one), ..now.all(Records::Incidents) })).collect();
    let value = |place: usize, month: Option<&stats::MonthFigures>| {
        let counts = month.map_or(&now.figures.by_category, |month| &month.by_category);
        kinds.get(place).and_then(|category| counts.get(category)).copied().unwrap_or(0)
    };
    by_month("categories", now, words, &now.all(Records::Incidents), &parts, &value)
}

fn brand_origins(now: &Counted<'_>, words: Words) -> Table {
    let phishing = Selection { category: Some(Category::Phishing), ..now.all(Records::Incidents) };
    let parts: Vec<_> = Origin::ALL.map(|one| (words.say(&format!("brand-origin-{}", one.key())), Selection { origin: Some(one), ..phishing.clone() })).into();
    let value = |place: usize, month: Option<&stats::MonthFigures>| {
        let counts = month.map_or(&now.figures.phishing_brand, |month| &month.phishing_brand);
        Origin::ALL.get(place).map_or(0, |origin| counts.get(*origin))
    };
    by_month("brand-origins", now, words, &phishing, &parts, &value)
}

fn brands(now: &Counted<'_>, words: Words) -> Table {
    let row = |one: &stats::BrandCount| {
        let selection = Selection { category: Some(Category::Phishing), brand: Some(one.key.clone()), ..now.all(Records::Incidents) };
        Row::named(words.pick(&one.name), [Cell::Text(words.origin(one.origin)), figure(one.count, &selection)])
    };
    let columns = vec![Column::left(words.say("column-brand")), Column::left(words.say("column-origin")), Column::right(words.say("figure-incidents"))];
    ranking(table("brands", words, columns, now.figures.phishing_brands.iter().take(MOST_ROWS).map(row).collect()), now.figures.phishing_brands.len(), words)
}

fn domains(now: &Counted<'_>, words: Words) -> Table {
    let base = stats::domain_selection(now.figures.period, now.scheme);
    let row = |one: &stats::TldCount| Row::named(tld_name(words, &one.tld), [figure(one.count, &Selection { tld: Some(one.tld.clone()), ..base.clone() })]);
    let unit = if base.records == Records::Reports { "figure-reports" } else { "figure-correspondence" };
    let columns = vec![Column::left(words.say("column-tld")), Column::right(words.say(unit))];
    ranking(table("domains", words, columns, now.figures.reporter_tld.iter().take(MOST_ROWS).map(row).collect()), now.figures.reporter_tld.len(), words)
}

fn ports(now: &Counted<'_>, words: Words) -> Table {
    let row = |one: &stats::PortCount| {
        let selection = Selection { category: Some(Category::Scan), port: Some(one.port.clone()), ..now.all(Records::Incidents) };
        let worm = if one.worm { Cell::Text(words.say("fact-worm-seen")) } else { Cell::Empty };
        Row::named(port_name(words, &one.port), [worm, figure(one.count, &selection)])
    };
    let columns = vec![Column::left(words.say("column-port")), Column::left(""), Column::right(words.say("figure-incidents"))];
    ranking(table("ports", words, columns, now.figures.scan_ports.iter().take(MOST_ROWS).map(row).collect()), now.figures.scan_ports.len(), words)
}

/// Says when a ranking goes on.
fn ranking(mut made: Table, of: usize, words: Words) -> Table {
    if of > MOST_ROWS {
        made.notes.push(words.count("statistics-top", i64::try_from(of).unwrap_or(i64::MAX)));
    }
    made
}

fn destinations(now: &Counted<'_>, words: Words) -> Table {
    let rows = Origin::ALL.map(|one| {
        let all = Selection { destination: Some(one), ..now.all(Records::Coordinations) };
        let phishing = Selection { category: Some(Category::Phishing), ..all.clone() };
        let figures = now.figures;
        Row::named(
            words.origin(one),
            [figure(figures.coordination_destination.get(one), &all), figure(figures.phishing_coordination_destination.get(one), &phishing)],
        )
    });
    let columns = vec![
        Column::left(words.say("column-destination")),
        Column::right(words.say("figure-coordinations")),
        Column::right(words.say("column-phishing-coordinations")),
    ];
    table("destinations", words, columns, rows.into())
}

use super::cells::{Counted, Layout, figure, number, shares};
use noroshi_directory::Origin;
use noroshi_document::{
    change,
    model::Block,
    prose::Prose,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::Selection,
    stats::{BrandCount, ByOrigin},
};

/// The brands that are listed.
const MOST_BRANDS: usize = 10;

/// The phishing of a period.
fn phishing(counted: &Counted<'_>) -> Figure {
    figure(counted.figures.by_category.get(&Category::Phishing).copied().unwrap_or(0), &counted.phishing())
}

/// The phishing of a period that imitates brands of an origin.
fn of_origin(counted: &Counted<'_>, origin: Origin) -> Figure {
    figure(counted.figures.phishing_brand.get(origin), &Selection { origin: Some(origin), ..counted.phishing() })
}

/// The phishing of a period that imitates a brand.
fn of_brand(counted: &Counted<'_>, key: &str) -> Figure {
    let count = counted.figures.phishing_brands.iter().find(|one| one.key == key).map_or(0, |one| one.count);
    figure(count, &Selection { brand: Some(key.to_owned()), ..counted.phishing() })
}

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Heading { level: 2, text: layout.words.get("section-phishing"), id: "phishing".into() }];
    if phishing(&layout.now).value > 0 {
        let mut first = layout.sentence("sentence-phishing", phishing);
        if first.is_empty() {
            first = layout.words.prose("sentence-phishing-alone", [("now", phishing(&layout.now).into()), ("unit", layout.unit().into())]);
        }
        blocks.extend(layout.paragraph([first, year(layout), origins(layout)]));
    }
    blocks.push(Block::Table(by_origin(layout)));
    blocks.push(Block::Table(most(layout)));
    blocks
}

/// The sentence that compares with the year before, where that is not the period before.
fn year(layout: &Layout<'_>) -> Prose {
    let Some(earlier) = layout.earlier().nth(1).map(phishing) else { return Prose::default() };
    let percent = change::percent(phishing(&layout.now).value, earlier.value);
    if percent.is_none() {
        return Prose::default();
    }
    let change = Cell::Change { percent }.shown(layout.words.0);
    layout.words.prose("sentence-phishing-year", [("earlier", earlier.into()), ("percent", change.into())])
}

/// The sentence about the brands' origins.
fn origins(layout: &Layout<'_>) -> Prose {
    let counts = Origin::ALL.map(|origin| layout.now.figures.phishing_brand.get(origin));
    let figures = Origin::ALL.map(|origin| of_origin(&layout.now, origin).into());
    let shares = shares(&counts).into_iter().map(|share| layout.words.percent(share).into());
    let names = ["domestic", "foreign", "unknown", "domestic-share", "foreign-share", "unknown-share"];
    layout.words.prose("sentence-brand", names.into_iter().zip(figures.into_iter().chain(shares)))
}

fn by_origin(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-origin"))];
    columns.extend(layout.month_heads());
    columns.extend([words.get("column-total"), words.get("column-share")].map(Column::right));
    columns.extend(layout.compared_heads());
    let all = layout.now.phishing();
    let by_origin = layout.now.figures.phishing_brand;
    let shares = shares(&Origin::ALL.map(|origin| by_origin.get(origin)));
    let row = |(origin, share): (Origin, &i64)| {
        let months = layout.monthly(&Selection { origin: Some(origin), ..all.clone() }, |month| month.phishing_brand.get(origin));
        let mut cells: Vec<Cell> = months.into_iter().map(Cell::Number).collect();
        cells.extend([Cell::Number(of_origin(&layout.now, origin)), Cell::Share { percent: *share }]);
        cells.extend(layout.compared(|counted| Some(of_origin(counted, origin))));
        Row::named(words.get(&format!("origin-{}", origin.key())), cells)
    };
    let total = |by_origin: &ByOrigin, selection: &Selection| figure(by_origin.total(), selection);
    let mut sums: Vec<Cell> = layout.monthly(&all, |month| month.phishing_brand.total()).into_iter().map(Cell::Number).collect();
    sums.extend([Cell::Number(total(&by_origin, &all)), Cell::Share { percent: shares.iter().sum() }]);
    sums.extend(layout.compared(|counted| Some(total(&counted.figures.phishing_brand, &counted.phishing()))));
    Table {
        id: "table-brand-origin".into(),
        title: words.get("table-brand-origin"),
        unit: Some(layout.unit()),
        columns,
        rows: Origin::ALL.into_iter().zip(&shares).map(row).collect(),
        total: Some(Row::named(words.get("row-total"), sums)),
        notes: vec![words.get("note-unmapped")],
        empty: None,
    }
}

fn most(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let brands = &layout.now.figures.phishing_brands;
    let mut columns = vec![Column::left(words.get("column-brand")), Column::left(words.get("column-origin")), Column::right(words.get("column-count"))];
    columns.extend(layout.compared_heads());
    let row = |brand: &BrandCount| {
        let mut cells = vec![
            Cell::Text(words.get(&format!("origin-{}", brand.origin.key()))),
            number(brand.count, &Selection { brand: Some(brand.key.clone()), ..layout.now.phishing() }),
        ];
        cells.extend(layout.compared(|counted| Some(of_brand(counted, &brand.key))));
        Row::named(brand.name.get(words.0), cells)
    };
    let rows: Vec<_> = brands.iter().take(MOST_BRANDS).map(row).collect();
    Table {
        id: "table-brands".into(),
        title: words.get("table-brands"),
        unit: Some(layout.unit()),
        columns,
        notes: layout.scope("note-brand-scope", rows.len(), brands.len()).into_iter().collect(),
        rows,
        total: None,
        empty: Some(words.get("none-phishing")),
    }
}

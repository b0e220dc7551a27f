use super::cells::{Layout, changed, number, shares};
use noroshi_directory::Origin;
use noroshi_document::{
    change,
    model::Block,
    table::{Better, Cell, Column, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
    stats::Figures,
};

/// The brands that are listed.
const MOST_BRANDS: usize = 10;

fn phishing(figures: &Figures) -> i64 {
    figures.by_category.get(&Category::Phishing).copied().unwrap_or(0)
}

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let words = layout.words;
    let mut blocks = vec![Block::Heading { level: 2, text: words.get("section-phishing"), id: "phishing".into() }];
    let now = phishing(layout.now);
    if now > 0 {
        blocks.extend(layout.paragraph([layout.sentence("sentence-phishing", now, phishing(layout.previous)), year(layout), origins(layout)]));
    }
    blocks.push(Block::Table(by_origin(layout)));
    blocks.push(Block::Table(most(layout)));
    blocks
}

/// The sentence that compares with the year before.
fn year(layout: &Layout<'_>) -> String {
    let earlier = phishing(layout.year_ago);
    let Some(percent) = change::percent(phishing(layout.now), earlier) else { return String::new() };
    let percent = Cell::Change { percent: Some(percent), better: Better::Less }.shown(layout.language);
    layout.words.with("sentence-phishing-year", &[("earlier", &layout.words.number(earlier)), ("percent", &percent)])
}

/// The sentence about the brands' origins.
fn origins(layout: &Layout<'_>) -> String {
    let counts = Origin::ALL.map(|origin| layout.now.phishing_brand.get(origin));
    let parts: Vec<String> =
        counts.iter().map(|count| layout.words.number(*count)).chain(shares(&counts).into_iter().map(|share| layout.words.percent(share))).collect();
    let names = ["domestic", "foreign", "unknown", "domestic-share", "foreign-share", "unknown-share"];
    layout.words.with("sentence-brand", &names.into_iter().zip(parts.iter().map(String::as_str)).collect::<Vec<_>>())
}

fn by_origin(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let months = layout.months();
    let mut columns = vec![Column::left(words.get("column-origin"))];
    columns.extend(months.iter().map(|month| Column::right(words.month(*month))));
    columns.extend([words.get("column-total"), words.get("column-share"), layout.previous_head(), words.get("column-change")].map(Column::right));
    let all = Selection { category: Some(Category::Phishing), ..layout.select(Records::Incidents) };
    let all_before = Selection { category: Some(Category::Phishing), ..layout.select_previous(Records::Incidents) };
    let counts = Origin::ALL.map(|origin| layout.now.phishing_brand.get(origin));
    let shares = shares(&counts);
    let row = |(origin, share): (Origin, &i64)| {
        let selection = Selection { origin: Some(origin), ..all.clone() };
        let (total, previous) = (layout.now.phishing_brand.get(origin), layout.previous.phishing_brand.get(origin));
        let by_month = layout
            .now
            .by_month
            .iter()
            .take(months.len())
            .map(|month| number(month.phishing_brand.get(origin), &Selection { month: Some(month.month), ..selection.clone() }));
        let sums = [
            number(total, &selection),
            Cell::Share { percent: *share },
            number(previous, &Selection { origin: Some(origin), ..all_before.clone() }),
            changed(total, Some(previous), Better::Less),
        ];
        Row::named(words.get(&format!("origin-{}", origin.key())), by_month.collect::<Vec<_>>().into_iter().chain(sums))
    };
    let rows = Origin::ALL.into_iter().zip(&shares).map(row).collect();
    let by_month =
        layout.now.by_month.iter().take(months.len()).map(|month| number(month.phishing_brand.total(), &Selection { month: Some(month.month), ..all.clone() }));
    let (now, previous) = (layout.now.phishing_brand.total(), layout.previous.phishing_brand.total());
    let sums = [number(now, &all), Cell::Share { percent: shares.iter().sum() }, number(previous, &all_before), changed(now, Some(previous), Better::Less)];
    let total = Row::named(words.get("row-total"), by_month.collect::<Vec<_>>().into_iter().chain(sums));
    Table {
        id: "table-brand-origin".into(),
        title: words.get("table-brand-origin"),
        unit: Some(layout.unit()),
        columns,
        rows,
        total: Some(total),
        notes: vec![words.get("note-unmapped")],
        empty: None,
    }
}

fn most(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let brands = &layout.now.phishing_brands;
    let heads = [words.get("column-brand"), words.get("column-origin")];
    let mut columns = vec![Column::right(words.get("column-rank"))];
    columns.extend(heads.map(Column::left));
    columns.extend([words.get("column-count"), layout.previous_head(), words.get("column-change")].map(Column::right));
    let row = |(rank, brand): (usize, &noroshi_incident::stats::BrandCount)| {
        let select = |of: Selection| Selection { category: Some(Category::Phishing), brand: Some(brand.key.clone()), ..of };
        let previous = layout.previous.phishing_brands.iter().find(|one| one.key == brand.key).map_or(0, |one| one.count);
        Row {
            cells: vec![
                Cell::Text((rank + 1).to_string()),
                Cell::Text(brand.name.get(layout.language).to_owned()),
                Cell::Text(words.get(&format!("origin-{}", brand.origin.key()))),
                number(brand.count, &select(layout.select(Records::Incidents))),
                number(previous, &select(layout.select_previous(Records::Incidents))),
                changed(brand.count, Some(previous), Better::Less),
            ],
            header: false,
        }
    };
    let rows: Vec<_> = brands.iter().take(MOST_BRANDS).enumerate().map(row).collect();
    let notes = if brands.len() > rows.len() {
        vec![words.with("note-brand-scope", &[("shown", &rows.len().to_string()), ("all", &words.number(i64::try_from(brands.len()).unwrap_or(0)))])]
    } else {
        Vec::new()
    };
    Table {
        id: "table-brands".into(),
        title: words.get("table-brands"),
        unit: Some(layout.unit()),
        columns,
        rows,
        total: None,
        notes,
        empty: Some(words.get("none-phishing")),
    }
}

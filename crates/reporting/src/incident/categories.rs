use super::cells::{Layout, changed, drawn, number, shares};
use crate::ReportingError;
use noroshi_document::{
    chart::{Chart, Kind, Series},
    model::Block,
    table::{Better, Cell, Column, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
};

pub(super) fn blocks(layout: &Layout<'_>, span: &str) -> Result<Vec<Block>, ReportingError> {
    let words = layout.words;
    Ok(vec![
        Block::Heading { level: 2, text: words.get("section-category"), id: "category".into() },
        Block::Chart(chart(layout, span)?),
        Block::Table(table(layout)),
    ])
}

fn name(layout: &Layout<'_>, category: Category) -> String {
    layout.words.get(&format!("category-{}", category.key()))
}

fn count(by_category: &std::collections::BTreeMap<Category, i64>, category: Category) -> i64 {
    by_category.get(&category).copied().unwrap_or(0)
}

fn table(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let months = layout.months();
    let mut columns = vec![Column::left(words.get("column-category"))];
    columns.extend(months.iter().map(|month| Column::right(words.month(*month))));
    columns.extend(
        [
            words.get("column-total"),
            words.get("column-share"),
            layout.previous_head(),
            words.get("column-change"),
            words.get("column-year-ago"),
            words.get("column-change"),
        ]
        .map(Column::right),
    );
    let categories = &layout.scheme.categories;
    let totals: Vec<_> = categories.iter().map(|category| count(&layout.now.by_category, *category)).collect();
    let row = |((category, total), share): ((&Category, &i64), &i64)| {
        let selection = |of: Selection| Selection { category: Some(*category), ..of };
        let by_month =
            layout.now.by_month.iter().take(months.len()).map(|month| {
                number(count(&month.by_category, *category), &Selection { month: Some(month.month), ..selection(layout.select(Records::Incidents)) })
            });
        // A scheme that does not tell the category apart has no figure to compare with.
        let earlier = |figures: &noroshi_incident::stats::Figures, scheme: &noroshi_incident::model::Scheme| {
            scheme.categories.contains(category).then(|| count(&figures.by_category, *category))
        };
        let (previous, year_ago) = (earlier(layout.previous, layout.previous_scheme), earlier(layout.year_ago, layout.year_ago_scheme));
        let cell = |value: Option<i64>, of: Selection| value.map_or(Cell::Empty, |value| number(value, &selection(of)));
        let compared = [
            number(*total, &selection(layout.select(Records::Incidents))),
            Cell::Share { percent: *share },
            cell(previous, layout.select_previous(Records::Incidents)),
            changed(*total, previous, Better::Less),
            cell(year_ago, layout.select_year_ago(Records::Incidents)),
            changed(*total, year_ago, Better::Less),
        ];
        Row::named(name(layout, *category), by_month.collect::<Vec<_>>().into_iter().chain(compared))
    };
    let shares = shares(&totals);
    let rows = categories.iter().zip(&totals).zip(&shares).map(row).collect();
    let (now, previous, year_ago) = (layout.now.incidents, layout.previous.incidents, layout.year_ago.incidents);
    let by_month = layout
        .now
        .by_month
        .iter()
        .take(months.len())
        .map(|month| number(month.incidents, &Selection { month: Some(month.month), ..layout.select(Records::Incidents) }));
    let sums = [
        number(now, &layout.select(Records::Incidents)),
        Cell::Share { percent: shares.iter().sum() },
        number(previous, &layout.select_previous(Records::Incidents)),
        changed(now, Some(previous), Better::Less),
        number(year_ago, &layout.select_year_ago(Records::Incidents)),
        changed(now, Some(year_ago), Better::Less),
    ];
    let total = Row::named(words.get("row-total"), by_month.collect::<Vec<_>>().into_iter().chain(sums));
    Table {
        id: "table-category".into(),
        title: words.get("table-category"),
        unit: Some(layout.unit()),
        columns,
        rows,
        total: Some(total),
        notes: Vec::new(),
        empty: None,
    }
}

fn chart(layout: &Layout<'_>, span: &str) -> Result<Chart, ReportingError> {
    let words = layout.words;
    let categories = &layout.scheme.categories;
    let labels = categories.iter().map(|category| name(layout, *category)).collect();
    let values = categories.iter().map(|category| drawn(count(&layout.now.by_category, *category))).collect();
    let links = categories.iter().map(|category| Some(Selection { category: Some(*category), ..layout.select(Records::Incidents) }.href())).collect();
    let chart =
        Chart::new("chart-category", words.get("chart-category"), Kind::Bars, labels, vec![Series::new(layout.now.period.to_string(), values).linked(links)])?;
    Ok(chart.unit(layout.unit()).table("table-category").caption(words.with("chart-category-caption", &[("span", span)])))
}

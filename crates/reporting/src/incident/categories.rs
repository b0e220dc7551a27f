use super::cells::{Counted, Layout, figure, number, shares};
use crate::ReportingError;
use noroshi_document::{
    chart::{Chart, Kind, Series},
    model::Block,
    table::{Cell, Column, Figure, Row, Table},
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

fn selection(counted: &Counted<'_>, category: Category) -> Selection {
    Selection { category: Some(category), ..counted.select(Records::Incidents) }
}

fn of(counted: &Counted<'_>, category: Category) -> Figure {
    figure(count(&counted.figures.by_category, category), &selection(counted, category))
}

fn table(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-category"))];
    columns.extend(layout.month_heads());
    columns.extend([words.get("column-total"), words.get("column-share")].map(Column::right));
    columns.extend(layout.compared_heads());
    let categories = &layout.now.scheme.categories;
    let totals: Vec<_> = categories.iter().map(|category| count(&layout.now.figures.by_category, *category)).collect();
    let shares = shares(&totals);
    let row = |(category, share): (&Category, &i64)| {
        let months = layout.monthly(&selection(&layout.now, *category), |month| count(&month.by_category, *category));
        let mut cells: Vec<Cell> = months.into_iter().map(Cell::Number).collect();
        cells.extend([Cell::Number(of(&layout.now, *category)), Cell::Share { percent: *share }]);
        // A scheme that does not tell the category apart has no figure to compare with.
        cells.extend(layout.compared(|counted| counted.scheme.categories.contains(category).then(|| of(counted, *category))));
        Row::named(name(layout, *category), cells)
    };
    let all = layout.now.select(Records::Incidents);
    let mut sums: Vec<Cell> = layout.monthly(&all, |month| month.incidents).into_iter().map(Cell::Number).collect();
    sums.extend([number(layout.now.figures.incidents, &all), Cell::Share { percent: shares.iter().sum() }]);
    sums.extend(layout.compared(|counted| Some(figure(counted.figures.incidents, &counted.select(Records::Incidents)))));
    Table {
        id: "table-category".into(),
        title: words.get("table-category"),
        unit: Some(layout.unit()),
        columns,
        rows: categories.iter().zip(&shares).map(row).collect(),
        total: Some(Row::named(words.get("row-total"), sums)),
        notes: Vec::new(),
        empty: None,
    }
}

fn chart(layout: &Layout<'_>, span: &str) -> Result<Chart, ReportingError> {
    let words = layout.words;
    let categories = &layout.now.scheme.categories;
    let labels = categories.iter().map(|category| name(layout, *category)).collect();
    let figures = categories.iter().map(|category| of(&layout.now, *category)).collect();
    let series = Series::counted(layout.now.figures.period.to_string(), figures);
    let chart = Chart::new("chart-category", words.get("chart-category"), Kind::Bars, labels, vec![series])?;
    Ok(chart.unit(layout.unit()).table("table-category").caption(words.with("chart-category-caption", &[("span", span)])))
}

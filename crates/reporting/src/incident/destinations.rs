use super::cells::{Layout, number, shares};
use noroshi_directory::Origin;
use noroshi_document::{
    model::Block,
    table::{Cell, Column, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
    stats::ByOrigin,
};

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(layout.paragraph([sentence(layout)]));
    blocks.push(Block::Table(table(layout)));
    blocks
}

fn percents(layout: &Layout<'_>, counts: ByOrigin) -> [String; 2] {
    let shares = shares(&Origin::ALL.map(|origin| counts.get(origin)));
    [0, 1].map(|index| layout.words.percent(shares.get(index).copied().unwrap_or(0)))
}

/// The sentence about where coordination on phishing went, when there was some in both periods.
fn sentence(layout: &Layout<'_>) -> String {
    let (now, before) = (layout.now.phishing_coordination_destination, layout.previous.phishing_coordination_destination);
    if now.total() == 0 || before.total() == 0 {
        return String::new();
    }
    let ([domestic, foreign], [domestic_before, foreign_before]) = (percents(layout, now), percents(layout, before));
    let kind = layout.words.kind(layout.now.period);
    let values = [("domestic", domestic), ("foreign", foreign), ("domestic-before", domestic_before), ("foreign-before", foreign_before), ("kind", kind)];
    layout.words.with("sentence-destination", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn table(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-destination"))];
    columns.extend([words.get("column-all"), words.get("column-share"), words.get("column-phishing"), words.get("column-share")].map(Column::right));
    let (all, phishing) = (layout.now.coordination_destination, layout.now.phishing_coordination_destination);
    let share_of = |counts: ByOrigin| shares(&Origin::ALL.map(|origin| counts.get(origin)));
    let (all_shares, phishing_shares) = (share_of(all), share_of(phishing));
    let every = layout.select(Records::Coordinations);
    let on_phishing = Selection { category: Some(Category::Phishing), ..every.clone() };
    let row = |((origin, all_share), phishing_share): ((Origin, &i64), &i64)| {
        let to = |selection: &Selection| Selection { destination: Some(origin), ..selection.clone() };
        Row::named(
            words.get(&format!("origin-{}", origin.key())),
            [
                number(all.get(origin), &to(&every)),
                Cell::Share { percent: *all_share },
                number(phishing.get(origin), &to(&on_phishing)),
                Cell::Share { percent: *phishing_share },
            ],
        )
    };
    let rows = if all.total() == 0 { Vec::new() } else { Origin::ALL.into_iter().zip(&all_shares).zip(&phishing_shares).map(row).collect() };
    let sums = [
        number(all.total(), &every),
        Cell::Share { percent: all_shares.iter().sum() },
        number(phishing.total(), &on_phishing),
        Cell::Share { percent: phishing_shares.iter().sum() },
    ];
    let total = (!rows.is_empty()).then(|| Row::named(words.get("row-total"), sums));
    Table {
        id: "table-destination".into(),
        title: words.get("table-destination"),
        unit: Some(words.get("unit-coordination")),
        columns,
        rows,
        total,
        notes: Vec::new(),
        empty: Some(words.get("none-destination")),
    }
}

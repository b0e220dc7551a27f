use super::cells::{Counted, Layout, figure, shares};
use noroshi_directory::Origin;
use noroshi_document::{
    model::Block,
    prose::Prose,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
    stats::ByOrigin,
};

/// The coordinations that are told apart by where they went.
#[derive(Clone, Copy)]
enum About {
    All,
    Phishing,
}

impl About {
    const fn counts(self, counted: &Counted<'_>) -> ByOrigin {
        match self {
            Self::All => counted.figures.coordination_destination,
            Self::Phishing => counted.figures.phishing_coordination_destination,
        }
    }

    fn selection(self, counted: &Counted<'_>) -> Selection {
        let category = match self {
            Self::All => None,
            Self::Phishing => Some(Category::Phishing),
        };
        Selection { category, ..counted.select(Records::Coordinations) }
    }

    /// Those that went to one of the destinations.
    fn to(self, counted: &Counted<'_>, origin: Origin) -> Figure {
        figure(self.counts(counted).get(origin), &Selection { destination: Some(origin), ..self.selection(counted) })
    }

    fn total(self, counted: &Counted<'_>) -> Figure {
        figure(self.counts(counted).total(), &self.selection(counted))
    }

    fn shares(self, counted: &Counted<'_>) -> Vec<i64> {
        shares(&Origin::ALL.map(|origin| self.counts(counted).get(origin)))
    }
}

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(layout.paragraph([sentence(layout)]));
    blocks.push(Block::Table(table(layout, About::All, "table-destination", "none-destination")));
    blocks.push(Block::Table(table(layout, About::Phishing, "table-destination-phishing", "none-destination-phishing")));
    blocks
}

/// The sentence about where coordination on phishing went, when there was some in both periods.
fn sentence(layout: &Layout<'_>) -> Prose {
    let periods = [&layout.now, &layout.previous];
    if periods.iter().any(|counted| About::Phishing.total(counted).value == 0) {
        return Prose::default();
    }
    const NAMES: [[&str; 4]; 2] =
        [["domestic", "domestic-share", "foreign", "foreign-share"], ["domestic-before", "domestic-before-share", "foreign-before", "foreign-before-share"]];
    let told = |counted: &Counted<'_>| {
        let shares = About::Phishing.shares(counted);
        let destinations = [Origin::Domestic, Origin::Foreign].into_iter().zip(shares);
        destinations.flat_map(|(origin, share)| [Prose::from(About::Phishing.to(counted, origin)), layout.words.percent(share).into()]).collect::<Vec<_>>()
    };
    let values = periods.into_iter().zip(NAMES).flat_map(|(counted, names)| names.into_iter().zip(told(counted)));
    layout.words.prose("sentence-destination", values.chain([("kind", layout.words.kind(layout.now.figures.period).into())]))
}

fn table(layout: &Layout<'_>, about: About, id: &str, none: &str) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-destination"))];
    columns.extend([words.get("column-count"), words.get("column-share")].map(Column::right));
    columns.extend(layout.compared_heads());
    let shares = about.shares(&layout.now);
    let cells = |read: &dyn Fn(&Counted<'_>) -> Figure, share: i64| {
        let mut cells = vec![Cell::Number(read(&layout.now)), Cell::Share { percent: share }];
        cells.extend(layout.compared(|counted| Some(read(counted))));
        cells
    };
    let row = |(origin, share): (Origin, &i64)| Row::named(words.get(&format!("origin-{}", origin.key())), cells(&|counted| about.to(counted, origin), *share));
    let any = about.total(&layout.now).value > 0;
    let rows = if any { Origin::ALL.into_iter().zip(&shares).map(row).collect() } else { Vec::new() };
    let total = any.then(|| Row::named(words.get("row-total"), cells(&|counted| about.total(counted), shares.iter().sum())));
    Table {
        id: id.into(),
        title: words.get(id),
        unit: Some(words.get("unit-coordination")),
        columns,
        rows,
        total,
        notes: Vec::new(),
        empty: Some(words.get(none)),
    }
}

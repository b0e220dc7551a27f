use super::*;
use crate::{
    chart::Series,
    heat::{Heat, HeatRow},
};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![1 => Just(None), 2 => Just(Some(0.0)), 6 => (0..4000_u32).prop_map(|n| Some(f64::from(n))), 2 => (0.0..1e15_f64).prop_map(Some), 1 => (1e-9..1.0_f64).prop_map(Some)]
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[0-9]{4}-[0-9]{2}", "[ぁ-ん一-龠A-z ]{0,24}"]
}

fn charts() -> impl Strategy<Value = Chart> {
    let kind = prop_oneof![1 => Just(Kind::Bars), 1 => Just(Kind::Stacked), 2 => Just(Kind::Lines)];
    let series = |points| ("[ぁ-ん一-龠A-z<&]{0,30}", prop::collection::vec(value(), points)).prop_map(|(name, values)| Series::new(name, values));
    let labels = prop_oneof![3 => 0..8_usize, 2 => 8..100_usize, 1 => 300..400_usize];
    let labels = labels.prop_flat_map(|points| (prop::collection::vec(label(), points), Just(points)));
    let marks = || prop::collection::vec((0..5_usize, 0..400_usize, 1..200_usize, "[ぁ-んa-z ]{1,60}"), 0..6);
    (kind, labels, marks(), marks(), any::<bool>()).prop_flat_map(move |(kind, (labels, points), notes, spans, powers)| {
        (prop::collection::vec(series(points), 0..=5), prop::option::of("[ぁ-んa-z]{0,90}")).prop_map(move |(series, unit)| {
            let chart = Chart::new("c", "A chart", kind, labels.clone(), series).expect("it can be drawn");
            let chart = Chart { unit, ..chart };
            let chart = if powers { chart.clone().logarithmic().unwrap_or(chart) } else { chart };
            // Marks that lie nowhere are refused; the others stay.
            let chart = notes.iter().fold(chart, |chart, (series, point, _, text)| chart.clone().note(*series, *point, text.as_str()).unwrap_or(chart));
            spans.iter().fold(chart, |chart, (_, from, length, text)| chart.clone().span(*from..from + length, text.as_str()).unwrap_or(chart))
        })
    })
}

fn heats() -> impl Strategy<Value = Heat> {
    (0..=Heat::MOST_COLUMNS).prop_flat_map(|columns| {
        let row = ("[ぁ-ん一-龠A-z<&/]{0,40}", prop::collection::vec(value(), columns)).prop_map(|(name, values)| HeatRow {
            name,
            values,
            href: None,
            query: serde_json::Value::Null,
        });
        (prop::collection::vec(label(), columns), prop::collection::vec(row, 0..12), prop::option::of("[ぁ-んa-z]{0,90}"))
            .prop_map(|(labels, rows, unit)| Heat { unit, ..Heat::new("h", "A map", labels, rows).expect("it can be drawn") })
    })
}

fn stands(of: Drawn<'_>, slim: bool, ja: bool) -> Result<String, TestCaseError> {
    let format = if slim { Format::Slim } else { Format::Broad };
    let (pen, height) = sketch(of, if ja { Language::Ja } else { Language::En }, format, false);
    for (place, (one, text)) in pen.boxes.iter().enumerate() {
        prop_assert!(
            one.left >= -0.5 && one.right <= format.width() + 0.5 && one.top >= -0.5 && one.bottom <= height + 0.5,
            "{text:?} leaves the picture: {one:?} of {height}"
        );
        for (other, another) in pen.boxes.iter().skip(place + 1) {
            prop_assert!(!one.overlaps(other), "{text:?} and {another:?}: {one:?} {other:?}");
        }
    }
    let drawn = pen.finish();
    for tag in drawn.split('<').filter_map(|piece| piece.split('>').next()) {
        prop_assert!(!tag.contains("NaN") && !tag.contains("inf") && !tag.contains("style"), "{tag}");
    }
    Ok(drawn)
}

proptest! {
    #[test]
    fn no_two_labels_overlap_and_all_is_inside(chart in charts(), slim: bool, ja: bool) {
        let drawn = stands((&chart).into(), slim, ja)?;
        if chart.has_data() && chart.kind == Kind::Lines {
            prop_assert_eq!(drawn.matches("class=\"at\"").count(), chart.labels.len(), "every point tells its values");
            let said = drawn.matches("class=\"mark\"").count();
            prop_assert_eq!(said, chart.notes.len() + chart.spans.len(), "every note and span is said");
            prop_assert_eq!(drawn.matches("class=\"span\"").count(), chart.spans.len());
        }
    }

    #[test]
    fn no_two_labels_of_a_heat_map_overlap_and_all_is_inside(heat in heats(), slim: bool, ja: bool) {
        let drawn = stands((&heat).into(), slim, ja)?;
        if heat.values().next().is_some() {
            let gaps = heat.rows.iter().flat_map(|row| &row.values).filter(|value| value.is_none()).count();
            let key = usize::from(gaps > 0);
            prop_assert_eq!(drawn.matches("class=\"hg\"").count(), gaps + key);
            prop_assert_eq!(drawn.matches("class=\"hatch\"").count(), gaps + key, "what was not measured is hatched");
            prop_assert_eq!(drawn.matches("<title>").count(), heat.rows.len() * heat.labels.len());
        }
    }
}

#[test]
fn a_strip_tells_every_series_and_where_it_stands() {
    let labels = vec!["10月".to_owned(), String::new()];
    let series = vec![Series::new("445/TCP", vec![Some(50.0), Some(52.5)]), Series::new("22/TCP", vec![Some(0.25), None])];
    let chart = Chart::new("c", "A chart", Kind::Lines, labels, series).expect("a chart");
    let chart = chart.points(vec!["2013-10-01".into(), "2013-10-02".into()]).expect("names");
    let drawn = draw(&chart, Language::Ja);
    assert!(drawn.contains("<title>2013-10-01\n445/TCP: 50\n22/TCP: 0.25</title>"), "{drawn}");
    assert!(drawn.contains("<title>2013-10-02\n445/TCP: 52.5\n22/TCP: \u{2013}</title>"), "{drawn}");
    let strips: Vec<&str> = drawn.split("data-y=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(strips[0].split(' ').all(|y| y.parse::<f64>().is_ok()), "{strips:?}");
    assert!(strips[1].ends_with(' '), "a gap stands nowhere: {strips:?}");
}

#[test]
fn zero_lies_below_the_lowest_power() {
    let chart = |values: Vec<Option<f64>>| {
        let labels = vec![String::new(); values.len()];
        let chart = Chart::new("c", "A chart", Kind::Lines, labels, vec![Series::new("s", values)]).expect("a chart");
        draw(&chart.unit("packets").logarithmic().expect("lines"), Language::En)
    };
    let ticks = |drawn: &str| -> Vec<String> {
        drawn.split("class=\"tick\"").skip(1).filter_map(|rest| rest.split('>').nth(1)?.split('<').next().map(str::to_owned)).collect()
    };
    let drawn = chart(vec![Some(0.0), Some(3.0), Some(20_000.0)]);
    assert_eq!(ticks(&drawn), ["0", "1", "10", "100", "1,000", "10,000", "100,000"]);
    assert!(drawn.contains("packets (logarithmic)"));
    assert_eq!(ticks(&chart(vec![Some(30.0), Some(20_000.0)])), ["10", "100", "1,000", "10,000", "100,000"], "no line of zero without a zero");
    assert_eq!(ticks(&chart(vec![Some(0.0), None])), ["0", "1", "2", "3"], "nothing but zeros has no powers");
}

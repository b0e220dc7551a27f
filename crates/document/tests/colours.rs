//! Colours: told apart by the colour-blind, on paper and in the dark, readable as letters; the steps of heat maps even.
//!
//! Seeing without one of the three cones is simulated by the matrices of Machado, Oliveira and Fernandes (2009) at full severity, in linear
//! sRGB; differences are Euclidean in CIELAB (D65).

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use noroshi_document::{
    chart::{Chart, Kind, Series},
    html, svg,
};
use noroshi_kernel::language::Language;

type Rgb = [f64; 3];

const CONES: [(&str, [Rgb; 3]); 4] = [
    ("all", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protan", [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]]),
    ("deutan", [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]]),
    ("tritan", [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]]),
];

/// The colours of one theme.
struct Theme {
    name: &'static str,
    grounds: Vec<Rgb>,
    lines: Vec<Rgb>,
    steps: Vec<Rgb>,
}

/// Colours in linear light.
fn linear(hex: &str) -> Rgb {
    let part = |from: usize| {
        let value = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).expect("a colour")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    [part(1), part(3), part(5)]
}

fn theme(name: &'static str, css: &str, grounds: &[&str]) -> Theme {
    let named = |key: String| {
        let value = css.split(&format!("--{key}:")).nth(1).expect("the token").split([';', '}']).next().expect("a value");
        linear(&if value.len() == 4 {
            value.chars().flat_map(|letter| if letter == '#' { vec![letter] } else { vec![letter, letter] }).collect()
        } else {
            value.to_owned()
        })
    };
    Theme {
        name,
        grounds: grounds.iter().map(|ground| named((*ground).to_owned())).collect(),
        lines: (1..=5).map(|number| named(format!("c{number}"))).collect(),
        steps: (1..=6).map(|number| named(format!("h{number}"))).collect(),
    }
}

fn themes() -> Vec<Theme> {
    let (light, dark) = html::STYLE.split_once("prefers-color-scheme:dark").expect("two themes");
    let labels = vec!["a".to_owned()];
    let chart = Chart::new("c", "A chart", Kind::Lines, labels, vec![Series::new("s", vec![Some(1.0)])]).expect("a chart");
    let file = svg::standalone(&chart, Language::En);
    let (file_light, file_dark) = file.split_once("prefers-color-scheme:dark").expect("two themes");
    vec![
        theme("light page", light, &["paper", "sheet"]),
        theme("dark page", dark, &["paper", "sheet"]),
        theme("light file", file_light, &["paper"]),
        theme("dark file", file_dark, &["paper"]),
    ]
}

fn seen(colour: &Rgb, cones: &[Rgb; 3]) -> Rgb {
    cones.map(|row| row.iter().zip(colour).map(|(one, other)| one * other).sum::<f64>().clamp(0.0, 1.0))
}

fn lab(colour: &Rgb) -> Rgb {
    const WHITE: Rgb = [0.950_47, 1.0, 1.088_83];
    const XYZ: [Rgb; 3] = [[0.412_456_4, 0.357_576_1, 0.180_437_5], [0.212_672_9, 0.715_152_2, 0.072_175], [0.019_333_9, 0.119_192, 0.950_304_1]];
    let root = |part: f64| if part > 216.0 / 24_389.0 { part.cbrt() } else { (24_389.0 / 27.0 * part + 16.0) / 116.0 };
    let row = |at: usize| root(XYZ[at].iter().zip(colour).map(|(one, other)| one * other).sum::<f64>() / WHITE[at]);
    let (x, y, z) = (row(0), row(1), row(2));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn apart(one: &Rgb, other: &Rgb) -> f64 {
    lab(one).iter().zip(lab(other)).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

fn contrast(one: &Rgb, other: &Rgb) -> f64 {
    let light = |colour: &Rgb| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2] + 0.05;
    light(one).max(light(other)) / light(one).min(light(other))
}

#[test]
fn the_measure_knows_what_is_known() {
    let [white, black, red, green] = ["#ffffff", "#000000", "#ff0000", "#00ff00"].map(linear);
    assert!((lab(&white)[0] - 100.0).abs() < 0.1 && (contrast(&white, &black) - 21.0).abs() < 0.01);
    assert!((apart(&red, &green) - 170.6).abs() < 0.5, "{}", apart(&red, &green));
    // What was drawn with before: fire and gold were one colour to a protanope, indigo and purple to a deuteranope in the dark.
    assert!(apart(&seen(&linear("#c2410c"), &CONES[1].1), &seen(&linear("#8a6100"), &CONES[1].1)) < 5.0);
    assert!(apart(&seen(&linear("#8dbbe3"), &CONES[2].1), &seen(&linear("#c7a5e6"), &CONES[2].1)) < 1.0);
}

#[test]
fn any_two_lines_are_told_apart_by_everybody() {
    for theme in themes() {
        for (cones, matrix) in &CONES {
            for (place, one) in theme.lines.iter().enumerate() {
                for (other, another) in theme.lines.iter().enumerate().skip(place + 1) {
                    let apart = apart(&seen(one, matrix), &seen(another, matrix));
                    assert!(apart >= 16.0, "{}, {cones}: {} and {} are {apart:.1} apart", theme.name, place + 1, other + 1);
                }
            }
        }
    }
}

#[test]
fn lines_differ_in_grey_and_their_names_can_be_read() {
    for theme in themes() {
        let mut grey: Vec<f64> = theme.lines.iter().map(|colour| lab(colour)[0]).collect();
        grey.sort_by(f64::total_cmp);
        assert!(grey.windows(2).all(|pair| pair[1] - pair[0] >= 2.8), "{}: {grey:?}", theme.name);
        for colour in &theme.lines {
            for ground in &theme.grounds {
                assert!(contrast(colour, ground) >= 4.5, "{}: {:.2}", theme.name, contrast(colour, ground));
            }
        }
    }
}

#[test]
fn the_steps_of_a_heat_map_are_even() {
    for theme in themes() {
        for (cones, matrix) in &CONES {
            let light: Vec<f64> = theme.steps.iter().map(|colour| lab(&seen(colour, matrix))[0]).collect();
            let steps: Vec<f64> = light.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let mean = steps.iter().sum::<f64>() / 5.0;
            assert!(mean.abs() >= 9.0, "{}, {cones}: {light:?}", theme.name);
            assert!(steps.iter().all(|step| (step - mean).abs() <= 2.5), "{}, {cones}: {steps:?}", theme.name);
        }
    }
}

#[test]
fn print_has_the_colours_of_paper_and_a_dash_for_each_line() {
    let labels = vec!["a".to_owned()];
    let chart = Chart::new("c", "A chart", Kind::Lines, labels, vec![Series::new("s", vec![Some(1.0)])]).expect("a chart");
    let light = html::STYLE.split("prefers-color-scheme").next().expect("the light theme");
    for printed in [svg::printed(&chart, Language::En), svg::bare(&chart, Language::En)] {
        assert!(!printed.contains("var(") && !printed.contains("prefers-color-scheme"), "{printed}");
        for number in 1..=5 {
            let colour = light.split(&format!("--c{number}:")).nth(1).and_then(|rest| rest.split(';').next()).expect("the token");
            assert!(printed.contains(&format!(".l{number}{{stroke:{colour}}}")), "line {number} is {colour} in print, too");
        }
        let dashes: std::collections::BTreeSet<&str> = (2..=5)
            .map(|number| printed.split(&format!(".ln.l{number}{{stroke-dasharray:")).nth(1).and_then(|rest| rest.split(';').next()).expect("a dash"))
            .collect();
        assert_eq!(dashes.len(), 4, "no two are alike, and the first has none");
        for dash in dashes {
            let found = html::STYLE.matches(&format!("stroke-dasharray:{dash};")).count();
            assert_eq!(found, 2, "{dash} is in print and forced colours of pages, too");
        }
    }
}

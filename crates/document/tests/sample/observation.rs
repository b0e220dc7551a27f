//! What an observation report draws: a quarter's and a year's ports, hours of two weeks, home beside abroad, powers of ten, a heat map.

use noroshi_document::{
    chart::{Chart, Kind, Series},
    heat::{Heat, HeatRow},
    model::{Block, Document},
    prose::Prose,
};
use noroshi_kernel::language::Language;

/// Numbers that look drawn by chance and are always the same.
struct Chance(u32);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0 >> 8) / f64::from(1 << 24)
    }
}

fn tenth(value: f64) -> f64 {
    (value.max(0.0) * 10.0).round() / 10.0
}

const MONTHS: [(&str, &str, usize); 12] = [
    ("1月", "Jan", 31),
    ("2月", "Feb", 28),
    ("3月", "Mar", 31),
    ("4月", "Apr", 30),
    ("5月", "May", 31),
    ("6月", "Jun", 30),
    ("7月", "Jul", 31),
    ("8月", "Aug", 31),
    ("9月", "Sep", 30),
    ("10月", "Oct", 31),
    ("11月", "Nov", 30),
    ("12月", "Dec", 31),
];

/// The days of some months: what stands under the first of each, and all their names.
fn days(language: Language, months: std::ops::Range<usize>) -> (Vec<String>, Vec<String>) {
    let named = MONTHS.iter().enumerate().take(months.end).skip(months.start);
    named
        .flat_map(|(number, (ja, en, length))| {
            let month = if language == Language::Ja { *ja } else { *en };
            (1..=*length).map(move |day| (if day == 1 { month.to_owned() } else { String::new() }, format!("2013-{:02}-{day:02}", number + 1)))
        })
        .unzip()
}

fn walk(seed: u32, points: usize, base: f64, swing: f64) -> Vec<f64> {
    let (mut chance, mut at) = (Chance(seed), 0.0);
    (0..points)
        .map(|_| {
            at = at * 0.8 + (chance.next() - 0.5) * swing;
            base + at
        })
        .collect()
}

fn lines(values: Vec<f64>) -> Vec<Option<f64>> {
    values.into_iter().map(|value| Some(tenth(value))).collect()
}

pub fn charts(language: Language) -> Vec<Chart> {
    let say = |ja: &str, en: &str| if language == Language::Ja { ja.to_owned() } else { en.to_owned() };
    let unit = || say("パケット数 / センサー / 時、日平均", "Packets per sensor and hour, mean of the day");
    let (labels, points) = days(language, 9..12);
    let mut telnet = walk(9, 92, 14.0, 6.0);
    for (day, value) in telnet.iter_mut().enumerate().skip(62) {
        *value += (f64::from(u32::try_from(day).expect("small")) - 62.0) * 0.5;
    }
    let mut ssh = lines(walk(3, 92, 27.0, 7.0));
    ssh[40..46].fill(None);
    let quarter = vec![
        Series::new("445/TCP", lines(walk(1, 92, 52.0, 6.0))).leading("/observe?port=tcp/445"),
        Series::new("1433/TCP", lines(walk(2, 92, 34.0, 8.0))).leading("/observe?port=tcp/1433"),
        Series::new("23/TCP", lines(telnet)),
        Series::new("22/TCP", ssh),
        Series::new("3389/TCP", lines(walk(5, 92, 19.0, 3.0))),
    ];
    let quarter = Chart::new("quarter", say("図1: 宛先ポート別 上位1〜5位", "Figure 1: Ports, ranks 1 to 5"), Kind::Lines, labels, quarter)
        .and_then(|chart| chart.points(points))
        .and_then(|chart| chart.span(61..92, say("23/TCPの増加", "Rise of 23/TCP")))
        .and_then(|chart| chart.note(2, 78, say("23/TCP 12月から増加", "23/TCP up since December")))
        .expect("a chart");
    let (labels, points) = days(language, 0..12);
    let year = (0..5)
        .zip([("135/TCP", 21.0, 5.0), ("80/TCP", 16.0, 9.0), ("53/UDP", 12.0, 3.0), ("8080/TCP", 7.0, 5.0), ("ICMP", 4.0, 1.5)])
        .map(|(seed, (name, base, swing))| Series::new(name, lines(walk(seed + 20, 365, base, swing))))
        .collect();
    let year = Chart::new("year", say("図2: 1年間の宛先ポート別 上位6〜10位", "Figure 2: Ports of the year, ranks 6 to 10"), Kind::Lines, labels, year)
        .and_then(|chart| chart.points(points))
        .expect("a chart");
    let hours: Vec<(String, String)> = (0..336)
        .map(|hour| (if hour % 24 == 0 { format!("12/{}", hour / 24 + 1) } else { String::new() }, format!("2013-12-{:02} {:02}:00", hour / 24 + 1, hour % 24)))
        .collect();
    let (labels, points) = hours.into_iter().unzip();
    let mut port = walk(77, 336, 6.0, 3.0);
    port[200..224].iter_mut().for_each(|value| *value += 40.0);
    let port = Chart::new("hours", say("図3: 5168/TCP", "Figure 3: 5168/TCP"), Kind::Lines, labels, vec![Series::new("5168/TCP", lines(port))])
        .and_then(|chart| chart.points(points))
        .and_then(|chart| chart.span(200..224, say("12月9日 08:00から", "9 December, from 08:00")))
        .expect("a chart");
    let (labels, points) = days(language, 9..12);
    let power = |seed: u32, exponent: f64| walk(seed, 92, exponent, 0.8).into_iter().map(|value| Some(10_f64.powf(value).floor())).collect::<Vec<_>>();
    let mut rare = power(40, 0.2);
    rare[10..20].fill(Some(0.0));
    rare[50..60].fill(None);
    let powers = vec![Series::new("445/TCP", power(38, 4.4)), Series::new("22/TCP", power(39, 3.0)), Series::new("5168/TCP", rare)];
    let powers = Chart::new("powers", say("図4: 多いポートと稀なポート", "Figure 4: Frequent and rare ports"), Kind::Lines, labels.clone(), powers)
        .and_then(|chart| chart.points(points.clone()))
        .and_then(Chart::logarithmic)
        .expect("a chart");
    let pair = vec![
        Series::new(say("国内センサー", "Home sensors"), lines(walk(51, 92, 31.0, 7.0))),
        Series::new(say("海外センサー", "Sensors abroad"), lines(walk(52, 92, 44.0, 9.0))),
    ];
    let pair = Chart::new("pair", say("図5: 国内と海外", "Figure 5: Home and abroad"), Kind::Lines, labels, pair)
        .and_then(|chart| chart.points(points))
        .expect("a chart");
    vec![
        quarter.unit(unit()).caption(say("23/TCPは12月から増加。", "23/TCP has been rising since December.")),
        year.unit(unit()),
        port.unit(say("パケット数 / センサー / 時", "Packets per sensor and hour")),
        powers.unit(say("パケット数 / 日", "Packets per day")),
        pair.unit(unit()),
    ]
}

pub fn heat(language: Language) -> Heat {
    let say = |ja: &str, en: &str| if language == Language::Ja { ja.to_owned() } else { en.to_owned() };
    let (labels, points) = days(language, 0..12);
    let labels = labels.chunks(7).map(|week| week.iter().find(|label| !label.is_empty()).cloned().unwrap_or_default()).collect();
    let points = points.chunks(7).map(|week| say(&format!("{}からの週", week[0]), &format!("week of {}", week[0]))).collect();
    let names = [
        "445/TCP", "1433/TCP", "23/TCP", "22/TCP", "3389/TCP", "135/TCP", "80/TCP", "53/UDP", "8080/TCP", "ICMP", "139/TCP", "443/TCP", "5900/TCP", "3306/TCP",
        "161/UDP", "1434/UDP", "2967/TCP", "5060/UDP", "5168/TCP", "123/UDP",
    ];
    let row = |(number, name): (u32, &&str)| {
        let base = 4.6 - f64::from(number) * 0.17;
        let mut values: Vec<Option<f64>> = walk(number + 100, 53, base, 0.5).into_iter().map(|value| Some(10_f64.powf(value).round())).collect();
        if *name == "5168/TCP" {
            values[..34].fill(Some(0.0));
            values[38..41].iter_mut().flatten().for_each(|value| *value *= 60.0);
        }
        if number % 5 == 3 {
            values[20..23].fill(None);
        }
        HeatRow { name: (*name).into(), values, href: Some(format!("/observe?port={name}")), query: serde_json::json!({ "port": name }) }
    };
    let rows = (0..).zip(&names).map(row).collect();
    Heat::new("heat", say("図6: ポートと週", "Figure 6: Ports by week"), labels, rows)
        .and_then(|heat| heat.points(points))
        .expect("a map")
        .unit(say("パケット数 / 週", "Packets per week"))
        .caption(say("5168/TCPは8月下旬から届いた。", "5168/TCP first came in late August."))
}

pub fn document(language: Language) -> Document {
    let say = |ja: &str, en: &str| if language == Language::Ja { ja.to_owned() } else { en.to_owned() };
    let charts = charts(language).into_iter().map(Block::Chart);
    Document {
        language,
        title: say("インターネット定点観測 2013Q4", "Internet observation 2013Q4"),
        lead: Some(Prose::from(say("例示のセンサーが受け取った、意図しないパケットの記録です。", "What example sensors received unasked."))),
        facts: vec![],
        blocks: charts.chain([Block::Heat(heat(language))]).collect(),
    }
}

//! A quarter's report in both languages, with numbers like those of 2013Q4.

#![allow(missing_docs, unreachable_pub, dead_code, clippy::expect_used, clippy::indexing_slicing)]

pub mod observation;

use noroshi_document::{
    change,
    chart::{Chart, Kind, Series},
    model::{Block, Document},
    prose::Prose,
    share,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_kernel::language::Language;
use serde_json::json;

const MONTHS: [&str; 3] = ["2013-10", "2013-11", "2013-12"];

pub fn document(language: Language) -> Document {
    let say = |ja: &str, en: &str| if language == Language::Ja { ja.to_owned() } else { en.to_owned() };
    Document {
        language,
        title: say("インシデント報告対応レポート 2013年10月1日〜12月31日", "Incident handling report, 1 October to 31 December 2013"),
        lead: Some(Prose::from(say(
            "例示CSIRTが受け付けたインシデント報告と、その対応の結果です。数値はそれぞれの件数を数えた記録の一覧につながります。",
            "Reports of incidents received by Example CSIRT, and what came of them. Every number leads to the records that it counts.",
        ))),
        facts: vec![
            (say("発行者", "Issuer"), say("例示CSIRT", "Example CSIRT")),
            (say("期間", "Period"), "2013Q4".into()),
            (say("発行日", "Issued"), "2014-01-16".into()),
        ],
        blocks: vec![
            Block::Heading { level: 2, text: say("1. 四半期の状況", "1. The quarter"), id: "quarter".into() },
            Block::Paragraph(prose([
                say("この四半期に寄せられた報告は", "There were ").into(),
                counted(4399, "2013Q4").into(),
                say("件でした。前四半期の「", " reports in this quarter, 13 % fewer than the ").into(),
                counted(5048, "2013Q3").into(),
                say("件」から13%減りましたが、フィッシングサイトは", " of the quarter before. Phishing sites rose by 28 % to ").into(),
                counted(601, "2013Q4").into(),
                say("件で、前四半期より28%多くなりました。国内ブランドを装うものが増えています。", "; more of them imitate domestic brands than before.")
                    .into(),
            ])),
            Block::Table(reports(language, &say)),
            Block::Chart(trend(&say)),
            Block::Heading { level: 3, text: say("1.1. フィッシングサイト", "1.1. Phishing sites"), id: "phishing".into() },
            Block::Chart(brands(&say)),
            Block::Table(phishing(&say)),
            Block::Chart(stack(&say)),
            Block::Chart(ports(language, &say)),
            Block::Chart(categories(&say)),
            Block::Table(wide(&say)),
            Block::Table(nothing(&say)),
            Block::Chart(Chart::new("none", say("標的型攻撃", "Targeted attacks"), Kind::Bars, MONTHS.map(String::from).to_vec(), vec![]).expect("a chart")),
            Block::Note(say("同じサイトについての報告が複数あっても、インシデントは1件と数えます。", "Several reports of one site count as one incident.")),
        ],
    }
}

fn prose<const N: usize>(runs: [Prose; N]) -> Prose {
    let mut prose = Prose::default();
    runs.into_iter().for_each(|run| prose.push(run));
    prose
}

fn counted(value: i64, month: &str) -> Figure {
    Figure { value, query: json!({ "kind": "incident", "month": month }), href: Some(format!("/incidents?month={month}&count={value}")) }
}

fn figure(value: i64, month: &str) -> Cell {
    Cell::Number(counted(value, month))
}

fn reports(language: Language, say: &impl Fn(&str, &str) -> String) -> Table {
    let row = |name: String, months: [i64; 3], earlier: i64| {
        let sum = months.iter().sum();
        let cells = MONTHS.iter().zip(months).map(|(month, value)| figure(value, month)).collect::<Vec<_>>();
        Row::named(name, cells.into_iter().chain([figure(sum, "2013Q4"), Cell::Change { percent: change::percent(sum, earlier) }]))
    };
    let month = |number: u8| if language == Language::Ja { format!("{number}月") } else { format!("2013-{number}") };
    Table {
        id: "reports".into(),
        title: say("表1: 報告と調整の件数", "Table 1: Reports and coordinations"),
        unit: Some(say("件", "cases")),
        columns: vec![
            Column::left(""),
            Column::right(month(10)),
            Column::right(month(11)),
            Column::right(month(12)),
            Column::right(say("合計", "Total")),
            Column::right(say("前四半期比", "Change")),
        ],
        rows: vec![
            row(say("報告", "Reports"), [1473, 1501, 1425], 5048),
            row(say("インシデント", "Incidents"), [1604, 1380, 1210], 4812),
            row(say("調整", "Coordinations"), [712, 745, 678], 2414),
        ],
        total: None,
        notes: vec![say("調整の件数は、依頼した組織の数です。", "A coordination is one organisation asked to act.")],
        empty: None,
    }
}

fn phishing(say: &impl Fn(&str, &str) -> String) -> Table {
    let names = [say("国内ブランド", "Domestic brands"), say("国外ブランド", "Foreign brands"), say("ブランド不明", "Unknown brands")];
    let values = [[82, 88, 83], [66, 70, 68], [50, 47, 47]];
    let shares = share::largest_remainder(&[253, 204, 144]);
    let rows = (names.into_iter().zip(values).zip(shares))
        .map(|((name, months), share)| {
            let cells = MONTHS.iter().zip(months).map(|(month, value)| figure(value, month)).collect::<Vec<_>>();
            Row::named(name, cells.into_iter().chain([figure(months.iter().sum(), "2013Q4"), Cell::Share { percent: i64::try_from(share).expect("small") }]))
        })
        .collect();
    Table {
        id: "phishing-brands".into(),
        title: say("表2: 装われたブランドの国内・国外の別", "Table 2: Imitated brands, domestic and foreign"),
        unit: Some(say("件", "cases")),
        columns: vec![
            Column::left(say("ブランド", "Brand")),
            Column::right("2013-10"),
            Column::right("2013-11"),
            Column::right("2013-12"),
            Column::right(say("合計", "Total")),
            Column::right(say("割合", "Share")),
        ],
        rows,
        total: Some(Row::named(
            say("合計", "Total"),
            [figure(198, "2013-10"), figure(205, "2013-11"), figure(198, "2013-12"), figure(601, "2013Q4"), Cell::Share { percent: 100 }],
        )),
        notes: vec![],
        empty: None,
    }
}

fn counts(values: &[u32]) -> Vec<Option<f64>> {
    values.iter().map(|value| Some(f64::from(*value))).collect()
}

fn trend(say: &impl Fn(&str, &str) -> String) -> Chart {
    let labels = ["2012Q4", "2013Q1", "2013Q2", "2013Q3", "2013Q4"].map(String::from).to_vec();
    let links = labels.iter().map(|label| Some(format!("/reports?period={label}"))).collect();
    let series = vec![Series::new(say("報告", "Reports"), counts(&[3610, 3912, 4433, 5048, 4399])).linked(links)];
    let chart = Chart::new("trend", say("図1: 報告件数の推移", "Figure 1: Reports by quarter"), Kind::Bars, labels, series).expect("a chart");
    chart
        .unit(say("件", "reports"))
        .table("reports")
        .caption(say("2013年7月から9月が最も多く、その後減りました。", "Most came from July to September 2013; then they fell."))
}

fn brands(say: &impl Fn(&str, &str) -> String) -> Chart {
    let series = vec![
        Series::new(say("国内ブランド", "Domestic brands"), counts(&[82, 88, 83]))
            .linked(MONTHS.map(|month| Some(format!("/incidents?brand=domestic&month={month}"))).to_vec()),
        Series::new(say("国外ブランド", "Foreign brands"), counts(&[66, 70, 68])),
        Series::new(say("ブランド不明", "Unknown brands"), vec![Some(50.0), None, Some(47.0)]),
    ];
    let chart = Chart::new("brands", say("図2: 装われたブランド", "Figure 2: Imitated brands"), Kind::Bars, MONTHS.map(String::from).to_vec(), series)
        .expect("a chart");
    chart.unit(say("件", "cases")).table("phishing-brands").caption(say("どの月も国内ブランドが最も多い。", "Domestic brands lead in every month."))
}

fn stack(say: &impl Fn(&str, &str) -> String) -> Chart {
    let labels: Vec<String> = (1..=12).map(|month| format!("2013-{month:02}")).collect();
    let wave = |base: u32, swing: u32| -> Vec<Option<f64>> { (0..12_u32).map(|month| Some(f64::from(base + swing * ((month * 7) % 5) / 3))).collect() };
    let series = vec![
        Series::new(say("スキャン", "Scans"), wave(610, 120)),
        Series::new(say("Webサイト改ざん", "Defacement"), wave(420, 210)),
        Series::new(say("フィッシング", "Phishing"), wave(160, 30)),
        Series::new(say("マルウエアサイト", "Malware sites"), wave(70, 25)),
        Series::new(say("その他", "Other"), wave(95, 12)),
    ];
    let chart = Chart::new("categories", say("図3: 種別ごとの件数", "Figure 3: Incidents by category"), Kind::Stacked, labels, series).expect("a chart");
    chart.unit(say("件", "cases")).caption(say("スキャンとWebサイト改ざんで全体のおよそ8割になる。", "Scans and defacements are about four fifths of all."))
}

const CATEGORIES: [(&str, &str); 7] = [
    ("フィッシングサイト", "Phishing site"),
    ("Webサイト改ざん", "Website defacement"),
    ("マルウエアサイト", "Malware site"),
    ("スキャン", "Scan"),
    ("DoS/DDoS", "DoS/DDoS"),
    ("標的型攻撃", "Targeted attack"),
    ("その他", "Other"),
];

fn categories(say: &impl Fn(&str, &str) -> String) -> Chart {
    let labels = CATEGORIES.map(|(ja, en)| say(ja, en)).to_vec();
    let series = vec![Series::new(say("インシデント", "Incidents"), counts(&[601, 1604, 180, 1423, 14, 23, 349]))];
    let chart = Chart::new("kinds", say("図5: 種別", "Figure 5: Categories"), Kind::Bars, labels, series).expect("a chart");
    chart.unit(say("件", "cases")).caption(say("改ざんとスキャンが多い。", "Defacements and scans lead."))
}

/// A table too wide for one block of 72 columns.
fn wide(say: &impl Fn(&str, &str) -> String) -> Table {
    let months: Vec<String> = (1..=12).map(|month| format!("2013-{month:02}")).collect();
    let row = |(ja, en): (&str, &str), base: i64| Row::named(say(ja, en), months.iter().zip(1..).map(|(month, place)| figure(base * place % 1999, month)));
    Table {
        id: "year".into(),
        title: say("表3: 種別と月", "Table 3: Categories by month"),
        unit: Some(say("件", "cases")),
        columns: std::iter::once(Column::left(say("種別", "Category"))).chain(months.iter().map(Column::right)).collect(),
        rows: CATEGORIES.into_iter().zip([601, 1604, 180, 1423, 14, 23, 349]).map(|(name, base)| row(name, base)).collect(),
        total: Some(row(("合計", "Total"), 4194)),
        notes: vec![],
        empty: None,
    }
}

/// A table without rows.
fn nothing(say: &impl Fn(&str, &str) -> String) -> Table {
    Table {
        id: "set-aside".into(),
        title: say("表4: 保留", "Table 4: Set aside"),
        rows: vec![],
        total: None,
        empty: Some(say("この期間にはありませんでした。", "There were none in this period.")),
        ..phishing(say)
    }
}

fn ports(language: Language, say: &impl Fn(&str, &str) -> String) -> Chart {
    let month = |day: u32| match (day, language) {
        (0, Language::Ja) => "10月".into(),
        (31, Language::Ja) => "11月".into(),
        (61, Language::Ja) => "12月".into(),
        (0, Language::En) => "October".into(),
        (31, Language::En) => "November".into(),
        (61, Language::En) => "December".into(),
        _ => String::new(),
    };
    let line = |name: &str, base: f64, swing: f64, pace: f64, rise: f64| {
        let value = |day: u32| base + swing * (f64::from(day) * pace).sin() + swing * 0.4 * (f64::from(day) * pace * 3.3).cos() + rise * f64::from(day) / 92.0;
        Series::new(name, (0..92).map(|day| (name != "22/TCP" || !(40..46).contains(&day)).then(|| (value(day) * 10.0).round() / 10.0)).collect())
    };
    let series = vec![
        line("445/TCP", 52.0, 2.2, 0.55, 0.0),
        line("1433/TCP", 32.0, 3.5, 0.8, 0.0),
        line("22/TCP", 27.0, 2.0, 0.4, 0.0),
        line("3389/TCP", 18.0, 1.6, 0.35, 2.0),
        line("23/TCP", 11.0, 2.4, 0.6, 17.0),
    ];
    let chart =
        Chart::new("ports", say("図4: 宛先ポート別 上位1〜5位", "Figure 4: The five most probed ports"), Kind::Lines, (0..92).map(month).collect(), series)
            .expect("a chart");
    chart
        .unit(say("パケット数 / センサー / 時 ・ 日平均", "Packets per sensor and hour, mean of the day"))
        .caption(say("23/TCPは12月から増加。", "23/TCP has been rising since December."))
}

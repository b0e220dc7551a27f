//! The pages: of a Monday in each language, the list of earlier ones, and the way to both languages.

use super::{
    Monday, ROWS, Section, data,
    graph::{self, Of},
    shown,
};
use crate::{SiteError, files::Made, words::Words};
use askama::Template;
use jiff::civil::Date;
use noroshi_document::html;
use noroshi_kernel::{
    language::{Bilingual, Language},
    moment::Zone,
};
use noroshi_observation::public::Told;

/// Whose site it is.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// The team's name.
    pub team: Bilingual,
    /// The zone of its days.
    pub zone: Zone,
    /// Where readers compare their own packets, when there is such a page: `https://noroshi.example.jp/compare`.
    pub compare: Option<String>,
}

/// What every page has around its matter.
struct Frame {
    words: Words,
    team: String,
    /// The way to the folder `observation`: `../`.
    root: &'static str,
    /// The same page in the other language.
    other: String,
}

impl Frame {
    fn of(publisher: &Publisher, language: Language, root: &'static str, page: &str) -> Self {
        let words = Words(language);
        Self { words, team: publisher.team.get(language).to_owned(), root, other: format!("{root}{}/{page}", words.other()) }
    }

    fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    fn other_name(&self) -> &'static str {
        self.words.other().own_name()
    }
}

/// A row of a table.
struct Shown {
    rank: usize,
    name: String,
    /// What listens at a port.
    service: &'static str,
    average: String,
    share: String,
    /// With its direction, which has a colour: `up`, `down` or nothing.
    change: String,
    direction: &'static str,
    earlier: String,
}

/// What is ranked of a section.
struct Ranked {
    /// `ports`, `regions`
    key: &'static str,
    title: String,
    column: String,
    graphs: String,
    /// The values of the graphs; nothing where there are none.
    values: String,
    rows: Vec<Shown>,
}

/// A section of the page.
struct Part {
    span: &'static str,
    title: String,
    dates: String,
    sensors: String,
    change_name: String,
    earlier_name: String,
    ranked: Vec<Ranked>,
}

/// A rise that was published.
struct Rise {
    /// `445/TCP`, and from where.
    what: String,
    /// What listens there.
    service: &'static str,
    /// How it came, and since when.
    since: String,
    /// Until when, where that is known.
    until: Option<String>,
    explanation: String,
}

/// The page of a Monday.
#[derive(Template)]
#[template(path = "monday.html")]
struct MondayPage {
    frame: Frame,
    title: String,
    lead: String,
    day: Date,
    compare: Option<String>,
    parts: Vec<Part>,
    rises: Vec<Rise>,
    /// What is not there, and why.
    missing: Vec<String>,
    /// The address of this very page, which stays.
    permanent: String,
}

/// The list of Mondays.
#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage {
    frame: Frame,
    /// Addresses and names, the latest first.
    days: Vec<(String, String)>,
}

/// The way to both languages.
#[derive(Template)]
#[template(path = "languages.html")]
struct LanguagesPage {
    team: Bilingual,
    names: Vec<(Language, String)>,
}

/// Every file of a Monday, what leads to the others last. `earlier` are the Mondays that are published already.
///
/// # Errors
/// [`SiteError::Page`] when a page cannot be made.
pub fn files(monday: &Monday, publisher: &Publisher, earlier: &[Date]) -> Result<Vec<Made>, SiteError> {
    let mut files = vec![Made::text("observation/style.css", [html::STYLE, include_str!("../../assets/site.css")].concat())];
    files.extend(data::files(monday)?);
    for language in Language::ALL {
        let name = format!("{}.html", monday.day);
        files.push(Made::text(format!("observation/{language}/{name}"), page(monday, publisher, language, &name)?));
    }
    let mut days: Vec<Date> = earlier.iter().copied().chain([monday.day]).collect();
    days.sort_unstable();
    days.dedup();
    for language in Language::ALL {
        let frame = Frame::of(publisher, language, "../", "archive.html");
        let listed = days.iter().rev().map(|day| (format!("{day}.html"), shown::day(*day, frame.words))).collect();
        files.push(Made::text(format!("observation/{language}/archive.html"), ArchivePage { frame, days: listed }.render()?));
    }
    // An earlier Monday, published again, is not what readers come for.
    if days.last() == Some(&monday.day) {
        for language in Language::ALL {
            files.push(Made::text(format!("observation/{language}/index.html"), page(monday, publisher, language, "index.html")?));
        }
    }
    let names = Language::ALL.map(|language| (language, Words(language).say("title"))).into();
    files.push(Made::text("observation/index.html", LanguagesPage { team: publisher.team.clone(), names }.render()?));
    Ok(files)
}

fn page(monday: &Monday, publisher: &Publisher, language: Language, name: &str) -> Result<String, SiteError> {
    let frame = Frame::of(publisher, language, "../", name);
    let words = frame.words;
    let parts = monday.sections().map(|section| part(section, &publisher.zone, words)).collect::<Result<_, _>>()?;
    let missing = [(monday.quarter.is_none(), "missing-quarter"), (monday.year.is_none(), "missing-year")];
    let title = words
        .with("monday-title", &[("from", &shown::day(begin(&monday.week, &publisher.zone), words)), ("to", &shown::day(shown::before(monday.day), words))]);
    let page = MondayPage {
        lead: words.count("lead", monday.week.sensors),
        title,
        day: monday.day,
        compare: publisher.compare.clone(),
        parts,
        rises: monday.rises.iter().map(|told| rise(told, &publisher.zone, words)).collect(),
        missing: missing.into_iter().filter(|(is, _)| *is).map(|(_, key)| words.say(key)).collect(),
        permanent: format!("{}.html", monday.day),
        frame,
    };
    Ok(page.render()?)
}

fn begin(section: &Section, zone: &Zone) -> Date {
    zone.wall(section.window.from).date()
}

fn part(section: &Section, zone: &Zone, words: Words) -> Result<Part, SiteError> {
    let span = section.span.key();
    let last = shown::before(zone.wall(section.window.to).date());
    Ok(Part {
        span,
        title: words.say(&format!("part-{span}")),
        dates: words.with("dates", &[("from", &shown::day(begin(section, zone), words)), ("to", &shown::day(last, words)), ("zone", zone.name())]),
        sensors: words.count("sensors", section.sensors),
        change_name: words.say(&format!("change-{span}")),
        earlier_name: words.say(&format!("earlier-{span}")),
        ranked: [(Of::Ports, &section.ports), (Of::Regions, &section.regions)]
            .into_iter()
            // Without a database of countries nothing is said of them.
            .filter(|(_, part)| part.ranks.iter().any(|rank| rank.key != "unknown"))
            .map(|(of, part)| ranked(section, of, part, zone, words))
            .collect::<Result<_, _>>()?,
    })
}

fn ranked(section: &Section, of: Of, part: &super::Part, zone: &Zone, words: Words) -> Result<Ranked, SiteError> {
    let greatest = part.ranks.first().map_or(0.0, |rank| rank.average);
    let dash = || "\u{2013}".to_owned();
    let row = |rank: &super::Rank| Shown {
        rank: rank.rank,
        name: of.name(&rank.key, words),
        service: noroshi_catalogue::service_name(&rank.key).unwrap_or_default(),
        average: shown::average(rank.average, greatest),
        share: shown::share(rank.share, words),
        change: rank.change_percent.map_or_else(dash, |percent| change(percent, words)),
        direction: match rank.change_percent {
            Some(1..) => "up",
            Some(..=-1) => "down",
            _ => "",
        },
        earlier: rank.earlier_rank.map_or_else(dash, |rank| rank.to_string()),
    };
    let (graphs, values) = if part.lines.is_empty() { Default::default() } else { graph::drawn(section, of, &part.lines, zone, words)? };
    Ok(Ranked {
        key: of.key(),
        title: words.say(&format!("ranks-{}", of.key())),
        column: words.say(&format!("column-{}", of.key())),
        graphs,
        values,
        rows: part.ranks.iter().take(ROWS).map(row).collect(),
    })
}

fn rise(told: &Told, zone: &Zone, words: Words) -> Rise {
    let port = shown::service(&told.key);
    let day = shown::day(zone.wall(told.from).date(), words);
    Rise {
        what: match &told.country {
            Some(country) => words.with("rise-of-region", &[("port", &port), ("region", &shown::region(country, words))]),
            None => port,
        },
        service: noroshi_catalogue::service_name(&told.key).unwrap_or_default(),
        since: words.with(&format!("rise-{}", told.kind.key().replace('_', "-")), &[("day", &day)]),
        until: told.lasted.map(|lasted| {
            let last = shown::day(zone.wall(lasted.last).date(), words);
            words.with(if lasted.goes_on { "rise-goes-on" } else { "rise-until" }, &[("day", &last)])
        }),
        explanation: told.explanation.get(words.0).to_owned(),
    }
}

/// `+12%`, `−3%`, in English with a space that does not break.
fn change(percent: i64, words: Words) -> String {
    let space = if words.0 == Language::En { "\u{a0}" } else { "" };
    let sign = if percent > 0 { "+" } else { "" };
    format!("{sign}{}{space}%", noroshi_document::number::grouped(percent))
}

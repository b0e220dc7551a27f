//! The question, as it stands in the address.

use super::Form;
use crate::{failure::Failure, query::Parameters, web::Web, words::Words};
use jiff::{Span, Timestamp, civil};
use noroshi_catalogue::region_name;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
    period::{Kind, Month, Period},
    reason::Reason,
};
use noroshi_lake::packets::Tool;
use noroshi_observation::{
    ask::{Countries, NoSelection, Selection, Sensors},
    series::Bucket,
    service::registry,
    top::By,
};
use noroshi_reporting::graph::View;
use std::collections::BTreeSet;

/// The parameters that the page reads.
pub(super) const KNOWN: [&str; 10] = ["show", "by", "port", "country", "tool", "network", "sensors", "from", "to", "bucket"];

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// What was seen most, ranks 1 to 5 and 6 to 10.
    Ranks,
    /// What is selected, through time.
    Series,
    /// How many distinct sources, through time.
    Distinct,
    /// Ports by weeks.
    Weeks,
    /// Sources at home and abroad.
    Origins,
    /// Sensors at home and abroad.
    Sides,
    /// Source by source.
    Sources,
}

impl Show {
    pub(super) const ALL: [Self; 7] = [Self::Ranks, Self::Series, Self::Distinct, Self::Weeks, Self::Origins, Self::Sides, Self::Sources];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Ranks => "ranks",
            Self::Series => "series",
            Self::Distinct => "distinct",
            Self::Weeks => "weeks",
            Self::Origins => "origins",
            Self::Sides => "sides",
            Self::Sources => "sources",
        }
    }
}

/// The question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) show: Show,
    pub(super) view: View,
    /// The first field that cannot be read.
    pub(super) wrong: Option<Wrong>,
}

/// A field that cannot be read, as it was typed, and why.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    name: &'static str,
    text: String,
    pub(super) reason: Reason,
}

impl Asked {
    /// Reads the address; without a time it is twenty-eight days, today the last.
    pub(super) fn read(parameters: &Parameters, web: &Web) -> Result<Self, Failure> {
        parameters.only(&KNOWN)?;
        let zone = &web.reckoning.zone;
        let pick = |name: &str, keys: &[&'static str]| match parameters.get(name) {
            None => Ok(0),
            Some(text) => keys.iter().position(|key| *key == text).ok_or_else(|| no_parameter(name, text)),
        };
        let show = *Show::ALL.get(pick("show", &Show::ALL.map(Show::key))?).unwrap_or(&Show::Ranks);
        let by = *By::ALL.get(pick("by", &By::ALL.map(By::key))?).unwrap_or(&By::Port);
        let (mut selection, mut wrong) = (Selection::default(), None);
        for name in ["port", "country", "tool", "network", "sensors"] {
            let Some(text) = parameters.get(name) else { continue };
            if let Err(NoSelection(reason)) = selection.take(name, text) {
                wrong.get_or_insert(Wrong { name, text: text.to_owned(), reason });
            }
        }
        let mut time = |name: &'static str| {
            let text = parameters.get(name)?;
            let time = moment(zone, text);
            if time.is_none() {
                wrong.get_or_insert_with(|| Wrong { name, text: text.to_owned(), reason: no_time() });
            }
            time
        };
        let to = time("to").unwrap_or_else(|| begin(zone, web.ledger.now(), 1));
        let from = time("from").unwrap_or_else(|| begin(zone, to, -28));
        if from >= to {
            wrong.get_or_insert(Wrong { name: "to", text: String::new(), reason: not_later() });
        }
        let days = (to.0 - from.0) / Moment::DAY_US;
        let bucket = match parameters.get("bucket") {
            Some(_) => *Bucket::ALL.get(pick("bucket", &Bucket::ALL.map(Bucket::key))?).unwrap_or(&Bucket::Day),
            None if days <= 8 => Bucket::Hour,
            None if days <= 400 => Bucket::Day,
            None => Bucket::Week,
        };
        let view = View { show: show.key(), by, selection, from, to, bucket };
        Ok(Self { show, view, wrong })
    }

    /// The same, so many of its lengths later.
    pub(super) fn moved(&self, times: i64) -> Self {
        let length = self.view.to.0 - self.view.from.0;
        let moved = |at: Moment| Moment(at.0.saturating_add(length.saturating_mul(times)));
        Self { view: View { from: moved(self.view.from), to: moved(self.view.to), ..self.view.clone() }, ..self.clone() }
    }

    /// Times that are asked for often.
    pub(super) fn times(&self, web: &Web, words: Words) -> Vec<(String, String, bool)> {
        let (zone, now) = (&web.reckoning.zone, web.ledger.now());
        let tomorrow = begin(zone, now, 1);
        let quarter = Period::holding(Kind::Quarter, Month::of(now, zone));
        let last = quarter.previous();
        let year = Period::holding(Kind::TwelveMonths, Month::of(now, zone)).bounds(zone);
        let spans = [
            (words.say("observe-week"), (begin(zone, now, -6), tomorrow), Bucket::Hour),
            (words.say("observe-four-weeks"), (begin(zone, now, -27), tomorrow), Bucket::Day),
            (quarter.to_string(), quarter.bounds(zone), Bucket::Day),
            (last.to_string(), last.bounds(zone), Bucket::Day),
            (words.say("observe-year"), year, Bucket::Week),
        ];
        let link = |(name, (from, to), bucket): (String, (Moment, Moment), Bucket)| {
            let current = (self.view.from, self.view.to) == (from, to);
            (name, View { from, to, bucket, ..self.view.clone() }.href(), current)
        };
        spans.into_iter().map(link).collect()
    }

    /// The form's fields.
    pub(super) async fn form(&self, web: &Web, actor: &Actor, words: Words) -> Result<Form, Failure> {
        let Self { show, view, .. } = self;
        let sensors = registry::list(&web.ledger, actor).await?;
        let regions: BTreeSet<&str> = sensors.iter().map(|sensor| sensor.region.as_str()).filter(|region| !region.is_empty()).collect();
        let chosen = view.selection.sensors.to_string();
        let plain = ["all", "home", "abroad"].map(|key| (key.to_owned(), words.say(&format!("observe-sensors-{key}"))));
        let of_regions = regions.into_iter().map(|region| (Sensors::Region(region.to_owned()).to_string(), region_name(region, words.language).into_owned()));
        let named = sensors.iter().map(|sensor| (sensor.name.clone(), sensor.name.clone()));
        let select = |(key, name): (String, String)| (key.clone(), name, key == chosen);
        let zone = &web.reckoning.zone;
        let selection = &view.selection;
        let field = |name: &str| match &self.wrong {
            Some(wrong) if wrong.name == name => wrong.text.clone(),
            _ => field(selection, name),
        };
        Ok(Form {
            shows: Show::ALL.map(|one| (one.key(), words.say(&format!("observe-show-{}", one.key())), one == *show)).into(),
            bys: By::ALL.map(|one| (one.key(), words.say(&format!("observe-by-{}", one.key())), one == view.by)).into(),
            buckets: Bucket::ALL.map(|one| (one.key(), words.say(&format!("observe-bucket-{}", one.key())), one == view.bucket)).into(),
            port: field("port"),
            country: field("country"),
            tools: Tool::ALL.map(|tool| (tool.key(), tool.key().to_owned(), selection.tool == Some(tool))).into(),
            network: field("network"),
            sensors: plain.into_iter().chain(of_regions).chain(named).map(select).collect(),
            from: shown(zone, view.from),
            to: shown(zone, view.to),
            is_narrowed: self.wrong.as_ref().is_some_and(|wrong| !matches!(wrong.name, "port" | "from" | "to"))
                || selection.tool.is_some()
                || selection.network.is_some()
                || selection.countries != Countries::Any,
        })
    }
}

fn field(selection: &Selection, name: &str) -> String {
    selection.fields().into_iter().find(|(field, _)| *field == name).map(|(_, text)| text).unwrap_or_default()
}

/// A time that is none.
pub(super) fn no_time() -> Reason {
    Reason::new("observe-time-form", "「から」と「まで」を日時で書いてください（例: 2026-11-01T00:00）。", "write both times as 2026-11-01T00:00")
}

/// A time that ends before it begins.
pub(super) fn not_later() -> Reason {
    Reason::new("observe-times", "「まで」は「から」より後にしてください。", "the time “to” must be later than the time “from”")
}

pub(super) fn no_parameter(name: &str, text: &str) -> Failure {
    Failure::Parameter { name: name.to_owned(), value: text.to_owned() }
}

/// A time as a form or a link holds it: a day or a time of the team's zone, or one with its offset.
pub(super) fn moment(zone: &Zone, text: &str) -> Option<Moment> {
    let instant = || text.parse::<Timestamp>().ok().map(Moment::from);
    let wall = || text.parse::<civil::DateTime>().ok().and_then(|wall| zone.moment(wall));
    instant().or_else(wall)
}

/// A time as a field for days and times shows it.
pub(super) fn shown(zone: &Zone, at: Moment) -> String {
    zone.wall(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// When a day begins, so many days from that of a moment.
pub(super) fn begin(zone: &Zone, at: Moment, days: i64) -> Moment {
    let day = zone.wall(at).date().checked_add(Span::new().days(days)).ok();
    day.and_then(|day| zone.moment(day.at(0, 0, 0, 0))).unwrap_or(at)
}

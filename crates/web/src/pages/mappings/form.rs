use super::sent::{DETAILS, SAMPLE_MOST_BYTES, SEPARATORS, Sent, TIME_FORMS, kind};
use crate::{links, times::Time, web::Web, words::Words};
use noroshi_feeds::defang::defang;
use noroshi_incident::{
    model::{Category, TargetKind},
    service::import::{self, Preview, Previewed},
};
use noroshi_kernel::{observable::Protocol, reason::Reason, rsit::Rsit};
use noroshi_mailroom::mapping::Format;

/// The fields of a mapping, filled in.
pub(crate) struct MappingForm {
    pub(crate) sent: Sent,
    pub(crate) formats: Vec<Choice>,
    pub(crate) separators: Vec<Choice>,
    pub(crate) time_forms: Vec<Choice>,
    pub(crate) protocols: Vec<Choice>,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) details: Vec<Choice>,
}

/// One of a few.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

fn choices<'a>(values: impl IntoIterator<Item = &'a str>, chosen: &str, label: impl Fn(&str) -> String) -> Vec<Choice> {
    values.into_iter().map(|value| Choice { value: value.into(), label: label(value), selected: value == chosen }).collect()
}

impl MappingForm {
    pub(crate) fn of(sent: Sent, words: Words) -> Self {
        let word = |prefix: &'static str| move |value: &str| words.say(&format!("{prefix}{}", value.replace('_', "-")));
        let kinds = Rsit::ALL.iter().map(|rsit| Choice {
            value: kind(*rsit),
            label: format!("{} — {}", kind(*rsit), words.category(Category::of_rsit(*rsit))),
            selected: kind(*rsit) == sent.kind_otherwise,
        });
        let protocols = Protocol::ALL.map(Protocol::key);
        Self {
            formats: choices(Format::ALL.map(Format::key), sent.format().key(), str::to_uppercase),
            separators: choices(SEPARATORS.map(|(key, _)| key), &sent.separator, word("mapping-separator-")),
            time_forms: choices(TIME_FORMS, &sent.time_form, word("mapping-time-")),
            protocols: choices(protocols, &sent.default_protocol, str::to_uppercase),
            kinds: kinds.collect(),
            details: choices(DETAILS, &sent.details, word("mapping-details-")),
            sent,
        }
    }

    pub(crate) fn has_header(&self) -> bool {
        !self.sent.header.is_empty()
    }
}

/// A row of a sample beside what would be reported.
pub(crate) struct PreviewRow {
    pub(crate) line: u64,
    pub(crate) raw: String,
    /// What would be reported, as labels and texts; empty when nothing would.
    pub(crate) told: Vec<(String, String)>,
    /// The place and the reason why nothing would.
    pub(crate) problem: Option<(String, String)>,
}

/// What the filled-in mapping makes of the sample; `None` without a sample.
pub(super) fn preview(sent: &Sent, web: &Web, words: Words) -> Result<Option<Vec<PreviewRow>>, Reason> {
    if sent.sample.trim().is_empty() {
        return Ok(None);
    }
    if sent.sample.len() > SAMPLE_MOST_BYTES {
        let most = SAMPLE_MOST_BYTES / 1024;
        return Err(Reason::new(
            "sample-length",
            format!("見本は {most} KiB までです。先頭の数行だけを貼り付けてください。"),
            format!("a sample may hold {most} KiB at most; paste the first lines only"),
        ));
    }
    let rows = import::preview(sent.format(), &sent.definition()?, sent.sample.as_bytes(), web.ledger.now())?;
    Ok(Some(rows.into_iter().map(|row| shown(row, web, words)).collect()))
}

fn shown(row: Previewed, web: &Web, words: Words) -> PreviewRow {
    let raw = links::harmless(&row.raw);
    match row.content {
        Ok(told) => PreviewRow { line: row.line, raw, told: facts(&told, web, words), problem: None },
        Err((place, reason)) => {
            let problem = (words.pick(&place), links::harmless_quotes(reason.get(words.language)));
            PreviewRow { line: row.line, raw, told: Vec::new(), problem: Some(problem) }
        }
    }
}

fn facts(told: &Preview, web: &Web, words: Words) -> Vec<(String, String)> {
    let target = words.say(match told.target_kind {
        TargetKind::Url => "fact-url",
        TargetKind::Host => "fact-host",
        TargetKind::Address => "fact-address",
    });
    let at = told.at.map_or_else(|| words.say("mapping-time-none"), |at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words).shown());
    let addresses: Vec<_> = told.addresses.iter().filter(|address| **address != told.target).cloned().collect();
    let mut facts = vec![
        (target, defang(&told.target)),
        (words.say("column-category"), words.category(told.category)),
        (words.say("fact-rsit"), told.rsit.clone()),
        (words.say("mapping-time"), at),
        (words.say("fact-address"), addresses.join(" ")),
        (words.say("fact-port"), told.ports.join(" ")),
        (words.say("fact-brand"), told.brand.clone()),
    ];
    let details: Vec<_> = told.details.iter().take(8).map(|(name, value)| links::harmless(&format!("{name}: {value}"))).collect();
    facts.push((words.say("mapping-details"), details.join(" · ")));
    facts.retain(|(_, text)| !text.is_empty());
    facts
}

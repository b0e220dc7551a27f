use noroshi_feeds::mapping::{Details, Kind, Separator, TableShape, TimeField, TimeForm};
use noroshi_incident::model::Category;
use noroshi_kernel::{language::Bilingual, observable::Protocol, reason::Reason, rsit::Rsit, setaside::printable};
use noroshi_mailroom::mapping::{Change, Format, Mapping};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The longest sample, in bytes.
pub(super) const SAMPLE_MOST_BYTES: usize = 256 * 1024;

/// What is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(super) name: String,
    pub(super) format: String,
    pub(super) about_ja: String,
    pub(super) about_en: String,
    pub(super) separator: String,
    /// Sent when it is ticked.
    pub(super) header: String,
    pub(super) time_field: String,
    pub(super) time_form: String,
    pub(super) time_pattern: String,
    pub(super) time_zone: String,
    pub(super) addresses: String,
    pub(super) port: String,
    pub(super) protocol: String,
    pub(super) default_protocol: String,
    pub(super) url: String,
    pub(super) host: String,
    pub(super) brand: String,
    pub(super) kind_field: String,
    pub(super) kind_table: String,
    pub(super) kind_otherwise: String,
    pub(super) details: String,
    pub(super) details_only: String,
    pub(super) sample: String,
    /// Which button was pressed.
    pub(super) act: String,
}

/// How times may be written, by the key of the field.
pub(super) const TIME_FORMS: [&str; 4] = ["usual", "epoch_seconds", "epoch_milliseconds", "pattern"];
/// What may separate columns.
pub(super) const SEPARATORS: [(&str, Separator); 3] = [("comma", Separator::Comma), ("semicolon", Separator::Semicolon), ("tab", Separator::Tab)];
/// What may be kept beside.
pub(super) const DETAILS: [&str; 3] = ["all", "none", "only"];

/// A kind of RSIT as the form writes it: `fraud/phishing`.
pub(super) fn kind(rsit: Rsit) -> String {
    format!("{}/{}", rsit.class(), rsit.kind())
}

/// Reads a kind as `fraud/phishing`, `phishing`, or one of our categories.
fn kind_of(text: &str) -> Option<Rsit> {
    let text = text.trim().to_ascii_lowercase();
    let by_name = || Rsit::ALL.iter().copied().find(|rsit| kind(*rsit) == text || rsit.kind() == text);
    by_name().or_else(|| text.parse::<Category>().ok().map(|category| Rsit::from_tag(category.rsit())))
}

impl Sent {
    /// The fields of a definition.
    pub(super) fn of(definition: &Mapping) -> Self {
        let one = |field: &Option<String>| field.clone().unwrap_or_default();
        let time = definition.time.clone().unwrap_or_default();
        let (time_form, time_pattern) = match time.form {
            TimeForm::Usual => ("usual", String::new()),
            TimeForm::EpochSeconds => ("epoch_seconds", String::new()),
            TimeForm::EpochMilliseconds => ("epoch_milliseconds", String::new()),
            TimeForm::Pattern(pattern) => ("pattern", pattern),
        };
        let (details, details_only) = match &definition.details {
            Details::All => ("all", String::new()),
            Details::None => ("none", String::new()),
            Details::Only(fields) => ("only", fields.join("\n")),
        };
        let table: Vec<String> = definition.kind.table.iter().map(|(text, rsit)| format!("{text} = {}", kind(*rsit))).collect();
        let separator = SEPARATORS.iter().find(|(_, separator)| *separator == definition.table.separator).map_or("comma", |(key, _)| *key);
        Self {
            separator: separator.into(),
            header: if definition.table.header { "1".into() } else { String::new() },
            time_field: time.field,
            time_form: time_form.into(),
            time_pattern,
            time_zone: time.zone.unwrap_or_default(),
            addresses: definition.addresses.join("\n"),
            port: one(&definition.port),
            protocol: one(&definition.protocol),
            default_protocol: definition.default_protocol.map_or_else(String::new, |protocol| protocol.key().to_owned()),
            url: one(&definition.url),
            host: one(&definition.host),
            brand: one(&definition.brand),
            kind_field: one(&definition.kind.field),
            kind_table: table.join("\n"),
            kind_otherwise: kind(definition.kind.otherwise),
            details: details.into(),
            details_only,
            ..Self::default()
        }
    }

    /// The format, which a sample tells when nobody chose one.
    pub(super) fn format(&self) -> Format {
        self.format.parse().unwrap_or_else(|_| Format::of_sample(self.sample.as_bytes()))
    }

    /// What was filled in, as a change of the mapping `name`.
    pub(super) fn change(&self, name: &str) -> Result<Change, Reason> {
        let about = Bilingual::new(self.about_ja.trim(), self.about_en.trim());
        Ok(Change { name: name.into(), format: self.format(), definition: self.definition()?, about })
    }

    pub(super) fn definition(&self) -> Result<Mapping, Reason> {
        let one = |field: &str| Some(field.trim()).filter(|field| !field.is_empty()).map(str::to_owned);
        let many = |fields: &str| fields.lines().filter_map(one).collect::<Vec<_>>();
        let form = match self.time_form.as_str() {
            "epoch_seconds" => TimeForm::EpochSeconds,
            "epoch_milliseconds" => TimeForm::EpochMilliseconds,
            "pattern" => TimeForm::Pattern(self.time_pattern.trim().to_owned()),
            _ => TimeForm::Usual,
        };
        let mut table = BTreeMap::new();
        for line in self.kind_table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (text, rsit) = line.rsplit_once('=').and_then(|(text, kind)| Some((text.trim().to_owned(), kind_of(kind)?))).ok_or_else(|| no_kind(line))?;
            table.insert(text, rsit);
        }
        let otherwise = one(&self.kind_otherwise).map_or(Ok(Rsit::Undetermined), |kind| kind_of(&kind).ok_or_else(|| no_kind(&kind)))?;
        let definition = Mapping {
            table: TableShape {
                separator: SEPARATORS.iter().find(|(key, _)| *key == self.separator).map_or_else(Separator::default, |(_, separator)| *separator),
                header: !self.header.is_empty(),
            },
            time: one(&self.time_field).map(|field| TimeField { field, form, zone: one(&self.time_zone) }),
            addresses: many(&self.addresses),
            port: one(&self.port),
            protocol: one(&self.protocol),
            default_protocol: Protocol::ALL.into_iter().find(|protocol| protocol.key() == self.default_protocol),
            url: one(&self.url),
            host: one(&self.host),
            brand: one(&self.brand),
            kind: Kind { field: one(&self.kind_field), table, otherwise },
            details: match self.details.as_str() {
                "none" => Details::None,
                "only" => Details::Only(many(&self.details_only)),
                _ => Details::All,
            },
        };
        definition.check()?;
        Ok(definition)
    }

    /// The same form with what the sample's header proposes; names and texts stay.
    pub(super) fn suggested(&self) -> Result<Self, Reason> {
        let sample = self.sample.as_bytes();
        let format = Format::of_sample(sample);
        let definition = match format {
            Format::Csv => Mapping::of_table(sample)?,
            Format::Json => Mapping::of_json(sample)?,
        };
        let (name, about_ja, about_en, sample) = (self.name.clone(), self.about_ja.clone(), self.about_en.clone(), self.sample.clone());
        Ok(Self { name, format: format.key().into(), about_ja, about_en, sample, ..Self::of(&definition) })
    }
}

fn no_kind(line: &str) -> Reason {
    let shown = printable(line, 100);
    Reason::new(
        "mapping-kind",
        format!("「{shown}」は種別として読めません。「値 = fraud/phishing」のように 1 行に 1 つ書いてください。"),
        format!("{shown:?} names no kind; write one to a line, as value = fraud/phishing"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_goes_through_the_form_and_comes_back() {
        let definition = Mapping {
            table: TableShape { separator: Separator::Tab, header: false },
            time: Some(TimeField { field: "1".into(), form: TimeForm::Pattern("%d.%m.%Y".into()), zone: Some("Asia/Tokyo".into()) }),
            addresses: vec!["2".into(), "3".into()],
            port: Some("4".into()),
            protocol: Some("5".into()),
            default_protocol: Some(Protocol::Udp),
            url: Some("6".into()),
            host: Some("7".into()),
            brand: Some("8".into()),
            kind: Kind { field: Some("9".into()), table: BTreeMap::from([("a = b".into(), Rsit::Phishing)]), otherwise: Rsit::Scanner },
            details: Details::Only(vec!["10".into(), "11".into()]),
        };
        assert_eq!(Sent::of(&definition).definition(), Ok(definition));
        for rsit in Rsit::ALL {
            assert_eq!(kind_of(&kind(*rsit)), Some(*rsit));
        }
        for category in Category::ALL {
            assert!(kind_of(category.key()).is_some(), "{}", category.key());
        }
        assert_eq!(kind_of("rsit:fraud"), None);
    }
}

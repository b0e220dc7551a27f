use crate::{upload::Upload, words::Words};
use noroshi_kernel::{language::Language, tlp::Tlp};
use noroshi_mailroom::{
    desk::Desk,
    form::{Problem, Submission, What},
};

/// One of a few.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// The fields of a report, as they were filled in, with what is wrong with them.
pub(crate) struct Fields {
    pub(crate) words: Words,
    pub(crate) values: Submission,
    pub(crate) whats: Vec<Choice>,
    pub(crate) tlps: Vec<Choice>,
    /// Zones that are offered while one types.
    pub(crate) zones: Vec<String>,
    /// Whether the receipt can be sent by mail.
    pub(crate) may_copy: bool,
    /// Whether staff fill it in for the reporter.
    pub(crate) by_staff: bool,
    pub(crate) problems: Vec<Problem>,
}

impl Fields {
    pub(crate) fn new(values: Submission, zone: &str, words: Words, problems: Vec<Problem>) -> Self {
        let what = |what: What| Choice { value: what.key().into(), label: what.words(words.language).into(), selected: what.key() == values.what };
        let tlp = |tlp: Tlp| Choice {
            value: key(tlp),
            label: format!("{} — {}", tlp.marking(), words.say(&format!("report-tlp-{}", key(tlp).replace('+', "-")))),
            selected: key(tlp) == values.tlp,
        };
        Self {
            words,
            whats: What::ALL.map(what).into(),
            tlps: Tlp::ALL.map(tlp).into(),
            zones: if zone == "UTC" { vec!["UTC".into()] } else { vec![zone.into(), "UTC".into()] },
            may_copy: false,
            by_staff: false,
            problems,
            values,
        }
    }

    /// The fields for somebody who fills them in at a desk: RED is offered where its staff reads it.
    pub(crate) fn at(mut self, desk: &Desk) -> Self {
        let red = key(Tlp::Red);
        self.tlps.retain(|choice| choice.value != red || !desk.staff.is_empty());
        self
    }

    /// The fields for staff, who fill them in for a reporter and take part in what is RED.
    pub(crate) fn by_staff(mut self) -> Self {
        let red = key(Tlp::Red);
        for choice in self.tlps.iter_mut().filter(|choice| choice.value == red) {
            choice.label = format!("{} — {}", Tlp::Red.marking(), self.words.say("intake-tlp-red"));
        }
        Self { by_staff: true, ..self }
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// What is wrong with a field.
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.reason.get(self.words.language))
    }
}

/// How a label is written in the form: `amber+strict`.
fn key(tlp: Tlp) -> String {
    tlp.marking().trim_start_matches("TLP:").to_ascii_lowercase()
}

/// What was filled in, exactly as it was typed but for the line ends of browsers.
pub(crate) fn submission(sent: &Upload, desk: &str, language: Language) -> Submission {
    let yes = |name: &str| sent.get(name) == "yes";
    Submission {
        desk: desk.to_owned(),
        language,
        what: sent.text("what"),
        at: sent.text("at"),
        zone: sent.text("zone"),
        targets: sent.text("targets"),
        ports: sent.text("ports"),
        description: sent.text("description"),
        organisation: sent.text("organisation"),
        name: sent.text("name"),
        address: sent.text("address"),
        may_name: yes("may_name"),
        mediate: yes("mediate"),
        copy: yes("copy"),
        tlp: sent.text("tlp"),
        encrypted: sent.text("encrypted"),
        received: String::new(),
        adds: false,
    }
}

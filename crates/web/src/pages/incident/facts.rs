use crate::words::Words;
use noroshi_feeds::defang::defang;
use noroshi_incident::{Detail, service::Kin};

/// Something that is known of an incident.
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Whether it is to be read letter by letter.
    pub(crate) code: bool,
    pub(crate) href: Option<String>,
}

pub(super) fn facts(detail: &Detail, kin: &Kin, words: Words) -> Vec<Fact> {
    let incident = &detail.incident;
    let fact = |key: &str, value: String, code| Fact { label: words.say(key), value, code, href: None };
    let mut facts = vec![fact(&format!("fact-{}", incident.target.kind.key()), defang(&incident.target.text), true)];
    facts.extend(incident.addresses.iter().filter(|address| **address != incident.target.text).map(|address| fact("fact-address", defang(address), true)));
    facts.extend(incident.ports.iter().map(|port| fact("fact-port", port.clone(), true)));
    match (&detail.brand, &detail.brand_written) {
        (Some(brand), written) => {
            let name = words.pick(brand);
            let known = format!("{name} ({})", words.origin(detail.origin));
            facts.push(fact("fact-brand", known, false));
            if let Some(written) = written.as_ref().filter(|written| **written != name) {
                facts.push(fact("fact-brand-written", written.clone(), false));
            }
        }
        (None, Some(written)) => facts.push(fact("fact-brand", words.about("fact-brand-unmapped", written), false)),
        (None, None) => {}
    }
    if incident.worm {
        facts.push(fact("fact-worm", words.say("fact-worm-seen"), false));
    }
    facts.push(fact("fact-rsit", incident.rsit.clone(), true));
    for (key, number) in [("fact-previous", kin.previous), ("fact-next", kin.next)] {
        facts.extend(number.map(|number| Fact { label: words.say(key), href: Some(format!("/incidents/{number}")), value: format!("#{number}"), code: false }));
    }
    facts.extend(kin.merged.iter().map(|number| fact("fact-merged", format!("#{number}"), false)));
    facts
}

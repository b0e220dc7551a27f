use super::{print, print_json};
use crate::{Done, arguments::Incident, platform::Platform};
use noroshi_feeds::defang::{defang, refang};
use noroshi_incident::{
    coordinations_of, incidents,
    model::Number,
    notes_of, reports_of,
    selection::{Records, Selection},
    service, stats,
};
use noroshi_kernel::{
    access::Sight,
    language::Bilingual,
    moment::{Moment, Zone},
    setaside::printable,
};
use noroshi_ledger::audit;
use serde_json::json;

pub(super) async fn run(platform: &Platform, command: Incident) -> anyhow::Result<Done> {
    match command {
        Incident::List { period, category, state, search, limit, skip, json } => {
            let selection = Selection { records: Records::Incidents, period, category, state, q: search.map(|words| refanged(&words)), ..Selection::default() };
            list(platform, &selection, skip, limit, json.json).await?;
        }
        Incident::Show { number, json } => show(platform, number, json.json).await?,
        Incident::Stats { period, scheme, json } => {
            let figures = stats::compared(&platform.ledger, &platform.reckoning, period, scheme.as_deref()).await?;
            if json.json { print_json(&figures)? } else { print_figures(&figures)? }
        }
    }
    Ok(Done::Whole)
}

async fn list(platform: &Platform, selection: &Selection, skip: u32, limit: u32, as_json: bool) -> anyhow::Result<()> {
    let page = incidents(&platform.ledger, &platform.reckoning, selection, Sight::Everything, skip, limit).await?;
    if as_json {
        let item = |item: &noroshi_incident::IncidentItem| {
            json!({
                "number": item.number.to_string(), "category": item.category, "unit": item.unit, "target": item.target, "brand": item.brand, "state": item.state,
                "tlp": item.tlp, "first_report": item.first_report_at.rfc3339(), "last_report": item.last_report_at.rfc3339(), "reports": item.reports,
            })
        };
        return print_json(&json!({ "count": page.count, "query": selection.to_json(), "items": page.items.iter().map(item).collect::<Vec<_>>() }));
    }
    if page.items.is_empty() {
        eprintln!("no incident is like that; leave out a filter, or import reports with: noroshi intake import --format phishurl FILE");
    }
    for item in &page.items {
        let brand = item.brand.as_ref().map_or_else(String::new, |brand| shown(&brand.ja));
        print(&format!(
            "{}  {}  {:14} {:12} {:4}  {}  {brand}",
            item.number,
            platform.reckoning.zone.minute(item.first_report_at),
            item.category.key(),
            item.state.key(),
            item.reports,
            shown(&defang(&item.unit))
        ))?;
    }
    eprintln!("{} of {}", page.items.len(), page.count);
    Ok(())
}

async fn show(platform: &Platform, number: Number, as_json: bool) -> anyhow::Result<()> {
    let ledger = &platform.ledger;
    let detail = service::view(ledger, &Platform::local_administrator(), number).await?;
    let kin = service::kin(ledger, &Platform::local_administrator(), &detail).await?;
    let incident = &detail.incident;
    if incident.number != number {
        eprintln!("#{number} turned out to be one with #{}, which follows", incident.number);
    }
    let number = incident.number;
    let (reports, asked) = (reports_of(ledger, incident.id, Sight::Everything, 1_000).await?, coordinations_of(ledger, incident.id).await?);
    let (notes, audit) = (notes_of(ledger, incident.id).await?, audit::of_subject(ledger, incident.id.0, 1_000).await?);
    if as_json {
        let told = |told: &noroshi_incident::Told| json!({ "at": told.received_at.rfc3339(), "channel": told.channel, "name": told.name, "line": told.line });
        let coordination = |one: &noroshi_incident::Coordination| json!({ "at": one.requested_at.rfc3339(), "organisation": one.organisation, "country": one.country, "note": one.note });
        return print_json(&json!({
            "number": number.to_string(), "category": incident.category, "rsit": incident.rsit, "target": incident.target.text, "state": incident.state, "tlp": incident.label.tlp,
            "brand": detail.brand, "brand_reported": detail.brand_written, "origin": detail.origin, "addresses": incident.addresses, "ports": incident.ports, "worm": incident.worm,
            "previous": kin.previous.map(|number| number.to_string()), "next": kin.next.map(|number| number.to_string()),
            "merged": kin.merged.iter().map(Number::to_string).collect::<Vec<_>>(), "first_report": incident.first_report_at.rfc3339(), "last_report": incident.last_report_at.rfc3339(), "report_count": detail.report_count,
            "reports": reports.iter().map(told).collect::<Vec<_>>(), "coordinations": asked.iter().map(coordination).collect::<Vec<_>>(),
            "notes": notes.iter().map(|note| json!({ "at": Moment(note.at).rfc3339(), "author": note.author, "text": note.text })).collect::<Vec<_>>(),
            "audit": audit,
        }));
    }
    print(&format!("#{number}  {}  {}  {}", incident.category.key(), incident.state.key(), incident.label.tlp))?;
    print(&shown(&defang(&incident.target.text)))?;
    let name = detail.brand.clone().or_else(|| detail.brand_written.clone().map(|name| Bilingual::new(name.clone(), name)));
    if let Some(name) = name {
        print(&format!("brand: {} / {} ({})", shown(&name.ja), shown(&name.en), detail.origin.key()))?;
    }
    for (what, number) in [("earlier incident", kin.previous), ("later incident", kin.next)] {
        if let Some(number) = number {
            print(&format!("{what}: #{number}"))?;
        }
    }
    for number in &kin.merged {
        print(&format!("merged into this one: #{number}"))?;
    }
    print(&timeline(&platform.reckoning.zone, &reports, &asked, &notes))
}

fn timeline(zone: &Zone, reports: &[noroshi_incident::Told], asked: &[noroshi_incident::Coordination], notes: &[noroshi_incident::Note]) -> String {
    let mut lines: Vec<(Moment, String)> = Vec::new();
    lines.extend(reports.iter().map(|told| {
        (told.received_at, format!("report   {} {}{}", told.channel, told.name, told.line.map(|line| format!(" line {line}")).unwrap_or_default()))
    }));
    lines.extend(asked.iter().map(|one| (one.requested_at, format!("asked    {} {} {}", one.organisation.en, one.country, one.note))));
    lines.extend(notes.iter().map(|note| (Moment(note.at), format!("note     {}: {}", note.author, note.text))));
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, text)| format!("{}  {}", zone.minute(at), shown(&text))).collect::<Vec<_>>().join("\n")
}

fn print_figures(figures: &stats::Compared) -> anyhow::Result<()> {
    let now = &figures.now;
    print(&format!("{} by scheme {}", now.period, now.scheme))?;
    print(&format!("{:22} {:>9} {:>9} {:>9}", "", now.period.to_string(), figures.previous.period.to_string(), figures.year_ago.period.to_string()))?;
    let columns = [now, &figures.previous, &figures.year_ago]
        .map(|one| [one.reports, one.correspondence, one.inquiries, one.incidents, one.addresses, one.coordinations]);
    let [this, previous, year_ago] = columns;
    let names = ["reports", "correspondence", "inquiries", "incidents", "addresses", "coordinations"];
    for (name, ((this, previous), year_ago)) in names.iter().zip(this.iter().zip(previous).zip(year_ago)) {
        print(&format!("{name:22} {this:>9} {previous:>9} {year_ago:>9}"))?;
    }
    for (category, count) in &now.by_category {
        let of = |figures: &stats::Figures| figures.by_category.get(category).map_or_else(|| "–".to_owned(), i64::to_string);
        print(&format!("  {:20} {count:>9} {:>9} {:>9}", category.key(), of(&figures.previous), of(&figures.year_ago)))?;
    }
    Ok(())
}

/// What came from outside, on one line and without what a terminal would obey.
fn shown(text: &str) -> String {
    printable(text, 2_000)
}

/// Words to search for, as they stand in the index: people copy targets from pages, which show them defanged.
fn refanged(words: &str) -> String {
    words.split_whitespace().map(refang).collect::<Vec<_>>().join(" ")
}

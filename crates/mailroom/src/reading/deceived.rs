//! What people pass on who were to be deceived: a letter of which they say that it is phishing. It is reported by where it leads, when it leads
//! to one place; which of several is the deceiver's, a person says.

use noroshi_feeds::{
    canonical::CanonicalUrl,
    extract::{self, Item},
    finding::Finding,
    notice::{self, Sent},
};
use noroshi_kernel::{moment::Moment, observable::Host, rsit::Rsit};
use noroshi_post::{
    html,
    letter::{Body, Headers, Letter, Part},
};
use std::collections::HashSet;

/// What a person passes on, and what he calls it.
pub(super) struct PassedOn {
    kind: Rsit,
    /// When that was sent.
    at: Option<Moment>,
    /// What he says himself.
    pub(super) own: String,
    /// Where what he passes on leads: each host with the first URL that leads there.
    leads: Vec<(Option<Host>, CanonicalUrl)>,
}

impl PassedOn {
    /// What a letter passes on below its own words or as an attached letter; `None` when its sender does not call that phishing, or spam.
    pub(super) fn of(letter: &Letter, frame: &Sent) -> Option<Self> {
        let subject = &letter.headers.subject;
        // Whoever answers quotes, and a report of a program says itself what it is about.
        if notice::is_answer(subject) || letter.parts.iter().any(|part| part.media_type == "multipart/report") {
            return None;
        }
        let text: String = letter.texts().filter_map(Part::text).collect::<Vec<_>>().join("\n");
        let inner: Vec<&Part> = letter.parts.iter().filter(|part| part.depth == 1).collect();
        let is_attached = letter.parts.iter().any(|part| part.depth == 0 && matches!(part.body, Body::Letter(_)));
        let parted = notice::forwarded(subject, &text);
        let (own, below) = match parted {
            Some(parted) => parted,
            None if is_attached => (text.as_str(), ""),
            None => return None,
        };
        // The subject of what is passed on is the deceiver's.
        let kind = notice::called(own).or_else(|| if is_forward(subject) { None } else { notice::called(subject) })?;
        let mut texts = vec![below.to_owned()];
        // The markup of the letter's own body is that of what was forwarded in it, too.
        let mut links: Vec<String> = Vec::new();
        if parted.is_some() {
            links.extend(letter.parts.iter().filter(|part| part.depth == 0 && !part.attached).flat_map(leads));
        }
        texts.extend(
            inner.iter().filter(|part| !part.attached && part.media_type.starts_with("text/")).filter_map(|part| part.text()).map(std::borrow::Cow::into_owned),
        );
        links.extend(inner.iter().filter(|part| !part.attached).flat_map(|part| leads(part)));
        let own_hosts: HashSet<Option<Host>> = urls(own).into_iter().map(|url| url.host).collect();
        let known: Vec<String> = domains(&letter.headers);
        let mut seen = HashSet::new();
        let found = texts.iter().flat_map(|text| urls(text)).chain(links.iter().flat_map(|link| urls(link)));
        let leads = found
            .filter(|url| !own_hosts.contains(&url.host) && !is_trivial(url.host.as_ref(), &known))
            .map(|url| (url.host.clone(), url))
            .filter(|(host, url)| seen.insert((host.clone(), host.is_none().then(|| url.url.clone()))))
            .collect();
        let attached = letter.parts.iter().find_map(|part| if let Body::Letter(headers) = &part.body { headers.date } else { None });
        Some(Self { kind, at: notice::forwarded_at(below, frame).or(attached), own: own.to_owned(), leads })
    }

    /// What it reports: the only place to which it leads, else nothing.
    pub(super) fn finding(&self) -> Option<Finding> {
        match self.leads.as_slice() {
            [(_, only)] => Some(Finding { at: self.at, url: Some(only.clone()), addresses: only.address.into_iter().collect(), ..Finding::new(self.kind) }),
            _ => None,
        }
    }
}

fn is_forward(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    ["fwd:", "fw:", "wg:", "tr:", "fwd：", "fw：", "転送", "rv:"].iter().any(|mark| lower.starts_with(mark))
}

fn leads(part: &Part) -> Vec<String> {
    if let Body::Html { html, .. } = &part.body { html::leads(html) } else { Vec::new() }
}

fn urls(text: &str) -> Vec<CanonicalUrl> {
    extract::items(text).into_iter().filter_map(|found| if let Item::Url(url) = found.item { Some(url) } else { None }).collect()
}

/// The domains of those whom the letter is from and to: links to them stand in signatures.
fn domains(headers: &Headers) -> Vec<String> {
    [&headers.from, &headers.to, &headers.cc].into_iter().flatten().filter_map(noroshi_post::letter::Mailbox::domain).collect()
}

/// Whether a link leads nowhere that matters: to those who write, to a maker of mail programs, to who defines what HTML is.
fn is_trivial(host: Option<&Host>, known: &[String]) -> bool {
    const OTHERS: [&str; 8] =
        ["w3.org", "aka.ms", "go.microsoft.com", "schemas.microsoft.com", "support.google.com", "mail.google.com", "apps.apple.com", "play.google.com"];
    let Some(name) = host.map(ToString::to_string) else { return false };
    let is_of = |domain: &str| name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    OTHERS.iter().any(|domain| is_of(domain)) || known.iter().any(|domain| is_of(domain))
}

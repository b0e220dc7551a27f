//! The machine-readable parts of a letter.

use super::archives;
use noroshi_feeds::{
    arf,
    finding::Finding,
    iodef,
    mapping::{CsvReader, Mapping},
    notice::{self, Sent, Told},
    problem::Problem,
    row::Row,
    shadowserver::{ReportType, Schema, ShadowserverReader},
    xarf,
};
use noroshi_kernel::{language::Bilingual, moment::Moment, observable::Address, reason::Reason, rsit::Rsit};
use noroshi_post::{
    archive, charset,
    letter::{Body, Headers, Letter, Part},
};
use std::{borrow::Cow, sync::Arc};

/// The most findings of one letter; the rest of a longer list is for a feed.
const MOST_FINDINGS: usize = notice::MOST_FINDINGS;
/// The most problems of one letter that are told one by one; rows of a table in a row with one reason are one.
const MOST_PROBLEMS: usize = 100;

/// A file that came with the letter, or within an archive that did.
pub(super) struct File<'a> {
    pub(super) place: &'a Bilingual,
    pub(super) name: &'a str,
    /// Its media type; empty when nobody told one.
    pub(super) media_type: &'a str,
    pub(super) bytes: &'a [u8],
    /// It is the letter's own text.
    pub(super) body: bool,
    /// In how many archives it lies.
    pub(super) depth: usize,
}

/// Rows of a table, one behind the other, that could not be read for one reason.
struct Run {
    first: Problem,
    last_line: u64,
    rows: usize,
}

/// What the parts of a letter hold.
pub(super) struct Found {
    latest: Moment,
    schema: Option<Arc<Schema>>,
    /// What the letter's head tells of its texts.
    sent: Sent,
    /// Whether the letter went to many: only what programs write for programs is read in it.
    is_for_many: bool,
    /// What may still be unpacked of archives, in bytes.
    pub(super) room: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) problems: Vec<(Bilingual, Reason)>,
    /// Whether the letter's own text claims to be in a form that programs write, and could not be read as that.
    pub(super) text_was_refused: bool,
    /// How many findings and problems there were beyond what is kept.
    left_out: usize,
    /// How many lines of texts that report something were not read.
    unread_lines: usize,
}

impl Found {
    pub(super) const fn new(latest: Moment, sent: Sent, is_for_many: bool, schema: Option<Arc<Schema>>) -> Self {
        Self {
            latest,
            schema,
            sent,
            is_for_many,
            room: archive::MOST_BYTES,
            findings: Vec::new(),
            problems: Vec::new(),
            text_was_refused: false,
            left_out: 0,
            unread_lines: 0,
        }
    }

    /// Takes what a text tells.
    pub(super) fn told(&mut self, told: Told) {
        self.left_out += told.left_out;
        self.unread_lines += if told.findings.is_empty() { 0 } else { told.unread_lines };
        told.findings.into_iter().for_each(|finding| self.keep(finding));
    }

    /// Reads the notices that a letter passes on as letters of their own, when it says nothing itself: what their parts hold, and what their
    /// labelled lines tell. Beside a report of a program, a letter is what that reports.
    pub(super) fn passed_on(&mut self, letter: &Letter) {
        if letter.parts.iter().any(|part| part.media_type == "multipart/report") {
            return;
        }
        self.letter(letter, 1);
        if self.findings.is_empty() {
            let inner = letter.parts.iter().filter(|part| part.depth == 1);
            let subject = letter.parts.iter().find_map(|part| if let Body::Letter(headers) = &part.body { Some(headers.subject.clone()) } else { None });
            let texts: Vec<_> = inner.filter(|part| !part.attached && part.media_type.starts_with("text/")).filter_map(Part::text).collect();
            self.told(notice::labelled(&subject.unwrap_or_default(), &texts.join("\n"), &self.sent));
        }
    }

    /// Reads every part of the letter itself (`depth` 0), or of those within it: as a rule they are evidence, not reports.
    pub(super) fn letter(&mut self, letter: &Letter, depth: usize) {
        for (place, part) in letter.parts.iter().enumerate().filter(|(_, part)| part.depth == depth) {
            if part.media_type == "message/feedback-report" {
                self.feedback(part, letter.parts.get(place..).unwrap_or_default());
            } else if let Some(bytes) = part.bytes().filter(|_| part.attached || part.name.is_some() || part.media_type != "text/html") {
                let body = !part.attached && part.name.is_none() && part.media_type == "text/plain";
                let name = part.name.as_deref().unwrap_or_default();
                let before = self.problems.len();
                self.file(&File { place: &place_of(part), name, media_type: &part.media_type, bytes, body, depth: 0 }, &letter.headers.subject);
                self.text_was_refused |= body && self.problems.len() > before;
            }
        }
    }

    /// A feedback report (RFC 5965); what it leaves out is looked for in the letter that it is about.
    fn feedback(&mut self, part: &Part, following: &[Part]) {
        let about = following.iter().find_map(|part| match &part.body {
            Body::Letter(headers) => Some(headers.as_ref()),
            _ => None,
        });
        match arf::read(part.bytes().unwrap_or_default()) {
            Ok(report) => {
                let mut finding = report.finding();
                if finding.addresses.is_empty() {
                    finding.addresses.extend(about.and_then(origin));
                }
                finding.at = finding.at.or_else(|| about.and_then(Headers::arrived));
                if finding.is_about_something() {
                    self.keep(finding);
                } else {
                    self.problem(place_of(part), no_source());
                }
            }
            Err(reason) => self.problem(place_of(part), reason),
        }
    }

    pub(super) fn problem(&mut self, place: Bilingual, reason: Reason) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push((place, reason));
        } else {
            self.left_out += 1;
        }
    }

    fn keep(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Says what was left out, if anything was: nothing is passed over in silence. What a text holds beyond what is kept of it was said when
    /// it was read, and counts where the letter reports something.
    pub(super) fn end(&mut self, letter: &Letter) {
        let whole = || Bilingual::new("メール全体", "the whole letter");
        if self.left_out > 0 {
            let count = self.left_out;
            let reason = Reason::new(
                "letter-left-out",
                format!("さらに {count} 件ありますが、1 通のメールから読める数を超えています。添付ファイルか、一覧をファイルにしたものを取り込んでください。"),
                format!("{count} more were left out, beyond what is read of one letter; import its attachments, or its list as a file"),
            );
            self.problems.push((whole(), reason));
        }
        if self.unread_lines > 0 {
            let count = self.unread_lines;
            let reason = Reason::new(
                "letter-lines",
                format!("{count} 行は、長すぎるか多すぎるので読んでいません。一覧をファイルにして取り込んでください。"),
                format!("{count} lines were not read, being too long or too many; import the list as a file"),
            );
            self.problems.push((whole(), reason));
        }
        if !self.findings.is_empty() {
            self.problems.extend(letter.oddities.iter().filter(|reason| reason.key == "part-length").map(|reason| (whole(), reason.clone())));
        }
    }

    /// Reads a file as what it is: an archive, a report in a form that programs write, a table, a notice.
    pub(super) fn file(&mut self, file: &File<'_>, subject: &str) {
        let lower = file.name.to_ascii_lowercase();
        if let Some(kind) = archive::Kind::of(file.bytes).filter(|_| !file.body) {
            self.archive(file, kind, subject);
        } else if let Some(report) = as_xarf(file.bytes) {
            match report {
                Ok(report) => self.keep(report.finding),
                Err(reason) => self.problem(file.place.clone(), reason),
            }
        } else if let Some(incidents) = as_iodef(file, &lower) {
            match incidents {
                Ok(incidents) => self.incidents(file.place, incidents),
                Err(reason) => self.problem(file.place.clone(), reason),
            }
        } else {
            let bytes = in_utf_8(file.bytes);
            self.written(&File { bytes: &bytes, ..*file }, &lower, subject);
        }
    }

    /// Reads a file that people may read as well: a table, or a notice.
    fn written(&mut self, file: &File<'_>, lower: &str, subject: &str) {
        if lower.ends_with(".csv") || (!file.body && is_table(file.bytes)) {
            self.table(file, subject);
        } else if let Some(reason) = archives::misnamed(lower, subject).filter(|_| !file.body) {
            self.problem(file.place.clone(), reason);
        } else if let Ok(text) = std::str::from_utf8(file.bytes).map(|text| text.trim_start_matches('\u{feff}')) {
            if xarf::legacy::is_report(text) {
                match xarf::legacy::read(text) {
                    Ok(report) => self.keep(report.finding),
                    Err(reason) => self.problem(file.place.clone(), reason),
                }
            } else if !file.body && !self.is_for_many && file.bytes.len() < 1 << 20 && !lower.ends_with(".log") && !text.starts_with("-----BEGIN PGP") {
                self.told(notice::labelled(subject, text, &self.sent));
            }
        }
    }

    /// The sources of an IODEF document's incidents. One that names none is for a person, as it is when the document comes as a file.
    fn incidents(&mut self, place: &Bilingual, incidents: Vec<iodef::Incident>) {
        for incident in incidents {
            if incident.findings.is_empty() {
                self.problem(place.clone(), no_source());
            }
            incident.findings.into_iter().for_each(|finding| self.keep(finding));
        }
    }

    /// A table with semicolons between its cells, read as those that stand in texts.
    fn listed(&mut self, file: &File<'_>, subject: &str) {
        let text = String::from_utf8_lossy(file.bytes);
        let told = notice::labelled(subject, text.trim_start_matches('\u{feff}'), &self.sent);
        if told.findings.is_empty() && notice::is_table(&text) {
            let reason = Reason::new(
                "table-unread",
                "表の列はわかりますが、読める行がありません。添付ファイルを対応付けを使って取り込んでください。",
                "the columns of the table are known, but no row of it could be read; import the attachment with a mapping",
            );
            self.problem(file.place.clone(), reason);
        }
        self.told(told);
    }

    /// A table whose columns are those that reports share.
    fn table(&mut self, file: &File<'_>, subject: &str) {
        let File { place, name, bytes, .. } = *file;
        let otherwise = notice::rsit_of(subject);
        let header = String::from_utf8_lossy(bytes.split(|byte| *byte == b'\n').next().unwrap_or_default());
        if header.matches(';').count() > header.matches(',').count() {
            return self.listed(file, subject);
        }
        let names: Vec<&str> = header.trim_start_matches('\u{feff}').trim_end().split(',').map(|name| name.trim_matches('"')).collect();
        // Reading from memory does not fail.
        let report = ReportType::of_file_name(name);
        let described = report.as_ref().is_some_and(|report| self.schema.as_ref().is_some_and(|schema| schema.knows(report)));
        let rows: Box<dyn Iterator<Item = Row>> = if described || names.iter().any(|name| name.eq_ignore_ascii_case("timestamp")) {
            Box::new(ShadowserverReader::by(self.schema.clone(), bytes, report, self.latest).map_while(Result::ok))
        } else {
            // Another sender's table: by what its columns are called.
            match CsvReader::new(bytes, &Mapping::suggest(&names), self.latest) {
                Ok(reader) => Box::new(reader.map_while(Result::ok)),
                Err(_) => return,
            }
        };
        let mut run: Option<Run> = None;
        for row in rows {
            match row.content {
                Ok(mut finding) => {
                    self.run(place, run.take());
                    if finding.rsit == Rsit::Undetermined {
                        finding.rsit = otherwise.unwrap_or(Rsit::Undetermined);
                    }
                    self.keep(finding);
                }
                Err(problem) => match run.as_mut().filter(|run| run.first.reason.key == problem.reason.key) {
                    Some(run) => (run.last_line, run.rows) = (problem.line, run.rows + 1),
                    None => self.run(place, run.replace(Run { last_line: problem.line, rows: 1, first: problem })),
                },
            }
        }
        self.run(place, run);
    }

    /// Tells of rows that could not be read, one behind the other for one reason, as one problem.
    fn run(&mut self, place: &Bilingual, run: Option<Run>) {
        let Some(Run { first, last_line, rows }) = run else { return };
        if self.problems.len() >= MOST_PROBLEMS {
            self.left_out += rows;
            return;
        }
        let at = if rows == 1 {
            first.place()
        } else {
            Bilingual::new(format!("{}～{last_line} 行目", first.line), format!("lines {} to {last_line}", first.line))
        };
        self.problem(Bilingual::new(format!("{}の {}", place.ja, at.ja), format!("{}, {}", place.en, at.en)), first.reason);
    }
}

fn place_of(part: &Part) -> Bilingual {
    Bilingual::new(format!("パート {}", part.path), format!("part {}", part.path))
}

/// The bytes of a text in UTF-8, whatever charset it came in: what programs put into archives bears no label. Whatever holds zeros is no
/// text, or one of UTF-16, of which its reader tells.
fn in_utf_8(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() || bytes.contains(&0) { Cow::Borrowed(bytes) } else { Cow::Owned(charset::decode(bytes, None).text.into_bytes()) }
}

/// Whether the first line is a header of a table that tells of addresses.
fn is_table(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let names: Vec<String> = String::from_utf8_lossy(line).split(',').map(|name| name.trim().trim_matches('"').to_ascii_lowercase()).collect();
    let has = |any: &[&str]| names.iter().any(|name| any.contains(&name.as_str()));
    names.len() >= 3 && has(&["timestamp", "time", "date"]) && has(&["ip", "src_ip", "address", "url"])
}

/// An IODEF document, by what it says or by what it is called; XML of another kind is none.
fn as_iodef(file: &File<'_>, lower_name: &str) -> Option<Result<Vec<iodef::Incident>, Reason>> {
    let called = file.media_type == "application/iodef+xml" || (lower_name.contains("iodef") && lower_name.ends_with(".xml"));
    iodef::recognise(file.bytes).or_else(|| called.then(|| iodef::read(file.bytes)))
}

fn as_xarf(bytes: &[u8]) -> Option<Result<xarf::Report, Reason>> {
    let begins = bytes.trim_ascii_start().first() == Some(&b'{');
    let names = bytes.get(..bytes.len().min(64 * 1024)).is_some_and(|head| head.windows(12).any(|found| found == b"xarf_version"));
    (begins && names).then(|| xarf::read(bytes))
}

/// Where a letter entered the mail system: the address that the earliest station took it from, as far as the public network goes.
fn origin(headers: &Headers) -> Option<Address> {
    let named = headers.field("X-Originating-IP").and_then(|text| text.trim_matches(['[', ']', ' ']).parse().ok());
    named.or_else(|| headers.received.iter().rev().find_map(|hop| hop.from).map(Address::from))
}

fn no_source() -> Reason {
    Reason::new(
        "report-source",
        "何について報告しているのか（IP アドレス、URL、ホスト名）が書かれていません。メールを読んで手で登録してください。",
        "it does not say what it reports (an address, a URL or a host); read the letter and enter it by hand",
    )
}

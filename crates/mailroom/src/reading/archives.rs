//! The archives among a letter's parts.

use super::parts::{File, Found};
use noroshi_feeds::notice;
use noroshi_kernel::{language::Bilingual, reason::Reason};
use noroshi_post::archive::{self, Kind};

/// The deepest archive within archives that is opened.
const MOST_ARCHIVES: usize = 3;

impl Found {
    /// Reads what an archive holds. One of a kind that is not opened is for a person, where it may hold a report.
    pub(super) fn archive(&mut self, file: &File<'_>, kind: Kind, subject: &str) {
        let is_opened = matches!(kind, Kind::Zip | Kind::Gzip);
        if is_opened && file.depth >= MOST_ARCHIVES {
            let reason = Reason::new(
                "zip-depth",
                "書庫の入れ子が深すぎるので、これより内側は開いていません。取り出して読み込んでください。",
                "archives are nested too deeply, what lies within was not opened; take it out and import it",
            );
            return self.problem(file.place.clone(), reason);
        }
        match kind {
            Kind::Zip => self.zip(file, subject),
            Kind::Gzip => self.gzip(file, subject),
            _ if promises_a_report(file.name, subject) => self.problem(file.place.clone(), kind.unread()),
            _ => {}
        }
    }

    fn zip(&mut self, archive: &File<'_>, subject: &str) {
        match archive::unpack(archive.bytes, self.room) {
            Ok(unpacked) => {
                unpacked.left_out.into_iter().for_each(|reason| self.problem(archive.place.clone(), reason));
                unpacked.files.iter().for_each(|file| self.within(archive, file, &file.name, subject));
            }
            Err(reason) => self.problem(archive.place.clone(), reason),
        }
    }

    fn gzip(&mut self, archive: &File<'_>, subject: &str) {
        match archive::expand(archive.bytes, archive.name, self.room) {
            // What a tar holds is promised by the name of the whole.
            Ok(file) if Kind::of(&file.bytes) == Some(Kind::Tar) => self.within(archive, &file, archive.name, subject),
            Ok(file) => self.within(archive, &file, &file.name, subject),
            Err(reason) => self.problem(archive.place.clone(), reason),
        }
    }

    /// Reads a file of an archive, which takes of the room that is left.
    fn within(&mut self, archive: &File<'_>, file: &archive::File, name: &str, subject: &str) {
        self.room = self.room.saturating_sub(file.bytes.len());
        let place = Bilingual::new(format!("{} の {name}", archive.place.ja), format!("{}, {name}", archive.place.en));
        self.file(&File { place: &place, name, media_type: "", bytes: &file.bytes, body: false, depth: archive.depth + 1 }, subject);
    }
}

/// What is to be said of a file that is called an archive, and is none, where it may hold a report.
pub(super) fn misnamed(lower_name: &str, subject: &str) -> Option<Reason> {
    let ending = [".gz", ".zip"].into_iter().find(|ending| lower_name.ends_with(ending)).filter(|_| promises_a_report(lower_name, subject))?;
    Some(Reason::new(
        "archive-misnamed",
        format!("名前は {ending} で終わりますが、その形式の書庫ではありません（壊れているかもしれません）。送り主に送り直してもらってください。"),
        format!("it is called {ending} and is no archive of that kind (it may be broken); ask the sender to send it again"),
    ))
}

/// Whether an archive may hold a report, by its name or by what the letter is about: pictures of a party are no report.
fn promises_a_report(name: &str, subject: &str) -> bool {
    const WORDS: [&str; 24] = [
        "csv",
        "json",
        "xml",
        "iodef",
        "xarf",
        "report",
        "abuse",
        "incident",
        "shadowserver",
        "scan",
        "attack",
        "malware",
        "phish",
        "spam",
        "list",
        "feed",
        "log",
        "ioc",
        "indicator",
        "報告",
        "一覧",
        "リスト",
        "ログ",
        "検知",
    ];
    let lower = name.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word)) || notice::rsit_of(subject).is_some()
}

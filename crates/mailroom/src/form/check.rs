use super::{MOST_FILES, Submission};
use noroshi_feeds::extract::{self, Item};
use noroshi_kernel::{
    moment::{Moment, Zone},
    observable::{Port, Protocol},
    reason::Reason,
    setaside::printable,
    tlp::Tlp,
};
use noroshi_post::{
    build,
    openpgp::{self, Kind},
};

/// The most lines of URLs and addresses.
const MOST_LINES: usize = 200;
/// The most ports.
const MOST_PORTS: usize = 50;
/// The longest name or organisation, in characters.
const NAME_MOST_CHARS: usize = 200;
/// The longest description, in characters.
const TEXT_MOST_CHARS: usize = 20_000;
/// The longest encrypted block, in bytes.
const SEALED_MOST_BYTES: usize = 256 << 10;
/// How far a clock may go wrong.
const SLACK_US: i64 = 300_000_000;

/// Something that must be put right, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, as [`Submission`] names it; `files` for the files.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: Reason,
}

fn problem(field: &'static str, key: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem { field, reason: Reason::new(key, ja, en) }
}

impl Submission {
    /// What must be put right before it can be taken, field by field; nothing when all is well. `files` is how many come with it.
    #[must_use]
    pub fn problems(&self, files: usize, now: Moment) -> Vec<Problem> {
        let mut found = Vec::new();
        self.characters(&mut found);
        self.lengths(files, &mut found);
        // What is too long is not looked at any closer.
        if !found.is_empty() {
            return found;
        }
        let says = [&self.targets, &self.description, &self.encrypted].into_iter().any(|text| !text.trim().is_empty());
        if !says && files == 0 {
            let (ja, en) = if self.adds {
                ("書くか、ファイルを付けてください。", "write something, or add a file")
            } else {
                (
                    "説明、URL やアドレス、ファイル、暗号化した内容のどれか 1 つが必要です。",
                    "one of these is needed: a description, URLs or addresses, a file, an encrypted text",
                )
            };
            found.push(problem("description", "form-empty", ja, en));
        }
        if !self.adds && self.chosen().is_none() {
            found.push(problem("what", "form-what", "いちばん近いものを選んでください。", "choose what comes closest"));
        }
        self.times(now, &mut found);
        self.things(&mut found);
        self.reporter(&mut found);
        if !self.tlp.is_empty() && self.tlp.parse::<Tlp>().is_err() {
            found.push(problem("tlp", "form-tlp", "一覧から選んでください。", "choose a label of the list: clear, green, amber, amber+strict, red"));
        }
        let sealed = self.encrypted.trim();
        let blocks = openpgp::read_inline(sealed.as_bytes());
        let whole = matches!(blocks.as_slice(), [only] if only.kind == Kind::Message);
        if !sealed.is_empty() && !whole {
            let (ja, en) = (
                "-----BEGIN PGP MESSAGE----- から -----END PGP MESSAGE----- までを、そのまま貼り付けてください。",
                "paste everything from -----BEGIN PGP MESSAGE----- to -----END PGP MESSAGE-----, and nothing else",
            );
            found.push(problem("encrypted", "form-encrypted", ja, en));
        }
        found
    }

    fn texts(&self) -> [(&'static str, &str); 12] {
        [
            ("what", &self.what),
            ("at", &self.at),
            ("zone", &self.zone),
            ("targets", &self.targets),
            ("ports", &self.ports),
            ("description", &self.description),
            ("organisation", &self.organisation),
            ("name", &self.name),
            ("address", &self.address),
            ("tlp", &self.tlp),
            ("encrypted", &self.encrypted),
            ("received", &self.received),
        ]
    }

    fn characters(&self, found: &mut Vec<Problem>) {
        let hidden = |one: &char| (one.is_control() && !matches!(one, '\n' | '\r' | '\t')) || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        for (field, text) in self.texts() {
            let line = !matches!(field, "targets" | "ports" | "description" | "encrypted");
            if let Some(one) = text.chars().find(|one| hidden(one) || (line && one.is_control())) {
                let code = u32::from(one);
                let (ja, en) =
                    (format!("使えない制御文字 U+{code:04X} があります。消してください。"), format!("it holds the control character U+{code:04X}; remove it"));
                found.push(problem(field, "form-character", ja, en));
            }
        }
    }

    fn lengths(&self, files: usize, found: &mut Vec<Problem>) {
        let mut long = |field: &'static str, most: usize, unit: (&str, &str)| {
            let (ja, en) = (format!("{most} {}以内にしてください。", unit.0), format!("keep it within {most} {}", unit.1));
            found.push(problem(field, "form-length", ja, en));
        };
        let characters = ("文字", "characters");
        for (field, text) in self.texts() {
            let most = match field {
                "targets" | "description" => TEXT_MOST_CHARS,
                "encrypted" => continue,
                "ports" => 1_000,
                _ => NAME_MOST_CHARS,
            };
            if text.len() > 4 * most || text.chars().count() > most {
                long(field, most, characters);
            }
        }
        if self.encrypted.len() > SEALED_MOST_BYTES {
            long("encrypted", SEALED_MOST_BYTES >> 10, ("KiB ", "KiB"));
        }
        if self.targets.lines().count() > MOST_LINES {
            long("targets", MOST_LINES, ("行", "lines"));
        }
        if files > MOST_FILES {
            long("files", MOST_FILES, ("個", "files"));
        }
    }

    fn times(&self, now: Moment, found: &mut Vec<Problem>) {
        let zone = Zone::named(self.zone.trim());
        if !self.at.trim().is_empty() {
            match (&zone, self.happened_at()) {
                (Err(_), _) => {
                    let (ja, en) = ("タイムゾーンは Asia/Tokyo や UTC のように書いてください。", "write the time zone as Asia/Tokyo or UTC");
                    found.push(problem("zone", "form-zone", ja, en));
                }
                (Ok(_), None) => {
                    let (ja, en) = ("日時は 2024-01-15T09:30 のように書いてください。", "write the time as 2024-01-15T09:30");
                    found.push(problem("at", "form-time", ja, en));
                }
                (Ok(_), Some(at)) if at.0 > now.0 + SLACK_US => found.push(future("at")),
                _ => {}
            }
        }
        if !self.received.is_empty() {
            match self.received_at() {
                None => found.push(problem("received", "form-time", "受け取った日時を書いてください。", "say when it was received")),
                Some(at) if at.0 > now.0 + SLACK_US => found.push(future("received")),
                Some(_) => {}
            }
        }
    }

    fn things(&self, found: &mut Vec<Problem>) {
        let unread =
            self.targets.lines().zip(1..).find(|(line, _)| !line.trim().is_empty() && !extract::items(line).iter().any(|found| is_a_thing(&found.item)));
        if let Some((line, number)) = unread {
            let shown = printable(line.trim(), 80);
            let ja = format!("{number} 行目「{shown}」は URL・IP アドレス・ホスト名として読めません。説明は下の欄に書いてください。");
            let en = format!("line {number}, {shown:?}, is no URL, address or host; put other words into the description");
            found.push(problem("targets", "form-target", ja, en));
        }
        let ports = self.port_words();
        if ports.len() > MOST_PORTS {
            found.push(problem("ports", "form-ports", format!("{MOST_PORTS} 個以内にしてください。"), format!("name {MOST_PORTS} ports at most")));
        } else if let Some(word) = ports.iter().find(|word| port(word).is_none()) {
            let word = printable(word, 40);
            let (ja, en) =
                (format!("「{word}」はポートとして読めません。22 や udp/53 のように書いてください。"), format!("{word:?} is no port; write 22 or udp/53"));
            found.push(problem("ports", "form-port", ja, en));
        }
    }

    fn reporter(&self, found: &mut Vec<Problem>) {
        let address = self.address.trim();
        if address.is_empty() {
            if self.copy {
                found.push(problem("address", "form-address-missing", "控えを送るアドレスを書いてください。", "write the address to which the receipt goes"));
            }
            return;
        }
        let nowhere = address.to_ascii_lowercase().trim_end_matches('.').ends_with(".invalid");
        if nowhere || build::wire(address).is_err() {
            let (ja, en) = ("メールアドレスは 名前@example.jp のように書いてください。", "write the mail address as name@example.jp");
            found.push(problem("address", "form-address", ja, en));
        }
    }

    fn port_words(&self) -> Vec<&str> {
        self.ports.split(|one: char| one.is_whitespace() || matches!(one, ',' | '、' | ';')).filter(|word| !word.is_empty()).collect()
    }

    /// The ports that it names.
    pub(super) fn port_list(&self) -> Vec<Port> {
        self.port_words().into_iter().take(MOST_PORTS).filter_map(port).collect()
    }
}

/// Whether an item is something that can be looked at from here.
pub(super) const fn is_a_thing(item: &Item) -> bool {
    matches!(item, Item::Address(..) | Item::Url(_) | Item::Host(_) | Item::Mail(_))
}

fn port(word: &str) -> Option<Port> {
    let number = |digits: &str| digits.parse::<u16>().ok().map(|number| Port { protocol: Protocol::Tcp, number });
    // People write 53/udp as often as udp/53.
    word.parse().ok().or_else(|| word.split_once('/').and_then(|(digits, protocol)| format!("{protocol}/{digits}").parse().ok())).or_else(|| number(word))
}

fn future(field: &'static str) -> Problem {
    problem(field, "form-future", "まだ来ていない日時です。日時とタイムゾーンを確かめてください。", "this time has not come yet; check it and its time zone")
}

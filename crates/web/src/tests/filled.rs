//! A filled database in a temporary folder, for tests and for looking at pages.

#![allow(clippy::expect_used, missing_docs, unreachable_pub, dead_code, clippy::indexing_slicing, reason = "test data")]

#[cfg(test)]
use crate::{ClientAddress, Web};
#[cfg(not(test))]
use noroshi_web::{ClientAddress, Web};

use noroshi_directory::{account, brand, organisation, organisation::Organisation};
use noroshi_incident::{
    model::{Asked, Category, Incident, Number, State, Target, TargetKind},
    selection::Reckoning,
    service::{self, keep},
};
use noroshi_kernel::{
    access::{Actor, Label, Role},
    id::{AccountId, CoordinationId, CorrespondenceId, IncidentId, OrganisationId, ReportId, TrayItemId},
    language::Bilingual,
    moment::{FixedClock, Moment, Zone},
    reason::Reason,
    tlp::Tlp,
};
use noroshi_ledger::{Ledger, Place, blob::BlobStore, migration::Migration};
use noroshi_mailroom::{
    correspondence::{self, Channel, Correspondence, Kind, Raw},
    mapping, tray,
};
use noroshi_observation::{Observatory, sql};
use std::{io::Write, path::PathBuf, sync::Arc};

/// Everybody's password.
pub const PASSWORD: &str = "a long example word";
/// What must never run.
pub const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// The database with what stands in it.
pub struct Filled {
    pub web: Web,
    /// The accounts in the order of [`Role::ALL`].
    pub accounts: Vec<AccountId>,
    /// An incident that only the administrator takes part in.
    pub red: Number,
    /// An incident whose texts are hostile.
    pub hostile: Number,
    /// A plain incident.
    pub plain: Number,
    /// An entry of the tray: a row that the mapping `scans` cannot read.
    pub tray: TrayItemId,
    /// A correspondence that tells of the RED incident.
    pub red_correspondence: CorrespondenceId,
    pub folder: tempfile::TempDir,
}

pub(super) const ROOT: Actor = Actor::Platform;

fn day(zone: &Zone, text: &str, minute: i64) -> Moment {
    let month: noroshi_kernel::period::Month = text.get(..7).expect("a month").parse().expect("a month");
    let days: i64 = text.get(8..).expect("a day").parse().expect("a day");
    Moment(month.begin(zone).plus_days(days - 1).0 + minute * 60_000_000)
}

impl Filled {
    /// Opens a database with about `bulk` incidents besides the few that tests know.
    pub async fn open(bulk: usize) -> Self {
        let mut filled = Self::empty().await;
        let zone = filled.web.reckoning.zone.clone();
        let mut filling = Filling { web: &filled.web, zone: &zone, accounts: &filled.accounts };
        filling.brands().await;
        let (plain, hostile, red, red_correspondence) = filling.known().await;
        filled_mapping(&filled.web, filled.folder.path()).await;
        filling.feed(filled.folder.path(), bulk).await;
        filling.index().await;
        filled.tray = tray::list(&filled.web.ledger, &ROOT, 0, 100).await.expect("listed").last().expect("an entry").id;
        (filled.plain, filled.hostile, filled.red, filled.red_correspondence) = (plain, hostile, red, red_correspondence);
        filled
    }

    /// Brings in three reports of which the last makes one incident of the first two; gives their numbers, the one that stays first.
    pub async fn merged(&self) -> (Number, Number) {
        for (name, day) in [("one", "01/01"), ("two", "02/10"), ("three", "01/21")] {
            let path = self.folder.path().join(name);
            std::fs::write(&path, format!("date,URL,description\n2018/{day} 10:00:00,http://gap.example.jp/,LINE\n")).expect("a file");
            self.web.intake(ROOT.clone()).file(service::import::Format::PhishUrl, &path, &mut service::import::Silent).await.expect("imported");
        }
        let bounds = noroshi_incident::selection::Selection { period: Some("2018Q1".parse().expect("a period")), ..Default::default() };
        let all = noroshi_incident::incidents(&self.web.ledger, &self.web.reckoning, &bounds, ROOT.sight(), 0, 100).await.expect("a list");
        let whole = all.items.iter().find(|item| item.target.contains("gap.example.jp")).expect("the one that stays").number;
        (whole, Number { sequence: whole.sequence + 1, ..whole })
    }

    /// Brings in a feed that reports one site again and again, half of it a day later.
    pub async fn same_site(&self, rows: usize) {
        let path = self.folder.path().join("again.csv");
        let list: String =
            (0..rows).map(|row| format!("2019/01/{:02} {:02}:{:02}:00,http://again.example.jp/,LINE\n", 10 + row * 2 / rows, row % 24, row % 60)).collect();
        std::fs::write(&path, format!("date,URL,description\n{list}")).expect("a file");
        self.web.intake(ROOT.clone()).file(service::import::Format::PhishUrl, &path, &mut service::import::Silent).await.expect("imported");
    }

    /// Brings in a feed of which no row can be read.
    pub async fn unreadable_feed(&self) {
        let path = self.folder.path().join("unreadable.csv");
        std::fs::write(&path, "date,URL,description\nnever,http://unread.example.jp/,LINE\n").expect("a file");
        self.web.intake(ROOT.clone()).file(service::import::Format::PhishUrl, &path, &mut service::import::Silent).await.expect("imported");
    }

    /// Opens a database that holds the accounts and nothing else.
    pub async fn empty() -> Self {
        Self::empty_in(None).await
    }

    /// As [`empty`](Self::empty), with the records at another place than a file of its own.
    pub async fn empty_in(place: Option<Place>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place.unwrap_or_else(|| Place::Sqlite(folder.path().join("noroshi.sqlite")));
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let now = day(&zone, "2019-03-20", 14 * 60 + 5);
        let migrations: Vec<Migration> = [
            noroshi_ledger::migration::MIGRATIONS,
            noroshi_directory::migrations::MIGRATIONS,
            noroshi_catalogue::migrations::MIGRATIONS,
            noroshi_mailroom::migrations::MIGRATIONS,
            noroshi_incident::MIGRATIONS,
            noroshi_observation::MIGRATIONS,
        ]
        .concat();
        let blobs = BlobStore::open(folder.path().join("blobs")).expect("a store");
        let ledger = Ledger::open(&place, blobs, Arc::new(FixedClock(now)), &migrations).await.expect("a ledger");
        let reckoning = Reckoning { zone: zone.clone(), home: organisation::Home::default() };
        let observatory = Observatory {
            ledger: ledger.clone(),
            folder: noroshi_lake::folder::Folder::open(folder.path().join("packets")).expect("a folder"),
            geography: Arc::default(),
        };
        let web = Web {
            ledger,
            reckoning,
            team: Bilingual::new("例示CSIRT", "Example CSIRT"),
            marks: noroshi_post::threading::Marks::new("EXAMPLE-CSIRT", &[7; 32]),
            team_key: [7; 32],
            base: "http://noroshi.example.jp/".into(),
            behind_tls: false,
            sends: true,
            client_address: ClientAddress::Peer,
            centre: Some("https://sensors.example.jp:8443".into()),
            lookout: noroshi_incident::service::import::Lookout::default(),
            observatory,
            public: Some(noroshi_observation::public::Rule::default()),
            press: Arc::new(Galley),
            sql: Arc::new(Echo),
        };

        let work = web.ledger.begin().await.expect("work");
        let mut accounts = Vec::new();
        for (role, name) in Role::ALL.into_iter().zip(["担当A", "分析A", "調整A", "編集A", "管理A"]) {
            accounts.push(account::add(&work, &ROOT, role.key(), name, &[role], PASSWORD).await.expect("an account"));
        }
        work.commit().await.expect("kept");
        let none = Number { year: 0, sequence: 1 };
        Self { web, accounts, red: none, hostile: none, plain: none, tray: TrayItemId(0), red_correspondence: CorrespondenceId(0), folder }
    }
}

/// A mapping, and a file that it cannot read.
async fn filled_mapping(web: &Web, folder: &std::path::Path) {
    let definition = mapping::read(br#"{"addresses":["ip"],"time":{"field":"seen","zone":"Asia/Tokyo"}}"#).expect("a definition");
    let about = Bilingual::new("走査の記録", "scans");
    let work = web.ledger.begin().await.expect("work");
    mapping::save(&work, &ROOT, &mapping::Change { name: "scans".into(), format: mapping::Format::Csv, definition, about }).await.expect("saved");
    work.commit().await.expect("kept");
    let path = folder.join("scans.csv");
    std::fs::write(&path, format!("seen,ip,note\nnever,192.0.2.77,{HOSTILE} http://x.example.jp/\n")).expect("a file");
    let saved = mapping::find(&web.ledger, "scans").await.expect("read").expect("there");
    web.intake(ROOT.clone()).mapped(saved, &path, &mut service::import::Silent).await.expect("imported");
}

/// Stands for the press, which is heavy: it gives the sheets as they came to it.
struct Galley;

impl noroshi_document::press::Press for Galley {
    fn pdf(&self, sheets: noroshi_document::press::Sheets) -> Result<Vec<u8>, noroshi_kernel::reason::Reason> {
        Ok(sheets.source.into_bytes())
    }

    fn png(&self, svg: &str) -> Result<Vec<u8>, noroshi_kernel::reason::Reason> {
        Ok(svg.as_bytes().to_vec())
    }
}

/// Stands for the engine of SQL, which is heavy: it tells what it was asked, and refuses what is no `SELECT`.
struct Echo;

impl sql::Engine for Echo {
    fn answer(&self, files: Vec<PathBuf>, sensors: Vec<noroshi_lake::schema::Sensor>, question: sql::Question) -> sql::Answering<'_> {
        Box::pin(async move {
            if question.sql.strip_prefix("SELECT").is_none() {
                return Err(Reason::new("sql-select", "SELECT 文を書いてください。", "write a SELECT"));
            }
            use noroshi_lake::schema::Kind::{Number, Text};
            let column = |name: &str, kind| sql::Column { name: name.into(), kind };
            let columns =
                vec![column("sql", Text), column("span", Text), column("rows", Number), column("files", Number), column("sensors", Text), column("null", Text)];
            let names = sensors.iter().map(|sensor| sensor.name.as_str()).collect::<Vec<_>>().join(" ");
            let span = question.span.map(|(from, to)| format!("{} {}", from.rfc3339(), to.rfc3339()));
            let row = vec![Some(question.sql), span, Some(question.most_rows.to_string()), Some(files.len().to_string()), Some(names), None];
            Ok(sql::Answer { columns, rows: vec![row], is_cut: false })
        })
    }
}

struct Filling<'a> {
    web: &'a Web,
    zone: &'a Zone,
    accounts: &'a [AccountId],
}

impl Filling<'_> {
    fn at(&self, text: &str, minute: i64) -> Moment {
        day(self.zone, text, minute)
    }

    async fn brands(&self) {
        let work = self.web.ledger.begin().await.expect("work");
        brand::import_table(&work, &ROOT, &brand::shipped().expect("brands")).await.expect("brands");
        work.commit().await.expect("kept");
    }

    /// The incidents that tests know, in letters.
    async fn known(&mut self) -> (Number, Number, Number, CorrespondenceId) {
        let raw = self
            .web
            .ledger
            .blobs()
            .put(&mut &b"From: reporter@example.jp\nSubject: =?utf-8?q?A_report?=\n\nhttp://login.bank.example.jp/ib/\n"[..])
            .expect("a blob");
        let work = self.web.ledger.begin().await.expect("work");
        let names = brand::resolve_names(&work, &["楽天", "Amazon", "例示銀行", HOSTILE]).await.expect("names");
        let name = |text: &str| names.get(&brand::fold(text)).copied();
        let mut ids = work.take_ids(200).await.expect("ids");
        let mut id = || ids.take().expect("an id");
        let incident = |id: i64, day: Moment, category: Category, kind: TargetKind, text: &str, brand: Option<i64>| Incident {
            id: IncidentId(id),
            number: Number { year: 0, sequence: 0 },
            category,
            rsit: category.rsit().into(),
            target: Target { kind, text: text.into() },
            brand_name: brand,
            brand_named_at: brand.map(|_| day),
            first_report_at: day,
            last_report_at: day,
            state: State::New,
            label: Label::default(),
            worm: false,
            previous: None,
            merged_into: None,
            addresses: Vec::new(),
            ports: Vec::new(),
        };
        let mut all = vec![
            incident(id(), self.at("2019-01-10", 552), Category::Phishing, TargetKind::Url, "http://login.bank.example.jp/ib/", name("楽天")),
            incident(id(), self.at("2019-01-11", 60), Category::Phishing, TargetKind::Url, &format!("http://x.example.jp/{HOSTILE}"), name(HOSTILE)),
            incident(id(), self.at("2019-02-03", 600), Category::Targeted, TargetKind::Host, "secret.example.jp", None),
            incident(id(), self.at("2019-02-04", 600), Category::Scan, TargetKind::Address, "192.0.2.7", None),
            incident(id(), self.at("2019-02-05", 600), Category::Scan, TargetKind::Address, "192.0.2.8", None),
            incident(id(), self.at("2019-03-01", 600), Category::WebDefacement, TargetKind::Url, "http://www.example.jp/", None),
            incident(id(), self.at("2018-12-01", 600), Category::Phishing, TargetKind::Url, "https://signin.example.com/", name("Amazon")),
            incident(id(), self.at("2018-02-01", 600), Category::MalwareSite, TargetKind::Url, "http://files.example.net/a.exe", None),
            incident(
                id(),
                self.at("2019-03-18", 600),
                Category::Phishing,
                TargetKind::Url,
                "https://card.example.com/a/very/long/path/that/goes/on/and/on/with/index.php?session=0123456789abcdef0123456789abcdef&next=login",
                name("例示銀行"),
            ),
        ];
        all[2].label = Label { tlp: Tlp::Red, participants: vec![*self.accounts.last().expect("an administrator")] };
        all[3].ports = vec!["tcp/22".into()];
        all[3].worm = true;
        all[3].addresses = vec!["192.0.2.7".into()];
        all[4].ports = vec!["tcp/22".into(), "tcp/23".into()];
        all[4].addresses = vec!["192.0.2.8".into(), "2001:db8::8".into()];
        all[0].addresses = vec!["203.0.113.54".into()];
        all[6].state = State::Closed;
        let incidents: Vec<(IncidentId, Moment, String)> = all.iter().map(|one| (one.id, one.first_report_at, one.target.text.clone())).collect();
        keep::incidents(&work, &ROOT, &self.web.reckoning, all).await.expect("incidents");
        let mut letters = Vec::new();
        let mut reports = Vec::new();
        for (place, (incident, at, target)) in incidents.iter().enumerate() {
            let letter = CorrespondenceId(id());
            let channel = [Channel::Mail, Channel::Form, Channel::Fax][place % 3];
            let subject = format!("{target} について");
            letters.push(Correspondence {
                id: letter,
                channel,
                kind: Kind::Report,
                received_at: *at,
                name: subject,
                sender_tld: Some([".jp", ".com"][place % 2].into()),
                raw: Raw { sha256: raw.sha256.clone(), offset: 0, length: raw.size_bytes },
            });
            reports.push(keep::Report {
                id: ReportId(id()),
                correspondence: letter,
                received_at: *at,
                raw_offset: 0,
                raw_length: raw.size_bytes,
                site: Some(target.clone()),
                reporter_tld: (place % 3 > 0).then(|| ".jp".into()),
                tells_of: vec![*incident],
            });
        }
        let red_correspondence = letters[2].id;
        letters.push(Correspondence {
            id: CorrespondenceId(id()),
            channel: Channel::Mail,
            kind: Kind::Inquiry,
            received_at: self.at("2019-01-20", 5),
            name: "講演のお願い".into(),
            sender_tld: None,
            raw: Raw { sha256: raw.sha256.clone(), offset: 0, length: 4 },
        });
        correspondence::insert(&work, &letters).await.expect("letters");
        keep::reports(&work, &ROOT, reports).await.expect("reports");
        let hosts = [("例示ホスティング", "Example Hosting", "US"), ("例示プロバイダ", "Example Provider", "JP"), ("どこか", "Somewhere", "")];
        let organisations: Vec<_> = hosts
            .iter()
            .map(|(ja, en, country)| Organisation { id: OrganisationId(id()), name: Bilingual::new(*ja, *en), country: (*country).into() })
            .collect();
        organisation::insert(&work, &organisations).await.expect("organisations");
        let asked = |id: i64, incident: usize, organisation: usize, at: Moment| {
            (CoordinationId(id), Asked { incident: incidents[incident].0, organisation: organisations[organisation].id, requested_at: at })
        };
        let coordinations = [
            asked(id(), 0, 0, self.at("2019-01-11", 600)),
            asked(id(), 3, 1, self.at("2019-02-05", 600)),
            asked(id(), 6, 0, self.at("2018-12-02", 600)),
            asked(id(), 5, 2, self.at("2019-03-02", 600)),
        ];
        keep::coordinations(&work, &ROOT, &coordinations).await.expect("coordinations");
        let number = |year, sequence| Number { year, sequence };
        let (plain, hostile, red) = (number(2019, 1), number(2019, 2), number(2019, 3));
        let handler = Actor::Account { id: self.accounts[0], name: "handler".into(), roles: vec![Role::Handler] };
        service::annotate(&work, &handler, hostile, HOSTILE).await.expect("a note");
        service::annotate(&work, &handler, plain, "停止を確認しました。\n応答なし(NXDOMAIN)。").await.expect("a note");
        service::coordinate(&work, &handler, plain, "National CSIRT (XX)", "XX", "24時間応答がないため、同報").await.expect("asked");
        service::reclassify(&work, &handler, number(2019, 6), Category::Intrusion).await.expect("changed");
        service::close(&work, &handler, number(2019, 6)).await.expect("closed");
        work.commit().await.expect("kept");
        (plain, hostile, red, red_correspondence)
    }

    /// A feed of phishing sites with a few broken rows.
    async fn feed(&self, folder: &std::path::Path, rows: usize) {
        let path = folder.join("201901.csv");
        let mut file = std::fs::File::create(&path).expect("a file");
        writeln!(file, "date,URL,description").expect("written");
        let brands = ["楽天", "Amazon", "Apple ID", "三井住友カード", "LINE", "まだ名のない店", "Rakuten"];
        for row in 0..rows {
            let (month, day) = (row % 3 + 1, row / 3 % 19 + 1);
            let place = (row * 7) % (rows * 2 / 3 + 1);
            writeln!(
                file,
                "2019/{month:02}/{day:02} {:02}:{:02}:00,https://s{place}.example.{}/login/?id={place},{}",
                row % 24,
                row % 60,
                ["com", "net", "org"][row % 3],
                brands[row * row % brands.len()]
            )
            .expect("written");
        }
        writeln!(file, "2019/13/45 00:00:00,http://a.example.jp/,楽天\n2019/01/04 10:12:00,,Amazon\n\"2019/01/04 10:12:00,http://b.example.jp/")
            .expect("written");
        file.sync_all().expect("written");
        self.web.intake(ROOT.clone()).file(service::import::Format::PhishUrl, &path, &mut service::import::Silent).await.expect("imported");
    }

    /// Puts everything into the search index, as the binary does when events are delivered.
    async fn index(&self) {
        let all = noroshi_incident::incidents(&self.web.ledger, &self.web.reckoning, &Default::default(), ROOT.sight(), 0, 100_000).await.expect("a list");
        let work = self.web.ledger.begin().await.expect("work");
        let mut ids = Vec::new();
        for item in &all.items {
            ids.push(noroshi_incident::load_by_number(&work, item.number).await.expect("loaded").expect("there").incident.id);
        }
        service::index(&work, &ids).await.expect("indexed");
        work.commit().await.expect("kept");
    }
}

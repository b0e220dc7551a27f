//! Letters are found by what they say, by whoever may read their thread.

use crate::{REPORT, ROOT, deliver, handler, house, intake, migrations, one, open};
use noroshi_directory::key;
use noroshi_incident::service::import;
use noroshi_kernel::{
    access::Actor,
    id::{AccountId, ThreadId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::{
    desk,
    letters::Incoming,
    outgoing::{self, Sealing, Which, Writing},
    search,
    thread::{self, Inbox},
};
use noroshi_post::{
    build::{self, Attachment, Draft},
    letter::Mailbox,
    openpgp::{TeamKey, encrypt},
};
use noroshi_testkit::{Bench, on_both_databases};

async fn found_by(bench: &Bench, actor: &Actor, words: &str) -> Vec<ThreadId> {
    let inbox = Inbox { words: Some(words.into()), ..Inbox::default() };
    let (items, count) = thread::inbox(&bench.ledger, actor, &inbox, 0, 100).await.expect("an inbox");
    assert_eq!(i64::try_from(items.len()).expect("few"), count, "{words}");
    let mut found: Vec<ThreadId> = items.into_iter().map(|item| item.thread.id).collect();
    found.sort_unstable();
    found
}

async fn found(bench: &Bench, words: &str) -> Vec<ThreadId> {
    found_by(bench, &handler(1), words).await
}

async fn sent(bench: &Bench, actor: &Actor, words: &str) -> i64 {
    let which = Which { words: Some(words.into()), ..Which::default() };
    let listed = outgoing::list(&bench.ledger, actor, &which, 0, 10).await.expect("letters");
    let count = outgoing::count(&bench.ledger, actor, &which).await.expect("a count");
    assert_eq!(i64::try_from(listed.len()).expect("few"), count, "{words}");
    count
}

async fn write(bench: &Bench, thread: ThreadId, body: &str) {
    let to = vec![Mailbox { name: "Abuse desk".into(), address: "abuse@hosting.example.net".into() }];
    let attachments = vec![Attachment { name: "証拠一覧.txt".into(), media_type: "text/plain".into(), bytes: b"x".to_vec() }];
    let writing = Writing { to, subject: "please look".into(), body: body.into(), attachments, sealing: Sealing::Plain, ..Writing::default() };
    let work = bench.ledger.begin().await.expect("begun");
    outgoing::write(&bench.ledger, &work, &ROOT, &house(), thread, writing).await.expect("written");
    work.commit().await.expect("committed");
}

/// Gives desks addresses, and the vulnerability desk, whose threads are RED, a person.
async fn desks(bench: &Bench) {
    let work = bench.ledger.begin().await.expect("begun");
    for (key, address) in [("incident", "ir@example.jp"), ("vulnerability", "vuls@example.jp")] {
        desk::change(&work, &ROOT, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
    }
    desk::set_staff(&work, &ROOT, "vulnerability", &[AccountId(2)]).await.expect("staffed");
    work.commit().await.expect("committed");
}

const JAPANESE: &str = "From: =?UTF-8?B?5bGx55Sw5aSq6YOO?= <taro@home.example>\r\nTo: ir@example.jp\r\nSubject: question\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit";

on_both_databases! {
    migrations = migrations();

    async fn by_its_text_sender_files_and_what_it_reports(bench) {
        let words = one(&bench, JAPANESE, "フィッシングサイトのテイクダウンをお願いします。monlist も開いています（192.0.2.77）。").await;
        let other = one(&bench, "From: b@home.example\r\nSubject: lunch", "テイク アウト, 192.0 and 2.77").await;
        for query in ["テイクダウン", "monlist", "MONLIST", "山田太郎", "taro@home.example", "question", "192.0.2.77", "フィッシング monlist", "お願い"] {
            assert_eq!(found(&bench, query).await, [words], "{query}");
        }
        assert_eq!(found(&bench, "テイク").await, [words, other]);
        assert_eq!(found(&bench, "テイクダウン lunch").await, [], "all words in one letter");
        // The names of files, and what is in them as far as it was read.
        let mut draft = Draft::new(Mailbox { name: String::new(), address: "c@home.example".into() }, "1@home.example", Moment(1_610_000_000_000_000), house().zone);
        draft.to = vec![Mailbox { name: String::new(), address: "ir@example.jp".into() }];
        (draft.subject, draft.body) = ("a table".into(), "see the file".into());
        let table = b"timestamp,ip,port,protocol,tag\r\n2021-01-10 00:00:00,198.51.100.9,123,udp,ntp\r\n".to_vec();
        draft.attachments = vec![Attachment { name: "請求書2021.csv".into(), media_type: "text/csv".into(), bytes: table }];
        let table = deliver(&bench, &[String::from_utf8(build::build(&draft).expect("built").bytes()).expect("ASCII")]).await[0];
        let done = Inbox { words: Some("請求書2021.csv".into()), state: Some(thread::State::Done), ..Inbox::default() };
        let (items, _) = thread::inbox(&bench.ledger, &handler(1), &done, 0, 10).await.expect("an inbox");
        assert_eq!(items.iter().map(|item| item.thread.id).collect::<Vec<_>>(), [table]);
        let done = Inbox { words: Some("198.51.100.9".into()), ..done };
        assert_eq!(thread::inbox(&bench.ledger, &handler(1), &done, 0, 10).await.expect("an inbox").1, 1);
        // Far more than is indexed does no harm, and what stands at its beginning is found.
        let long = one(&bench, "From: d@home.example\r\nSubject: long", &format!("begin-mark {} end-mark", "かきくけこ ".repeat(40_000))).await;
        assert_eq!((found(&bench, "begin-mark").await, found(&bench, "end-mark").await), (vec![long], vec![]));
    }

    async fn under_the_label_of_its_thread(bench) {
        desks(&bench).await;
        let red = one(&bench, "From: finder@lab.example\r\nTo: vuls@example.jp\r\nSubject: x", "heapoverflow in the parser").await;
        let open_one = one(&bench, "From: e@home.example\r\nTo: ir@example.jp\r\nSubject: y", "a heapoverflow, they say").await;
        write(&bench, red, "確認中の脆弱性です").await;
        write(&bench, open_one, "確認中の件です").await;
        let (outside, inside) = (handler(1), handler(2));
        for (actor, label, expected, ours) in [(&outside, "outside", vec![open_one], 1), (&inside, "inside", vec![red, open_one], 2), (&ROOT, "root", vec![red, open_one], 2)] {
            assert_eq!(found_by(&bench, actor, "heapoverflow").await, expected, "{label}");
            assert_eq!((found_by(&bench, actor, "確認中").await, sent(&bench, actor, "確認中").await), (expected, ours), "{label}");
        }
        // The index itself knows the label, too: who may not see a thread does not find its letters.
        let in_index = async |account: i64, words: &str| {
            let sight = handler(account).sight();
            let all = noroshi_ledger::search::matching(bench.ledger.backend(), "letter", words, sight).expect("words");
            bench.ledger.number(Sql::new("SELECT count(*) AS n FROM (").append(all).push(") f")).await.expect("a number")
        };
        assert_eq!((in_index(1, "heapoverflow").await, in_index(2, "heapoverflow").await), (1, 2));
        // Sent on to the RED desk, it is found by its staff alone; so is what was poured into a RED thread.
        let work = bench.ledger.begin().await.expect("begun");
        thread::route(&work, &ROOT, open_one, "vulnerability", "").await.expect("routed");
        work.commit().await.expect("committed");
        assert_eq!((in_index(1, "heapoverflow").await, in_index(2, "heapoverflow").await), (0, 2));
        assert_eq!((found(&bench, "heapoverflow").await, sent(&bench, &outside, "確認中").await), (vec![], 0));
        let poured = one(&bench, "From: f@home.example\r\nTo: ir@example.jp\r\nSubject: z", "a useafterfree").await;
        assert_eq!((in_index(1, "useafterfree").await, found(&bench, "useafterfree").await), (1, vec![poured]));
        let work = bench.ledger.begin().await.expect("begun");
        thread::merge(&work, &ROOT, poured, red).await.expect("merged");
        work.commit().await.expect("committed");
        assert_eq!((in_index(1, "useafterfree").await, in_index(2, "useafterfree").await), (0, 1));
        assert_eq!((found(&bench, "useafterfree").await, found_by(&bench, &inside, "useafterfree").await), (vec![], vec![red]));
    }

    async fn with_a_cases_label_when_that_changes(bench) {
        let thread = one(&bench, "From: g@home.example\r\nSubject: phishing", &format!("{REPORT}qwertyname\r\n")).await;
        let number = open(&bench, thread).await.number().parse().expect("a case");
        assert_eq!(found(&bench, "qwertyname").await, [thread]);
        let relabel = async |tlp: Tlp| {
            let work = bench.ledger.begin().await.expect("begun");
            noroshi_incident::service::relabel(&work, &handler(2), number, tlp).await.expect("relabelled");
            work.commit().await.expect("committed");
        };
        relabel(Tlp::Red).await;
        assert_eq!((found(&bench, "qwertyname").await, found_by(&bench, &handler(2), "qwertyname").await), (vec![], vec![thread]));
        relabel(Tlp::Amber).await;
        assert_eq!(found(&bench, "qwertyname").await, [thread]);
    }

    async fn an_encrypted_one_by_what_stands_outside_alone(bench) {
        let team = TeamKey::generate("Example CSIRT <csirt@example.jp>", Moment(bench.ledger.now().0 - 3_600_000_000)).expect("a key");
        let intake = intake(&bench);
        let work = bench.ledger.begin().await.expect("begun");
        key::import_secret(&work, &ROOT, &intake.vault, team.export(None).expect("exported").as_bytes(), None, "").await.expect("imported");
        work.commit().await.expect("committed");
        let inner = "Subject: innersubject\r\nContent-Type: text/plain\r\n\r\ninnerword http://innerhost.example.test/ is phishing\r\n";
        let message = encrypt(inner.as_bytes(), &[team.certificate()], None, bench.ledger.now()).expect("encrypted");
        let letter = format!(
            "From: Outer Name <h@home.example>\r\nSubject: outersubject\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=out\r\n\r\n--out\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--out\r\nContent-Type: application/octet-stream\r\n\r\n{message}\r\n--out--\r\n"
        );
        deliver(&bench, &[letter]).await;
        let in_index = async |words: &str| {
            let all = noroshi_ledger::search::matching(bench.ledger.backend(), "letter", words, ROOT.sight()).expect("words");
            bench.ledger.number(Sql::new("SELECT count(*) AS n FROM (").append(all).push(") f")).await.expect("a number")
        };
        assert_eq!((in_index("outersubject").await, in_index("outer name").await, in_index("h@home.example").await), (1, 1, 1));
        for within in ["innerword", "innerhost", "innersubject"] {
            assert_eq!(in_index(within).await, 0, "{within} was encrypted");
        }
    }

    async fn letters_from_before_are_found_after_the_job(bench) {
        // As the program before left it: letters and no index for them.
        let thread = one(&bench, JAPANESE, "古い手紙 oldletterword").await;
        desks(&bench).await;
        let red = one(&bench, "From: i@home.example\r\nTo: vuls@example.jp\r\nSubject: x", "oldletterword").await;
        write(&bench, thread, "古い返事").await;
        let work = bench.ledger.begin().await.expect("begun");
        noroshi_ledger::search::remove(&work, &(1..10_000).collect::<Vec<_>>()).await.expect("removed");
        let before: Vec<_> = migrations().into_iter().filter(|migration| migration.name == "mailroom_m0007_search").flat_map(|one| one.both).copied().collect();
        for statement in before.iter().filter(|statement| statement.starts_with("INSERT INTO mailroom_unindexed")) {
            work.execute(Sql::new(statement)).await.expect("as the migration does");
        }
        work.commit().await.expect("committed");
        assert_eq!(found(&bench, "oldletterword").await, []);
        assert!(search::is_due(&bench.ledger).await.expect("asked"));
        assert_eq!(search::index_old(&bench.ledger).await.expect("indexed"), 3);
        assert!(!search::is_due(&bench.ledger).await.expect("asked"));
        assert_eq!(search::index_old(&bench.ledger).await.expect("indexed"), 0);
        assert_eq!((found(&bench, "oldletterword").await, found_by(&bench, &handler(2), "oldletterword").await), (vec![thread], vec![thread, red]));
        assert_eq!((found(&bench, "古い返事").await, sent(&bench, &handler(1), "古い返事").await), (vec![thread], 1));
        assert_eq!(sent(&bench, &handler(1), "abuse@hosting.example.net").await, 1, "by whom it went to");
    }

    async fn in_the_unit_of_work_that_reads_them(bench) {
        // Nothing delivers events here: a letter that is read is found.
        let intake = intake(&bench);
        let letters = vec![Incoming::from_file("a.eml".into(), b"From: j@home.example\r\nSubject: s\r\n\r\natoncefound\r\n".to_vec())];
        let kept = intake.keep_letters(&letters).await.expect("kept");
        assert_eq!(found(&bench, "atoncefound").await, [], "it is kept and was not read");
        intake.read_letters(kept.into_iter().zip(letters).collect(), &mut import::Silent).await.expect("read");
        assert_eq!(found(&bench, "atoncefound").await.len(), 1);
    }
}

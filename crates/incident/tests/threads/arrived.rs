//! When a letter came is said by our clock where it comes now, and by the mail server that kept it where it comes from a file.

use crate::{REPORT, ROOT, deliver, intake, migrations, open};
use noroshi_incident::{
    model::Number,
    service::{self, import},
};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::Query as _;
use noroshi_mailroom::{
    correspondence,
    letters::Incoming,
    thread::{self, Letter},
    tray,
};
use noroshi_testkit::on_both_databases;

const OLD: &str = "From: e@home.example\r\nDate: Mon, 1 Jan 2007 00:00:00 +0000\r\nSubject: phishing";

on_both_databases! {
    migrations = migrations();

    async fn a_live_letters_sender_does_not_choose_its_period(bench) {
        for (sequence, head) in (1..).zip([
            OLD.to_owned(),
            format!("Received: by x.example; Mon, 1 Jan 2007 00:00:00 +0000\r\n{OLD}"),
            format!("Received: by mx.example.jp with no date\r\nReceived: by x.example; Mon, 1 Jan 2007 00:00:00 +0000\r\n{OLD}"),
        ]) {
            let thread = deliver(&bench, &[format!("{head}\r\n\r\n{}\r\n", REPORT.replace("/a", &format!("/{sequence}")))]).await[0];
            let found = thread::letters(&bench.ledger, thread, 10).await.expect("letters").remove(0);
            let Letter::In(line) = found else { panic!("it came in") };
            assert_eq!((line.received_at, open(&bench, thread).await.opened_at), (bench.ledger.now(), bench.ledger.now()), "{head}");
            let detail = service::view(&bench.ledger, &ROOT, Number { year: 2021, sequence }).await.expect("of this year");
            assert_eq!(detail.incident.first_report_at, bench.ledger.now(), "{head}");
        }
    }

    async fn read_late_it_came_when_it_was_kept(bench) {
        let kept_at = bench.ledger.now();
        let intake = intake(&bench);
        intake.keep_letters(&[Incoming::delivered(format!("{OLD}\r\n\r\n{REPORT}").into_bytes(), None)]).await.expect("kept");
        bench.clock.advance_us(40 * Moment::DAY_US);
        assert_eq!(intake.read_waiting().await.expect("read"), 1);
        let detail = service::view(&bench.ledger, &ROOT, Number { year: 2021, sequence: 1 }).await.expect("an incident");
        assert_eq!(detail.incident.first_report_at, kept_at);
    }

    async fn out_of_a_mailbox_it_came_when_its_server_says(bench) {
        let at = Moment(bench.ledger.now().0 - 3 * Moment::DAY_US);
        let intake = intake(&bench);
        for (arrived, expected) in [(at, at), (Moment(bench.ledger.now().0 + 9 * Moment::DAY_US), bench.ledger.now())] {
            let letters = vec![Incoming { arrived: Some(arrived), ..Incoming::delivered(format!("{OLD} {}\r\n\r\nhello", arrived.0).into_bytes(), None) }];
            let kept = intake.keep_letters(&letters).await.expect("kept");
            let id = kept[0].id;
            intake.read_letters(kept.into_iter().zip(letters).collect(), &mut import::Silent).await.expect("read");
            assert_eq!(correspondence::load(&bench.ledger, id).await.expect("loaded").expect("there").received_at, expected);
        }
    }

    async fn from_a_file_the_topmost_station_counts_else_the_date(bench) {
        let intake = intake(&bench);
        for (head, expected) in [
            ("Received: by mx.example.jp; Wed, 6 Jan 2021 00:00:00 +0000\r\nReceived: by x.example; Mon, 1 Jan 2007 00:00:00 +0000\r\nDate: Tue, 5 Jan 2021 00:00:00 +0000", 1_609_891_200),
            ("Received: by mx.example.jp with no date\r\nReceived: by x.example; Mon, 1 Jan 2007 00:00:00 +0000\r\nDate: Tue, 5 Jan 2021 00:00:00 +0000", 1_609_804_800),
            ("Date: Tue, 5 Jan 2021 00:00:00 +0000", 1_609_804_800),
        ] {
            let letters = vec![Incoming::from_file("a.eml".into(), format!("From: f@home.example\r\n{head}\r\n\r\nhello").into_bytes())];
            let kept = intake.keep_letters(&letters).await.expect("kept");
            let id = kept[0].id;
            intake.read_letters(kept.into_iter().zip(letters).collect(), &mut import::Silent).await.expect("read");
            let at = correspondence::load(&bench.ledger, id).await.expect("loaded").expect("there").received_at;
            assert_eq!(at, Moment(expected * 1_000_000), "{head}");
        }
    }

    async fn faults_with_one_reason_are_one_entry(bench) {
        let part = |place: usize| format!("--b\r\nContent-Type: application/iodef+xml\r\nContent-Disposition: attachment; filename=\"{place}.xml\"\r\n\r\n<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident>\r\n");
        let parts: String = (0..30).map(part).collect();
        let letter = format!("From: g@home.example\r\nSubject: many\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b\r\nContent-Type: message/feedback-report\r\n\r\nnothing\r\n--b--\r\n");
        deliver(&bench, &[letter]).await;
        let items = tray::list(&bench.ledger, &ROOT, 0, 100).await.expect("a tray");
        assert_eq!(items.len(), 2, "one for each reason: {items:?}");
        let many = items.iter().find(|item| item.place.en.starts_with("30 places: ")).expect("one stands for thirty");
        assert!(many.place.en.ends_with("and 27 more") && many.place.ja.starts_with("30 か所: ") && many.place.ja.ends_with("ほか 27 か所"), "{:?}", many.place);
        assert!(many.place.en.contains("part 1") && many.place.en.contains("part 3"), "the first are named: {:?}", many.place);
        // Read again, it is the same entry.
        let again = import::again(&intake(&bench), &tray::Which::All, &mut import::Silent).await.expect("read again");
        assert_eq!((again.closed, again.waiting), (0, 2), "{again:?}");
        for (words, expected) in [("GROSS", 0), ("many", 2), ("30 か所", 1), ("%", 0)] {
            let (found, count) = tray::find(&bench.ledger, &ROOT, Some(words), 0, 10).await.expect("a tray");
            assert_eq!((found.len(), count), (expected, i64::try_from(expected).expect("few")), "{words}");
        }
        assert_eq!(tray::count(&bench.ledger, &ROOT).await.expect("counted"), 2);
        assert_eq!(bench.ledger.number(noroshi_ledger::Sql::new("SELECT count(*) AS n FROM mailroom_tray")).await.expect("a number"), 2);
    }
}

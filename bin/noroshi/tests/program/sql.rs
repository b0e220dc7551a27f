//! Packets in SQL: the contract of the command line, and what hostile queries do to a platform that is served, which is nothing.

use crate::{
    observe::captured,
    place::Home,
    server::{Server, Visitor, account},
};
use std::{fs, path::Path, thread, time::Duration};

#[test]
fn packets_are_asked_in_sql() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        let file = home.file("a.pcap", &captured(1_000));
        let none = home.run(&["observe", "sql", "SELECT 1"]);
        assert!(none.code() == 1 && none.err().contains("there are no packets"), "{}", none.err());
        assert_eq!(home.run(&["observe", "import", "--sensor", "north", file.to_str().unwrap()]).code(), 0);
        let count = "SELECT count(*) AS n, min(destination_port) AS port FROM packets WHERE destination_port >= 7";
        let ran = home.run(&["observe", "sql", count]);
        assert_eq!((ran.code(), ran.out().as_str()), (0, "n\tport\n930\t7\n"), "{}", ran.err());
        // A time is packets' time, not files': the second half of the second that was watched.
        let half = ["--from", "2024-03-10T00:00:00.5Z", "--to", "2024-03-10T00:00:01Z", "--json"];
        let json = home.run(&[&["observe", "sql", count][..], &half].concat()).json();
        assert_eq!(json, serde_json::json!({ "columns": ["n", "port"], "rows": [[465, 7]], "is_cut": false }));
        let by_name = "SELECT name, addresses, count(*) AS n FROM packets JOIN sensors USING (sensor) WHERE name = 'north' GROUP BY 1, 2";
        assert_eq!(home.run(&["observe", "sql", by_name]).out(), "name\taddresses\tn\nnorth\t1\t1000\n");
        let null = home.run(&["observe", "sql", "SELECT NULL AS n, 1.5 AS x, 1 > 2 AS less, 'true' AS text", "--json"]).json();
        assert_eq!(null["rows"], serde_json::json!([[null, 1.5, false, "true"]]));
        for (wrong, says) in [
            ("DROP TABLE packets", "only one SELECT"),
            ("SELECT 1; SELECT 2", "only one SELECT"),
            ("FROM packets", "only one SELECT"),
            ("SELECT nothing FROM packets", "nothing"),
            ("SELECT * FROM '/etc/passwd'", "not known"),
            ("SELECT 1 FROM packets WHERE captured_at > 'last week'", "a value does not fit"),
            ("SELECT CAST('x' AS INT)", "a value does not fit"),
            ("SELECT 1 / (ttl - ttl) FROM packets", "a value does not fit"),
            ("SELECT date_trunc('foo', captured_at) FROM packets", "a value does not fit"),
        ] {
            let ran = home.run(&["observe", "sql", wrong]);
            assert!(ran.code() == 1 && ran.err().contains(says) && ran.out().is_empty(), "{wrong}: {}", ran.err());
        }
    }
}

/// The process that a server began and that is still there.
fn child(of: u32) -> Option<u32> {
    let tasks = fs::read_dir(format!("/proc/{of}/task")).unwrap().flatten();
    let children = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.map(children).find_map(|children| children.split_whitespace().next()?.parse().ok())
}

struct Analyst {
    visitor: Visitor,
    token: String,
}

impl Analyst {
    fn at(server: &Server, password: &str) -> Self {
        let mut visitor = Visitor::to(server);
        visitor.sign_in("analyst", password).unwrap();
        let token = visitor.get("/observe/sql").unwrap().csrf().to_owned();
        Self { visitor, token }
    }

    fn ask(&mut self, sql: &str) -> (u16, String) {
        let answer = self.visitor.post("/observe/sql", &fields(&self.token, sql)).unwrap();
        (answer.status, answer.page)
    }
}

fn fields<'a>(token: &'a str, sql: &'a str) -> [(&'a str, &'a str); 5] {
    [("csrf", token), ("sql", sql), ("as", "csv"), ("from", "2024-03-10T00:00"), ("to", "2024-03-11T09:00")]
}

#[test]
fn a_hostile_query_ends_its_own_process_and_nothing_else() {
    let home = Home::sqlite();
    let file = home.file("a.pcap", &captured(100_000));
    assert_eq!(home.run(&["observe", "import", "--sensor", "north", file.to_str().unwrap()]).code(), 0);
    let password = account(&home, "analyst", "analyst");
    let mut server = Server::start(&home);
    let mut analyst = Analyst::at(&server, &password);
    let count = "SELECT count(*) AS n FROM packets";
    assert_eq!(analyst.ask(count), (200, "n\n100000\n".to_owned()));

    // Texts without end, rows without end, and more than may be told apart.
    let bomb = (0..8).fold("'aaaaaaaaaaaaaaaa'".to_owned(), |text, _| format!("replace({text}, 'a', 'aaaaaaaaaaaaaaaa')"));
    let separator = "x".repeat(15_000);
    for sql in [format!("SELECT length({bomb})"), format!("SELECT length(string_agg(tool, '{separator}')) FROM packets")] {
        let (status, page) = analyst.ask(&sql);
        assert!(status == 422 && page.contains("メモリの上限を超えました"), "{status} {page}");
        assert_eq!(analyst.ask(count).0, 200, "the platform goes on");
    }

    // One that would run for hours holds its turn; who goes away gives it back, and leaves no process behind.
    let values: Vec<String> = (0..900).map(|number| format!("({number})")).collect();
    let slow =
        format!("SELECT count(*) FROM packets JOIN (VALUES {}) AS v(n) ON regexp_like(concat(tcp_sequence * n, ttl), '(1.*2|2.*1).*9')", values.join(","));
    let going = analyst.visitor.send("/observe/sql", &fields(&analyst.token, &slow));
    while child(server.process()).is_none() {
        thread::sleep(Duration::from_millis(10));
    }
    let mut other = Analyst::at(&server, &password);
    let (status, page) = other.ask(count);
    assert!(status == 422 && page.contains("ほかの人の SQL を実行しています"), "{status} {page}");
    drop(going);
    assert_eq!(other.ask(count), (200, "n\n100000\n".to_owned()));
    assert_eq!(child(server.process()), None);

    // Nor does a server that is killed.
    let _going = analyst.visitor.send("/observe/sql", &fields(&analyst.token, &slow));
    let answering = loop {
        match child(server.process()) {
            Some(process) => break process,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    server.kill();
    for _ in 0..100 {
        if !Path::new(&format!("/proc/{answering}/exe")).exists() {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("{answering} goes on");
}

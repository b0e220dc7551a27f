//! What a rise at a port makes one think of.

use crate::{
    example::{catalogue, entry, three, with},
    kept::{import, migrations},
};
use noroshi_catalogue::kev;
use noroshi_testkit::on_both_databases;
use serde_json::{Value, json};

fn world() -> Vec<Value> {
    [
        three(),
        vec![
            entry("CVE-2017-0143", "Microsoft", "SMBv1 server", "2022-02-10", "The SMBv1 server in Windows allows remote code execution."),
            entry("CVE-2020-0796", "Microsoft", "SMBv3", "2022-02-10", "Windows handles certain requests of the Server Message Block wrongly."),
            entry("CVE-2017-7494", "Samba", "Samba", "2023-03-30", "Samba loads a shared library."),
            entry("CVE-2024-0009", "Example", "Small Business Suite", "2024-02-09", "It has nothing to do with it."),
        ],
    ]
    .concat()
}

on_both_databases! {
    migrations = migrations();

    async fn a_port_finds_what_names_its_service(bench) {
        let mut world = world();
        world[4] = with(world[4].clone(), "knownRansomwareCampaignUse", json!("Known"));
        import(&bench, "kev.json", &catalogue("2024-03-01T00:00:00Z", &world)).await;
        let found = async |wanted: &str, limit| -> Vec<String> {
            kev::search(&bench.ledger, &[wanted], limit).await.expect("an answer").into_iter().map(|found| found.stored.entry.cve.to_string()).collect()
        };
        // What is about it stands before what mentions it; of those, what ransomware uses; then what came later.
        assert_eq!(found("tcp/445", 10).await, ["CVE-2020-0796", "CVE-2017-0143", "CVE-2017-7494", "CVE-2024-0001"]);
        assert_eq!(found("tcp/445", 2).await.len(), 2);
        assert_eq!(found("tcp/5900", 10).await, ["CVE-2024-0002"], "by the number of its port");
        assert_eq!(found("tcp/23", 10).await, ["CVE-2023-0003"]);
        assert_eq!(found("beacon", 10).await, ["CVE-2023-0003"]);
        assert_eq!(found("Fire Server", 10).await, ["CVE-2024-0001"]);
        for nothing in ["tcp/64999", "icmp/8", "", " ; ", "mb"] {
            assert!(found(nothing, 10).await.is_empty(), "{nothing}");
        }
        let by = kev::search(&bench.ledger, &["tcp/445"], 1).await.expect("an answer").remove(0).by;
        assert!(by.contains(&"SMBv3".to_owned()), "{by:?}");
    }

    async fn what_was_withdrawn_stands_last(bench) {
        let world = world();
        import(&bench, "a.json", &catalogue("2024-03-01T00:00:00Z", &world)).await;
        let left: Vec<Value> = world.iter().filter(|one| one["cveID"] != "CVE-2020-0796").cloned().collect();
        import(&bench, "b.json", &catalogue("2024-03-02T00:00:00Z", &left)).await;
        let found = kev::search(&bench.ledger, &["tcp/445"], 10).await.expect("an answer");
        assert_eq!(found.last().map(|found| (found.stored.entry.cve.as_str(), found.stored.withdrawn)), Some(("CVE-2020-0796", true)));
        assert_eq!(found.len(), 4);
    }
}

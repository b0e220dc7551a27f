//! Real abuse mails from the field. What is right for each was read off the mail by a person and stands here by hand.

use crate::read;
use noroshi_kernel::rsit::Rsit;
use std::path::{Path, PathBuf};

/// File, first address (empty when the mail gives none), time, kind, and how many findings.
const RIGHT: [(&str, &str, &str, Rsit, usize); 42] = [
    ("abusehub/Abusehub_Example_1.eml", "172.16.10.13", "2015-03-02T00:45:59Z", Rsit::InfectedSystem, 1),
    ("blocklistde/Blocklistde_Example_1.eml", "10.0.2.150", "2014-01-31T06:19:02Z", Rsit::Spam, 1),
    ("cleanmx/Cleanmx_Example_1.eml", "192.168.2.20", "2015-06-07T19:09:11Z", Rsit::Scanner, 1),
    ("cleanmx/Cleanmx_Example_3.eml", "fdf1:cb9d:f59e:19b0:45ff::1", "2015-06-07T19:09:11Z", Rsit::Scanner, 1),
    ("copyrightcompliance/Copyrightcompliance_Example_1.eml", "10.0.2.100", "2015-09-04T13:19:53Z", Rsit::Copyright, 1),
    ("cyscon/Cyscon_Example_1.eml", "172.16.10.13", "2015-09-23T02:04:18Z", Rsit::MalwareDistribution, 1),
    ("feedback-loop/AOL_example_1.eml", "10.17.18.1", "2016-01-19T19:32:40Z", Rsit::Spam, 1),
    ("feedback-loop/Bluetie_example_1.eml", "10.17.18.3", "2016-01-16T06:10:14Z", Rsit::Spam, 1),
    ("feedback-loop/Comcast_example_1.eml", "10.17.18.5", "2016-01-19T12:42:56Z", Rsit::Spam, 1),
    ("feedback-loop/Cox_example_1.eml", "10.17.18.7", "2015-12-21T22:52:30Z", Rsit::Spam, 1),
    ("feedback-loop/Fastmail_example_1.eml", "10.17.18.9", "2016-01-16T11:09:22Z", Rsit::Spam, 1),
    ("feedback-loop/OpenSRS_example_1.eml", "10.17.18.12", "2016-01-17T06:57:49Z", Rsit::Spam, 1),
    ("feedback-loop/Rackspace_example_1.eml", "10.17.18.14", "2015-12-29T05:21:10Z", Rsit::Spam, 1),
    ("feedback-loop/RoadRunner_example_1.eml", "10.17.18.16", "2016-01-13T16:41:53Z", Rsit::Spam, 1),
    ("feedback-loop/Synacor_example_1.eml", "10.17.18.21", "2016-01-10T21:56:23Z", Rsit::Spam, 1),
    ("feedback-loop/USANet_example_1.eml", "10.17.18.23", "2015-10-14T06:59:38Z", Rsit::Spam, 1),
    ("feedback-loop/Yahoo_example_1.eml", "10.17.18.25", "2016-01-18T23:57:24Z", Rsit::Spam, 1),
    ("feedback-loop/Zoho_example_1.eml", "10.17.18.28", "2015-09-07T15:58:04Z", Rsit::Spam, 1),
    ("google/Safe_Browsing_Report_1.eml", "10.0.2.23", "2015-01-01T00:00:00Z", Rsit::MalwareDistribution, 5),
    ("ip-echelon/ip-echelon_sample1.eml", "192.168.2.200", "2015-11-13T20:35:03Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample11.eml", "192.168.3.3", "2015-11-01T23:04:46Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample13.eml", "192.168.3.3", "2015-11-10T01:04:55Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample15.eml", "192.168.3.6", "2015-11-13T03:39:39Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample2.eml", "192.168.2.212", "2015-11-16T05:45:49Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample4.eml", "192.168.2.100", "2015-11-17T11:05:41Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample6.eml", "192.168.3.2", "2015-11-18T08:25:43Z", Rsit::Copyright, 1),
    ("ip-echelon/ip-echelon_sample8.eml", "192.168.3.2", "2015-11-27T11:58:43Z", Rsit::Copyright, 1),
    ("netcraft/Netcraft_Example_1.eml", "10.0.2.2", "2015-07-23T01:58:17Z", Rsit::MalwareDistribution, 1),
    ("netcraft/Netcraft_Example_3.eml", "10.0.2.11", "2015-10-12T06:40:56Z", Rsit::Phishing, 1),
    ("netcraft/Netcraft_Example_6.eml", "10.19.3.1", "2015-10-26T11:27:58Z", Rsit::Phishing, 1),
    ("netcraft/Netcraft_Example_9.eml", "10.2.2.15", "2015-10-02T18:16:57Z", Rsit::Phishing, 1),
    ("projecthoneypot/Projecthoneypot_Example_free_2.eml", "fdaa:b1c7:75bc:bab0::1", "2015-10-04T06:45:10Z", Rsit::Scanner, 5),
    ("projecthoneypot/Projecthoneypot_Example_paid_2.eml", "fd30::1:ff4e:3e:d:19", "2015-09-21T18:00:00Z", Rsit::Scanner, 5),
    ("shadowserver/2019-10-15-scan_dns-sample-asn.csv.zip.eml", "31.42.105.195", "2019-10-15T01:09:24Z", Rsit::DdosAmplifier, 1),
    ("shadowserver/2019-10-15-scan_rsync-sample-asn.csv.zip.eml", "31.42.105.195", "2019-10-15T04:47:54Z", Rsit::PotentiallyUnwantedAccessible, 1),
    ("spamexperts/2.eml", "192.168.1.12", "2015-08-04T08:51:17Z", Rsit::Spam, 1),
    ("spamexperts/4.eml", "10.0.2.35", "2015-08-04T11:01:14Z", Rsit::Spam, 1),
    ("spamexperts/6.eml", "10.0.2.35", "2015-08-04T11:01:12Z", Rsit::Spam, 1),
    ("spamexperts/8.eml", "10.0.2.35", "2015-08-04T11:01:15Z", Rsit::Spam, 1),
    ("spamexperts/10.eml", "10.0.2.35", "2015-08-04T11:01:12Z", Rsit::Spam, 1),
    ("webiron/Webiron_Example_1.eml", "172.16.31.20", "2015-05-16T00:03:11Z", Rsit::IdsAlert, 1),
    ("webiron/Webiron_Example_3.eml", "fdf1:cb9d:f59e:19b0:0:3:4:2", "2015-09-26T05:14:33Z", Rsit::IdsAlert, 1),
];

fn field(folder: &str) -> Option<PathBuf> {
    let Some(data) = std::env::var_os("NOROSHI_FIELD_DATA") else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA does not name the folder of material from the field");
        return None;
    };
    Some(Path::new(&data).join(folder))
}

#[test]
fn abuse_mails_tell_what_a_person_reads_in_them() {
    let Some(folder) = field("abuse-mail") else { return };
    for (file, address, at, rsit, count) in RIGHT {
        let raw = std::fs::read(folder.join(file)).expect("a mail");
        let read = read(&raw);
        assert_eq!(read.findings.len(), count, "{file}");
        let first = &read.findings[0];
        let told = first.addresses.first().map(ToString::to_string).unwrap_or_default();
        assert_eq!((told.as_str(), first.at.map(|at| at.rfc3339()).as_deref(), first.rsit), (address, Some(at), rsit), "{file}");
    }
}

#[test]
fn every_mail_of_the_field_can_be_read() {
    for (folder, least) in [("abuse-mail", 49), ("mail", 26), ("mail-broken", 28)] {
        let Some(folder) = field(folder) else { return };
        let mut folders = vec![folder.clone()];
        let (mut mails, mut told) = (0, 0);
        while let Some(inner) = folders.pop() {
            for entry in std::fs::read_dir(inner).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else if entry.extension().is_some_and(|ending| ending == "eml") {
                    let read = read(&std::fs::read(&entry).expect("a mail"));
                    mails += 1;
                    told += usize::from(!read.findings.is_empty());
                }
            }
        }
        assert!(mails >= least, "{folder:?}: {mails}");
        // Conversations and advertising report nothing, and nothing is made of them.
        assert_eq!(told, if folder.ends_with("abuse-mail") { mails } else { 0 }, "{folder:?}");
    }
}

//! A mapping proposed from the names of columns.

use super::{Details, Mapping, TimeField, TimeForm};

/// Names by which feeds call a thing, without case and punctuation; the surest first.
const TIMES: &[&str] = &[
    "timestamp",
    "time",
    "datetime",
    "firstseen",
    "firstseenutc",
    "seen",
    "lastseen",
    "lastseenutc",
    "detected",
    "detectedat",
    "detectiontime",
    "observed",
    "observedat",
    "eventtime",
    "date",
    "dateadded",
    "reported",
    "reportedat",
    "reportdate",
    "created",
    "createdat",
    "verificationtime",
    "submissiontime",
    "日時",
    "検知日時",
    "発生日時",
    "観測日時",
    "報告日時",
    "日付",
    "報告日",
];
const EPOCHS: &[&str] = &["epoch", "unixtime", "ts", "epochseconds"];
const ADDRESSES: &[&str] = &[
    "ip",
    "ipaddress",
    "ipaddr",
    "srcip",
    "sourceip",
    "sourceaddress",
    "srcaddr",
    "address",
    "ipv4",
    "ipv6",
    "hostip",
    "attackerip",
    "clientip",
    "remoteip",
    "dstip",
    "destinationip",
    "ipアドレス",
    "アドレス",
    "送信元ip",
    "送信元アドレス",
];
const PORTS: &[&str] = &["port", "dstport", "destinationport", "dport", "targetport", "serviceport", "ポート", "ポート番号", "宛先ポート"];
const PROTOCOLS: &[&str] = &["protocol", "proto", "transport", "プロトコル"];
const URLS: &[&str] = &["url", "uri", "link", "phishurl", "malwareurl", "fullurl"];
const HOSTS: &[&str] = &["host", "hostname", "domain", "domainname", "fqdn", "ホスト", "ホスト名", "ドメイン", "ドメイン名"];
const BRANDS: &[&str] = &["brand", "target", "targetbrand", "impersonated", "description", "ブランド", "ブランド名", "標的"];
const KINDS: &[&str] = &["category", "type", "classification", "threat", "threattype", "kind", "taxonomy", "rsit", "種別", "分類", "カテゴリ"];

impl Mapping {
    /// Proposes a mapping from the names of columns or members. It is for a person to look at: nothing says that it is right.
    #[must_use]
    pub fn suggest(header: &[&str]) -> Self {
        let plain: Vec<String> =
            header.iter().map(|name| name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()).collect();
        let find = |names: &[&str]| {
            let place = names.iter().find_map(|name| plain.iter().position(|own| own == name))?;
            header.get(place).map(|name| name.trim().to_owned())
        };
        let usual = find(TIMES).map(|field| TimeField { field, form: TimeForm::Usual, zone: None });
        let time = usual.or_else(|| find(EPOCHS).map(|field| TimeField { field, form: TimeForm::EpochSeconds, zone: None }));
        let url = find(URLS);
        let brand = find(BRANDS).filter(|_| url.is_some());
        let mut mapping = Self {
            time,
            addresses: find(ADDRESSES).into_iter().collect(),
            port: find(PORTS),
            protocol: find(PROTOCOLS),
            url,
            host: find(HOSTS),
            brand,
            details: Details::All,
            ..Self::default()
        };
        mapping.kind.field = find(KINDS);
        mapping
    }
}

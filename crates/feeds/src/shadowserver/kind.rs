//! What kind of thing a report is about, by the words of its type, else by its columns.

use noroshi_kernel::rsit::Rsit;

/// How the words of a type tell its kind; the first that fits counts. A pattern is a piece of the name; `^` is its beginning, `$` its end.
const RULES: &[(&str, Rsit)] = &[
    // Events: what a source did.
    ("sinkhole_dns", Rsit::Other),
    ("sinkhole", Rsit::InfectedSystem),
    ("botnet_drone", Rsit::InfectedSystem),
    ("^drone_brute_force", Rsit::BruteForce),
    ("^drone", Rsit::InfectedSystem),
    ("brute_force", Rsit::BruteForce),
    ("ip_spoofer", Rsit::Masquerade),
    ("honeypot_ddos", Rsit::Ddos),
    ("ddos_participant", Rsit::Ddos),
    ("ddos_amplification", Rsit::DdosAmplifier),
    ("darknet", Rsit::Scanner),
    ("^event", Rsit::Scanner),
    ("^hp_", Rsit::Scanner),
    // Sites and accounts.
    ("malware_url", Rsit::MalwareDistribution),
    ("phish", Rsit::Phishing),
    ("spam", Rsit::Spam),
    ("sandbox_dns", Rsit::Other),
    ("sandbox", Rsit::MalwareDistribution),
    ("blocklist", Rsit::Other),
    ("blacklist", Rsit::Other),
    ("compromised_account", Rsit::DataLeak),
    ("compromised", Rsit::SystemCompromise),
    ("ransomware_victim", Rsit::SystemCompromise),
    ("^ccip", Rsit::C2Server),
    ("^cc_ip", Rsit::C2Server),
    ("post_exploitation_framework", Rsit::C2Server),
    ("device_id", Rsit::Undetermined),
    ("^special", Rsit::VulnerableSystem),
    // Services with a known weakness.
    ("ssl_poodle", Rsit::WeakCrypto),
    ("ssl_freak", Rsit::WeakCrypto),
    ("badsecrets", Rsit::WeakCrypto),
    ("vulnerable", Rsit::VulnerableSystem),
    ("exchange", Rsit::VulnerableSystem),
    ("isakmp", Rsit::VulnerableSystem),
    ("synfulknock", Rsit::VulnerableSystem),
    ("smart_install", Rsit::VulnerableSystem),
    ("netis_router", Rsit::VulnerableSystem),
    ("nat_pmp", Rsit::VulnerableSystem),
    // Services that answer a spoofed question with more than it asked.
    ("dns$", Rsit::DdosAmplifier),
    ("openresolver", Rsit::DdosAmplifier),
    ("ntp$", Rsit::DdosAmplifier),
    ("ntpmonitor", Rsit::DdosAmplifier),
    ("snmp", Rsit::DdosAmplifier),
    ("ssdp", Rsit::DdosAmplifier),
    ("chargen", Rsit::DdosAmplifier),
    ("memcached", Rsit::DdosAmplifier),
    ("portmapper", Rsit::DdosAmplifier),
    ("netbios", Rsit::DdosAmplifier),
    ("qotd", Rsit::DdosAmplifier),
    ("ldap_tcp", Rsit::PotentiallyUnwantedAccessible),
    ("ldap", Rsit::DdosAmplifier),
    ("tftp", Rsit::DdosAmplifier),
    ("ws_discovery", Rsit::DdosAmplifier),
    ("coap", Rsit::DdosAmplifier),
    ("rdpeudp", Rsit::DdosAmplifier),
    ("_sip$", Rsit::DdosAmplifier),
    ("_slp$", Rsit::DdosAmplifier),
    ("_ard$", Rsit::DdosAmplifier),
    ("_db2$", Rsit::DdosAmplifier),
    ("xdmcp", Rsit::DdosAmplifier),
    ("_stun$", Rsit::DdosAmplifier),
    ("mssql", Rsit::DdosAmplifier),
    ("ubiquiti", Rsit::DdosAmplifier),
    ("dhcpdiscover", Rsit::DdosAmplifier),
    ("ddos_middlebox", Rsit::DdosAmplifier),
    ("loop_dos", Rsit::DdosAmplifier),
    // Services that are mostly open on purpose: counted, not complained about.
    ("_http$", Rsit::Other),
    ("_imap$", Rsit::Other),
    ("_pop3$", Rsit::Other),
    ("_smtp$", Rsit::Other),
    ("_ssh$", Rsit::Other),
    ("_ssl$", Rsit::Other),
    ("_quic$", Rsit::Other),
    ("ntrip", Rsit::Other),
    ("population_http_proxy", Rsit::Other),
    ("population6_http_proxy", Rsit::Other),
    // Every other service that is looked for.
    ("^scan", Rsit::PotentiallyUnwantedAccessible),
    ("^population", Rsit::PotentiallyUnwantedAccessible),
    ("^open", Rsit::PotentiallyUnwantedAccessible),
];

/// Rules for what no other rule knows.
const OTHERWISE: [&str; 5] = ["^event", "^special", "^scan", "^population", "^open"];

/// Whether the type is known as such, not only by what such names mean at least.
pub(super) fn knows(name: &str) -> bool {
    RULES.iter().find(|(pattern, _)| fits(name, pattern)).is_some_and(|(pattern, _)| !OTHERWISE.contains(pattern))
}

fn fits(name: &str, pattern: &str) -> bool {
    match (pattern.strip_prefix('^'), pattern.strip_suffix('$')) {
        (Some(head), _) => name.starts_with(head),
        (_, Some(tail)) => name.ends_with(tail),
        _ => name.contains(pattern),
    }
}

/// The kind by the type's name.
pub(super) fn of_type(name: &str) -> Rsit {
    let population = name.starts_with("population") && name.ends_with("isakmp");
    if population {
        return Rsit::Other;
    }
    RULES.iter().find(|(pattern, _)| fits(name, pattern)).map_or(Rsit::Undetermined, |(_, rsit)| *rsit)
}

/// The kind of a taken web site, by its tag and category.
pub(super) fn of_website(words: &str) -> Rsit {
    let words = words.to_ascii_lowercase();
    if words.contains("phish") {
        Rsit::Phishing
    } else if words.contains("defac") {
        Rsit::UnauthorisedInformationModification
    } else if words.contains("malware") || words.contains("exploit-kit") {
        Rsit::MalwareDistribution
    } else {
        Rsit::SystemCompromise
    }
}

/// The kind of what a source did, by the name of its infection.
pub(super) fn of_infection(infection: &str) -> Rsit {
    let infection = infection.to_ascii_lowercase();
    if infection.is_empty() {
        Rsit::Undetermined
    } else if infection.contains("brute-force") {
        Rsit::BruteForce
    } else if infection.contains("ddos") {
        Rsit::Ddos
    } else if infection.ends_with("-scan") || infection.contains("scanner") {
        Rsit::Scanner
    } else {
        Rsit::InfectedSystem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_both_internets_are_alike() {
        for (name, rsit) in [
            ("scan_dns", Rsit::DdosAmplifier),
            ("dns_openresolver", Rsit::DdosAmplifier),
            ("scan_mdns", Rsit::DdosAmplifier),
            ("scan6_ssl_poodle", Rsit::WeakCrypto),
            ("ssl_freak", Rsit::WeakCrypto),
            ("scan6_exchange", Rsit::VulnerableSystem),
            ("scan_http_vulnerable", Rsit::VulnerableSystem),
            ("scan_http", Rsit::Other),
            ("scan6_rdp", Rsit::PotentiallyUnwantedAccessible),
            ("scan_ldap_tcp", Rsit::PotentiallyUnwantedAccessible),
            ("scan_something_new", Rsit::PotentiallyUnwantedAccessible),
            ("event6_sinkhole_http", Rsit::InfectedSystem),
            ("sinkhole_http_drone", Rsit::InfectedSystem),
            ("event4_honeypot_ddos_amp", Rsit::Ddos),
            ("event4_honeypot_smb_scan", Rsit::Scanner),
            ("event4_honeypot_darknet", Rsit::Scanner),
            ("compromised_website6", Rsit::SystemCompromise),
            ("phish_url", Rsit::Phishing),
            ("cisco_smart_install", Rsit::VulnerableSystem),
            ("never_heard_of", Rsit::Undetermined),
        ] {
            assert_eq!(of_type(name), rsit, "{name}");
        }
    }
}

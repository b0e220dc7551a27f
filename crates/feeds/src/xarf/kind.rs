//! What kind of thing a report is about, by its category and type.

use noroshi_kernel::rsit::Rsit;

/// The kind by category and type; `detail` is what the report says nearer of it, such as a kind of threat or compromise.
pub(super) fn of(category: &str, kind: &str, detail: &str) -> Rsit {
    match (category, kind) {
        ("messaging", _) => Rsit::Spam,
        ("connection", "login_attack") => Rsit::BruteForce,
        ("connection", "ddos") => Rsit::Ddos,
        ("connection", "infected_host") => Rsit::InfectedSystem,
        ("connection", "sql_injection") => Rsit::IdsAlert,
        ("connection", "scraping") => Rsit::UnauthorisedUseOfResources,
        ("connection", _) => Rsit::Scanner,
        ("vulnerability", "open_service") => Rsit::PotentiallyUnwantedAccessible,
        ("vulnerability", _) => Rsit::VulnerableSystem,
        ("infrastructure", "botnet") => Rsit::InfectedSystem,
        ("infrastructure", _) => Rsit::SystemCompromise,
        ("content", "phishing") => Rsit::Phishing,
        ("content", "malware") => Rsit::MalwareDistribution,
        ("content", "csam" | "csem") => Rsit::Violence,
        ("content", "exposed_data") => Rsit::DataLeak,
        ("content", "remote_compromise") => of_compromise(detail),
        ("content", _) => Rsit::Masquerade,
        ("copyright", _) => Rsit::Copyright,
        ("reputation", _) => of_words(detail).unwrap_or(Rsit::Other),
        _ => Rsit::Undetermined,
    }
}

fn of_compromise(compromise: &str) -> Rsit {
    match compromise {
        "phishing_kit" => Rsit::Phishing,
        "malware_host" => Rsit::MalwareDistribution,
        "c2_server" => Rsit::C2Server,
        "defacement" => Rsit::UnauthorisedInformationModification,
        _ => Rsit::ApplicationCompromise,
    }
}

/// The kind by words that senders use for it, in any spelling; the first that is found counts.
pub(super) fn of_words(words: &str) -> Option<Rsit> {
    const WORDS: &[(&str, Rsit)] = &[
        ("phish", Rsit::Phishing),
        ("command-and-control", Rsit::C2Server),
        ("c2", Rsit::C2Server),
        ("c&c", Rsit::C2Server),
        ("malware", Rsit::MalwareDistribution),
        ("virus", Rsit::MalwareDistribution),
        ("botnet", Rsit::InfectedSystem),
        ("infected", Rsit::InfectedSystem),
        ("trojan", Rsit::InfectedSystem),
        ("ddos", Rsit::Ddos),
        ("dos", Rsit::Dos),
        ("amplif", Rsit::DdosAmplifier),
        ("open-resolver", Rsit::DdosAmplifier),
        ("copyright", Rsit::Copyright),
        ("defac", Rsit::UnauthorisedInformationModification),
        ("compromis", Rsit::SystemCompromise),
        ("brute", Rsit::BruteForce),
        ("login", Rsit::BruteForce),
        ("w00t", Rsit::Scanner),
        ("scan", Rsit::Scanner),
        ("probe", Rsit::Scanner),
        ("harvest", Rsit::Scanner),
        ("spam", Rsit::Spam),
        ("regbot", Rsit::Spam),
        ("reg-bot", Rsit::Spam),
        ("exploit", Rsit::IdsAlert),
        ("injection", Rsit::IdsAlert),
        ("apache", Rsit::IdsAlert),
        ("badbot", Rsit::Scanner),
        ("bot", Rsit::InfectedSystem),
        ("fraud", Rsit::Masquerade),
        ("scam", Rsit::Masquerade),
        ("leak", Rsit::DataLeak),
    ];
    // Services that are only told when somebody guessed passwords at them.
    const SERVICES: &[&str] = &["ssh", "ftp", "imap", "pop3", "sip", "asterisk", "telnet", "rdp", "vnc", "smtp-auth"];
    let words = words.to_ascii_lowercase().replace(['_', ' '], "-");
    let named = WORDS.iter().find(|(word, _)| words.contains(word)).map(|(_, rsit)| *rsit);
    named.or_else(|| words.split('-').any(|word| SERVICES.contains(&word)).then_some(Rsit::BruteForce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_kind() {
        for (words, rsit) in [
            ("command_and_control", Some(Rsit::C2Server)),
            ("login-attack", Some(Rsit::BruteForce)),
            ("malware-attack", Some(Rsit::MalwareDistribution)),
            ("harvesting", Some(Rsit::Scanner)),
            ("regbot", Some(Rsit::Spam)),
            ("ssh", Some(Rsit::BruteForce)),
            ("info", None),
        ] {
            assert_eq!(of_words(words), rsit, "{words}");
        }
        assert_eq!(of("content", "remote_compromise", "c2_server"), Rsit::C2Server);
        assert_eq!(of("reputation", "blocklist", "command_and_control"), Rsit::C2Server);
    }
}

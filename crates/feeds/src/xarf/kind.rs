//! What kind of thing a report is about, by its category and type.

use crate::words;
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
        ("reputation", _) => words::rsit(detail).unwrap_or(Rsit::Other),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_tell_nearer() {
        assert_eq!(of("content", "remote_compromise", "c2_server"), Rsit::C2Server);
        assert_eq!(of("reputation", "blocklist", "command_and_control"), Rsit::C2Server);
    }
}

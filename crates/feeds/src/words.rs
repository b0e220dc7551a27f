//! What kind of thing a report is about, by the words that its sender chose.

use noroshi_kernel::rsit::Rsit;

/// The kind by words that senders use for it, in any spelling; the first that is found counts.
pub(crate) fn rsit(words: &str) -> Option<Rsit> {
    const WORDS: &[(&str, Rsit)] = &[
        ("phish", Rsit::Phishing),
        ("command-and-control", Rsit::C2Server),
        ("-c2", Rsit::C2Server),
        ("-c-c-", Rsit::C2Server),
        ("malware", Rsit::MalwareDistribution),
        ("virus", Rsit::MalwareDistribution),
        ("botnet", Rsit::InfectedSystem),
        ("infected", Rsit::InfectedSystem),
        ("trojan", Rsit::InfectedSystem),
        ("ddos", Rsit::Ddos),
        ("-dos-", Rsit::Dos),
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
        ("badbot", Rsit::Scanner),
        ("-bot-", Rsit::InfectedSystem),
        ("-bots-", Rsit::InfectedSystem),
        ("-ircbot", Rsit::InfectedSystem),
        ("fraud", Rsit::Masquerade),
        ("scam", Rsit::Masquerade),
        ("leak", Rsit::DataLeak),
    ];
    // Services that are named alone when somebody guessed passwords at them, or tried weaknesses on them.
    const GUESSED: &[&str] = &["ssh", "sshd", "ftp", "imap", "pop3", "sip", "asterisk", "telnet", "rdp", "vnc"];
    const TRIED: &[&str] = &["apache", "http", "https", "www"];
    let plain: String = words.chars().map(|letter| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect();
    let bounded = format!("-{plain}-");
    let named = WORDS.iter().find(|(word, _)| bounded.contains(word)).map(|(_, rsit)| *rsit);
    named.or(match plain.as_str() {
        service if GUESSED.contains(&service) => Some(Rsit::BruteForce),
        service if TRIED.contains(&service) => Some(Rsit::IdsAlert),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_kind() {
        for (words, expected) in [
            ("command_and_control", Some(Rsit::C2Server)),
            ("login-attack", Some(Rsit::BruteForce)),
            ("malware-attack", Some(Rsit::MalwareDistribution)),
            ("harvesting", Some(Rsit::Scanner)),
            ("regbot", Some(Rsit::Spam)),
            ("ssh", Some(Rsit::BruteForce)),
            ("C&C server", Some(Rsit::C2Server)),
            ("DoS", Some(Rsit::Dos)),
            ("Both windows are open to SSH", None),
            ("info", None),
        ] {
            assert_eq!(rsit(words), expected, "{words}");
        }
    }
}

//! What kind of thing a report is about, by the words that its sender chose.

use noroshi_kernel::rsit::Rsit;

/// Words that say the same in a label and in a sentence. Letters and digits are in lower case, anything else is a hyphen; the first
/// that is found counts, so the particular stand before the general.
const WORDS: &[(&str, Rsit)] = &[
    ("phish", Rsit::Phishing),
    ("フィッシング", Rsit::Phishing),
    ("詐欺", Rsit::Phishing),
    ("command-and-control", Rsit::C2Server),
    ("-c2", Rsit::C2Server),
    ("-c-c-", Rsit::C2Server),
    ("copyright", Rsit::Copyright),
    ("infring", Rsit::Copyright),
    ("著作権", Rsit::Copyright),
    ("infected-with-malware", Rsit::InfectedSystem),
    ("infected-system", Rsit::InfectedSystem),
    ("infected-host", Rsit::InfectedSystem),
    ("infected-computer", Rsit::InfectedSystem),
    ("infected-machine", Rsit::InfectedSystem),
    ("malware-infection", Rsit::InfectedSystem),
    ("マルウェアに感染", Rsit::InfectedSystem),
    ("マルウェア感染", Rsit::InfectedSystem),
    ("malware", Rsit::MalwareDistribution),
    ("マルウェア", Rsit::MalwareDistribution),
    ("virus", Rsit::MalwareDistribution),
    ("botnet", Rsit::InfectedSystem),
    ("infected", Rsit::InfectedSystem),
    ("trojan", Rsit::InfectedSystem),
    ("sinkhole", Rsit::InfectedSystem),
    ("-drone", Rsit::InfectedSystem),
    ("amplif", Rsit::DdosAmplifier),
    ("reflection", Rsit::DdosAmplifier),
    ("open-ntp", Rsit::DdosAmplifier),
    ("open-dns", Rsit::DdosAmplifier),
    ("open-recursive", Rsit::DdosAmplifier),
    ("ddos", Rsit::Ddos),
    ("-dos-", Rsit::Dos),
    ("denial-of-service", Rsit::Dos),
    ("open-resolver", Rsit::DdosAmplifier),
    ("openresolver", Rsit::DdosAmplifier),
    ("defac", Rsit::UnauthorisedInformationModification),
    ("改ざん", Rsit::UnauthorisedInformationModification),
    ("改竄", Rsit::UnauthorisedInformationModification),
    ("ブルートフォース", Rsit::BruteForce),
    ("総当たり", Rsit::BruteForce),
    ("総当り", Rsit::BruteForce),
    ("辞書攻撃", Rsit::BruteForce),
    ("インジェクション", Rsit::IdsAlert),
    ("compromis", Rsit::SystemCompromise),
    ("不正アクセス", Rsit::SystemCompromise),
    ("brute", Rsit::BruteForce),
    ("login-attack", Rsit::BruteForce),
    ("login-attempt", Rsit::BruteForce),
    ("failed-login", Rsit::BruteForce),
    ("不正ログイン", Rsit::BruteForce),
    ("scan", Rsit::Scanner),
    ("スキャン", Rsit::Scanner),
    ("harvest", Rsit::Scanner),
    ("spam", Rsit::Spam),
    ("迷惑メール", Rsit::Spam),
    ("regbot", Rsit::Spam),
    ("reg-bot", Rsit::Spam),
    ("exploit", Rsit::IdsAlert),
    ("injection", Rsit::IdsAlert),
    ("-ircbot", Rsit::InfectedSystem),
    ("leak", Rsit::DataLeak),
];

/// Words that say it in a label, where a sentence may use them of anything.
const IN_LABELS: &[(&str, Rsit)] = &[
    ("login", Rsit::BruteForce),
    ("w00t", Rsit::Scanner),
    ("probe", Rsit::Scanner),
    ("badbot", Rsit::Scanner),
    ("-bot-", Rsit::InfectedSystem),
    ("-bots-", Rsit::InfectedSystem),
    ("fraud", Rsit::Masquerade),
    ("scam", Rsit::Masquerade),
];

/// Words by which sentences tell it when no plainer one is there.
const IN_SENTENCES: &[(&str, Rsit)] = &[
    ("safe-browsing", Rsit::MalwareDistribution),
    ("malicious-software", Rsit::MalwareDistribution),
    ("malicious-content", Rsit::MalwareDistribution),
    ("dictionary-attack", Rsit::BruteForce),
    ("trying-to-log-in", Rsit::BruteForce),
    ("tries-to-log-in", Rsit::BruteForce),
    ("tried-to-log-in", Rsit::BruteForce),
    ("-ssh-", Rsit::BruteForce),
    ("-sshd-", Rsit::BruteForce),
    ("fail2ban", Rsit::BruteForce),
    ("denyhosts", Rsit::BruteForce),
    ("unsolicited", Rsit::Spam),
    ("intrusion", Rsit::SystemCompromise),
    ("web-requests", Rsit::IdsAlert),
    ("attack", Rsit::IdsAlert),
    ("ボットに感染", Rsit::InfectedSystem),
    ("に感染", Rsit::InfectedSystem),
    ("偽サイト", Rsit::Phishing),
    ("偽通販", Rsit::Phishing),
    ("偽ショップ", Rsit::Phishing),
    ("模倣サイト", Rsit::Phishing),
    ("fake-shop", Rsit::Phishing),
    ("fake-store", Rsit::Phishing),
    ("fake-site", Rsit::Phishing),
    ("fake-web", Rsit::Phishing),
    ("udp-flood", Rsit::Ddos),
    ("syn-flood", Rsit::Ddos),
    ("攻撃", Rsit::IdsAlert),
];

/// So much of a text is looked at, in bytes.
const TEXT_MOST_BYTES: usize = 4_000;

/// The kind that a sender's short label names, in any spelling.
pub(crate) fn rsit(words: &str) -> Option<Rsit> {
    // Services that are named alone when somebody guessed passwords at them, or tried weaknesses on them.
    const GUESSED: &[&str] = &["-ssh-", "-sshd-", "-ftp-", "-imap-", "-pop3-", "-sip-", "-asterisk-", "-telnet-", "-rdp-", "-vnc-"];
    const TRIED: &[&str] = &["-apache-", "-http-", "-https-", "-www-"];
    let bounded = bounded(words);
    found(&bounded, WORDS).or_else(|| found(&bounded, IN_LABELS)).or(match bounded.as_str() {
        service if GUESSED.contains(&service) => Some(Rsit::BruteForce),
        service if TRIED.contains(&service) => Some(Rsit::IdsAlert),
        _ => None,
    })
}

/// The kind of thing that a text speaks of; `None` when no word of it says so. Only the beginning of a long text is looked at.
#[must_use]
pub fn rsit_of_text(text: &str) -> Option<Rsit> {
    let bounded = bounded(text.get(..text.floor_char_boundary(TEXT_MOST_BYTES)).unwrap_or(text));
    found(&bounded, WORDS).or_else(|| found(&bounded, IN_SENTENCES))
}

fn bounded(words: &str) -> String {
    let plain = words.chars().map(|one| if one.is_alphanumeric() { one.to_ascii_lowercase() } else { '-' });
    std::iter::once('-').chain(plain).chain(['-']).collect()
}

fn found(bounded: &str, words: &[(&str, Rsit)]) -> Option<Rsit> {
    words.iter().find(|(word, _)| bounded.contains(word)).map(|(_, rsit)| *rsit)
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

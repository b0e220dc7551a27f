//! What kind of thing words speak of.

use noroshi_kernel::rsit::Rsit;

/// Words in lower case and the kind they speak of. The first that is found decides, so the particular stand before the general.
const WORDS: &[(&str, Rsit)] = &[
    ("phish", Rsit::Phishing),
    ("フィッシング", Rsit::Phishing),
    ("詐欺", Rsit::Phishing),
    ("infring", Rsit::Copyright),
    ("copyright", Rsit::Copyright),
    ("著作権", Rsit::Copyright),
    ("c&c", Rsit::C2Server),
    ("command and control", Rsit::C2Server),
    ("c2 server", Rsit::C2Server),
    ("defac", Rsit::UnauthorisedInformationModification),
    ("改ざん", Rsit::UnauthorisedInformationModification),
    ("compromised", Rsit::SystemCompromise),
    ("ddos", Rsit::Ddos),
    ("denial of service", Rsit::Dos),
    ("amplif", Rsit::DdosAmplifier),
    ("open resolver", Rsit::DdosAmplifier),
    ("openresolver", Rsit::DdosAmplifier),
    ("botnet", Rsit::InfectedSystem),
    ("infected", Rsit::InfectedSystem),
    ("drone", Rsit::InfectedSystem),
    ("sinkhole", Rsit::InfectedSystem),
    ("trojan", Rsit::InfectedSystem),
    ("safe browsing", Rsit::MalwareDistribution),
    ("malware", Rsit::MalwareDistribution),
    ("マルウェア", Rsit::MalwareDistribution),
    ("malicious software", Rsit::MalwareDistribution),
    ("malicious content", Rsit::MalwareDistribution),
    ("virus", Rsit::MalwareDistribution),
    ("brute", Rsit::BruteForce),
    ("dictionary attack", Rsit::BruteForce),
    ("login-attack", Rsit::BruteForce),
    ("login attempt", Rsit::BruteForce),
    ("failed login", Rsit::BruteForce),
    ("regbot", Rsit::BruteForce),
    ("ssh", Rsit::BruteForce),
    ("不正ログイン", Rsit::BruteForce),
    ("harvest", Rsit::Scanner),
    ("port scan", Rsit::Scanner),
    ("portscan", Rsit::Scanner),
    ("scan", Rsit::Scanner),
    ("スキャン", Rsit::Scanner),
    ("exploit", Rsit::IdsAlert),
    ("sql injection", Rsit::IdsAlert),
    ("web-attack", Rsit::IdsAlert),
    ("web and network attack", Rsit::IdsAlert),
    ("web requests", Rsit::IdsAlert),
    ("unsolicited", Rsit::Spam),
    ("spam", Rsit::Spam),
    ("迷惑メール", Rsit::Spam),
    ("leak", Rsit::DataLeak),
    ("intrusion", Rsit::SystemCompromise),
    ("不正アクセス", Rsit::SystemCompromise),
    ("bots", Rsit::InfectedSystem),
    ("has attacked", Rsit::IdsAlert),
    ("attack", Rsit::IdsAlert),
];

/// The kind of thing that a text speaks of; `None` when no word of it says so. Only the beginning of a long text is looked at.
#[must_use]
pub fn rsit_of(text: &str) -> Option<Rsit> {
    let head = text.get(..text.floor_char_boundary(4_000)).unwrap_or(text).to_lowercase();
    WORDS.iter().find(|(word, _)| head.contains(word)).map(|(_, rsit)| *rsit)
}

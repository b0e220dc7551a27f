use noroshi_kernel::rsit::Rsit;
use serde::{Deserialize, Serialize};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A site that imitates a brand to steal credentials.
    Phishing,
    /// A site whose content was changed by somebody else (改ざん).
    WebDefacement,
    /// A site that hands out malware.
    MalwareSite,
    /// Probing for open services or weak passwords.
    Scan,
    /// Access to a system without right.
    Intrusion,
    /// Mail under another's name.
    ForgedMail,
    /// Making a service unusable.
    Dos,
    /// An attack on one organisation, with mail made for it.
    Targeted,
    /// Something that touches a control system.
    Ics,
    /// Anything else: spam, copyright, open services; told apart by the RSIT tag.
    Other,
}

impl Category {
    /// Every category, in the order in which reports list them.
    pub const ALL: [Self; 10] = [
        Self::Phishing,
        Self::WebDefacement,
        Self::MalwareSite,
        Self::Scan,
        Self::Intrusion,
        Self::ForgedMail,
        Self::Dos,
        Self::Targeted,
        Self::Ics,
        Self::Other,
    ];

    /// The key as stored and typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Phishing => "phishing",
            Self::WebDefacement => "web_defacement",
            Self::MalwareSite => "malware_site",
            Self::Scan => "scan",
            Self::Intrusion => "intrusion",
            Self::ForgedMail => "forged_mail",
            Self::Dos => "dos",
            Self::Targeted => "targeted",
            Self::Ics => "ics",
            Self::Other => "other",
        }
    }

    /// The category's usual machine tag in the Reference Security Incident Taxonomy (RSIT, ENISA and TF-CSIRT).
    #[must_use]
    pub const fn rsit(self) -> &'static str {
        match self {
            Self::Phishing => "rsit:fraud=\"phishing\"",
            Self::WebDefacement => "rsit:information-content-security=\"unauthorised-information-modification\"",
            Self::MalwareSite => "rsit:malicious-code=\"malware-distribution\"",
            Self::Scan => "rsit:information-gathering=\"scanner\"",
            Self::Intrusion => "rsit:intrusions=\"system-compromise\"",
            Self::ForgedMail => "rsit:fraud=\"masquerade\"",
            Self::Dos => "rsit:availability=\"dos\"",
            Self::Targeted => "rsit:information-gathering=\"social-engineering\"",
            Self::Ics | Self::Other => "rsit:other=\"other\"",
        }
    }

    /// The category of a type of RSIT. What the scheme of categories has no word for is `other`, told apart by its tag.
    #[must_use]
    pub const fn of_rsit(rsit: Rsit) -> Self {
        match rsit {
            Rsit::Phishing => Self::Phishing,
            Rsit::UnauthorisedInformationModification => Self::WebDefacement,
            Rsit::MalwareDistribution | Rsit::MalwareConfiguration => Self::MalwareSite,
            // Attempts count as probing: nobody got in.
            Rsit::Scanner | Rsit::Sniffing | Rsit::BruteForce | Rsit::IdsAlert | Rsit::Exploit => Self::Scan,
            Rsit::InfectedSystem
            | Rsit::PrivilegedAccountCompromise
            | Rsit::UnprivilegedAccountCompromise
            | Rsit::ApplicationCompromise
            | Rsit::SystemCompromise
            | Rsit::Burglary
            | Rsit::UnauthorisedInformationAccess => Self::Intrusion,
            Rsit::Masquerade => Self::ForgedMail,
            Rsit::Dos | Rsit::Ddos => Self::Dos,
            Rsit::SocialEngineering => Self::Targeted,
            _ => Self::Other,
        }
    }

    /// Reads a stored key; anything else is `other`, never lost.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        key.parse().unwrap_or(Self::Other)
    }
}

/// A text that is no category.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no category; write phishing, web_defacement, malware_site, scan, intrusion, forged_mail, dos, targeted, ics or other")]
pub struct NoCategory(String);

impl std::str::FromStr for Category {
    type Err = NoCategory;

    fn from_str(text: &str) -> Result<Self, NoCategory> {
        Self::ALL.into_iter().find(|category| category.key() == text).ok_or_else(|| NoCategory(text.into()))
    }
}

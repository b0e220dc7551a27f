//! The Reference Security Incident Taxonomy (ENISA and TF-CSIRT, version 1003) as machine tags.

use serde::{Deserialize, Serialize};

macro_rules! tags {
    ($($name:ident = $class:literal, $kind:literal: $about:literal;)+) => {
        /// A class and type of the taxonomy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rsit {
            $(#[doc = $about] $name,)+
        }

        impl Rsit {
            /// Every type, in the taxonomy's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The class: `malicious-code`.
            #[must_use]
            pub const fn class(self) -> &'static str {
                match self { $(Self::$name => $class,)+ }
            }

            /// The type within its class: `c2-server`.
            #[must_use]
            pub const fn kind(self) -> &'static str {
                match self { $(Self::$name => $kind,)+ }
            }

            /// The machine tag: `rsit:malicious-code="c2-server"`.
            #[must_use]
            pub const fn tag(self) -> &'static str {
                match self { $(Self::$name => concat!("rsit:", $class, "=\"", $kind, "\""),)+ }
            }
        }
    };
}

tags! {
    Spam = "abusive-content", "spam": "Unsolicited bulk mail.";
    HarmfulSpeech = "abusive-content", "harmful-speech": "Defamation or discrimination.";
    Violence = "abusive-content", "violence": "Abuse of children, glorified violence.";
    InfectedSystem = "malicious-code", "infected-system": "A system that malware runs on.";
    C2Server = "malicious-code", "c2-server": "A server that commands malware.";
    MalwareDistribution = "malicious-code", "malware-distribution": "A place that hands out malware.";
    MalwareConfiguration = "malicious-code", "malware-configuration": "A place that hands out malware's configuration.";
    Scanner = "information-gathering", "scanner": "Probing for weaknesses.";
    Sniffing = "information-gathering", "sniffing": "Wiretapping.";
    SocialEngineering = "information-gathering", "social-engineering": "Gathering information from people.";
    IdsAlert = "intrusion-attempts", "ids-alert": "An attempt to use a known weakness.";
    BruteForce = "intrusion-attempts", "brute-force": "Guessing passwords.";
    Exploit = "intrusion-attempts", "exploit": "An attempt to use an unknown weakness.";
    PrivilegedAccountCompromise = "intrusions", "privileged-account-compromise": "A taken account with privileges.";
    UnprivilegedAccountCompromise = "intrusions", "unprivileged-account-compromise": "A taken account without privileges.";
    ApplicationCompromise = "intrusions", "application-compromise": "A taken application.";
    SystemCompromise = "intrusions", "system-compromise": "A taken system.";
    Burglary = "intrusions", "burglary": "A physical intrusion.";
    Dos = "availability", "dos": "Making a service unusable from one source.";
    Ddos = "availability", "ddos": "Making a service unusable from many sources.";
    Misconfiguration = "availability", "misconfiguration": "A configuration that makes a service unusable.";
    Sabotage = "availability", "sabotage": "Physical sabotage.";
    Outage = "availability", "outage": "A service that failed without malice.";
    UnauthorisedInformationAccess = "information-content-security", "unauthorised-information-access": "Access to data without right.";
    UnauthorisedInformationModification = "information-content-security", "unauthorised-information-modification": "Change of data without right, such as a defacement.";
    DataLoss = "information-content-security", "data-loss": "Lost data.";
    DataLeak = "information-content-security", "data-leak": "Leaked data, such as credentials.";
    UnauthorisedUseOfResources = "fraud", "unauthorised-use-of-resources": "Use of resources without right.";
    Copyright = "fraud", "copyright": "Offering works without right.";
    Masquerade = "fraud", "masquerade": "Acting under another's name.";
    Phishing = "fraud", "phishing": "Acting under another's name to obtain credentials.";
    WeakCrypto = "vulnerable", "weak-crypto": "A service with weak cryptography.";
    DdosAmplifier = "vulnerable", "ddos-amplifier": "A service that amplifies attacks.";
    PotentiallyUnwantedAccessible = "vulnerable", "potentially-unwanted-accessible": "A service that is probably open by mistake.";
    InformationDisclosure = "vulnerable", "information-disclosure": "A service that discloses information.";
    VulnerableSystem = "vulnerable", "vulnerable-system": "A system with a known weakness.";
    Other = "other", "other": "Nothing that the taxonomy names.";
    Undetermined = "other", "undetermined": "Not determined yet.";
    Test = "test", "test": "Meant for testing.";
}

impl Rsit {
    /// The type of a class and kind, as many formats write them.
    #[must_use]
    pub fn of(class: &str, kind: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rsit| rsit.class() == class && rsit.kind() == kind)
    }

    /// Reads a stored machine tag; anything else is undetermined, never lost.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        Self::ALL.iter().copied().find(|rsit| rsit.tag() == tag).unwrap_or(Self::Undetermined)
    }
}

impl std::fmt::Display for Rsit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag())
    }
}

impl Serialize for Rsit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Rsit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_tag(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_apart_and_read_back() {
        for rsit in Rsit::ALL {
            assert_eq!(Rsit::from_tag(rsit.tag()), *rsit);
            assert_eq!(Rsit::of(rsit.class(), rsit.kind()), Some(*rsit));
        }
        assert_eq!(Rsit::C2Server.tag(), "rsit:malicious-code=\"c2-server\"");
        assert_eq!(Rsit::from_tag("rsit:nothing"), Rsit::Undetermined);
        assert_eq!(Rsit::of("malicious-code", "scanner"), None);
    }
}

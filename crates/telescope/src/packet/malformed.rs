//! Why a packet is malformed, in both languages.

use noroshi_kernel::reason::Reason;

/// What is wrong with a packet's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Malformed {
    /// The frame is of a link type that is not decoded here.
    LinkType,
    /// Its time cannot be told in nanoseconds since 1970, or it has none.
    Time,
    /// Too many tags or labels stand before the IP header.
    Tags,
    /// The version is neither 4 nor 6 where IP is announced.
    Version,
    /// IPv4's header length is below 20 bytes.
    Ipv4HeaderLength,
    /// IPv4's total length is below its header length.
    Ipv4TotalLength,
    /// A header of IPv6's hop-by-hop options stands elsewhere than first.
    HopByHop,
    /// Too many extension headers.
    Extensions,
    /// An authentication header of a length that none can have.
    Authentication,
    /// A header is longer than what IP says to carry.
    BeyondIp,
    /// TCP's header length is below 20 bytes.
    TcpHeaderLength,
    /// UDP's length is below that of its header.
    UdpLength,
}

impl Malformed {
    /// Every reason, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::LinkType,
        Self::Time,
        Self::Tags,
        Self::Version,
        Self::Ipv4HeaderLength,
        Self::Ipv4TotalLength,
        Self::HopByHop,
        Self::Extensions,
        Self::Authentication,
        Self::BeyondIp,
        Self::TcpHeaderLength,
        Self::UdpLength,
    ];

    /// The reason in words, with a key to count by.
    #[must_use]
    pub fn reason(self) -> Reason {
        let (key, ja, en) = match self {
            Self::LinkType => ("packet-link-type", "このリンク種別は解読できません。", "the link type is none that is decoded"),
            Self::Time => (
                "packet-time",
                "時刻がないか、ありえない時刻（1970 年より前、2262 年以後、または 1 日以上先）です。",
                "it has no time, or one that cannot be: before 1970, after 2261, or more than a day ahead",
            ),
            Self::Tags => ("packet-tags", "IP ヘッダーの前のタグまたはラベルが多すぎます。", "too many tags or labels stand before the IP header"),
            Self::Version => ("packet-version", "IP のバージョンが 4 でも 6 でもありません。", "the version of IP is neither 4 nor 6"),
            Self::Ipv4HeaderLength => ("packet-ipv4-header-length", "IPv4 のヘッダー長が 20 バイト未満です。", "the header length of IPv4 is below 20 bytes"),
            Self::Ipv4TotalLength => {
                ("packet-ipv4-total-length", "IPv4 の全長がヘッダー長より短いです。", "the total length of IPv4 is below its header length")
            }
            Self::HopByHop => {
                ("packet-hop-by-hop", "IPv6 のホップバイホップ拡張ヘッダーが先頭以外にあります。", "IPv6's hop-by-hop options stand elsewhere than first")
            }
            Self::Extensions => ("packet-extensions", "拡張ヘッダーが多すぎます。", "there are too many extension headers"),
            Self::Authentication => {
                ("packet-authentication", "認証ヘッダーの長さが正しくありません。", "the authentication header has a length that none can have")
            }
            Self::BeyondIp => ("packet-beyond-ip", "ヘッダーが IP の示す長さに収まりません。", "a header is longer than what IP says to carry"),
            Self::TcpHeaderLength => ("packet-tcp-header-length", "TCP のヘッダー長が 20 バイト未満です。", "the header length of TCP is below 20 bytes"),
            Self::UdpLength => ("packet-udp-length", "UDP の長さがヘッダーより短いです。", "the length of UDP is below that of its header"),
        };
        Reason::new(key, ja, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn reasons_are_numbered_in_order_and_have_keys_of_their_own() {
        assert!(Malformed::ALL.iter().enumerate().all(|(number, reason)| *reason as usize == number));
        let keys: BTreeSet<_> = Malformed::ALL.iter().map(|reason| reason.reason().key).collect();
        assert_eq!(keys.len(), Malformed::ALL.len());
    }
}

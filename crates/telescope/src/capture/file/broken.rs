//! Where and why a capture file cannot be read further.

use noroshi_kernel::{language::Bilingual, reason::Reason};

/// A capture file breaks here; what came before stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", self.place().en)]
pub struct Broken {
    /// Where the packet, block or header begins that cannot be read, in bytes from the file's beginning; of what is unpacked when it is packed.
    pub offset: u64,
    /// The file is packed, so that [`offset`](Self::offset) counts what comes out.
    pub unpacked: bool,
    /// What is wrong and what to do about it.
    pub reason: Reason,
}

impl Broken {
    /// The place as people are told: `byte 24`, or `byte 24 of what is unpacked`.
    #[must_use]
    pub fn place(&self) -> Bilingual {
        let offset = self.offset;
        match self.unpacked {
            false => Bilingual::new(format!("{offset} バイト目"), format!("byte {offset}")),
            true => Bilingual::new(format!("展開後の {offset} バイト目"), format!("byte {offset} of what is unpacked")),
        }
    }
}

pub(super) fn empty() -> Reason {
    Reason::new("capture-empty", "ファイルが空です。", "the file is empty")
}

pub(super) fn no_capture() -> Reason {
    Reason::new(
        "capture-format",
        "pcap でも pcapng でもありません。tcpdump や Wireshark で保存したファイルを指定してください。",
        "this is neither pcap nor pcapng; give a file that tcpdump or Wireshark wrote",
    )
}

pub(super) fn modified_pcap() -> Reason {
    Reason::new(
        "capture-modified",
        "改変された pcap 形式（1990 年代の Linux 用）は読めません。editcap -F pcap で変換してください。",
        "this is the modified pcap of Linux in the nineties; convert it with editcap -F pcap",
    )
}

pub(super) fn version(major: u16, minor: u16) -> Reason {
    Reason::new(
        "capture-version",
        format!("形式の版 {major}.{minor} は読めません。"),
        format!("version {major}.{minor} of the format is none that is known here"),
    )
}

pub(super) fn cut() -> Reason {
    Reason::new("capture-cut", "ファイルがここで途切れています。", "the file ends in the middle of this")
}

pub(super) fn packet_length(length: u32, most: u32) -> Reason {
    Reason::new(
        "capture-packet-length",
        format!("パケットの長さが {length} バイトとあります。上限は {most} バイトです。"),
        format!("a packet of {length} bytes is announced; {most} are the most"),
    )
}

pub(super) fn packet_beyond_block(length: u32) -> Reason {
    Reason::new(
        "capture-packet-beyond-block",
        format!("パケットの長さ {length} バイトがブロックに収まりません。"),
        format!("a packet of {length} bytes does not fit into its block"),
    )
}

pub(super) fn block_length(length: u32, most: u32) -> Reason {
    Reason::new(
        "capture-block-length",
        format!("ブロックの長さが {length} バイトとあります。12 以上 {most} 以下の 4 の倍数であるはずです。"),
        format!("a block of {length} bytes is announced; it must be a multiple of 4, from 12 to {most}"),
    )
}

pub(super) fn block_ends(length: u32, again: u32) -> Reason {
    Reason::new(
        "capture-block-ends",
        format!("ブロックの長さが先頭では {length}、末尾では {again} とあります。"),
        format!("the block's length is {length} at its beginning and {again} at its end"),
    )
}

pub(super) fn block_short(length: u32) -> Reason {
    Reason::new(
        "capture-block-short",
        format!("{length} バイトのブロックは、その種類には短すぎます。"),
        format!("a block of {length} bytes is too short for its type"),
    )
}

pub(super) fn byte_order() -> Reason {
    Reason::new("capture-byte-order", "バイト順を示す値が正しくありません。", "the mark of the byte order is wrong")
}

pub(super) fn interface(number: u32, known: usize) -> Reason {
    Reason::new(
        "capture-interface",
        format!("インターフェース {number} の記述がありません（記述は {known} 件）。"),
        format!("interface {number} is not described; {known} are"),
    )
}

pub(super) fn interfaces(most: usize) -> Reason {
    Reason::new("capture-interfaces", format!("インターフェースの記述が {most} 件を超えています。"), format!("more than {most} interfaces are described"))
}

pub(super) fn unreadable(error: &std::io::Error) -> Reason {
    Reason::new("capture-unreadable", format!("読み取れません: {error}"), format!("it cannot be read: {error}"))
}

pub(super) fn packing(error: &std::io::Error) -> Reason {
    Reason::new("capture-packing", format!("展開できません: {error}"), format!("it cannot be unpacked: {error}"))
}

pub(super) fn growth(most: u64) -> Reason {
    Reason::new(
        "capture-growth",
        format!("展開すると {most} 倍を超えます。圧縮爆弾の疑いがあります。信頼できるファイルなら、展開してから指定してください。"),
        format!("unpacked it is more than {most} times as long, like a decompression bomb; unpack it yourself if you trust it"),
    )
}

pub(super) fn unpacked_bytes(most: u64) -> Reason {
    Reason::new("capture-unpacked-length", format!("展開すると {most} バイトを超えます。"), format!("unpacked it is longer than {most} bytes"))
}

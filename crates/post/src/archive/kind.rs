use noroshi_kernel::reason::Reason;

/// What an archive is, by the bytes with which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// zip, which [`super::unpack`] opens.
    Zip,
    /// gzip (RFC 1952), which [`super::expand`] opens.
    Gzip,
    /// tar, which is not opened, as those below.
    Tar,
    /// 7-Zip.
    SevenZip,
    /// RAR.
    Rar,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
    /// LHA, which Japan used before zip.
    Lha,
}

impl Kind {
    /// The kind of archive that bytes are; `None` when they are none.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const BEGINNINGS: [(&[u8], Kind); 7] = [
            (b"PK\x03\x04", Kind::Zip),
            (b"\x1f\x8b\x08", Kind::Gzip),
            (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
            (b"Rar!\x1a\x07", Kind::Rar),
            (b"BZh", Kind::Bzip2),
            (b"\xfd7zXZ\0", Kind::Xz),
            (b"\x28\xb5\x2f\xfd", Kind::Zstd),
        ];
        let begins = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, kind)| *kind);
        let at = |place: usize, mark: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(mark));
        let lha = || at(2, b"-l") && bytes.get(6) == Some(&b'-');
        begins.or_else(|| at(257, b"ustar").then_some(Self::Tar)).or_else(|| lha().then_some(Self::Lha))
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::Tar => "tar",
            Self::SevenZip => "7z",
            Self::Rar => "rar",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Lha => "lzh",
        }
    }

    /// That archives of this kind are not opened, and what to do.
    #[must_use]
    pub fn unread(self) -> Reason {
        let name = self.name();
        Reason::new(
            "archive-unread",
            format!("{name} 形式の書庫なので、開いていません。zip か、ファイルのままで送り直してもらうか、手で開いて、中のファイルを取り込んでください。"),
            format!("an archive of the kind {name} was not opened; ask the sender for a zip archive or the plain file, or open it by hand and import the file"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_their_beginning() {
        let mut tar = vec![b'x'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, kind) in [
            (&b"PK\x03\x04..."[..], Some(Kind::Zip)),
            (b"\x1f\x8b\x08\0", Some(Kind::Gzip)),
            (b"7z\xbc\xaf\x27\x1cx", Some(Kind::SevenZip)),
            (b"Rar!\x1a\x07\x01", Some(Kind::Rar)),
            (b"BZh9", Some(Kind::Bzip2)),
            (b"\xfd7zXZ\0", Some(Kind::Xz)),
            (b"\x28\xb5\x2f\xfd", Some(Kind::Zstd)),
            (b"\x1e\x5d-lh5-x", Some(Kind::Lha)),
            (&tar, Some(Kind::Tar)),
            (b"a-list-of-addresses", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }
}

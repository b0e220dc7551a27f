//! Files in archives that come with letters, unpacked within bounds: zip, and gzip of one file. Archives of other kinds are known and not
//! opened.

mod gzip;
mod kind;

pub use gzip::expand;
pub use kind::Kind;

use noroshi_kernel::{reason::Reason, setaside::printable};
use std::io::{Cursor, Read};
use zip::{ZipArchive, result::ZipError};

/// The most files of an archive that are unpacked.
pub const MOST_FILES: usize = 100;
/// The most bytes that an archive may unpack to, with those of archives within.
pub const MOST_BYTES: usize = 64 << 20;
/// The most that a file may grow when it is unpacked: beyond this it is a bomb, not a report.
const MOST_RATIO: u64 = 2_000;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name without folders, made safe.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What an archive held.
#[derive(Clone, Debug, Default)]
pub struct Unpacked {
    /// The files, in the archive's order.
    pub files: Vec<File>,
    /// What was left out, and why.
    pub left_out: Vec<Reason>,
}

/// Whether bytes begin as a zip archive does.
#[must_use]
pub fn is_zip(bytes: &[u8]) -> bool {
    Kind::of(bytes) == Some(Kind::Zip)
}

/// Unpacks a zip archive, at most `room` bytes of it.
///
/// # Errors
/// A reason when it is no archive that can be read.
pub fn unpack(bytes: &[u8], room: usize) -> Result<Unpacked, Reason> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        Reason::new(
            "zip-broken",
            format!("zip 書庫を開けません（{}）。送り主に送り直してもらってください。", cause(&error)),
            format!("the zip archive cannot be opened ({error}); ask the sender to send it again"),
        )
    })?;
    if (0..archive.len().min(MOST_FILES)).any(|place| archive.by_index_raw(place).is_ok_and(|entry| entry.encrypted())) {
        return Err(Reason::new(
            "zip-password",
            "zip 書庫にパスワードがかかっているので、開けません。OpenPGP で暗号化して送り直すか、パスワードを知らせるよう送り主に頼んでください。\
             パスワードがわかれば、手で開いて、中のファイルを取り込んでください。",
            "the zip archive is protected by a password and was not opened; ask the sender to encrypt it with OpenPGP instead, or to tell the password; \
             with the password, open it by hand and import the file",
        ));
    }
    let mut unpacked = Unpacked::default();
    let mut room = room.min(MOST_BYTES);
    for place in 0..archive.len() {
        if place >= MOST_FILES {
            let count = archive.len();
            unpacked.left_out.push(Reason::new(
                "zip-files",
                format!("zip 書庫に {count} 個のファイルがあり、{MOST_FILES} 個を超える分は展開していません。"),
                format!("the zip archive holds {count} files; those beyond {MOST_FILES} were not unpacked"),
            ));
            break;
        }
        match file(&mut archive, place, room) {
            Ok(Some(file)) => {
                room -= file.bytes.len().min(room);
                unpacked.files.push(file);
            }
            Ok(None) => {}
            Err(reason) => unpacked.left_out.push(reason),
        }
    }
    Ok(unpacked)
}

/// What is wrong with an archive, in Japanese.
const fn cause(error: &ZipError) -> &'static str {
    match error {
        ZipError::Io(_) => "途中で切れているか、データが壊れています",
        ZipError::InvalidArchive(_) => "壊れているか、zip 書庫ではありません",
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => "対応していない形式で圧縮されています",
        _ => "読めない形式です",
    }
}

fn file(archive: &mut ZipArchive<Cursor<&[u8]>>, place: usize, room: usize) -> Result<Option<File>, Reason> {
    let broken = |error: &ZipError| {
        Reason::new(
            "zip-file-broken",
            format!("zip 書庫の {} 番目のファイルを展開できません（{}）。", place + 1, cause(error)),
            format!("file {} of the zip archive cannot be unpacked ({error})", place + 1),
        )
    };
    let mut entry = archive.by_index(place).map_err(|error| broken(&error))?;
    if entry.is_dir() {
        return Ok(None);
    }
    let name = String::from_utf8(entry.name_raw().to_vec()).unwrap_or_else(|error| crate::charset::decode(error.as_bytes(), None).text);
    let name = printable(name.rsplit(['/', '\\']).next().unwrap_or_default(), 200);
    // What the archive says of its sizes may be a lie: what counts is what comes out.
    let most = entry.compressed_size().saturating_mul(MOST_RATIO).saturating_add(64 * 1024).min(room as u64);
    let mut bytes = Vec::new();
    entry.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(&error.into()))?;
    if bytes.len() as u64 > most {
        return Err(Reason::new(
            "zip-bomb",
            format!("zip 書庫のファイル「{name}」は展開すると大きすぎるので、展開していません。"),
            format!("the file {name:?} of the zip archive unpacks to too much; it was not unpacked"),
        ));
    }
    Ok(Some(File { name, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)).expect("begun");
            writer.write_all(bytes).expect("written");
        }
        writer.finish().expect("finished").into_inner()
    }

    #[test]
    fn files_come_out_without_their_folders() {
        let unpacked = unpack(&zipped(&[("a/../../etc/x.csv", b"1,2"), ("b.txt", b"")]), MOST_BYTES).expect("an archive");
        assert_eq!(unpacked.files, [File { name: "x.csv".into(), bytes: b"1,2".into() }, File { name: "b.txt".into(), bytes: Vec::new() }]);
        assert_eq!(unpacked.left_out, []);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let bomb = zipped(&[("zeros", &vec![0; 100 << 20]), ("small", b"x")]);
        assert!(bomb.len() < 200_000);
        let unpacked = unpack(&bomb, MOST_BYTES).expect("an archive");
        assert_eq!(unpacked.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["small"]);
        assert_eq!(unpacked.left_out[0].key, "zip-bomb");
        let many: Vec<(String, &[u8])> = (0..300).map(|place| (place.to_string(), &b"x"[..])).collect();
        let many = unpack(&zipped(&many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect::<Vec<_>>()), MOST_BYTES).expect("an archive");
        assert_eq!((many.files.len(), many.left_out[0].key.as_ref()), (MOST_FILES, "zip-files"));
        assert!(unpack(b"PK\x03\x04 nothing", MOST_BYTES).is_err());
    }

    #[test]
    fn reasons_are_in_both_languages() {
        let whole = zipped(&[("a.csv", b"timestamp,ip\n1,2\n")]);
        // The bit that says that a file is encrypted (APPNOTE, section 4.4.4), in its head and in the directory.
        let mut locked = whole.clone();
        let directory = locked.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
        locked[6] |= 1;
        locked[directory + 8] |= 1;
        // A method of compression that nobody knows.
        let mut odd = whole.clone();
        (odd[8], odd[directory + 10]) = (77, 77);
        let mut torn = whole.clone();
        torn[40..50].fill(0xff);
        for (how, bytes, key) in [
            ("a password", locked, "zip-password"),
            ("cut off", whole[..60].to_vec(), "zip-broken"),
            ("a strange method", odd, "zip-file-broken"),
            ("torn", torn, "zip-file-broken"),
        ] {
            let reason = match unpack(&bytes, MOST_BYTES) {
                Ok(unpacked) => unpacked.left_out.into_iter().next().expect(how),
                Err(reason) => reason,
            };
            let words = reason.text.ja.replace("zip", "").replace("OpenPGP", "");
            assert_eq!(reason.key, key, "{how}");
            assert!(!words.contains(|one: char| one.is_ascii_alphabetic()) && reason.text.en.is_ascii(), "{how}: {reason:?}");
        }
    }

    proptest! {
        #[test]
        fn broken_archives_never_panic(at in 0_usize..200, byte in any::<u8>(), cut in 0_usize..200) {
            let mut bytes = zipped(&[("a.csv", b"timestamp,ip\n1,2\n")]);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = unpack(&bytes[..bytes.len().saturating_sub(cut)], MOST_BYTES);
        }
    }
}

//! gzip (RFC 1952): one file, whose name may stand within or is the archive's without its ending.

use super::{File, MOST_BYTES, MOST_RATIO};
use flate2::read::MultiGzDecoder;
use noroshi_kernel::{reason::Reason, setaside::printable};
use std::io::Read as _;

/// Unpacks the file of a gzip archive that is called `name`, at most `room` bytes.
///
/// # Errors
/// A reason when it is broken, or unpacks to more.
pub fn expand(bytes: &[u8], name: &str, room: usize) -> Result<File, Reason> {
    let most = (bytes.len() as u64).saturating_mul(MOST_RATIO).saturating_add(64 * 1024).min(room.min(MOST_BYTES) as u64);
    let mut decoder = MultiGzDecoder::new(bytes);
    let within = decoder.header().and_then(|header| header.filename()).map(|name| String::from_utf8_lossy(name).into_owned());
    let mut out = Vec::new();
    decoder.by_ref().take(most + 1).read_to_end(&mut out).map_err(|_| {
        Reason::new(
            "gzip-broken",
            "gzip のファイルを展開できません（途中で切れているか、壊れています）。送り主に送り直してもらってください。",
            "the gzip file cannot be unpacked (it is cut off or broken); ask the sender to send it again",
        )
    })?;
    if out.len() as u64 > most {
        return Err(Reason::new(
            "gzip-bomb",
            "gzip のファイルは展開すると大きすぎるので、展開していません。",
            "the gzip file unpacks to too much; it was not unpacked",
        ));
    }
    let outer = [".gz", ".GZ", ".Gz"].iter().find_map(|ending| name.strip_suffix(ending)).filter(|name| !name.is_empty()).map(str::to_owned);
    let name = outer.or(within).unwrap_or_default();
    Ok(File { name: printable(name.rsplit(['/', '\\']).next().unwrap_or_default(), 200), bytes: out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write as _;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::best());
        writer.write_all(bytes).expect("written");
        writer.finish().expect("finished")
    }

    #[test]
    fn the_file_comes_out_by_its_name() {
        let plain = gzipped(b"1,2\n");
        assert_eq!(expand(&plain, "a.csv.gz", MOST_BYTES).expect("a file"), File { name: "a.csv".into(), bytes: b"1,2\n".into() });
        let mut named = GzBuilder::new().filename("../x/b.csv").write(Vec::new(), Compression::fast());
        named.write_all(b"3").expect("written");
        let named = named.finish().expect("finished");
        assert_eq!(expand(&named, "report", MOST_BYTES).expect("a file").name, "b.csv");
        assert_eq!(expand(&[plain.clone(), named].concat(), "a.csv.GZ", MOST_BYTES).expect("two in a row").bytes, b"1,2\n3");
        assert_eq!(expand(&plain[..plain.len() - 6], "a.csv.gz", MOST_BYTES).expect_err("cut off").key, "gzip-broken");
    }

    #[test]
    fn bombs_do_not_go_off() {
        // Archives in a row are one file.
        let bomb = gzipped(&vec![0; 10 << 20]).repeat(30);
        assert!(bomb.len() < 400_000);
        assert_eq!(expand(&bomb, "a.csv.gz", usize::MAX).expect_err("a bomb").key, "gzip-bomb");
        assert_eq!(expand(&gzipped(&[b'x'; 2_000]), "a.csv.gz", 1_000).expect_err("no room").key, "gzip-bomb");
    }

    proptest! {
        #[test]
        fn broken_files_never_panic(at in 0_usize..40, byte in any::<u8>(), cut in 0_usize..40) {
            let mut bytes = gzipped(b"timestamp,ip\n1,2\n");
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = expand(&bytes[..bytes.len().saturating_sub(cut)], "a.gz", MOST_BYTES);
        }
    }
}

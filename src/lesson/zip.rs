//! The zip file of a lesson's folder: entries are stored as they are, which every tool can open. Written after PKWARE's
//! APPNOTE, sections 4.3 and 4.4.

/// The largest zip file that is read, in bytes.
pub const ZIP_BYTES_MAX: usize = 8_000_000;
/// Files in it at most.
const FILES_MAX: usize = 200;
const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// The version of the format that stored entries need: 1.0.
const VERSION: u16 = 10;
/// The first day that the format knows: 1 January 1980. Equal lessons give equal zips.
const DAY: u16 = (1 << 5) | 1;

/// The files, as a zip.
pub fn write_zip(files: &[(String, String)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let at = out.len() as u32;
        let head = head(name, text.as_bytes());
        put(&mut out, &[&LOCAL.to_le_bytes(), &head, name.as_bytes(), text.as_bytes()]);
        // After the common head: no comment, first disk, no attributes, where the file is.
        let rest = [0u16; 5].map(u16::to_le_bytes).concat();
        let central = [&CENTRAL.to_le_bytes()[..], &VERSION.to_le_bytes(), &head, &rest, &at.to_le_bytes()];
        put(&mut directory, &central);
        directory.extend(name.as_bytes());
    }
    let (count, at, size) = (files.len() as u16, out.len() as u32, directory.len() as u32);
    put(&mut out, &[&directory, &END.to_le_bytes(), &[0; 4], &count.to_le_bytes(), &count.to_le_bytes()]);
    put(&mut out, &[&size.to_le_bytes(), &at.to_le_bytes(), &[0; 2]]);
    out
}

/// What local and central heads have in common: from the version needed to the length of the extra field.
fn head(name: &str, data: &[u8]) -> Vec<u8> {
    let size = (data.len() as u32).to_le_bytes();
    let mut out = Vec::new();
    for short in [VERSION, UTF8, 0, 0, DAY] {
        out.extend(short.to_le_bytes());
    }
    put(&mut out, &[&crc32(data).to_le_bytes(), &size, &size, &(name.len() as u16).to_le_bytes(), &[0; 2]]);
    out
}

fn put(out: &mut Vec<u8>, pieces: &[&[u8]]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece));
}

/// The texts in a zip, each with its path. Folders are passed over.
///
/// # Errors
/// Why it cannot be read, in an author's words.
pub fn read_zip(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let broken = || "this zip file is broken".to_owned();
    if bytes.len() > ZIP_BYTES_MAX {
        return Err(format!("this zip file is too large: at most {ZIP_BYTES_MAX} bytes are read"));
    }
    let end = (0..=bytes.len().saturating_sub(22)).rev().find(|at| long(bytes, *at) == Some(END));
    let end = end.ok_or("this is no zip file")?;
    let count = usize::from(short(bytes, end + 10).ok_or_else(broken)?);
    if count > FILES_MAX {
        return Err(format!("this zip file has {count} files; a lesson has at most {FILES_MAX}"));
    }
    let mut at = long(bytes, end + 16).ok_or_else(broken)? as usize;
    let mut files = Vec::new();
    for _ in 0..count {
        let entry = Central::read(bytes, at).ok_or_else(broken)?;
        at += 46 + entry.lengths;
        if entry.name.ends_with('/') {
            continue;
        }
        if entry.method != 0 {
            return Err(format!("`{}` is compressed; unpack the zip and open its files", entry.name));
        }
        let data = entry.data(bytes).ok_or_else(broken)?;
        if crc32(data) != entry.crc {
            return Err(format!("`{}` is damaged: its check sum does not fit", entry.name));
        }
        let text = std::str::from_utf8(data).map_err(|_| format!("`{}` is no text", entry.name))?;
        files.push((entry.name, text.to_owned()));
    }
    Ok(files)
}

/// An entry of the central directory.
struct Central {
    method: u16,
    crc: u32,
    size: usize,
    name: String,
    /// Of name, extra field and comment together.
    lengths: usize,
    local: usize,
}

impl Central {
    fn read(bytes: &[u8], at: usize) -> Option<Central> {
        if long(bytes, at)? != CENTRAL {
            return None;
        }
        let length = |offset| short(bytes, at + offset).map(usize::from);
        let name = bytes.get(at + 46..at + 46 + length(28)?)?;
        Some(Central {
            method: short(bytes, at + 10)?,
            crc: long(bytes, at + 16)?,
            size: long(bytes, at + 20)? as usize,
            name: String::from_utf8_lossy(name).into_owned(),
            lengths: length(28)? + length(30)? + length(32)?,
            local: long(bytes, at + 42)? as usize,
        })
    }

    fn data<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        if long(bytes, self.local)? != LOCAL {
            return None;
        }
        let length = |offset| short(bytes, self.local + offset).map(usize::from);
        let from = self.local + 30 + length(26)? + length(28)?;
        bytes.get(from..from.checked_add(self.size)?)
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The check sum of the format (CRC-32 of ISO 3309, reflected).
fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !data.iter().fold(!0, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, String)> {
        [("l/lesson.md", "+++\nä\n"), ("l/start.toml", ""), ("l/ö.toml", "x = 1\n")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .to_vec()
    }

    #[test]
    fn what_is_zipped_can_be_opened() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of the standard");
        assert_eq!(read_zip(&write_zip(&files())).unwrap(), files());
        assert_eq!(read_zip(&write_zip(&[])).unwrap(), []);
    }

    #[test]
    fn what_is_no_zip_says_so() {
        let good = write_zip(&files());
        let mut damaged = good.clone();
        damaged[42] ^= 1;
        let mut compressed = good.clone();
        let directory = good.windows(4).position(|four| four == CENTRAL.to_le_bytes()).unwrap();
        compressed[directory + 10] = 8;
        let check = |bytes: &[u8], told: &str| assert!(read_zip(bytes).unwrap_err().contains(told), "{told}");
        check(b"", "no zip");
        check(&good[..good.len() - 1], "no zip");
        check(&damaged, "`l/lesson.md` is damaged");
        check(&compressed, "`l/lesson.md` is compressed; unpack");
        check(&vec![0; ZIP_BYTES_MAX + 1], "too large");
        // Whatever is changed or cut: no panic.
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] = 0xff;
            let _ = read_zip(&bytes);
            let _ = read_zip(&good[..at]);
            let _ = read_zip(&good[at..]);
        }
    }
}

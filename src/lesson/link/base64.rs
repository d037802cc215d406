//! Bytes as letters that an address may hold: base64url without padding (RFC 4648, section 5).

use super::LinkError;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The letters of these bytes.
pub fn write(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        let letters = (0..=three.len()).map(|at| LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char);
        out.extend(letters);
    }
    out
}

/// The bytes of these letters. A last letter that ends no byte says nothing.
pub fn read(letters: &str) -> Result<Vec<u8>, LinkError> {
    let mut out = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for letter in letters.chars() {
        let value = LETTERS.iter().position(|known| *known as char == letter).ok_or(LinkError::Letter(letter))?;
        (bits, count) = (bits << 6 | value as u32, count + 6);
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_has_it() {
        let check = |bytes: &[u8], letters: &str| {
            assert_eq!(write(bytes), letters);
            assert_eq!(read(letters).unwrap(), bytes);
        };
        check(b"", "");
        check(b"f", "Zg");
        check(b"fo", "Zm8");
        check(b"foo", "Zm9v");
        check(b"foobar", "Zm9vYmFy");
        check(&[0xfb, 0xff, 0xfe], "-__-");
        assert_eq!(read("Zm9v+"), Err(LinkError::Letter('+')));
    }
}

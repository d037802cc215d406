//! Rates, bytes, money and chances.

use std::fmt;
use std::str::FromStr;

use super::{split_number, trimmed};

/// Events per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

impl FromStr for Rate {
    type Err = String;

    /// Reads `900/s`, `30/m`, `1000/h`; a bare number is per second.
    fn from_str(text: &str) -> Result<Rate, String> {
        let bad = || format!("`{text}` is not a rate; write it like \"900/s\" or \"30/m\"");
        let (number, unit) = split_number(text).map_err(|_| bad())?;
        match unit.replace(' ', "").as_str() {
            "" | "/s" | "rps" => Ok(Rate(number)),
            "/m" | "/min" => Ok(Rate(number / 60.0)),
            "/h" => Ok(Rate(number / 3600.0)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

/// A number of bytes. Units are decimal, as networks and bills count them: 1 kB = 1000 B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

const BYTE_UNITS: [(&str, u64); 5] =
    [("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Bytes, String> {
        let bad = || format!("`{text}` is not a size; write it like \"200KB\" or \"2MB\"");
        let (number, unit) = split_number(text).map_err(|_| bad())?;
        let unit = unit.to_ascii_uppercase();
        if unit.is_empty() && number == 0.0 {
            return Ok(Bytes(0));
        }
        let (_, size) = BYTE_UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
        Ok(Bytes((number * *size as f64 + 0.5) as u64))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, size) = BYTE_UNITS
            .iter()
            .rev()
            .find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size))
            .unwrap_or(&BYTE_UNITS[0]);
        write!(f, "{}{name}", self.0 / size)
    }
}

/// US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Money(pub f64);

impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Money, String> {
        let bad = || format!("`{text}` is not a price; write it like \"$3\" or \"$0.05\"");
        let (number, unit) = split_number(text.trim().trim_start_matches('$')).map_err(|_| bad())?;
        if unit.is_empty() { Ok(Money(number)) } else { Err(bad()) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", trimmed(self.0, 4))
    }
}

/// A share of the whole, from 0 to 1; written `80%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Chance(pub f64);

impl FromStr for Chance {
    type Err = String;

    /// Reads `80%` or `0.8`.
    fn from_str(text: &str) -> Result<Chance, String> {
        let bad = || format!("`{text}` is not a share; write it like \"80%\" or 0.8");
        let (number, unit) = split_number(text).map_err(|_| bad())?;
        let share = match unit {
            "" => number,
            "%" => number / 100.0,
            _ => return Err(bad()),
        };
        if share > 1.0 { Err(format!("`{text}` is more than 100%")) } else { Ok(Chance(share)) }
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", trimmed(self.0 * 100.0, 6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromStr<Err = String> + fmt::Display>(text: &str, written: &str) {
        match text.parse::<T>() {
            Ok(value) => assert_eq!(value.to_string(), written, "{text}"),
            Err(message) => panic!("{text}: {message}"),
        }
    }

    #[test]
    fn reads_and_writes() {
        check::<Rate>("900/s", "900/s");
        check::<Rate>("30/m", "0.5/s");
        check::<Rate>("1_000 / s", "1000/s");
        check::<Bytes>("2MB", "2MB");
        check::<Bytes>("1.5kb", "1500B");
        check::<Bytes>("0", "0B");
        check::<Money>("$3", "$3");
        check::<Chance>("80%", "80%");
        check::<Chance>("0.1", "10%");
    }

    #[test]
    fn refuses() {
        assert!("900 per s".parse::<Rate>().is_err());
        assert!("2 gallons".parse::<Bytes>().is_err());
        assert!("120%".parse::<Chance>().is_err());
        assert!("free".parse::<Money>().is_err());
    }
}

//! Quantities with their units, and the text forms people write: `20ms`, `900/s`, `2MB`, `80%`, `exp(5ms)`.

mod amount;
mod distribution;
mod order;
mod round;
mod time;

pub use amount::{Bytes, Chance, Money, Rate};
pub use distribution::Distribution;
pub use order::put_in_order;
pub use round::{nice_step, power_of_ten};
pub use time::Time;

/// Splits `12.5ms` into the number and what follows it; refuses what does not start with a number.
fn split_number(text: &str) -> Result<(f64, &str), String> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let number = text[..end].replace('_', "").parse::<f64>();
    match number {
        Ok(number) if number.is_finite() => Ok((number, text[end..].trim())),
        _ => Err(format!("`{text}` does not start with a number")),
    }
}

/// A number as people write it: at most `digits` decimals, no trailing zeros.
fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

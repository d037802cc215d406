//! Round numbers, for axes and for what snaps.

/// The least of 1, 2, 2.5 and 5 times a power of ten that is not below this.
pub fn nice_step(least: f64) -> f64 {
    let power = power_of_ten(libm::floor(libm::log10(least.max(1e-9))) as i32);
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least - 1e-12)
        .unwrap_or(power * 10.0)
}

/// Ten to this power; without the tables that other exponents need, which the page would have to load.
pub fn power_of_ten(exponent: i32) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
    if exponent < 0 { 1.0 / power } else { power }
}

#[cfg(test)]
mod tests {
    use super::{nice_step, power_of_ten};

    #[test]
    fn powers_of_ten_are_what_they_are_written_as() {
        for (exponent, power) in [(0, 1.0), (3, 1e3), (-3, 1e-3), (-9, 1e-9), (22, 1e22)] {
            assert_eq!(power_of_ten(exponent), power);
        }
    }

    #[test]
    fn steps_are_round_and_large_enough() {
        for (least, step) in [(1.0, 1.0), (1.1, 2.0), (2.2, 2.5), (3.0, 5.0), (7.0, 10.0), (0.03, 0.05), (0.0, 1e-9)] {
            assert!((nice_step(least) - step).abs() < step * 1e-9, "{least}: {}", nice_step(least));
        }
    }
}

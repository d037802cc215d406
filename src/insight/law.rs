//! The formulas of queueing theory: mean waits of stations by arrival rate, service time, servers, room and variability.

/// The share of time in which all `servers` are busy and arrivals are lost: Erlang's loss formula (Erlang 1917), by the
/// recursion B(0) = 1, B(k) = a·B(k−1) / (k + a·B(k−1)). `offered` is the arrival rate times the mean service time.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| offered * blocked / (f64::from(k) + offered * blocked))
}

/// The share of arrivals that have to wait in an M/M/c station: Erlang's delay formula (Erlang 1917); 1 from full load on.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let load = offered / f64::from(servers.max(1));
    if load >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// The mean wait in an M/M/c station, in the unit of `service`: C(c, a) · S / (c · (1 − ρ)); infinite from full load on
/// (Kleinrock, Queueing Systems I, 1975, section 3.5).
pub fn wait_mmc(rate: f64, service: f64, servers: u32) -> f64 {
    let offered = rate * service;
    let load = offered / f64::from(servers.max(1));
    if load >= 1.0 {
        return f64::INFINITY;
    }
    erlang_c(servers, offered) * service / (f64::from(servers.max(1)) * (1.0 - load))
}

/// The mean wait of those who are let into an M/M/c station with `room` places to wait in, and the share that is not:
/// from the probabilities of its states, p(n) ~ aⁿ/n! up to c and (a/c) times the one before beyond, by Little's law for
/// the waiting room (Kleinrock I, section 3.6; Gross & Harris, section 2.5).
pub fn wait_mmck(rate: f64, service: f64, servers: u32, room: u32) -> (f64, f64) {
    if rate <= 0.0 {
        return (0.0, 0.0);
    }
    let offered = rate * service;
    // Relative to the state in which all servers are busy and nobody waits. Its share is known by Erlang's loss formula.
    let blocked = erlang_b(servers, offered).max(1e-300);
    let load = offered / f64::from(servers.max(1));
    let (mut sum, mut waiting, mut state) = (1.0 / blocked, 0.0, 1.0);
    for place in 1..=room {
        state *= load;
        sum += state;
        waiting += f64::from(place) * state;
        // What is beyond cannot be seen any more.
        if state < 1e-12 * sum {
            state = 0.0;
            break;
        }
        // Only ratios count: scaled down before it overflows.
        if state > 1e200 {
            (sum, waiting, state) = (sum / state, waiting / state, 1.0);
        }
    }
    let lost = if room == 0 { blocked } else { state / sum };
    let let_in = rate * (1.0 - lost);
    (waiting / sum / let_in.max(1e-300), lost)
}

/// How much more (or less) is waited than with memoryless arrivals and services: the mean of the squared coefficients of
/// variation of both, by which Kingman's approximation for one server (1961) and Allen and Cunneen's for several (Allen
/// 1978) multiply the wait of M/M/c.
pub fn variability_factor(arrivals: f64, services: f64) -> f64 {
    (arrivals + services) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(seen: f64, expected: f64) {
        assert!((seen - expected).abs() <= 1e-4 * expected.abs().max(1e-6), "{seen} instead of {expected}");
    }

    #[test]
    fn the_tables_of_erlang() {
        // Well-known rows: 10 erlangs on 10 and on 15 lines; two servers at load 1/2 have C = 1/3.
        near(erlang_b(10, 10.0), 0.214_582);
        near(erlang_b(15, 10.0), 0.036_497);
        near(erlang_c(2, 1.0), 1.0 / 3.0);
        near(erlang_c(1, 0.8), 0.8);
        near(erlang_c(3, 9.0), 1.0);
    }

    #[test]
    fn one_server_has_the_closed_form() {
        // M/M/1: Wq = ρ S / (1 − ρ).
        near(wait_mmc(80.0, 0.01, 1), 0.04);
        assert_eq!(wait_mmc(100.0, 0.01, 1), f64::INFINITY);
        // M/M/1/K with one place to wait: p(n) = 1, ρ, ρ² over their sum; at ρ = 1 a third each.
        let (wait, lost) = wait_mmck(100.0, 0.01, 1, 1);
        near(lost, 1.0 / 3.0);
        near(wait, (1.0 / 3.0) / (100.0 * 2.0 / 3.0));
    }

    #[test]
    fn a_large_room_is_no_bound_and_no_room_is_a_loss_system() {
        near(wait_mmck(350.0, 0.01, 4, 100_000).0, wait_mmc(350.0, 0.01, 4));
        let (wait, lost) = wait_mmck(350.0, 0.01, 4, 0);
        near(lost, erlang_b(4, 3.5));
        assert_eq!(wait, 0.0);
        // Overload: the room is nearly always full, and its places are served at full rate.
        let (wait, lost) = wait_mmck(4000.0, 0.01, 4, 1000);
        near(lost, 0.9);
        assert!((wait - 2.5).abs() < 0.01, "{wait}");
    }
}

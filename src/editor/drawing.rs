//! A traffic curve drawn by hand: on a pad, points are moved, added and taken away, or a whole stroke is drawn freely.

use crate::units::{Rate, Time, nice_step};

/// Points that a curve has at most after a stroke.
pub const POINTS_MAX: usize = 40;
/// The highest rate that can be drawn or set.
const RATE_MAX: f64 = 10_000_000.0;
/// How far a drawn curve may be from the stroke, as a share of the pad's height.
const TOLERANCE: f64 = 0.012;

/// The points of a curve: straight lines between them, constant before the first and after the last.
pub type Points = Vec<(Time, Rate)>;

/// The pad: how times and rates lie on it. Places are shares: 0 to 1 from the left, 0 to 1 from the bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    /// How long the run is: the width.
    pub duration: Time,
    /// The rate at the top.
    pub top: f64,
}

impl Pad {
    /// A pad for these points, with air above them.
    pub fn of(points: &Points, duration: Time) -> Pad {
        let most = points.iter().map(|(_, rate)| rate.0).fold(0.0, f64::max);
        let top = (nice_step((most * 1.25).max(10.0) / 5.0) * 5.0).min(RATE_MAX);
        Pad { duration: duration.max(Time::from_millis(1)), top }
    }

    /// Where a point lies. What comes after the run's end lies at the right edge.
    pub fn place(&self, (at, rate): (Time, Rate)) -> (f64, f64) {
        let x = at.as_secs_f64() / self.duration.as_secs_f64();
        (x.min(1.0), (rate.0 / self.top).clamp(0.0, 1.0))
    }

    /// The point at a place, snapped to round times and rates.
    pub fn point(&self, x: f64, y: f64) -> (Time, Rate) {
        let (time, rate) = (self.time_step(), self.rate_step());
        let seconds = x.clamp(0.0, 1.0) * self.duration.as_secs_f64();
        let snapped = Time::from_secs_f64((seconds / time.as_secs_f64()).round() * time.as_secs_f64());
        let wanted = (y.clamp(0.0, 1.0) * self.top / rate).round() * rate;
        (snapped.min(self.duration), rounded(wanted))
    }

    /// What times snap to.
    pub fn time_step(&self) -> Time {
        Time::from_secs_f64(nice_step(self.duration.as_secs_f64() / 250.0).max(0.001))
    }

    /// What rates snap to, per second.
    pub fn rate_step(&self) -> f64 {
        nice_step(self.top / 100.0)
    }

    /// A point of the curve moved by so many snap steps.
    pub fn nudged(&self, points: &Points, index: usize, right: i32, up: i32) -> Points {
        let Some((at, rate)) = points.get(index).copied() else { return points.clone() };
        let by = self.time_step() * f64::from(right.unsigned_abs());
        let at = if right < 0 { at.since(by) } else { at + by };
        moved(points, index, (at, rounded(rate.0 + f64::from(up) * self.rate_step())))
    }

    /// The curve with the stroke in place of what was there meanwhile: simplified, at most [`POINTS_MAX`] points. A stroke
    /// that goes back draws over what it had drawn; it may go from right to left as a whole.
    pub fn drawn(&self, points: &Points, stroke: &[(Time, Rate)]) -> Points {
        let stroke = one_way(stroke);
        let (Some(first), Some(last)) = (stroke.first(), stroke.last()) else { return points.clone() };
        let before: Points = points.iter().filter(|(at, _)| *at < first.0).copied().collect();
        let after: Points = points.iter().filter(|(at, _)| *at > last.0).copied().collect();
        let room = POINTS_MAX.saturating_sub(before.len() + after.len()).max(2);
        let drawn = simplified(&stroke, TOLERANCE * self.top, room);
        [before, drawn, after].concat()
    }
}

/// Without the noise of binary fractions.
fn rounded(rate: f64) -> Rate {
    Rate(((rate * 1000.0).round() / 1000.0).clamp(0.0, RATE_MAX))
}

/// The curve with one point elsewhere; it stays between its neighbours.
pub fn moved(points: &Points, index: usize, (at, rate): (Time, Rate)) -> Points {
    let mut points = points.clone();
    let from = index.checked_sub(1).and_then(|before| points.get(before)).map_or(Time::ZERO, |point| point.0);
    let to = points.get(index + 1).map_or(Time::MAX, |point| point.0);
    if let Some(point) = points.get_mut(index) {
        *point = (at.clamp(from, to.max(from)), rate);
    }
    points
}

/// The curve with one more point, and the new one's number.
pub fn added(points: &Points, point: (Time, Rate)) -> (Points, usize) {
    let mut points = points.clone();
    let index = points.partition_point(|(at, _)| *at <= point.0);
    points.insert(index, point);
    (points, index)
}

/// The curve with a point between this one and the next, halfway; and the new one's number.
pub fn split(points: &Points, index: usize, pad: &Pad) -> (Points, usize) {
    let Some((at, rate)) = points.get(index).copied() else { return (points.clone(), index) };
    let (next, other) = points.get(index + 1).copied().unwrap_or((pad.duration.max(at), rate));
    let middle = Time(at.0 / 2 + next.0 / 2);
    let mut points = points.clone();
    points.insert(index + 1, (middle, rounded((rate.0 + other.0) / 2.0)));
    (points, index + 1)
}

/// The curve without a point; the last one stays.
pub fn removed(points: &Points, index: usize) -> Points {
    let mut points = points.clone();
    if points.len() > 1 && index < points.len() {
        points.remove(index);
    }
    points
}

/// A stroke as a curve: from left to right, one rate for each time, the latest drawn.
fn one_way(stroke: &[(Time, Rate)]) -> Points {
    let leftwards = stroke.first().zip(stroke.last()).is_some_and(|(first, last)| last.0 < first.0);
    let mut way = Points::new();
    for point in stroke {
        let overtaken = |drawn: &(Time, Rate)| if leftwards { drawn.0 <= point.0 } else { drawn.0 >= point.0 };
        while way.last().is_some_and(overtaken) {
            way.pop();
        }
        way.push(*point);
    }
    if leftwards {
        way.reverse();
    }
    way
}

/// The fewest points, at most so many, from which the curve is nowhere farther than the tolerance (Ramer, Douglas and
/// Peucker's idea, worst point first).
fn simplified(curve: &[(Time, Rate)], tolerance: f64, points_max: usize) -> Points {
    if curve.len() <= 2 {
        return curve.to_vec();
    }
    let mut kept = vec![0, curve.len() - 1];
    while kept.len() < points_max {
        let worst = kept.windows(2).filter_map(|ends| worst_between(curve, ends[0], ends[1]));
        let Some((apart, index)) = worst.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        if apart <= tolerance {
            break;
        }
        let place = kept.partition_point(|at| *at < index);
        kept.insert(place, index);
    }
    kept.into_iter().map(|index| curve[index]).collect()
}

/// The point between these two that is farthest from the straight line between them, and how far, in rate.
fn worst_between(curve: &[(Time, Rate)], from: usize, to: usize) -> Option<(f64, usize)> {
    let ((start, low), (end, high)) = (curve[from], curve[to]);
    let apart = |index: usize| {
        let (at, rate) = curve[index];
        let share = at.since(start).as_secs_f64() / end.since(start).as_secs_f64().max(1e-9);
        (rate.0 - (low.0 + (high.0 - low.0) * share)).abs()
    };
    (from + 1..to).map(|index| (apart(index), index)).max_by(|a, b| a.0.total_cmp(&b.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(points: &[(u64, f64)]) -> Points {
        points.iter().map(|(at, rate)| (Time::from_secs(*at), Rate(*rate))).collect()
    }

    fn pad() -> Pad {
        Pad { duration: Time::from_secs(100), top: 1000.0 }
    }

    fn is_in_order(points: &Points) -> bool {
        points.windows(2).all(|pair| pair[0].0 <= pair[1].0)
    }

    #[test]
    fn a_pad_has_air_and_round_steps() {
        let check = |most: f64, seconds: u64, top: f64, rate: f64, time: &str| {
            let pad = Pad::of(&points(&[(0, most)]), Time::from_secs(seconds));
            assert_eq!((pad.top, pad.rate_step(), pad.time_step().to_string().as_str()), (top, rate, time), "{most}");
        };
        check(0.0, 90, 10.0, 0.1, "500ms");
        check(900.0, 180, 1250.0, 20.0, "1s");
        check(15_000.0, 90, 25_000.0, 250.0, "500ms");
        check(10_000_000.0, 90, 10_000_000.0, 100_000.0, "500ms");
    }

    #[test]
    fn places_and_points_are_each_others_inverse_on_the_grid() {
        let pad = pad();
        for (seconds, rate) in [(0, 0.0), (10, 500.0), (100, 1000.0), (37, 120.0)] {
            let point = (Time::from_secs(seconds), Rate(rate));
            let (x, y) = pad.place(point);
            assert_eq!(pad.point(x, y), point);
        }
        assert_eq!(pad.point(0.5012, 0.4987), (Time::from_secs(50), Rate(500.0)), "it snaps");
        assert_eq!(pad.point(-3.0, 9.0), (Time::ZERO, Rate(1000.0)), "it stays on the pad");
    }

    #[test]
    fn a_point_stays_between_its_neighbours() {
        let curve = points(&[(0, 10.0), (20, 30.0), (60, 90.0)]);
        let to = |seconds| moved(&curve, 1, (Time::from_secs(seconds), Rate(5.0)))[1];
        assert_eq!(to(40), (Time::from_secs(40), Rate(5.0)));
        assert_eq!(to(80), (Time::from_secs(60), Rate(5.0)));
        assert_eq!(moved(&curve, 9, (Time::ZERO, Rate(1.0))), curve);
        let nudged = pad().nudged(&curve, 0, -3, -5);
        assert_eq!(nudged[0], (Time::ZERO, Rate(0.0)), "neither before the start nor below nothing");
        assert_eq!(pad().nudged(&curve, 1, 2, 1)[1], (Time::from_secs(21), Rate(40.0)));
    }

    #[test]
    fn points_come_and_go() {
        let curve = points(&[(0, 10.0), (20, 30.0)]);
        assert_eq!(added(&curve, (Time::from_secs(10), Rate(7.0))), (points(&[(0, 10.0), (10, 7.0), (20, 30.0)]), 1));
        assert_eq!(split(&curve, 0, &pad()), (points(&[(0, 10.0), (10, 20.0), (20, 30.0)]), 1));
        assert_eq!(split(&curve, 1, &pad()), (points(&[(0, 10.0), (20, 30.0), (60, 30.0)]), 2));
        assert_eq!(removed(&curve, 0), points(&[(20, 30.0)]));
        assert_eq!(removed(&points(&[(0, 10.0)]), 0), points(&[(0, 10.0)]), "the last one stays");
    }

    #[test]
    fn a_straight_stroke_is_two_points_and_a_spike_five() {
        let curve = points(&[(0, 10.0), (95, 20.0)]);
        let line: Points = (10..=60).map(|second| (Time::from_secs(second), Rate(second as f64 * 10.0))).collect();
        assert_eq!(pad().drawn(&curve, &line), points(&[(0, 10.0), (10, 100.0), (60, 600.0), (95, 20.0)]));
        let back: Points = line.iter().rev().copied().collect();
        assert_eq!(pad().drawn(&curve, &back), pad().drawn(&curve, &line), "from right to left is the same");
        let spike: Points = (0..=100)
            .map(|at| (Time::from_secs(at), Rate(if (40..=60).contains(&at) { 900.0 } else { 100.0 })))
            .collect();
        let drawn = pad().drawn(&curve, &spike);
        assert_eq!(drawn.len(), 6, "{drawn:?}");
    }

    #[test]
    fn going_back_draws_over() {
        let stroke = points(&[(10, 100.0), (20, 100.0), (30, 100.0), (15, 700.0), (40, 700.0)]);
        assert_eq!(
            pad().drawn(&points(&[(0, 1.0)]), &stroke),
            points(&[(0, 1.0), (10, 100.0), (15, 700.0), (40, 700.0)])
        );
    }

    #[test]
    fn wild_strokes_stay_small_in_order_and_near() {
        // A stroke that shakes as no hand could; numbers from a small congruential generator.
        let mut state = 12345u64;
        let mut random = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        for round in 0..200 {
            let pad = pad();
            let stroke: Points =
                (0..300).map(|step| pad.point(step as f64 / 300.0 + random() * 0.1 - 0.05, random())).collect();
            let before: Points =
                added(&points(&[(0, 5.0), (50, 50.0), (100, 5.0)]), (Time::from_secs(round % 100), Rate(1.0))).0;
            let drawn = pad.drawn(&before, &stroke);
            assert!(drawn.len() <= POINTS_MAX && is_in_order(&drawn), "round {round}: {drawn:?}");
        }
        let smooth: Points =
            (0..=100).map(|at| (Time::from_secs(at), Rate(500.0 + 400.0 * libm::sin(at as f64 / 15.0)))).collect();
        let drawn = pad().drawn(&points(&[(0, 1.0)]), &smooth);
        assert!(drawn.len() <= 25, "{}", drawn.len());
        for (at, rate) in &smooth {
            let next = drawn.partition_point(|(time, _)| time <= at).min(drawn.len() - 1);
            let (from, to) = (drawn[next - 1], drawn[next]);
            let share = at.since(from.0).as_secs_f64() / to.0.since(from.0).as_secs_f64();
            assert!((rate.0 - (from.1.0 + (to.1.0 - from.1.0) * share)).abs() <= TOLERANCE * 1000.0 + 1e-6, "{at}");
        }
    }
}

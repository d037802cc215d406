//! One simulated request for k real ones: how many, for which designs, and the smaller design that is simulated.
//!
//! Up to [`ONE_BY_ONE`] every request is simulated by itself. Above it, rates and whatever is shared are divided by k: the
//! number of identical instances, or the servers of a large station. Never a time, and never a station of a few: such a
//! station has waits that the large one does not have. Each setting of each kind says for itself what becomes of it (`kinds`,
//! `policies`); what cannot be divided honestly is a reason to simulate one by one.

mod divider;
mod keys;
mod kinds;
mod peak;
mod policies;

use std::str::FromStr;

use super::{Design, Fault};
use divider::Divider;

pub use keys::hot_keys;

/// Users' requests per second, at the peak, up to which each is simulated by itself: what a browser manages in real time.
pub const ONE_BY_ONE: f64 = 500_000.0;
/// More than anyone needs.
const K_MAX: u32 = 10_000;
const SLOWER: &str = "So the run may be slower than asked for.";
/// Scales that are tried on a design: whoever sends one may have made it hard to divide.
const TRIES: usize = 100;

/// How many real requests a simulated one stands for, and why not more.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// So many.
    pub k: u32,
    /// Users' requests per second at the peak.
    pub peak: f64,
    /// Why it is not as many as the rate asks for, if it is not: a clause after "because".
    pub because: Option<String>,
}

/// What a command line may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// As the rate asks for, as far as the design allows.
    #[default]
    Auto,
    /// So many.
    By(u32),
}

impl FromStr for Scaling {
    type Err = String;

    fn from_str(text: &str) -> Result<Scaling, String> {
        match text.parse() {
            _ if text == "auto" => Ok(Scaling::Auto),
            Ok(k @ 1..=K_MAX) => Ok(Scaling::By(k)),
            _ => Err(format!(
                "`{text}` is no scale; write `auto`, or the real requests that one stands for, from 1 to {K_MAX}"
            )),
        }
    }
}

/// A design in which one request stands for k.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The design to simulate.
    pub design: Design,
    /// The servers whose instances were divided: their number is multiplied again where it is told.
    pub fleets: Vec<String>,
    /// Caches and CDNs, and the bytes of their popular entries, which were not divided.
    pub hot_bytes: Vec<(String, f64)>,
    /// Why this design cannot be scaled so far, if it cannot: a clause after "because".
    pub refusal: Option<String>,
}

impl Scale {
    /// The scale of a run of these designs, one after the other, with these faults struck by hand. The whole run has one
    /// scale: its figures belong together.
    pub fn of(designs: &[&Design], by_hand: &[Fault]) -> Scale {
        let mut scale = Scale { k: 1, peak: 0.0, because: None };
        if designs.iter().all(|design| peak::at_most(design, by_hand) <= ONE_BY_ONE) {
            return scale;
        }
        scale.peak = designs.iter().map(|design| peak::peak(design, by_hand)).fold(0.0, f64::max);
        let wanted = (scale.peak / ONE_BY_ONE).ceil().clamp(1.0, f64::from(K_MAX)) as u32;
        // A little more than wanted, where that divides evenly; otherwise as near to it as can be.
        let (mut most, mut up, mut down) = (2 * wanted, wanted, wanted);
        for _ in 0..TRIES {
            let k = if up <= most { up } else { down.saturating_sub(1).min(most) };
            (up, down) = if k == up { (up + 1, down) } else { (up, k) };
            if k <= 1 {
                break;
            }
            let tried = refusal(designs, by_hand, k, scale.peak);
            let Some((why, limit)) = tried else {
                scale.k = k;
                break;
            };
            most = most.min(limit);
            scale.because = scale.because.or(Some(why));
        }
        if scale.k >= wanted {
            scale.because = None;
        }
        scale
    }

    /// What is told of it, in few words and in a sentence or two; nothing where every request is simulated by itself, as
    /// usual.
    pub fn words(&self) -> Option<(String, String)> {
        let short = format!("1 stands for {}", self.k);
        Some(match (self.k, &self.because) {
            (1, None) => return None,
            (1, Some(why)) => {
                let long = format!("Every request is simulated by itself, because {why}. {SLOWER}");
                ("One by one, slower".to_owned(), long)
            }
            (k, None) => (short, scale_words(k)),
            (k, Some(why)) => (
                short,
                format!("1 simulated request stands for {k} real ones, and not for more, because {why}. {SLOWER}"),
            ),
        })
    }
}

/// What is told of a run in which a simulated request stands for k.
pub fn scale_words(k: u32) -> String {
    format!("1 simulated request stands for {k} real ones; figures are those of the real ones.")
}

/// Why these designs, one after the other, cannot be scaled by k, if they cannot; and the greatest number that they perhaps
/// can.
fn refusal(designs: &[&Design], by_hand: &[Fault], k: u32, peak: f64) -> Option<(String, u32)> {
    let refused = designs.iter().find_map(|design| {
        let (small, most) = shrink_at(design, by_hand, k, peak);
        small.refusal.map(|why| (why, most))
    });
    refused.or_else(|| {
        let mut divider = Divider::new(k, peak);
        designs.windows(2).for_each(|pair| policies::roll_outs(&mut divider, pair[0], pair[1]));
        divider.refusal.map(|why| (why, divider.most))
    })
}

/// The design with one request for k. It can be run even where it is refused, only not trusted.
pub fn shrink(design: &Design, k: u32) -> Shrunk {
    shrink_at(design, &[], k, peak::peak(design, &[])).0
}

/// The fault with one request for k, at a design that was shrunk.
pub fn shrink_fault(fault: &Fault, design: &Design, k: u32) -> Fault {
    let mut fault = fault.clone();
    let mut divider = Divider::new(k, peak::peak(design, &[]));
    policies::divide_fault(&mut divider, &mut fault, design);
    fault
}

/// The smaller design, and the greatest k that it can perhaps be scaled by.
fn shrink_at(whole: &Design, by_hand: &[Fault], k: u32, peak: f64) -> (Shrunk, u32) {
    let mut divider = Divider::new(k, peak);
    let mut small = whole.clone();
    let Design { seed: _, duration: _, classes, components, wires, spans: _, faults, regions: _ } = &mut small;
    classes.iter_mut().for_each(|class| policies::divide_class(&mut divider, class));
    for component in components {
        divider.at(&component.name);
        kinds::divide(&mut divider, &mut component.kind, whole);
    }
    for wire in wires {
        divider.at(&wire.name());
        policies::divide_wire(&mut divider, &mut wire.policy, whole);
    }
    faults.iter_mut().for_each(|fault| policies::divide_fault(&mut divider, fault, whole));
    by_hand.iter().for_each(|fault| policies::divide_fault(&mut divider, &mut fault.clone(), whole));
    policies::replicas(&mut divider, whole);
    let Divider { fleets, hot_bytes, refusal, most, .. } = divider;
    (Shrunk { design: small, fleets, hot_bytes, refusal }, most)
}

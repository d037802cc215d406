//! `run --explain`: why a run went as it did.

mod pressure;

use serde_json::Value;

use crate::design::Design;
use crate::sim::{Frame, Parts};

/// A run that is kept to be explained.
#[derive(Default)]
pub struct Explained {
    parts: Parts,
    frames: Vec<Frame>,
}

impl Explained {
    /// Keeps the next frame, without its trips.
    pub fn frame(&mut self, parts: &Parts, frame: &Frame) {
        if self.frames.is_empty() {
            self.parts = parts.clone();
        }
        self.frames.push(Frame { marks: Vec::new(), ..frame.clone() });
    }

    /// For people.
    pub fn in_words(&self, design: &Design) -> String {
        pressure::in_words(design, &self.parts, &self.frames)
    }

    /// For programs.
    pub fn json(&self, design: &Design) -> Value {
        pressure::json(design, &self.parts, &self.frames)
    }
}

//! What page and worker tell each other: closed sets of messages, as bytes.
//!
//! A *take* is one recording of a run; every load and every change begins another. Messages carry its number, so that
//! what is still on its way from an older take can be dropped.

use js_sys::{ArrayBuffer, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::insight::{Explanation, Trial};
use crate::lesson::{Played, VerifyReport};
use crate::sim::{Frame, Parts, Status};
use crate::units::Time;

/// What the page asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// Begin a run of this scenario.
    Load {
        /// The new take.
        take: u32,
        /// What to run, as `lesson::write_scenario` writes it.
        scenario: String,
    },
    /// Compute up to this time.
    Until(Time),
    /// Something is done in mid-run: from this time on there is another future.
    Change {
        /// The new take.
        take: u32,
        /// What is done and from when on, as `lesson::write_change` writes it.
        change: String,
    },
    /// Do this beside the run, in a worker of its own.
    Study(Study),
}

/// Work that is done from beginning to end, in a worker of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Study {
    /// Record another scenario up to this time.
    Record(String, Time),
    /// Explain a scenario up to this time.
    Explain(String, Time),
    /// Run a scenario on so many seeds after this one, and grade each by these goals.
    Again(String, Vec<String>, u64, u32),
    /// Play scenarios to their ends, each with its seed, and grade them against these goals.
    Play {
        /// The goals, as an author writes them.
        goals: Vec<String>,
        /// Scenarios and seeds.
        plays: Vec<(String, u64)>,
    },
    /// Verify the lesson whose folder has these files: names and texts.
    Verify(Vec<(String, String)>),
}

/// What a study yields; the last answer is followed by the worker's end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Finding {
    /// What the indices of the frames mean.
    Parts(Parts),
    /// The next frames.
    Frames(Vec<Frame>),
    /// Why a run went as it did, and its post-mortem in Markdown.
    Explained(Box<Explanation>, String),
    /// What came of one seed.
    Tried(Trial),
    /// How the next scenario came out.
    Played(Played),
    /// What is being done now.
    Doing(String),
    /// What the verifier says.
    Verdict(VerifyReport),
    /// It cannot be done; why.
    Failed(Vec<String>),
    /// There is no more to come.
    Done,
}

/// What the worker answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// What the indices of the frames of this take mean.
    Parts(u32, Parts),
    /// How many requests one of this take stands for, where there is something to say of it.
    Scaled {
        /// The take.
        take: u32,
        /// In few words, and in a sentence or two.
        words: Option<(String, String)>,
        /// It is another scale than before: this take is computed from the start.
        anew: bool,
    },
    /// The next frames of this take.
    Frames(u32, Vec<Frame>),
    /// This take is over, and why.
    Over(u32, Ending),
    /// The design of this take could not be read; what is wrong with it.
    Problems(u32, Vec<String>),
    /// What a study yields.
    Found(Finding),
    /// The worker broke down; what it said last.
    Panicked(String),
}

/// Why there are no more frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The design's duration is over.
    Ended,
    /// The run was stopped to bound memory; why.
    Stopped(String),
}

impl Ending {
    /// The ending of a run with this status; none while there is more to come.
    pub fn of(status: Status) -> Option<Ending> {
        match status {
            Status::Running => None,
            Status::Ended => Some(Ending::Ended),
            Status::Stopped(why) => Some(Ending::Stopped(why)),
        }
    }
}

/// A message as a buffer that can be transferred rather than copied.
pub fn encode(message: &impl Serialize) -> ArrayBuffer {
    let bytes = postcard::to_allocvec(message).expect("messages are plain data");
    Uint8Array::from(bytes.as_slice()).buffer()
}

/// The message in a buffer; none if it is something else.
pub fn decode<T: DeserializeOwned>(data: &JsValue) -> Option<T> {
    let buffer: &ArrayBuffer = data.dyn_ref()?;
    postcard::from_bytes(&Uint8Array::new(buffer).to_vec()).ok()
}

//! What page and worker tell each other: closed sets of messages, as bytes.
//!
//! A *take* is one recording of a run; every load and every change begins another. Messages carry its number, so that
//! what is still on its way from an older take can be dropped.

use js_sys::{ArrayBuffer, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::design::{Fault, FaultSettings, Settings, Target};
use crate::design::{Findings, Node};
use crate::sim::{Frame, Parts, Status};
use crate::units::Time;

/// What the page asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// Begin a run of this design.
    Load {
        /// The new take.
        take: u32,
        /// The design as a file.
        design: String,
    },
    /// Compute up to this time.
    Until(Time),
    /// The design is another one from this time on.
    Change {
        /// The new take.
        take: u32,
        /// From when on.
        at: Time,
        /// The design as a file.
        design: String,
    },
    /// A fault strikes.
    Strike {
        /// The new take.
        take: u32,
        /// When.
        at: Time,
        /// Which one.
        fault: FaultText,
    },
}

/// A fault in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultText {
    target: String,
    /// Its settings as they are typed, by name.
    settings: Vec<(String, String)>,
}

/// What the worker answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// What the indices of the frames of this take mean.
    Parts(u32, Parts),
    /// The next frames of this take.
    Frames(u32, Vec<Frame>),
    /// This take is over, and why.
    Over(u32, Ending),
    /// The design of this take could not be read; what is wrong with it.
    Problems(u32, Vec<String>),
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

impl From<&Fault> for FaultText {
    fn from(fault: &Fault) -> FaultText {
        let known: &dyn Settings = &fault.settings;
        let typed = |name: &str| known.get(name).and_then(|node| node.as_typed());
        let settings = known.schema().into_iter();
        let settings = settings.filter_map(|info| Some((info.name.to_owned(), typed(info.name)?)));
        FaultText { target: fault.target.to_string(), settings: settings.collect() }
    }
}

impl FaultText {
    /// The fault, striking at this time.
    pub fn fault(&self, at: Time) -> Fault {
        let mut settings = FaultSettings::default();
        for (name, typed) in &self.settings {
            (&mut settings as &mut dyn Settings).put(name, &Node::text(typed.as_str()), &mut Findings::default());
        }
        settings.at = at;
        Fault { target: Target::parse(&self.target), settings }
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

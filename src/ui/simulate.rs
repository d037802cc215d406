//! The worker's side: computes frames in short slices, so that a change of mind is answered at once.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Date};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use crate::design;
use crate::lesson::{read_change, read_scenario};
use crate::sim::{Change, FRAME, Frame, Replay};
use crate::units::Time;

use super::protocol::{Ending, FromWorker, ToWorker, decode, encode};
use super::studies;

/// How long a slice may take, in milliseconds.
const SLICE_MILLIS: f64 = 20.0;
/// Events between two looks at the clock.
const EVENTS_PER_LOOK: u64 = 20_000;
/// Frames of one message at most: the page takes a message in between two pictures.
const FRAMES_PER_MESSAGE: usize = 40;

/// A run being computed.
struct Simulation {
    take: u32,
    replay: Option<Replay>,
    /// Up to where frames are wanted.
    until: Time,
    /// Up to where there are frames.
    done: Time,
    over: bool,
    /// A slice is due.
    scheduled: bool,
    /// A message to ourselves: the queue in between holds what the page said meanwhile.
    bell: MessagePort,
}

/// Starts to listen to the page.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&FromWorker::Panicked(info.to_string()));
    }));
    let channel = MessageChannel::new().expect("a worker has message channels");
    let bell = channel.port1();
    let simulation = Simulation {
        take: 0,
        replay: None,
        until: Time::ZERO,
        done: Time::ZERO,
        over: true,
        scheduled: false,
        bell: channel.port2(),
    };
    let simulation = Rc::new(RefCell::new(simulation));
    let for_bell = simulation.clone();
    let rung = Closure::<dyn FnMut()>::new(move || for_bell.borrow_mut().slice());
    bell.set_onmessage(Some(rung.as_ref().unchecked_ref()));
    rung.forget();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(message) = decode::<ToWorker>(&event.data()) {
            simulation.borrow_mut().hear(message);
        }
    });
    global().set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

impl Simulation {
    fn hear(&mut self, message: ToWorker) {
        match message {
            ToWorker::Load { take, scenario } => {
                (self.take, self.replay, self.until, self.over) = (take, None, Time::ZERO, true);
                match read_scenario(&scenario) {
                    Ok(scenario) => {
                        self.replay = Some(Replay::of(scenario));
                        self.begin_take(take, Time::ZERO, false);
                    }
                    Err(problems) => post(&problems_of(take, &problems)),
                }
            }
            ToWorker::Until(until) => self.until = Time(until.0.div_ceil(FRAME.0) * FRAME.0),
            ToWorker::Change { take, change } => match read_change(&change) {
                Ok(Some((at, change))) => self.change(take, at, change),
                Ok(None) => {}
                Err(problems) => post(&problems_of(take, &problems)),
            },
            ToWorker::Study(study) => studies::work(study, &|finding| post(&FromWorker::Found(finding))),
        }
        self.schedule();
    }

    fn change(&mut self, take: u32, at: Time, change: Change) {
        let Some(replay) = &mut self.replay else { return };
        let from = replay.change(at, change);
        self.begin_take(take, from, from < at);
    }

    fn begin_take(&mut self, take: u32, from: Time, anew: bool) {
        (self.take, self.done, self.over) = (take, from, false);
        if let Some(replay) = &self.replay {
            let words = replay.scenario().scale().words();
            post(&FromWorker::Scaled { take, words, anew });
            post(&FromWorker::Parts(take, replay.parts().clone()));
        }
    }

    fn schedule(&mut self) {
        let due = self.replay.is_some() && !self.over && self.done < self.until;
        if due && !self.scheduled {
            self.scheduled = true;
            self.bell.post_message(&JsValue::NULL).expect("a port takes messages");
        }
    }

    fn slice(&mut self) {
        self.scheduled = false;
        let Some(replay) = &mut self.replay else { return };
        let started = Date::now();
        let mut frames: Vec<Frame> = Vec::new();
        let mut ending = None;
        let known = parts_known(replay);
        while ending.is_none() && self.done < self.until && frames.len() < FRAMES_PER_MESSAGE {
            let (more, status) = replay.run(self.until, EVENTS_PER_LOOK);
            self.done += Time(more.len() as u64 * FRAME.0);
            frames.extend(more);
            ending = Ending::of(status);
            if Date::now() - started > SLICE_MILLIS {
                break;
            }
        }
        // A script that was known beforehand may have brought new parts.
        if parts_known(replay) != known {
            post(&FromWorker::Parts(self.take, replay.parts().clone()));
        }
        if !frames.is_empty() {
            post(&FromWorker::Frames(self.take, frames));
        }
        if let Some(ending) = ending {
            self.over = true;
            post(&FromWorker::Over(self.take, ending));
        }
        self.schedule();
    }
}

/// How many parts there were so far: they only become more.
pub fn parts_known(replay: &Replay) -> [usize; 4] {
    let parts = replay.parts();
    [parts.components.len(), parts.wires.len(), parts.classes.len(), parts.clients.len()]
}

fn problems_of(take: u32, problems: &[design::Problem]) -> FromWorker {
    FromWorker::Problems(take, problems.iter().map(ToString::to_string).collect())
}

fn post(message: &FromWorker) {
    let buffer = encode(message);
    let moved = Array::of1(&buffer);
    // A page that is being closed takes nothing any more.
    let _ = global().post_message_with_transfer(&buffer, &moved);
}

fn global() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

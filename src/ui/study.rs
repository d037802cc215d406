//! Work beside the run: a study gets a worker of its own, so that neither the page nor the run waits for it.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::protocol::{Finding, FromWorker, Study, ToWorker, decode, encode};
use super::worker;

/// Room for one study at a time. It lives as long as the view that made the room: not as the button that begins the study, which
/// may be drawn anew the moment it is pressed.
#[derive(Clone, Copy)]
pub struct StudyRoom(leptos::prelude::StoredValue<Option<Worker>, LocalStorage>);

impl StudyRoom {
    /// An empty room, of the view that is being made.
    pub fn new() -> StudyRoom {
        let room = StudyRoom(leptos::prelude::StoredValue::new_local(None));
        on_cleanup(move || room.stop());
        room
    }

    /// Stops the study; nothing more is told.
    pub fn stop(self) {
        if let Some(worker) = self.0.try_update_value(Option::take).flatten() {
            worker.terminate();
        }
    }

    /// Begins a study in place of the one before; `hear` gets all that it finds.
    pub fn begin(self, study: Study, hear: impl Fn(Finding) + 'static) {
        self.stop();
        let worker = employ(self, study, hear);
        self.0.set_value(Some(worker));
    }

    /// Whether this one works here still: what the one before had on its way is not heard any more.
    fn holds(self, worker: &Worker) -> bool {
        self.0.try_with_value(|held| held.as_ref() == Some(worker)).unwrap_or(false)
    }
}

fn employ(room: StudyRoom, study: Study, hear: impl Fn(Finding) + 'static) -> Worker {
    let worker = worker::spawn();
    let hear = std::rc::Rc::new(hear);
    let (told, sender) = (hear.clone(), worker.clone());
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let finding = match decode::<FromWorker>(&event.data()) {
            Some(FromWorker::Found(finding)) => finding,
            Some(FromWorker::Panicked(message)) => Finding::Failed(vec![message]),
            _ => return,
        };
        if !room.holds(&sender) {
            return;
        }
        let over = matches!(finding, Finding::Done | Finding::Failed(_));
        told(finding);
        // What was heard may have begun the next one.
        if over && room.holds(&sender) {
            room.stop();
        }
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    let sender = worker.clone();
    let failed = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        if room.holds(&sender) {
            room.stop();
            hear(Finding::Failed(vec![event.message()]));
        }
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    worker.post_message(&encode(&ToWorker::Study(study))).expect("a worker takes buffers");
    worker
}

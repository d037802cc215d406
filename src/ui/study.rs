//! Work beside the run: a study gets a worker of its own, so that neither the page nor the run waits for it.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::protocol::{Finding, FromWorker, Study, ToWorker, decode, encode};
use super::worker;

/// A study under way; it can be stopped at any time.
#[derive(Clone, Copy)]
pub struct Ticket(StoredValue<Option<Worker>, LocalStorage>);

impl Ticket {
    /// Stops it; nothing more is told.
    pub fn cancel(self) {
        if let Some(worker) = self.0.try_update_value(Option::take).flatten() {
            worker.terminate();
        }
    }
}

/// Begins a study; `hear` gets all that it finds. It is stopped when the view that began it goes away.
pub fn study(study: Study, hear: impl Fn(Finding) + 'static) -> Ticket {
    let worker = worker::spawn();
    let ticket = Ticket(StoredValue::new_local(None));
    let hear = std::rc::Rc::new(hear);
    let told = hear.clone();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let finding = match decode::<FromWorker>(&event.data()) {
            Some(FromWorker::Found(finding)) => finding,
            Some(FromWorker::Panicked(message)) => Finding::Failed(vec![message]),
            _ => return,
        };
        let over = matches!(finding, Finding::Done | Finding::Failed(_));
        told(finding);
        if over {
            ticket.cancel();
        }
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    let failed = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        hear(Finding::Failed(vec![event.message()]));
        ticket.cancel();
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    worker.post_message(&encode(&ToWorker::Study(study))).expect("a worker takes buffers");
    ticket.0.set_value(Some(worker));
    on_cleanup(move || ticket.cancel());
    ticket
}

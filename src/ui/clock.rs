//! The browser's clock: calls the run before each picture, and tells when the window has another size.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::grading::Grading;
use super::run::Run;
use super::signal::RwSignal;

type Picture = Closure<dyn FnMut(f64)>;

/// Another number whenever something on the page may have another size.
#[derive(Clone, Copy)]
pub struct Resized(RwSignal<u32>);

impl Resized {
    /// Reads it, so that the reader runs again when sizes change.
    pub fn track(self) {
        self.0.track();
    }

    /// Tells that panels were opened or closed.
    pub fn tell(self) {
        self.0.update(|count| *count += 1);
    }

    /// Listens to the window; put into the context.
    pub fn provide() -> Resized {
        let resized = Resized(RwSignal::new(0));
        let _ = window_event_listener(leptos::ev::resize, move |_| resized.tell());
        provide_context(resized);
        resized
    }
}

/// The signal of this page.
pub fn resized() -> Resized {
    expect_context()
}

/// Calls run and grading before each picture, for as long as the page is open.
pub fn start(run: Run, grading: Grading) {
    let picture: Rc<RefCell<Option<Picture>>> = Rc::default();
    let (again, mut last) = (picture.clone(), None::<f64>);
    *picture.borrow_mut() = Some(Closure::new(move |millis: f64| {
        let seconds = last.map_or(0.0, |last| (millis - last) / 1000.0);
        last = Some(millis);
        run.tick(seconds);
        grading.tick();
        request(&again);
    }));
    request(&picture);
}

fn request(picture: &Rc<RefCell<Option<Picture>>>) {
    if let Some(picture) = &*picture.borrow() {
        let _ = window().request_animation_frame(picture.as_ref().unchecked_ref());
    }
}

//! A piece of the page that is made anew when what it reads changes.
//!
//! Leptos builds its machinery anew for every type that a closure returns, 2 kB each; here all pieces share one.

use leptos::prelude::*;

/// The piece that the closure makes.
pub fn live<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> AnyView {
    shared(Box::new(move || view().into_any()))
}

fn shared(view: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    view.into_any()
}

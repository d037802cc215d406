//! A list on the page that keeps each row for as long as its key stays.
//!
//! Leptos builds its `For` anew for every type of key and of row, 6 kB each; here all lists share one.

use std::sync::Arc;

use leptos::prelude::*;

use super::element::view;

/// A row for each key, which is made once.
pub fn rows<V: IntoView + 'static>(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    row: impl Fn(String) -> V + Send + Sync + 'static,
) -> AnyView {
    list(Arc::new(keys), Arc::new(move |key| row(key).into_any()))
}

fn list(
    keys: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    row: Arc<dyn Fn(String) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=move || keys() key=Clone::clone children=move |key| row(key) /> }.into_any()
}

//! What stands beside the canvas where no lesson does: the sandbox, and designs that came with a link.

use leptos::prelude::*;

use crate::editor::Spot;
use crate::lesson::unpack;

use super::app::Shell;
use super::live::live;
use super::workshop::{Sheet, Workshop};

/// The panel.
#[component]
pub fn SandboxPanel() -> impl IntoView {
    let (workshop, shell): (Workshop, Shell) = (expect_context(), expect_context());
    let head = move || {
        match workshop.place() {
        Some(Spot::Shared(packed)) => view! {
            <h2>"A shared design"</h2>
            <p>"Somebody sent you this. It is a copy: change it, break it, save it under a name of your own."</p>
            <p>{by_hand(&packed)}</p>
        }
        .into_any(),
        Some(Spot::Sandbox(name)) if !name.is_empty() => view! {
            <h2>{name}</h2>
            <p>"What you change is kept in this browser as you go. “Save as…” with the same name makes it the saved version; \
               “Start over” goes back to the saved one."</p>
        }
        .into_any(),
        _ => view! {
            <h2>"Sandbox"</h2>
            <p>"No lesson, no rules: draw what you like, let traffic in, and see where it breaks."</p>
            <ul>
                <li>"Add users from the palette first: nothing happens without them."</li>
                <li>"Draw wires from those who call to those who answer."</li>
                <li>"Press Play. A right click on a part lets it crash."</li>
            </ul>
        }
        .into_any(),
    }
    };
    view! {
        <div class="lesson-body sandbox-panel" tabindex="0">
            <div class="prose">{live(head)}</div>
            <div class="sandbox-buttons">
                <button class="text-button framed" on:click=move |_| workshop.sheet.set(Some(Sheet::SaveAs))>"Save as…"</button>
                <button class="text-button framed" on:click=move |_| workshop.sheet.set(Some(Sheet::Open))>"Saved designs…"</button>
                <button class="text-button framed" on:click=move |_| workshop.sheet.set(Some(Sheet::Share))>"Share…"</button>
                <button class="text-button framed" on:click=move |_| shell.start_over()>"Start over"</button>
            </div>
        </div>
    }
}

/// What happens by itself in a run that was sent.
fn by_hand(packed: &str) -> String {
    match unpack(packed).map(|scenario| scenario.script.len()) {
        Ok(0) | Err(_) => "Press Play for the same run that the sender saw.".to_owned(),
        Ok(1) => "Press Play for the same run that the sender saw: one thing was done by hand in it.".to_owned(),
        Ok(count) => {
            format!("Press Play for the same run that the sender saw: {count} things were done by hand in it.")
        }
    }
}

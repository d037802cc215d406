//! What stands beside the canvas where no lesson does: the sandbox, and designs that came with a link.

use leptos::prelude::*;

use crate::editor::Spot;
use crate::lesson::unpack;

use super::element::view;
use super::shell::Shell;
use super::workshop::{Sheet, Workshop};

const FREE: &str = "<p>No lesson, no rules: draw what you like, let traffic in, and see where it breaks.</p><ul>\
    <li>Add users from the palette first: nothing happens without them.</li>\
    <li>Draw wires from those who call to those who answer.</li>\
    <li>Press Play. A right click on a part lets it crash.</li></ul>";
const NAMED: &str = "<p>What you change is kept in this browser as you go. <strong>Save as…</strong> with the same name makes it \
    the saved version; <strong>Start over</strong> goes back to the saved one.</p>";
const SHARED: &str =
    "<p>Somebody sent you this. It is a copy: change it, break it, save it under a name of your own.</p>";

/// The panel.
#[component]
pub fn SandboxPanel() -> impl IntoView {
    let (workshop, shell): (Workshop, Shell) = (expect_context(), expect_context());
    let prose = move || match workshop.place() {
        Some(Spot::Shared(packed)) => {
            format!("{SHARED}<p>Press Play for the same run that the sender saw{}.</p>", by_hand(&packed))
        }
        Some(Spot::Sandbox(name)) if !name.is_empty() => NAMED.to_owned(),
        _ => FREE.to_owned(),
    };
    let button = |(label, sheet): (&'static str, Option<Sheet>)| {
        let click = move |_| match sheet {
            Some(_) => workshop.sheet.set(sheet),
            None => shell.start_over(),
        };
        view! { <button class="text-button framed" on:click=click>{label}</button> }
    };
    let buttons = [
        ("Save as…", Some(Sheet::SaveAs)),
        ("Saved designs…", Some(Sheet::Open)),
        ("Share…", Some(Sheet::Share)),
        ("Start over", None),
    ];
    view! {
        <div class="lesson-body sandbox-panel" tabindex="0">
            <h2>{move || workshop.title()}</h2>
            <div class="prose" inner_html=prose></div>
            <div class="sandbox-buttons">{buttons.map(button).into_iter().collect_view()}</div>
        </div>
    }
}

/// What happens by itself in a run that was sent.
fn by_hand(packed: &str) -> String {
    match unpack(packed).map(|scenario| scenario.script.len()) {
        Ok(0) | Err(_) => String::new(),
        Ok(1) => ": one thing was done by hand in it".to_owned(),
        Ok(count) => format!(": {count} things were done by hand in it"),
    }
}

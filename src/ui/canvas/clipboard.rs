//! The system's clipboard: parts go out and come in as text, so that they travel between tabs and into mails.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ClipboardEvent;

use crate::design::Point;
use crate::editor::{Action, Effect as Asked, Msg};
use crate::ui::session::Session;

const TEXT: &str = "text/plain";

/// Listens to the browser's own copy, cut and paste, which come by key or from its menu, while the canvas has the focus.
/// `over` is where the pointer is on the canvas.
pub fn listen(session: Session, stage: NodeRef<Div>, over: Rc<Cell<Option<Point>>>) {
    let ours = move || super::input::on_canvas(stage) && !super::input::dialog_open();
    let out = move |event: ClipboardEvent, cut: bool| {
        let Some(data) = event.clipboard_data().filter(|_| ours()) else { return };
        event.prevent_default();
        // With nothing selected the clipboard keeps what it has; the editor says why.
        if let Some(text) = session.editor.with_untracked(|editor| editor.copied()) {
            let _ = data.set_data(TEXT, &text);
        }
        session.dispatch(Msg::Copied(cut));
        super::input::keep_focus(stage);
    };
    let copied = window_event_listener(leptos::ev::copy, move |event| out(event, false));
    let cut = window_event_listener(leptos::ev::cut, move |event| out(event, true));
    let pasted = window_event_listener(leptos::ev::paste, move |event: ClipboardEvent| {
        let Some(data) = event.clipboard_data().filter(|_| ours()) else { return };
        event.prevent_default();
        session.dispatch(Msg::Paste(data.get_data(TEXT).unwrap_or_default(), over.get()));
    });
    on_cleanup(move || {
        copied.remove();
        cut.remove();
        pasted.remove();
    });
}

/// Copy, cut or paste, chosen from a menu: then the page has to ask for the clipboard.
pub fn act(session: Session, action: Action) {
    if action == Action::Paste {
        return spawn_local(paste(session));
    }
    if let Some(text) = session.editor.with_untracked(|editor| editor.copied()) {
        // Refused, it is still kept within the page.
        if let Some(clipboard) = clipboard() {
            let _ = clipboard.write_text(&text);
        }
    }
    session.dispatch(Msg::Copied(action == Action::Cut));
}

/// The clipboard; a page that came over plain HTTP has none.
fn clipboard() -> Option<web_sys::Clipboard> {
    let found = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    (!found.is_undefined()).then(|| found.unchecked_into())
}

async fn paste(session: Session) {
    let read = match clipboard() {
        Some(clipboard) => JsFuture::from(clipboard.read_text()).await.ok(),
        None => None,
    };
    let own = || session.editor.with_untracked(|editor| editor.clip.clone());
    let text = read.and_then(|text| text.as_string()).unwrap_or_else(own);
    if text.is_empty() {
        let why = "the browser does not show the clipboard to the page; press Ctrl+V instead";
        return session.handle(Asked::Refused(why.to_owned()));
    }
    session.dispatch(Msg::Paste(text, None));
}

//! An element's attributes: how each is set at first, and brought up to date.

use std::borrow::Cow;

use leptos::prelude::*;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element as Node;

type Text = Option<Cow<'static, str>>;

/// Where a text goes.
#[derive(Clone, Copy)]
pub enum Place {
    /// An attribute of this name.
    Attribute(&'static str),
    /// A class, which is there when there is a text.
    Class(&'static str),
    /// A property of the inline style.
    Style(&'static str),
    /// The content, as HTML.
    Html,
}

/// What an element is given.
pub enum Attribute {
    /// An attribute that never changes.
    Fixed(&'static str, &'static str),
    /// A text that may differ when the view is made again.
    Set(Place, Text),
    /// A text that follows what it reads.
    Live(Place, Box<dyn Fn() -> Text>),
    /// A property of the object.
    Property(&'static str, JsValue),
    /// A property that follows what it reads.
    LiveProperty(&'static str, Box<dyn Fn() -> JsValue>),
    /// What is done on an event.
    Listener(Listener),
    /// Where the element is told.
    Reference(Box<dyn FnOnce(&Node)>),
}

/// What is done on an event, in the room of whoever made the view.
pub struct Listener {
    pub(super) name: Cow<'static, str>,
    pub(super) owner: Owner,
    pub(super) then: Box<dyn FnMut(JsValue)>,
}

/// An attribute of an element in the page. Dropping it ends its effect or listener.
pub enum Attached {
    /// Nothing to remember.
    Fixed,
    /// The text as it was last set.
    Set(Text),
    /// The effect that keeps the text.
    Live(RenderEffect<Text>),
    /// The property as it was last set.
    Property(JsValue),
    /// The effect that keeps the property.
    LiveProperty(RenderEffect<JsValue>),
    /// The listener.
    Listener { _remove: RemoveEventHandler<Node> },
}

impl Attribute {
    /// Gives the attribute to an element, which may have it from the same place of the same view already.
    pub fn attach(self, node: &Node, before: Option<Attached>) -> Attached {
        match self {
            Self::Fixed(name, value) => {
                if before.is_none() {
                    Rndr::set_attribute(node, name, value);
                }
                Attached::Fixed
            }
            Self::Set(place, text) => {
                let before = before.and_then(Attached::text);
                place.set(node, &text, before.as_ref());
                Attached::Set(text)
            }
            Self::Live(place, text) => Attached::Live(keep(node.clone(), place, text, before.and_then(Attached::text))),
            Self::Property(name, value) => {
                let before = before.and_then(Attached::property);
                set_property(node, name, &value, before.as_ref());
                Attached::Property(value)
            }
            Self::LiveProperty(name, value) => {
                Attached::LiveProperty(keep_property(node.clone(), name, value, before.and_then(Attached::property)))
            }
            Self::Listener(listener) => {
                // The one before must go first: both at once would hear the same event.
                drop(before);
                Attached::Listener { _remove: listener.attach(node) }
            }
            Self::Reference(tell) => {
                tell(node);
                Attached::Fixed
            }
        }
    }
}

impl Attached {
    fn text(self) -> Option<Text> {
        match self {
            Self::Set(text) => Some(text),
            Self::Live(effect) => effect.take_value(),
            _ => None,
        }
    }

    fn property(self) -> Option<JsValue> {
        match self {
            Self::Property(value) => Some(value),
            Self::LiveProperty(effect) => effect.take_value(),
            _ => None,
        }
    }
}

fn keep(node: Node, place: Place, text: Box<dyn Fn() -> Text>, before: Option<Text>) -> RenderEffect<Text> {
    let follow = move |before: Option<Text>| {
        let text = text();
        place.set(&node, &text, before.as_ref());
        text
    };
    RenderEffect::new_with_value(follow, before)
}

fn keep_property(
    node: Node,
    name: &'static str,
    value: Box<dyn Fn() -> JsValue>,
    before: Option<JsValue>,
) -> RenderEffect<JsValue> {
    let follow = move |before: Option<JsValue>| {
        let value = value();
        set_property(&node, name, &value, before.as_ref());
        value
    };
    RenderEffect::new_with_value(follow, before)
}

fn set_property(node: &Node, name: &'static str, value: &JsValue, before: Option<&JsValue>) {
    if before != Some(value) {
        // A `value` is set a moment later: the options of a select must be there first.
        Rndr::set_property_or_value(node, name, value);
    }
}

impl Place {
    fn set(self, node: &Node, text: &Text, before: Option<&Text>) {
        if before == Some(text) {
            return;
        }
        match (self, text) {
            (Self::Attribute(name), Some(text)) => Rndr::set_attribute(node, name, text),
            (Self::Attribute(name), None) if before.is_some() => Rndr::remove_attribute(node, name),
            (Self::Attribute(_), None) => {}
            (Self::Class(name), text) => {
                let _ = node.class_list().toggle_with_force(name, text.is_some());
            }
            (Self::Style(name), text) => {
                let style = node.unchecked_ref::<web_sys::HtmlElement>().style();
                let _ = style.set_property(name, text.as_deref().unwrap_or_default());
            }
            (Self::Html, text) => node.set_inner_html(text.as_deref().unwrap_or_default()),
        }
    }
}

impl Listener {
    fn attach(self, node: &Node) -> RemoveEventHandler<Node> {
        let Self { name, owner, mut then } = self;
        Rndr::add_event_listener(node, &name, Box::new(move |event| owner.with(|| then(event))))
    }
}

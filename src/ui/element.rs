//! What `view!` makes: an element as data, built and brought up to date by one piece of code for all.
//!
//! Leptos' renderer has a type for every element with its attributes and children, and compiles its code once for each: with
//! it the page weighed 849 kB, of which two thirds were such code. Signals, effects, components and lists are Leptos' as ever;
//! an [`Element`] is a view like any other to them.

mod attribute;
mod mounted;
mod value;

use std::borrow::Cow;

use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;

use attribute::{Attribute, Listener};
pub use value::{Property, Value};

/// The macro: `view! { <p class="soft">{words}</p> }`.
pub use pressure_point_view::view;

/// An element that is not in the page yet. Leptos sends views between threads where there are some; here there is one.
pub struct Element(SendWrapper<Tag>);

struct Tag {
    /// Which `view!` it comes from: elements of one site have the same attributes, in the same order.
    site: u32,
    tag: &'static str,
    svg: bool,
    attributes: Vec<Attribute>,
    children: Vec<Child>,
}

enum Child {
    Text(&'static str),
    Tag(Tag),
    Any(AnyView),
}

/// Several views side by side.
pub fn several<const N: usize>(views: [AnyView; N]) -> AnyView {
    Vec::from(views).into_any()
}

/// Makes an element from its template: what never changes of it, with a slot for each thing that does.
///
/// The template is a row of steps, each a control character with what it needs up to the next. The macro writes them.
pub struct Builder {
    site: u32,
    rest: &'static str,
    open: Vec<Tag>,
    done: Option<Tag>,
}

const SLOT: u8 = 0;
const OPEN: u8 = 1;
const OPEN_SVG: u8 = 2;
const CLOSE: u8 = 3;
const ATTRIBUTE: u8 = 4;
const TEXT: u8 = 5;

impl Builder {
    /// A builder for the view of a site.
    pub fn new(site: u32, template: &'static str) -> Self {
        Self { site, rest: template, open: Vec::new(), done: None }
    }

    /// Makes what comes before the next slot, if there is one.
    fn run_to_slot(&mut self) {
        while let Some(&step) = self.rest.as_bytes().first() {
            let end = self.rest.bytes().skip(1).position(|byte| byte <= TEXT).map_or(self.rest.len(), |at| at + 1);
            let with = &self.rest[1..end];
            self.rest = &self.rest[end..];
            match step {
                SLOT => return,
                OPEN => self.begin(with, false),
                OPEN_SVG => self.begin(with, true),
                CLOSE => self.close(),
                ATTRIBUTE => {
                    let (name, value) = with.split_once('=').unwrap_or((with, ""));
                    self.innermost().attributes.push(Attribute::Fixed(name, value));
                }
                TEXT => self.innermost().children.push(Child::Text(with)),
                _ => unreachable!("the macro writes no other step"),
            }
        }
    }

    fn begin(&mut self, tag: &'static str, svg: bool) {
        self.open.push(Tag { site: self.site, tag, svg, attributes: Vec::new(), children: Vec::new() });
    }

    fn close(&mut self) {
        let closed = self.open.pop();
        match (self.open.last_mut(), closed) {
            (Some(parent), Some(closed)) => parent.children.push(Child::Tag(closed)),
            (_, closed) => self.done = closed,
        }
    }

    /// The outermost element.
    pub fn finish(mut self) -> Element {
        self.run_to_slot();
        Element(SendWrapper::new(self.done.expect("the macro closes what it opens")))
    }

    fn innermost(&mut self) -> &mut Tag {
        self.open.last_mut().expect("the macro opens an element first")
    }

    fn push(&mut self, attribute: Attribute) {
        self.run_to_slot();
        self.innermost().attributes.push(attribute);
    }

    /// An attribute: none takes it away, and a closure keeps it up to date.
    pub fn attribute(&mut self, name: &'static str, value: impl Value) {
        self.push(value.into_attribute(attribute::Place::Attribute(name)));
    }

    /// A property of the inline style.
    pub fn style(&mut self, name: &'static str, value: impl Value) {
        self.push(value.into_attribute(attribute::Place::Style(name)));
    }

    /// The content, as HTML. It must be sanitised.
    pub fn inner_html(&mut self, value: impl Value) {
        self.push(value.into_attribute(attribute::Place::Html));
    }

    /// A class that is there or not, as a flag says.
    pub fn class(&mut self, name: &'static str, on: impl Value) {
        self.push(on.into_attribute(attribute::Place::Class(name)));
    }

    /// A property of the element's JavaScript object.
    pub fn property(&mut self, name: &'static str, value: impl Property) {
        self.push(value.into_attribute(name));
    }

    /// What is done on an event.
    pub fn on<E>(&mut self, event: E, mut then: impl FnMut(E::EventType) + 'static)
    where
        E: EventDescriptor,
        E::EventType: From<JsValue>,
    {
        self.listen(event.name(), Box::new(move |event| then(event.into())));
    }

    fn listen(&mut self, name: Cow<'static, str>, then: Box<dyn FnMut(JsValue)>) {
        self.push(Attribute::Listener(Listener { name, owner: Owner::current().unwrap_or_default(), then }));
    }

    /// Where the element is told once it exists.
    pub fn node_ref<E: ElementType>(&mut self, node: impl NodeRefContainer<E>) {
        self.push(Attribute::Reference(Box::new(move |element| node.load(element))));
    }

    /// Any view.
    pub fn child(&mut self, view: impl IntoAny) {
        self.any(view.into_any());
    }

    /// A view that is made anew when what it reads changes.
    pub fn live<V: IntoView + 'static>(&mut self, view: impl Fn() -> V + Send + 'static) {
        self.any(super::live::live(view));
    }

    fn any(&mut self, view: AnyView) {
        self.run_to_slot();
        self.innermost().children.push(Child::Any(view));
    }
}

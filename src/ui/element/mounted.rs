//! An element in the page, and how Leptos builds, moves and renews it.

use std::mem;

use leptos::tachys::html::attribute::Attribute as LeptosAttribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use web_sys::{Element as Node, Node as AnyNode};

use super::attribute::Attached;
use super::{Child, Element, Tag};

/// An element that was built, with all that keeps it up to date.
pub struct Mounted {
    site: u32,
    node: Node,
    attributes: Vec<Attached>,
    children: Vec<MountedChild>,
}

enum MountedChild {
    Text,
    Tag(Mounted),
    Any(AnyViewState),
}

impl Tag {
    fn mounted(self) -> Mounted {
        let node = Rndr::create_element(self.tag, self.svg.then_some("http://www.w3.org/2000/svg"));
        let attributes = self.attributes.into_iter().map(|attribute| attribute.attach(&node, None)).collect();
        let children = self.children.into_iter().map(|child| child.mounted(&node)).collect();
        Mounted { site: self.site, node, attributes, children }
    }

    /// Another make of the same view: its elements stay, with their focus, their scrolling and what was typed into them.
    fn renew(self, mounted: &mut Mounted) {
        for (attribute, attached) in self.attributes.into_iter().zip(&mut mounted.attributes) {
            let before = mem::replace(attached, Attached::Fixed);
            *attached = attribute.attach(&mounted.node, Some(before));
        }
        for (child, mounted) in self.children.into_iter().zip(&mut mounted.children) {
            child.renew(mounted);
        }
    }
}

impl Child {
    fn mounted(self, parent: &Node) -> MountedChild {
        match self {
            Self::Text(words) => {
                Rndr::insert_node(parent, &Rndr::create_text_node(words), None);
                MountedChild::Text
            }
            Self::Tag(tag) => {
                let mut mounted = tag.mounted();
                mounted.mount(parent, None);
                MountedChild::Tag(mounted)
            }
            Self::Any(view) => {
                let mut state = view.build();
                state.mount(parent, None);
                MountedChild::Any(state)
            }
        }
    }

    fn renew(self, mounted: &mut MountedChild) {
        match (self, mounted) {
            (Self::Tag(tag), MountedChild::Tag(mounted)) => tag.renew(mounted),
            (Self::Any(view), MountedChild::Any(state)) => view.rebuild(state),
            // A fixed text; and two makes of one view have the same children.
            _ => {}
        }
    }
}

impl Render for Element {
    type State = Mounted;

    fn build(self) -> Mounted {
        self.0.take().mounted()
    }

    fn rebuild(self, state: &mut Mounted) {
        let tag = self.0.take();
        if tag.site == state.site {
            return tag.renew(state);
        }
        let mut new = tag.mounted();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &Node, marker: Option<&AnyNode>) {
        Rndr::insert_node(parent, &self.node, marker);
    }

    fn try_mount(&mut self, parent: &Node, marker: Option<&AnyNode>) -> bool {
        Rndr::try_insert_node(parent, &self.node, marker)
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.node.parent_element() else { return false };
        child.mount(&parent, Some(&self.node));
        true
    }

    fn elements(&self) -> Vec<Node> {
        vec![self.node.clone()]
    }
}

impl leptos::tachys::view::add_attr::AddAnyAttr for Element {
    type Output<New: LeptosAttribute> = Self;

    fn add_any_attr<New: LeptosAttribute>(self, _: New) -> Self {
        self
    }
}

/// Leptos asks this of every view, also of those that only ever stand in a browser.
const BROWSER_ONLY: &str = "the page is made in the browser only";

impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
        unreachable!("{BROWSER_ONLY}")
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Mounted {
        unreachable!("{BROWSER_ONLY}")
    }

    fn into_owned(self) -> Self {
        self
    }
}

//! `view!` as Leptos writes it, compiled to calls of the page's one builder (`ui::element`).
//!
//! Leptos' own macro makes a type for every element, attribute and child, and the code of each type again: that was two thirds
//! of the page's weight. Here what never changes of a view is one text, its [`Template`], and only what changes costs a call.
//! What is understood is what the page uses: tags, components, texts, blocks, `on:`, `class:`, `style:`, `prop:`, `inner_html`,
//! `node_ref`; anything else is refused.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use rstml::Infallible;
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, Result};

/// Makes a view of one or several nodes.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let tokens = TokenStream::from(tokens);
    let site = site(&tokens.to_string());
    let view = rstml::parse2(tokens).and_then(|nodes| root(&nodes, site));
    view.unwrap_or_else(Error::into_compile_error).into()
}

/// FNV-1a of the text: views of different texts differ, and a build gives the same each time.
fn site(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A view with one element outside: what never changes of it as a text, and the calls that fill the slots, in their order.
///
/// The text is a row of steps, each a control character with what it needs up to the next: the builder reads the same ones.
#[derive(Default)]
struct Template {
    text: String,
    calls: Vec<TokenStream>,
}

const SLOT: char = '\u{0}';
const OPEN: char = '\u{1}';
const OPEN_SVG: char = '\u{2}';
const CLOSE: char = '\u{3}';
const ATTRIBUTE: char = '\u{4}';
const TEXT: char = '\u{5}';

impl Template {
    fn step(&mut self, step: char, with: &str) {
        self.text.push(step);
        self.text.push_str(with);
    }

    fn slot(&mut self, call: TokenStream) {
        self.text.push(SLOT);
        self.calls.push(call);
    }

    fn element(&mut self, element: &NodeElement<Infallible>, site: u32, inside_svg: bool) -> Result<()> {
        let name = element.open_tag.name.to_string();
        let svg = inside_svg && name != "foreignObject" || is_svg(&name);
        self.step(if svg { OPEN_SVG } else { OPEN }, &name);
        element.attributes().iter().try_for_each(|given| self.attribute(given))?;
        element.children.iter().try_for_each(|node| self.child(node, site, svg))?;
        self.step(CLOSE, "");
        Ok(())
    }

    fn child(&mut self, node: &Node, site: u32, svg: bool) -> Result<()> {
        let at = builder();
        match node {
            Node::Element(element) if is_component(element) => {
                let view = component(element, site)?;
                self.slot(quote! { #at.child(#view); });
            }
            Node::Element(element) => self.element(element, site, svg)?,
            Node::Text(text) => self.step(TEXT, &text.value_string()),
            Node::Block(NodeBlock::ValidBlock(block)) => {
                let content = content(block);
                let call = if is_closure(block) { format_ident!("live") } else { format_ident!("child") };
                self.slot(quote_spanned! { block.span()=> #at.#call(#content); });
            }
            other => return Err(Error::new(other.span(), "an element has elements, texts and blocks in it")),
        }
        Ok(())
    }

    fn attribute(&mut self, given: &NodeAttribute) -> Result<()> {
        let NodeAttribute::Attribute(given) = given else {
            return Err(Error::new(given.span(), "spreading attributes is not understood here"));
        };
        let key = given.key.to_string();
        let (form, name) = key.split_once(':').unwrap_or(("", &key));
        let (at, span) = (builder(), given.span());
        let value = match given.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if form.is_empty() && name != "inner_html" => {
                self.step(ATTRIBUTE, &format!("{name}={}", text.value()));
                return Ok(());
            }
            None if form.is_empty() => {
                self.step(ATTRIBUTE, &format!("{name}="));
                return Ok(());
            }
            None => return Err(Error::new(span, format!("`{key}` needs a value"))),
            Some(value) => value,
        };
        let call = match (form, name) {
            ("on", event) => {
                let event = Ident::new(event, Span::call_site());
                quote_spanned! { span=> #at.on(::leptos::ev::#event, #value); }
            }
            ("class", name) => quote_spanned! { span=> #at.class(#name, #value); },
            ("style", name) => quote_spanned! { span=> #at.style(#name, #value); },
            ("prop", name) => quote_spanned! { span=> #at.property(#name, #value); },
            ("", "inner_html") => quote_spanned! { span=> #at.inner_html(#value); },
            ("", "node_ref") => quote_spanned! { span=> #at.node_ref(#value); },
            ("", name) => quote_spanned! { span=> #at.attribute(#name, #value); },
            _ => return Err(Error::new(span, format!("`{form}:` is not understood here"))),
        };
        self.slot(call);
        Ok(())
    }
}

/// The builder's name, which no name in the view can mean.
fn builder() -> Ident {
    Ident::new("builder", Span::mixed_site())
}

fn root(nodes: &[Node], site: u32) -> Result<TokenStream> {
    let [Node::Element(element)] = nodes else {
        let parts = nodes.iter().map(|node| alone(node, site)).collect::<Result<Vec<_>>>()?;
        return Ok(quote! { crate::ui::element::several([#(#parts),*]) });
    };
    if is_component(element) {
        return component(element, site);
    }
    let mut template = Template::default();
    template.element(element, site, false)?;
    let (at, Template { text, calls }) = (builder(), template);
    Ok(quote! {{ let mut #at = crate::ui::element::Builder::new(#site, #text); #(#calls)* #at.finish() }})
}

/// A node that has no parent here.
fn alone(node: &Node, site: u32) -> Result<TokenStream> {
    let view = match node {
        Node::Element(_) => root(std::slice::from_ref(node), site)?,
        Node::Text(text) => {
            let words = &text.value;
            quote! { #words }
        }
        Node::Block(NodeBlock::ValidBlock(block)) => content(block),
        other => return Err(Error::new(other.span(), "a view has elements, texts and blocks")),
    };
    Ok(quote! { ::leptos::prelude::IntoAny::into_any(#view) })
}

/// What stands in the braces, without them where they hold one expression: Rust would warn of them.
fn content(block: &syn::Block) -> TokenStream {
    match block.stmts.as_slice() {
        [syn::Stmt::Expr(expr, None)] => quote! { #expr },
        _ => quote! { #block },
    }
}

fn is_closure(block: &syn::Block) -> bool {
    matches!(block.stmts.as_slice(), [syn::Stmt::Expr(Expr::Closure(_), None)])
}

fn component(element: &NodeElement<Infallible>, site: u32) -> Result<TokenStream> {
    let name = &element.open_tag.name;
    let props = element.attributes().iter().map(prop).collect::<Result<Vec<_>>>()?;
    let children = match element.children.as_slice() {
        [] => None,
        nodes => {
            let view = root(nodes, site)?;
            Some(quote! { .children(::leptos::children::ToChildren::to_children(move || #view)) })
        }
    };
    Ok(quote_spanned! { name.span()=>
        ::leptos::component::component_view(
            #name,
            ::leptos::component::component_props_builder(&#name) #(#props)* #children .build(),
        )
    })
}

fn prop(given: &NodeAttribute) -> Result<TokenStream> {
    let NodeAttribute::Attribute(given @ KeyedAttribute { key, .. }) = given else {
        return Err(Error::new(given.span(), "a component takes `name=value`"));
    };
    match given.value() {
        Some(value) => Ok(quote_spanned! { key.span()=> .#key(#value) }),
        None => Ok(quote_spanned! { key.span()=> .#key(#key) }),
    }
}

fn is_component(element: &NodeElement<Infallible>) -> bool {
    element.open_tag.name.to_string().starts_with(|first: char| first.is_ascii_uppercase())
}

/// Elements that belong to SVG wherever they stand; what else stands in one of them does too.
fn is_svg(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "defs",
        "marker",
        "use",
        "symbol",
        "foreignObject",
    ];
    NAMES.contains(&name)
}

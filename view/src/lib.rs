//! `view!` as Leptos writes it, compiled to calls of the page's one builder (`ui::element`).
//!
//! Leptos' own macro makes a type for every element, attribute and child, and the code of each type again: two thirds of the
//! page's weight. Here an element is data, so that a tag costs a call and no type. What is understood is what the page uses:
//! tags, components, texts, blocks, `on:`, `class:`, `style:`, `prop:`, `inner_html`, `node_ref`; anything else is refused.

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

/// The builder's name, which no name in the view can mean.
fn builder() -> Ident {
    Ident::new("builder", Span::mixed_site())
}

fn root(nodes: &[Node], site: u32) -> Result<TokenStream> {
    if let [Node::Element(element)] = nodes {
        if is_component(element) {
            return component(element, site);
        }
        let at = builder();
        let body = tag(element, site, false)?;
        return Ok(quote! {{ let mut #at = crate::ui::element::Builder::new(#site); #body #at.finish() }});
    }
    let parts = nodes.iter().map(|node| alone(node, site)).collect::<Result<Vec<_>>>()?;
    Ok(quote! { crate::ui::element::several([#(#parts),*]) })
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

/// The calls that open, fill and close an element.
fn tag(element: &NodeElement<Infallible>, site: u32, inside_svg: bool) -> Result<TokenStream> {
    let at = builder();
    let name = element.open_tag.name.to_string();
    let svg = inside_svg && name != "foreignObject" || is_svg(&name);
    let open = if svg { format_ident!("open_svg") } else { format_ident!("open") };
    let attributes = element.attributes().iter().map(attribute).collect::<Result<Vec<_>>>()?;
    let children = element.children.iter().map(|node| child(node, site, svg)).collect::<Result<Vec<_>>>()?;
    Ok(quote! { #at.#open(#name); #(#attributes)* #(#children)* #at.close(); })
}

fn child(node: &Node, site: u32, svg: bool) -> Result<TokenStream> {
    let at = builder();
    match node {
        Node::Element(element) if is_component(element) => {
            let view = component(element, site)?;
            Ok(quote! { #at.child(#view); })
        }
        Node::Element(element) => tag(element, site, svg),
        Node::Text(text) => {
            let words = &text.value;
            Ok(quote! { #at.text(#words); })
        }
        Node::Block(NodeBlock::ValidBlock(block)) => {
            let content = content(block);
            let call = if content_is_closure(block) { format_ident!("live") } else { format_ident!("child") };
            Ok(quote_spanned! { block.span()=> #at.#call(#content); })
        }
        other => Err(Error::new(other.span(), "an element has elements, texts and blocks in it")),
    }
}

/// What stands in the braces, without them where they hold one expression: Rust would warn of them.
fn content(block: &syn::Block) -> TokenStream {
    match block.stmts.as_slice() {
        [syn::Stmt::Expr(expr, None)] => quote! { #expr },
        _ => quote! { #block },
    }
}

fn content_is_closure(block: &syn::Block) -> bool {
    matches!(block.stmts.as_slice(), [syn::Stmt::Expr(Expr::Closure(_), None)])
}

fn attribute(attribute: &NodeAttribute) -> Result<TokenStream> {
    let at = builder();
    let NodeAttribute::Attribute(attribute) = attribute else {
        return Err(Error::new(attribute.span(), "spreading attributes is not understood here"));
    };
    let key = attribute.key.to_string();
    let (form, name) = key.split_once(':').unwrap_or(("", &key));
    let span = attribute.span();
    let value = || attribute.value().ok_or_else(|| Error::new(span, format!("`{key}` needs a value")));
    Ok(match (form, name) {
        ("on", event) => {
            let (event, value) = (Ident::new(event, Span::call_site()), value()?);
            quote_spanned! { span=> #at.on(::leptos::ev::#event, #value); }
        }
        ("class", name) => {
            let value = value()?;
            quote_spanned! { span=> #at.class(#name, #value); }
        }
        ("style", name) => {
            let value = value()?;
            quote_spanned! { span=> #at.style(#name, #value); }
        }
        ("prop", name) => {
            let value = value()?;
            quote_spanned! { span=> #at.property(#name, #value); }
        }
        ("", "inner_html") => {
            let value = value()?;
            quote_spanned! { span=> #at.inner_html(#value); }
        }
        ("", "node_ref") => {
            let value = value()?;
            quote_spanned! { span=> #at.node_ref(#value); }
        }
        ("", name) => match attribute.value() {
            None => quote_spanned! { span=> #at.fixed(#name, ""); },
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => quote_spanned! { span=> #at.fixed(#name, #text); },
            Some(value) => quote_spanned! { span=> #at.attribute(#name, #value); },
        },
        _ => return Err(Error::new(span, format!("`{form}:` is not understood here"))),
    })
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
            &#name,
            ::leptos::component::component_props_builder(&#name) #(#props)* #children .build(),
        )
    })
}

fn prop(attribute: &NodeAttribute) -> Result<TokenStream> {
    let NodeAttribute::Attribute(KeyedAttribute { key, .. }) = attribute else {
        return Err(Error::new(attribute.span(), "a component takes `name=value`"));
    };
    let NodeAttribute::Attribute(keyed) = attribute else { unreachable!("it was one just now") };
    match keyed.value() {
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

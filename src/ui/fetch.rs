//! Fetches texts: never more than is read, and each problem in a reader's words.

use gloo_net::http::Request;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ReadableStream, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect,
};

use crate::design::Problem;
use crate::lesson::missing_file;

/// The largest text that is fetched, in bytes.
const BYTES_MAX: usize = 1_000_000;

/// Fetches a text from beside the page.
pub async fn fetch(path: &str) -> Result<String, Problem> {
    fetch_text(path, false).await
}

/// Fetches a text. `foreign` is for another host: it gets no cookies, learns no address, and cannot send us on to a third.
pub async fn fetch_text(path: &str, foreign: bool) -> Result<String, Problem> {
    // Whoever edits a lesson wants to see it: the browser asks whether its copy is still good.
    let request = Request::get(path).cache(RequestCache::NoCache);
    let request = match foreign {
        true => request
            .credentials(RequestCredentials::Omit)
            .referrer_policy(ReferrerPolicy::NoReferrer)
            .redirect(RequestRedirect::Error),
        false => request,
    };
    let response = request.send().await.map_err(|error| unreachable(path, &error.to_string(), foreign))?;
    // Some hosts answer with their front page where there is no file.
    let is_page = response.headers().get("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    if response.status() == 404 || is_page {
        return Err(missing_file(path));
    }
    if !response.ok() {
        return Err(unreachable(path, &format!("status {}", response.status()), foreign));
    }
    let Some(body) = response.body() else { return Ok(String::new()) };
    match read(body).await {
        Ok(Some(bytes)) => {
            String::from_utf8(bytes).map_err(|_| problem(path, "this file is no text", "write it in UTF-8"))
        }
        Ok(None) => Err(problem(path, "this file is too large", &format!("at most {BYTES_MAX} bytes are read"))),
        Err(_) => Err(unreachable(path, "the connection broke off", foreign)),
    }
}

/// All bytes of a stream; none if there are too many. The rest is not waited for then.
async fn read(body: ReadableStream) -> Result<Option<Vec<u8>>, JsValue> {
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.dyn_into()?;
        if bytes.len() + piece.length() as usize > BYTES_MAX {
            let _ = reader.cancel();
            return Ok(None);
        }
        bytes.extend(piece.to_vec());
    }
}

fn unreachable(path: &str, what: &str, foreign: bool) -> Problem {
    let hint = match foreign {
        true => {
            "is the address right? The other site must allow it, too: it has to send `Access-Control-Allow-Origin: *`"
        }
        false => "check the connection, then reload the page",
    };
    problem(path, &format!("this file cannot be fetched ({what})"), hint)
}

fn problem(path: &str, message: &str, hint: &str) -> Problem {
    Problem { path: path.to_owned(), line: 0, message: message.to_owned(), hint: Some(hint.to_owned()) }
}

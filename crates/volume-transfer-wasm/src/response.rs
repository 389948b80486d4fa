//! Decodes the response to a create request into JavaScript objects.

use js_sys::{Array, Uint8Array};
use serde::{Serialize, Serializer};
use volume_transfer::{
    ChangeError, Fault, Handover, Response, Transfer, TransportError, VolumeId, api,
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A field's value. Objects are serialized as maps, because serde-wasm-bindgen keeps a table of
/// field names for structs, which takes more code than this whole module.
enum Field<'a> {
    Text(Option<&'a str>),
    Number(u16),
    List(Vec<Object<'a>>),
    Object(Option<Object<'a>>),
}

type Object<'a> = Vec<(&'static str, Field<'a>)>;

struct Fields<'a, 'b>(&'b Object<'a>);

impl Serialize for Fields<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, field)| (name, field)))
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Text(Some(text)) => to.serialize_str(text),
            Field::Number(number) => to.serialize_u16(*number),
            Field::List(objects) => to.collect_seq(objects.iter().map(Fields)),
            Field::Object(Some(object)) => Fields(object).serialize(to),
            Field::Text(None) | Field::Object(None) => to.serialize_none(),
        }
    }
}

fn text(text: &str) -> Field<'_> {
    Field::Text(Some(text))
}

fn record(record: &Transfer) -> Object<'_> {
    let links = record.links.iter();
    vec![
        ("id", text(record.id.as_str())),
        ("name", Field::Text(record.name.as_deref())),
        ("volumeId", text(record.volume_id.as_str())),
        ("createdAt", Field::Text(record.created_at.as_deref())),
        (
            "links",
            Field::List(
                links.map(|l| vec![("href", text(&l.href)), ("rel", text(&l.rel))]).collect(),
            ),
        ),
    ]
}

fn handover(handover: &Handover) -> Object<'_> {
    vec![
        ("transferId", text(handover.transfer_id.as_str())),
        ("authKey", text(handover.auth_key.expose())),
    ]
}

fn fault(fault: &Fault) -> Object<'_> {
    vec![
        ("status", Field::Number(fault.status)),
        ("code", Field::Text(fault.code.as_deref())),
        ("message", Field::Text(fault.message.as_deref())),
        ("requestId", Field::Text(fault.request_id.as_deref())),
        ("retryAfter", Field::Text(fault.retry_after.as_deref())),
    ]
}

/// Decodes a response. `headers` contains alternating names and values. `requested` is the ID of
/// the volume in the request, or `undefined`.
#[wasm_bindgen]
pub fn decode_response(
    status: u16,
    headers: &Array,
    body: &Uint8Array,
    requested: &JsValue,
) -> JsValue {
    let texts: Vec<String> = headers.iter().filter_map(|text| text.as_string()).collect();
    // This is the only copy in wasm memory, and `Response` wipes it when dropped.
    let response = Response::new(status, body.to_vec());
    let response = texts
        .as_chunks()
        .0
        .iter()
        .fold(response, |response, [name, value]| response.with_header(name, value));
    let requested = requested.as_string().and_then(|id| VolumeId::parse(&id).ok());
    decode(requested, Ok(response))
}

/// Returns the outcome of a request without a response. `error` is an index into
/// [`TransportError::ALL`].
#[wasm_bindgen]
pub fn decode_lost(error: usize) -> JsValue {
    let error = TransportError::ALL.get(error).copied().unwrap_or(TransportError::Connection);
    decode(None, Err(error))
}

fn decode(requested: Option<VolumeId>, result: Result<Response, TransportError>) -> JsValue {
    match api::decode_created(requested, result) {
        Ok(created) => {
            let (transfer, keys) = created.into_handover();
            js(&vec![
                ("outcome", text("created")),
                ("code", text("created")),
                ("record", Field::Object(Some(record(&transfer)))),
                ("handover", Field::Object(Some(handover(&keys)))),
            ])
        }
        Err(ChangeError::Rejected(rejection)) => js(&vec![
            ("outcome", text("rejected")),
            ("code", text(rejection.kind().code())),
            ("fault", Field::Object(Some(fault(&rejection)))),
        ]),
        Err(ChangeError::OutcomeUnknown(cause)) => js(&vec![
            ("outcome", text("outcomeUnknown")),
            ("code", text(cause.code())),
            ("fault", Field::Object(cause.fault().as_ref().map(fault))),
        ]),
    }
}

fn js(outcome: &Object<'_>) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    // Cannot fail, because an outcome consists of strings and numbers.
    Fields(outcome).serialize(&serializer).unwrap_or(JsValue::NULL)
}

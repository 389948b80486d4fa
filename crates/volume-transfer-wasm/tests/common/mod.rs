//! Tests the module the way `npm/src` uses it: passes lengths, and reads the results from the
//! module's memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use js_sys::{Array, JSON, Uint8Array, Uint16Array, Uint32Array, WebAssembly};
use std::ops::Range;
use volume_transfer::{NameError, Verdict, flags::Flag};
use volume_transfer_wasm::buffers::{FIRST, LAST, NONE, buffers, parse_id, parse_name};
use volume_transfer_wasm::lists::{list_buffers, read_list};
use volume_transfer_wasm::records::{evaluate, text_flags};
use volume_transfer_wasm::response::{decode_lost, decode_response};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const EVS_V2: u32 = 0;
const CINDER: u32 = 2;

/// Buffers as JavaScript sees them. Every access creates a new view, because memory may grow.
struct Memory {
    numbers: u32,
    addresses: Vec<u32>,
}

fn memory() -> JsValue {
    wasm_bindgen::memory().unchecked_into::<WebAssembly::Memory>().buffer()
}

impl Memory {
    /// The buffers for names and IDs.
    fn new() -> Memory {
        Memory::at(buffers())
    }

    /// The buffers for lists.
    fn of_lists() -> Memory {
        Memory::at(list_buffers())
    }

    fn at(numbers: usize) -> Memory {
        let numbers = u32::try_from(numbers).unwrap();
        let addresses =
            Uint32Array::new_with_byte_offset_and_length(&memory(), numbers, 8).to_vec();
        Memory { numbers, addresses }
    }

    /// Returns an address, a capacity or a size.
    fn address(&self, index: usize) -> u32 {
        *self.addresses.get(index).unwrap()
    }

    fn numbers(&self) -> [u32; 8] {
        let numbers = Uint32Array::new_with_byte_offset_and_length(&memory(), self.numbers, 8);
        numbers.to_vec().try_into().unwrap()
    }

    fn bytes_at(&self, address: usize, length: u32) -> Uint8Array {
        Uint8Array::new_with_byte_offset_and_length(&memory(), self.address(address), length)
    }

    fn text_at(&self, address: usize, length: u32) -> String {
        String::from_utf8(self.bytes_at(address, length).to_vec()).unwrap()
    }

    fn write_units(&self, units: &[u16]) -> usize {
        let length = u32::try_from(units.len()).unwrap();
        Uint16Array::new_with_byte_offset_and_length(&memory(), self.address(0), length)
            .copy_from(units);
        units.len()
    }

    /// The ID that was parsed.
    fn id(&self, length: u32) -> String {
        self.text_at(2, length)
    }

    fn write_bytes(&self, bytes: &[u8]) -> usize {
        self.bytes_at(0, u32::try_from(bytes.len()).unwrap()).copy_from(bytes);
        bytes.len()
    }

    /// The IDs of a list's first rows, without separators.
    fn ids(&self, rows: u32) -> String {
        self.text_at(2, 36 * rows)
    }

    fn masks(&self, rows: u32) -> Vec<u32> {
        Uint32Array::new_with_byte_offset_and_length(&memory(), self.address(3), rows).to_vec()
    }

    /// A row's byte range in its list.
    fn range(&self, row: u32) -> Range<usize> {
        let at = self.address(4) + 8 * row;
        let row = Uint32Array::new_with_byte_offset_and_length(&memory(), at, 2).to_vec();
        usize::try_from(row[0]).unwrap()..usize::try_from(row[1]).unwrap()
    }

    /// The list reader's state.
    fn list_reader(&self) -> Uint8Array {
        self.bytes_at(5, self.address(6))
    }
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Parses a name in chunks of `size` code units. Returns `[error, position, length, start, end]`.
fn parse_in_chunks(service: u32, units: &[u16], size: usize) -> [u32; 5] {
    let memory = Memory::new();
    let chunks: Vec<_> = if units.is_empty() { vec![units] } else { units.chunks(size).collect() };
    for (at, chunk) in chunks.iter().enumerate() {
        let first = if at == 0 { FIRST } else { 0 };
        let last = if at + 1 == chunks.len() { LAST } else { 0 };
        parse_name(service, memory.write_units(chunk), first | last);
    }
    let [error, position, length, start, end, ..] = memory.numbers();
    [error, position, length, start, end]
}

#[wasm_bindgen_test]
fn returns_a_names_length_and_range_for_chunks_of_any_size() {
    for size in [1, 2, 7, 4096] {
        let units = utf16("  first volume ");
        assert_eq!(parse_in_chunks(EVS_V2, &units, size), [NONE, NONE, 12, 2, 14]);
        let units = utf16("卷😀");
        assert_eq!(parse_in_chunks(EVS_V2, &units, size), [NONE, NONE, 7, 0, 3]);
        assert_eq!(parse_in_chunks(CINDER, &units, size), [NONE, NONE, 2, 0, 3]);
    }
    assert_eq!(parse_in_chunks(EVS_V2, &[], 1), [NONE, NONE, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn returns_a_name_error_as_its_index() {
    #[track_caller]
    fn check(service: u32, units: &[u16], code: &str, position: u32) {
        let [error, at, ..] = parse_in_chunks(service, units, 3);
        let index = NameError::CODES.iter().position(|own| *own == code);
        assert_eq!(index.map(|index| u32::try_from(index).unwrap()), Some(error), "{code}");
        assert_eq!(at, position);
    }
    check(EVS_V2, &utf16(" \u{3000}"), "blank", NONE);
    check(EVS_V2, &utf16(&"卷".repeat(86)), "too_long", NONE);
    check(EVS_V2, &utf16("a\0"), "nul", 1);
    check(CINDER, &[0x61, 0x62, 0xd800], "lone_surrogate", 2);
    check(CINDER, &[0xd800, 0x61], "lone_surrogate", 0);
    check(CINDER, &[0xd83d, 0xde00, 0xde00], "lone_surrogate", 2);
}

#[wasm_bindgen_test]
fn normalizes_ids() {
    let memory = Memory::new();
    parse_id(true, memory.write_units(&utf16(&format!(" {} ", ID.to_uppercase()))));
    assert_eq!(memory.numbers()[..3], [NONE, 36, 0]);
    assert_eq!(memory.id(36), ID);
    parse_id(true, memory.write_units(&utf16(ID)));
    assert_eq!(memory.numbers()[..3], [NONE, 36, 1], "already normalized");
    parse_id(false, memory.write_units(&utf16("p_1-A\t")));
    assert_eq!(memory.numbers()[..3], [NONE, 5, 0]);
    assert_eq!(memory.id(5), "p_1-A");
    for (of_volume, text, error) in
        [(true, "", 0), (true, "no uuid", 1), (false, " ", 0), (false, "a/b", 1), (false, "卷", 1)]
    {
        parse_id(of_volume, memory.write_units(&utf16(text)));
        assert_eq!(memory.numbers()[..2], [error, 0], "{text}");
    }
    // Longer than the buffer.
    parse_id(false, usize::MAX);
    assert_eq!(memory.numbers()[0], 1);
}

#[wasm_bindgen_test]
fn returns_the_rows_of_a_list_as_ids_and_masks() {
    let memory = Memory::of_lists();
    let list = format!(
        r#"{{"volumes":[{{"id":"{ID}","status":"in-use"}},{{}}],"volumes_links":[{{"rel":"next"}}]}}"#
    );
    read_list(CINDER, 0, memory.write_bytes(list.as_bytes()), FIRST | LAST);
    assert_eq!(memory.numbers()[..6], [1, Verdict::Violated as u32, 0, 1, 1, NONE]);
    assert_eq!((memory.ids(1), memory.masks(1)), (ID.to_owned(), vec![0b1 | 0b1000 << 16]));
    let row = list.get(memory.range(0)).unwrap();
    assert_eq!(row, format!(r#"{{"id":"{ID}","status":"in-use"}}"#));

    // Facts, two bits each: there are snapshots, and the volume isn't frozen.
    read_list(EVS_V2, 2 | 1 << 6, memory.write_bytes(list.as_bytes()), FIRST | LAST);
    let mask = memory.masks(1)[0];
    assert_eq!((mask & 0b1_0000, mask >> 16 & 0b1_0100), (0b1_0000, 0));

    read_list(EVS_V2, 0, memory.write_bytes(br#"{"volumes":["#), FIRST);
    read_list(EVS_V2, 0, memory.write_bytes(b"]"), LAST);
    assert_eq!(memory.numbers()[..6], [0, NONE, 0, 0, 0, 13]);
}

#[wasm_bindgen_test]
fn resumes_a_list_from_a_saved_state() {
    let memory = Memory::of_lists();
    let row = format!(r#"{{"id":"{ID}","status":"available"}}"#);
    read_list(
        EVS_V2,
        0,
        memory.write_bytes(format!(r#"{{"volumes":[{row},{{"id":""#).as_bytes()),
        FIRST,
    );
    let kept = memory.list_reader().to_vec();
    read_list(CINDER, 0, memory.write_bytes(br#"{"volumes":[]}"#), FIRST | LAST);
    memory.list_reader().copy_from(&kept);
    read_list(EVS_V2, 0, memory.write_bytes(format!(r#"{ID}"}}]}}"#).as_bytes()), LAST);
    assert_eq!(memory.numbers()[..6], [1, Verdict::Violated as u32, 0, 0, 0, NONE]);
}

#[wasm_bindgen_test]
fn evaluates_individual_values_like_rows_of_a_list() {
    let (memory, lists) = (Memory::new(), Memory::of_lists());
    for (index, flag) in Flag::ALL.into_iter().enumerate() {
        let (key, in_metadata) = flag.key();
        for text in
            ["", "available", "TRUE", "false", "1", "dss", "DESS", "EVS", "卷", &"a".repeat(99)]
        {
            let field = format!(r#""{key}":"{text}""#);
            let field = if in_metadata { format!(r#""metadata":{{{field}}}"#) } else { field };
            let list = format!(r#"{{"volumes":[{{"id":"{ID}",{field}}}]}}"#);
            for service in [EVS_V2, CINDER] {
                read_list(service, 2, lists.write_bytes(list.as_bytes()), FIRST | LAST);
                let (flags, masks) = (lists.numbers()[2], lists.masks(1));
                assert_eq!(text_flags(index, memory.write_units(&utf16(text))), flags, "{list}");
                assert_eq!(vec![evaluate(service, 2, flags.try_into().unwrap())], masks, "{list}");
            }
        }
    }
    assert_eq!(text_flags(99, 0), 0);
}

#[wasm_bindgen_test]
fn has_room_for_a_chunk_full_of_the_shortest_rows() {
    let memory = Memory::of_lists();
    let row = format!(r#"{{"id":"{ID}"}}"#);
    let capacity = usize::try_from(memory.address(1)).unwrap();
    let begin = format!("{{\"volumes\":[{row},{}", row.trim_end_matches('}'));
    read_list(EVS_V2, 0, memory.write_bytes(begin.as_bytes()), FIRST);
    assert_eq!(memory.numbers()[0], 1);
    let mut chunk = "}".to_owned();
    let mut rows = 1;
    while chunk.len() + 1 + row.len() <= capacity {
        chunk = chunk + "," + &row;
        rows += 1;
    }
    read_list(EVS_V2, 0, memory.write_bytes(chunk.as_bytes()), 0);
    assert_eq!(memory.numbers()[0], rows);
    read_list(EVS_V2, 0, memory.write_bytes(b"]}"), LAST);
    assert_eq!(memory.numbers()[3..6], [0, 0, NONE]);
}

#[track_caller]
fn check_outcome(status: u16, body: &str, requested: JsValue, expected: &str) {
    let headers = Array::of4(&"X-Request-Id".into(), &"req-1".into(), &"a".into(), &"b".into());
    let body = Uint8Array::from(body.as_bytes());
    let outcome = decode_response(status, &headers, &body, &requested);
    let text = |value: &JsValue| String::from(JSON::stringify(value).unwrap());
    assert_eq!(text(&outcome), text(&JSON::parse(expected).unwrap()));
}

#[wasm_bindgen_test]
fn decodes_responses_into_plain_objects() {
    let created = format!(
        r#"{{"transfer":{{"id":"t","auth_key":"k","volume_id":"{ID}","links":[{{"href":"h","rel":"self"}}]}}}}"#
    );
    check_outcome(
        202,
        &created,
        ID.into(),
        &format!(
            r#"{{"outcome":"created","code":"created","record":{{"id":"t","name":null,
            "volumeId":"{ID}","createdAt":null,"links":[{{"href":"h","rel":"self"}}]}},
            "handover":{{"transferId":"t","authKey":"k"}}}}"#
        ),
    );
    check_outcome(
        400,
        r#"{"badRequest":{"code":400,"message":"no"}}"#,
        JsValue::UNDEFINED,
        r#"{"outcome":"rejected","code":"refused","fault":{"status":400,"code":"400",
            "message":"no","requestId":"req-1","retryAfter":null}}"#,
    );
    check_outcome(
        202,
        &created,
        "b104b8db-170d-441b-897a-3c8ba9c5a214".into(),
        r#"{"outcome":"outcomeUnknown","code":"other_volume","fault":{"status":202,"code":null,
            "message":null,"requestId":"req-1","retryAfter":null}}"#,
    );
    let lost = JSON::stringify(&decode_lost(1)).unwrap();
    assert_eq!(lost, r#"{"outcome":"outcomeUnknown","code":"timeout","fault":null}"#);
}

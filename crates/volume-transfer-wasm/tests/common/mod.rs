//! The module as `npm/src` meets it: lengths go in, numbers come out, and the rest is in memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use js_sys::{Array, JSON, Uint8Array, Uint16Array, Uint32Array, WebAssembly::Memory};
use std::ops::Range;
use volume_transfer::{NameError, Verdict, flags::Flag};
use volume_transfer_wasm::answer::{read_answer, read_no_answer};
use volume_transfer_wasm::door::{FIRST, LAST, NONE, id, judge, list, name, places, screen, sign};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const EVS_V2: u32 = 0;
const CINDER: u32 = 2;

/// The door's memory, with the eyes of JavaScript. It may grow: every look is a new one.
struct Door {
    numbers: u32,
    places: Vec<u32>,
}

fn memory() -> JsValue {
    wasm_bindgen::memory().unchecked_into::<Memory>().buffer()
}

impl Door {
    fn new() -> Door {
        let numbers = u32::try_from(places()).unwrap();
        let places = Uint32Array::new_with_byte_offset_and_length(&memory(), numbers, 8).to_vec();
        Door { numbers, places }
    }

    fn place(&self, at: usize) -> u32 {
        *self.places.get(at).unwrap()
    }

    fn numbers(&self) -> [u32; 8] {
        let numbers = Uint32Array::new_with_byte_offset_and_length(&memory(), self.numbers, 8);
        numbers.to_vec().try_into().unwrap()
    }

    fn put_units(&self, units: &[u16]) -> usize {
        let length = u32::try_from(units.len()).unwrap();
        Uint16Array::new_with_byte_offset_and_length(&memory(), self.place(0), length)
            .copy_from(units);
        units.len()
    }

    fn put_bytes(&self, bytes: &[u8]) -> usize {
        let length = u32::try_from(bytes.len()).unwrap();
        Uint8Array::new_with_byte_offset_and_length(&memory(), self.place(2), length)
            .copy_from(bytes);
        bytes.len()
    }

    fn ids(&self, length: u32) -> String {
        let ids = Uint8Array::new_with_byte_offset_and_length(&memory(), self.place(4), length);
        String::from_utf8(ids.to_vec()).unwrap()
    }

    fn masks(&self, rows: u32) -> Vec<u32> {
        Uint32Array::new_with_byte_offset_and_length(&memory(), self.place(5), rows).to_vec()
    }

    /// Where a row stands in its list.
    fn rows(&self, row: u32) -> Range<usize> {
        let at = self.place(6) + 8 * row;
        let row = Uint32Array::new_with_byte_offset_and_length(&memory(), at, 2).to_vec();
        usize::try_from(row[0]).unwrap()..usize::try_from(row[1]).unwrap()
    }

    /// A list that is being read.
    fn list(&self) -> Uint8Array {
        let place = u32::try_from(list()).unwrap();
        Uint8Array::new_with_byte_offset_and_length(&memory(), place, self.numbers()[0])
    }
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// The answer to a name that comes in parts of so many units: `[error, position, length, start, end]`.
fn named(service: u32, units: &[u16], part: usize) -> [u32; 5] {
    let door = Door::new();
    let parts: Vec<_> = if units.is_empty() { vec![units] } else { units.chunks(part).collect() };
    for (at, part) in parts.iter().enumerate() {
        let first = if at == 0 { FIRST } else { 0 };
        let last = if at + 1 == parts.len() { LAST } else { 0 };
        name(service, door.put_units(part), first | last);
    }
    let [error, position, length, start, end, ..] = door.numbers();
    [error, position, length, start, end]
}

#[wasm_bindgen_test]
fn a_name_s_place_and_length_come_back_however_it_is_cut() {
    for part in [1, 2, 7, 4096] {
        let units = utf16("  first volume ");
        assert_eq!(named(EVS_V2, &units, part), [NONE, NONE, 12, 2, 14]);
        let units = utf16("卷😀");
        assert_eq!(named(EVS_V2, &units, part), [NONE, NONE, 7, 0, 3]);
        assert_eq!(named(CINDER, &units, part), [NONE, NONE, 2, 0, 3]);
    }
    assert_eq!(named(EVS_V2, &[], 1), [NONE, NONE, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn what_is_wrong_with_a_name_is_told_by_its_place_in_the_list() {
    #[track_caller]
    fn check(service: u32, units: &[u16], code: &str, position: u32) {
        let [error, at, ..] = named(service, units, 3);
        let place = NameError::CODES.iter().position(|own| *own == code);
        assert_eq!(place.map(|place| u32::try_from(place).unwrap()), Some(error), "{code}");
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
fn ids_come_back_as_they_go_into_a_request() {
    let door = Door::new();
    id(true, door.put_units(&utf16(&format!(" {} ", ID.to_uppercase()))));
    assert_eq!(door.numbers()[..3], [NONE, 36, 0]);
    assert_eq!(door.ids(36), ID);
    id(true, door.put_units(&utf16(ID)));
    assert_eq!(door.numbers()[..3], [NONE, 36, 1], "as it was written");
    id(false, door.put_units(&utf16("p_1-A\t")));
    assert_eq!(door.numbers()[..3], [NONE, 5, 0]);
    assert_eq!(door.ids(5), "p_1-A");
    for (of_volume, text, error) in
        [(true, "", 0), (true, "no uuid", 1), (false, " ", 0), (false, "a/b", 1), (false, "卷", 1)]
    {
        id(of_volume, door.put_units(&utf16(text)));
        assert_eq!(door.numbers()[..2], [error, 0], "{text}");
    }
    // More than there is room for.
    id(false, usize::MAX);
    assert_eq!(door.numbers()[0], 1);
}

#[wasm_bindgen_test]
fn a_list_s_rows_come_back_as_ids_and_masks() {
    let door = Door::new();
    let list = format!(
        r#"{{"volumes":[{{"id":"{ID}","status":"in-use"}},{{}}],"volumes_links":[{{"rel":"next"}}]}}"#
    );
    screen(CINDER, 0, door.put_bytes(list.as_bytes()), FIRST | LAST);
    assert_eq!(door.numbers()[..6], [1, Verdict::Violated as u32, 0, 1, 1, NONE]);
    assert_eq!((door.ids(36), door.masks(1)), (ID.to_owned(), vec![0b1 | 0b1000 << 16]));
    let row = list.get(door.rows(0)).unwrap();
    assert_eq!(row, format!(r#"{{"id":"{ID}","status":"in-use"}}"#));

    // Facts, two bits each: snapshots are known to be there, and it is known not to be frozen.
    screen(EVS_V2, 2 | 1 << 6, door.put_bytes(list.as_bytes()), FIRST | LAST);
    let mask = door.masks(1)[0];
    assert_eq!((mask & 0b1_0000, mask >> 16 & 0b1_0100), (0b1_0000, 0));

    screen(EVS_V2, 0, door.put_bytes(br#"{"volumes":["#), FIRST);
    screen(EVS_V2, 0, door.put_bytes(b"]"), LAST);
    assert_eq!(door.numbers()[..6], [0, NONE, 0, 0, 0, 13]);
}

#[wasm_bindgen_test]
fn a_list_that_was_put_aside_goes_on_where_it_was() {
    let door = Door::new();
    let row = format!(r#"{{"id":"{ID}","status":"available"}}"#);
    screen(EVS_V2, 0, door.put_bytes(format!(r#"{{"volumes":[{row},{{"id":""#).as_bytes()), FIRST);
    let kept = door.list().to_vec();
    screen(CINDER, 0, door.put_bytes(br#"{"volumes":[]}"#), FIRST | LAST);
    door.list().copy_from(&kept);
    screen(EVS_V2, 0, door.put_bytes(format!(r#"{ID}"}}]}}"#).as_bytes()), LAST);
    assert_eq!(door.numbers()[..6], [1, Verdict::Violated as u32, 0, 0, 0, NONE]);
}

/// What values say to the rules one by one is what a list's row says.
#[wasm_bindgen_test]
fn a_record_is_judged_by_its_values_as_in_a_list() {
    let door = Door::new();
    for (place, field) in Flag::ALL.into_iter().enumerate() {
        let (key, in_metadata) = field.key();
        for text in
            ["", "available", "TRUE", "false", "1", "dss", "DESS", "EVS", "卷", &"a".repeat(99)]
        {
            let said = format!(r#""{key}":"{text}""#);
            let said = if in_metadata { format!(r#""metadata":{{{said}}}"#) } else { said };
            let list = format!(r#"{{"volumes":[{{"id":"{ID}",{said}}}]}}"#);
            for service in [EVS_V2, CINDER] {
                screen(service, 2, door.put_bytes(list.as_bytes()), FIRST | LAST);
                let (flags, masks) = (door.numbers()[2], door.masks(1));
                assert_eq!(sign(place, door.put_units(&utf16(text))), flags, "{list}");
                assert_eq!(vec![judge(service, 2, flags.try_into().unwrap())], masks, "{list}");
            }
        }
    }
    assert_eq!(sign(99, 0), 0);
}

/// As many rows as one part can hold.
#[wasm_bindgen_test]
fn the_smallest_rows_all_have_room() {
    let door = Door::new();
    let row = format!(r#"{{"id":"{ID}"}}"#);
    let room = usize::try_from(door.place(3)).unwrap();
    let begin = format!("{{\"volumes\":[{row},{}", row.trim_end_matches('}'));
    screen(EVS_V2, 0, door.put_bytes(begin.as_bytes()), FIRST);
    assert_eq!(door.numbers()[0], 1);
    let mut part = "}".to_owned();
    let mut rows = 1;
    while part.len() + 1 + row.len() <= room {
        part = part + "," + &row;
        rows += 1;
    }
    screen(EVS_V2, 0, door.put_bytes(part.as_bytes()), 0);
    assert_eq!(door.numbers()[0], rows);
    screen(EVS_V2, 0, door.put_bytes(b"]}"), LAST);
    assert_eq!(door.numbers()[3..6], [0, 0, NONE]);
}

#[track_caller]
fn answered(status: u16, body: &str, asked: JsValue, expected: &str) {
    let headers = Array::of4(&"X-Request-Id".into(), &"req-1".into(), &"a".into(), &"b".into());
    let told = read_answer(status, &headers, &Uint8Array::from(body.as_bytes()), &asked);
    let text = |value: &JsValue| String::from(JSON::stringify(value).unwrap());
    assert_eq!(text(&told), text(&JSON::parse(expected).unwrap()), "{body}");
}

#[wasm_bindgen_test]
fn an_answer_is_told_in_plain_data() {
    let created = format!(
        r#"{{"transfer":{{"id":"t","auth_key":"k","volume_id":"{ID}","links":[{{"href":"h","rel":"self"}}]}}}}"#
    );
    answered(
        202,
        &created,
        ID.into(),
        &format!(
            r#"{{"outcome":"created","code":"created","record":{{"id":"t","name":null,
            "volumeId":"{ID}","createdAt":null,"links":[{{"href":"h","rel":"self"}}]}},
            "handover":{{"transferId":"t","authKey":"k"}}}}"#
        ),
    );
    answered(
        400,
        r#"{"badRequest":{"code":400,"message":"no"}}"#,
        JsValue::UNDEFINED,
        r#"{"outcome":"rejected","code":"refused","fault":{"status":400,"code":"400",
            "message":"no","requestId":"req-1","retryAfter":null}}"#,
    );
    answered(
        202,
        &created,
        "b104b8db-170d-441b-897a-3c8ba9c5a214".into(),
        r#"{"outcome":"outcomeUnknown","code":"other_volume","fault":{"status":202,"code":null,
            "message":null,"requestId":"req-1","retryAfter":null}}"#,
    );
    let lost = JSON::stringify(&read_no_answer(1)).unwrap();
    assert_eq!(lost, r#"{"outcome":"outcomeUnknown","code":"timeout","fault":null}"#);
}

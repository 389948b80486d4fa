//! What JavaScript sees of the rules; the same on every host.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use js_sys::{Function, JSON};
use volume_transfer_wasm::{check_eligibility, create_transfer_request, validate_transfer_name};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// What a JavaScript expression gives: input as a console would write it.
fn js(expression: &str) -> JsValue {
    Function::new_no_args(&format!("return ({expression})")).call0(&JsValue::NULL).unwrap()
}

#[track_caller]
fn same(answer: &JsValue, expected: &str) {
    assert_eq!(JSON::stringify(answer).unwrap(), JSON::stringify(&js(expected)).unwrap());
}

#[track_caller]
fn name(expression: &str, options: &str, expected: &str) {
    same(&validate_transfer_name(&js(expression), &js(options)), expected);
}

#[wasm_bindgen_test]
fn a_name_is_trimmed_and_counted_by_the_service_s_rule() {
    name(
        "'  first volume '",
        "undefined",
        "{value:'first volume',length:12,limit:255,unit:'bytes',required:false,issues:[]}",
    );
    name(
        "'卷'",
        "{service:'cinder'}",
        "{value:'卷',length:1,limit:255,unit:'characters',required:false,issues:[]}",
    );
    name(
        "''",
        "{service:'evs-v3'}",
        "{value:null,length:0,limit:255,unit:'bytes',required:false,issues:[]}",
    );
}

#[wasm_bindgen_test]
fn a_bad_name_is_an_answer_with_issues() {
    let evs = |length: usize, issue: &str| {
        format!(
            "{{value:null,length:{length},limit:255,unit:'bytes',required:false,issues:[{issue}]}}"
        )
    };
    let none = "undefined";
    name("'   '", none, &evs(0, "{field:'name',code:'blank',params:{}}"));
    name("'a\\0'", none, &evs(2, "{field:'name',code:'nul',params:{position:1}}"));
    name(
        "'卷'.repeat(86)",
        none,
        &evs(258, "{field:'name',code:'too_long',params:{length:258,limit:255,unit:'bytes'}}"),
    );
    name("'ab\\ud800'", none, &evs(0, "{field:'name',code:'lone_surrogate',params:{position:2}}"));
    for other in ["5", "true", "null", "undefined", "['a']", "{}", "Symbol()"] {
        name(other, none, &evs(0, "{field:'name',code:'not_a_string',params:{}}"));
    }
    name("'a'", "{service:'aws'}", &evs(1, "{field:'service',code:'unknown',params:{}}"));
    name("'a'", "7", &evs(1, "").replace("value:null", "value:'a'"));
}

const VOLUME: &str = "{id:'c86b9af4-151d-4ead-b62c-5fb967af0e37',status:'available',size:'40',\
                      bootable:'false',service_type:'EVS',metadata:{}}";

#[wasm_bindgen_test]
fn a_volume_gets_a_verdict_for_every_constraint() {
    same(
        &check_eligibility(js(VOLUME), &js("{facts:{snapshots:false,backups:false}}")),
        "{eligibility:'unknown',findings:[
            {constraint:'status',verdict:'met'},
            {constraint:'billing',verdict:'met'},
            {constraint:'frozen',verdict:'unknown'},
            {constraint:'encryption',verdict:'met'},
            {constraint:'backups_and_snapshots',verdict:'met'},
            {constraint:'backup_policy',verdict:'unknown'},
            {constraint:'dss',verdict:'met'},
            {constraint:'dess',verdict:'met'},
            {constraint:'system_disk',verdict:'met'}],issues:[]}",
    );
    same(
        &check_eligibility(js(VOLUME), &js("{service:'cinder'}")),
        "{eligibility:'unknown',findings:[
            {constraint:'status',verdict:'met'},
            {constraint:'encryption',verdict:'unknown'}],issues:[]}",
    );
    let encrypted = VOLUME.replace("size:'40'", "encrypted:true");
    same(
        &check_eligibility(js(&encrypted), &js("{service:'cinder'}")),
        "{eligibility:'ineligible',findings:[
            {constraint:'status',verdict:'met'},
            {constraint:'encryption',verdict:'violated'}],issues:[]}",
    );
}

#[wasm_bindgen_test]
fn what_is_no_volume_is_said_to_be_none() {
    for none in [
        "null",
        "undefined",
        "5",
        "'text'",
        "[]",
        "{}",
        "{id:'no uuid'}",
        "{id:7}",
        "{get id() { throw 1 }}",
        "(() => { const own = {}; own.metadata = own; return own })()",
        "JSON.parse('['.repeat(5000) + ']'.repeat(5000))",
        "10n",
        "Symbol()",
        "() => 1",
    ] {
        same(
            &check_eligibility(js(none), &JsValue::UNDEFINED),
            "{eligibility:null,findings:[],issues:[{field:'volume',code:'malformed',params:{}}]}",
        );
    }
    same(
        &check_eligibility(js("{}"), &js("{service:'x',facts:{frozen:'yes'}}")),
        "{eligibility:null,findings:[],issues:[
            {field:'service',code:'unknown',params:{}},
            {field:'facts',code:'malformed',params:{}},
            {field:'volume',code:'malformed',params:{}}]}",
    );
}

#[wasm_bindgen_test]
fn the_api_page_s_sample_request() {
    let input = format!("{{projectId:'firstproject',volume:{VOLUME},name:'first volume'}}");
    same(
        &create_transfer_request(&js(&input)),
        r#"{request:{method:'POST',path:'/v2/firstproject/os-volume-transfer',
            headers:{'Accept':'application/json','Content-Type':'application/json'},
            body:'{"transfer":{"volume_id":"c86b9af4-151d-4ead-b62c-5fb967af0e37","name":"first volume"}}'},
            issues:[]}"#,
    );
    let unnamed = format!("{{projectId:'p',volume:{VOLUME},service:'cinder'}}");
    same(
        &create_transfer_request(&js(&unnamed)),
        r#"{request:{method:'POST',path:'/v3/p/os-volume-transfer',
            headers:{'Accept':'application/json','Content-Type':'application/json'},
            body:'{"transfer":{"volume_id":"c86b9af4-151d-4ead-b62c-5fb967af0e37"}}'},issues:[]}"#,
    );
}

#[wasm_bindgen_test]
fn a_request_that_cannot_be_says_all_that_is_wrong() {
    let worst = VOLUME.replace("available", "in-use").replace("'false'", "'true'");
    let input = format!("{{projectId:'a/b',volume:{worst},name:' '}}");
    same(
        &create_transfer_request(&js(&input)),
        "{request:null,issues:[
            {field:'projectId',code:'malformed',params:{}},
            {field:'name',code:'blank',params:{}},
            {field:'volume',code:'ineligible',params:{constraint:'status'}},
            {field:'volume',code:'ineligible',params:{constraint:'system_disk'}}]}",
    );
    same(
        &create_transfer_request(&JsValue::UNDEFINED),
        "{request:null,issues:[
            {field:'projectId',code:'empty',params:{}},
            {field:'volume',code:'malformed',params:{}}]}",
    );
}

//! The rules of volume transfers for JavaScript.
//!
//! Converts, calls the core, converts back. Plain data goes in and comes out; bad input is an
//! answer with issues, never an exception. Every issue has a stable `code`, the `field` that it is
//! about and the `params` that its sentence needs.

use js_sys::{JSON, JsString};
use serde::{Deserialize, Serialize};
use volume_transfer::eligibility::Finding;
use volume_transfer::name::from_utf16;
use volume_transfer::{
    CreateTransfer, Eligibility, Facts, IdError, NameError, ProjectId, Service, TransferName,
    Verdict, Volume, api, eligibility,
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export type Service = "evs-v2" | "evs-v3" | "cinder";
export type Verdict = "met" | "violated" | "unknown";
export type Constraint =
  | "status" | "billing" | "frozen" | "encryption" | "backups_and_snapshots"
  | "backup_policy" | "dss" | "dess" | "system_disk";

/** What is known of a volume beside its record. Absent is not known, never fine. */
export interface Facts {
  snapshots?: boolean;
  backups?: boolean;
  backupPolicy?: boolean;
  frozen?: boolean;
}

/** Something that is wrong, and where. */
export interface Issue {
  field: "name" | "service" | "projectId" | "volume" | "facts";
  code: string;
  params: Record<string, string | number>;
}

export interface NameReport {
  /** The name as the service stores it; null for none, or if there are issues. */
  value: string | null;
  /** The length after trimming, in `unit`s. */
  length: number;
  limit: number;
  unit: "bytes" | "characters";
  required: boolean;
  issues: Issue[];
}

export interface EligibilityReport {
  /** Null if the volume itself cannot be read. */
  eligibility: "eligible" | "ineligible" | "unknown" | null;
  findings: { constraint: Constraint; verdict: Verdict }[];
  issues: Issue[];
}

export interface RequestReport {
  /** Null if there are issues. The token is not in it: send it as X-Auth-Token. */
  request: { method: "POST"; path: string; headers: Record<string, string>; body: string } | null;
  issues: Issue[];
}

/** Validates a transfer's name as the service does. The default service is EVS v2. */
export function validateTransferName(name: string, options?: { service?: Service }): NameReport;

/** Judges a volume, as the service lists it, by every constraint. */
export function checkEligibility(
  volume: unknown,
  options?: { service?: Service; facts?: Facts },
): EligibilityReport;

/** Builds the request that creates a transfer, or says what is wrong. */
export function createTransferRequest(input: {
  projectId: string;
  volume: unknown;
  name?: string;
  service?: Service;
  facts?: Facts;
}): RequestReport;
"#;

#[derive(Serialize)]
struct Issue {
    field: &'static str,
    code: &'static str,
    params: Params,
}

#[derive(Default, Serialize)]
struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraint: Option<&'static str>,
}

impl Issue {
    fn new(field: &'static str, code: &'static str) -> Issue {
        Issue { field, code, params: Params::default() }
    }

    fn of_id(field: &'static str, error: IdError) -> Issue {
        Issue::new(field, error.code())
    }

    fn of_name(error: &NameError) -> Issue {
        let mut params = Params::default();
        match error {
            NameError::Required | NameError::Blank => {}
            NameError::TooLong { length, limit, unit } => {
                params.length = Some(*length);
                params.limit = Some(*limit);
                params.unit = Some(unit.code());
            }
            NameError::Nul { position } | NameError::LoneSurrogate { position } => {
                params.position = Some(*position);
            }
        }
        Issue { field: "name", code: error.code(), params }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NameReport {
    value: Option<String>,
    length: usize,
    limit: usize,
    unit: &'static str,
    required: bool,
    issues: Vec<Issue>,
}

#[derive(Serialize)]
struct EligibilityReport {
    eligibility: Option<&'static str>,
    findings: Vec<FindingReport>,
    issues: Vec<Issue>,
}

#[derive(Serialize)]
struct FindingReport {
    constraint: &'static str,
    verdict: &'static str,
}

#[derive(Serialize)]
struct RequestReport {
    request: Option<RequestValue>,
    issues: Vec<Issue>,
}

#[derive(Serialize)]
struct RequestValue {
    method: &'static str,
    path: String,
    headers: Headers,
    body: Option<String>,
}

struct Headers(&'static [(&'static str, &'static str)]);

impl Serialize for Headers {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().copied())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FactsInput {
    snapshots: Option<bool>,
    backups: Option<bool>,
    backup_policy: Option<bool>,
    frozen: Option<bool>,
}

/// `validateTransferName(name, { service })`
#[wasm_bindgen(js_name = validateTransferName, skip_typescript)]
pub fn validate_transfer_name(name: &JsValue, options: &JsValue) -> JsValue {
    let mut issues = Vec::new();
    let rule = service(options, &mut issues).name_rule();
    let text = text_of(name).unwrap_or_else(|issue| {
        issues.push(issue);
        String::new()
    });
    let length = rule.measure(&text);
    let value = if issues.is_empty() { named(&text, rule, &mut issues) } else { None };
    answer(&NameReport {
        value: value.map(|name| name.as_str().to_owned()),
        length,
        limit: rule.limit,
        unit: rule.unit.code(),
        required: rule.required,
        issues,
    })
}

/// `checkEligibility(volume, { service, facts })`
#[wasm_bindgen(js_name = checkEligibility, skip_typescript)]
pub fn check_eligibility(volume: JsValue, options: &JsValue) -> JsValue {
    let mut issues = Vec::new();
    let report = judged(volume, options, &mut issues);
    let findings = report.iter().flat_map(Eligibility::findings);
    answer(&EligibilityReport {
        eligibility: report.as_ref().map(|report| match report.overall() {
            Verdict::Met => "eligible",
            Verdict::Violated => "ineligible",
            Verdict::Unknown => "unknown",
        }),
        findings: findings
            .map(|Finding { constraint, verdict }| FindingReport {
                constraint: constraint.code(),
                verdict: verdict.code(),
            })
            .collect(),
        issues,
    })
}

/// `createTransferRequest({ projectId, volume, name, service, facts })`
#[wasm_bindgen(js_name = createTransferRequest, skip_typescript)]
pub fn create_transfer_request(input: &JsValue) -> JsValue {
    let mut issues = Vec::new();
    let service = service(input, &mut issues);
    let project = ProjectId::parse(&field(input, "projectId").as_string().unwrap_or_default())
        .map_err(|error| issues.push(Issue::of_id("projectId", error)));
    let name = field(input, "name");
    let name = if name.is_undefined() || name.is_null() {
        named("", service.name_rule(), &mut issues)
    } else {
        match text_of(&name) {
            Ok(text) => named(&text, service.name_rule(), &mut issues),
            Err(issue) => {
                issues.push(issue);
                None
            }
        }
    };
    let admitted = judged(field(input, "volume"), input, &mut issues).map(Eligibility::admit);
    if let Some(Err(ineligible)) = &admitted {
        issues.extend(ineligible.violated().iter().map(|constraint| {
            let mut issue = Issue::new("volume", "ineligible");
            issue.params.constraint = Some(constraint.code());
            issue
        }));
    }
    let request = match (project, admitted) {
        (Ok(project), Some(Ok(volume))) if issues.is_empty() => {
            let request = api::create(service, &project, &CreateTransfer::new(volume, name));
            Some(RequestValue {
                method: request.method.as_str(),
                headers: Headers(request.headers()),
                path: request.path,
                body: request.body,
            })
        }
        _ => None,
    };
    answer(&RequestReport { request, issues })
}

fn named(
    text: &str,
    rule: &volume_transfer::NameRule,
    issues: &mut Vec<Issue>,
) -> Option<TransferName> {
    TransferName::parse(text, rule).unwrap_or_else(|error| {
        issues.push(Issue::of_name(&error));
        None
    })
}

fn judged(volume: JsValue, options: &JsValue, issues: &mut Vec<Issue>) -> Option<Eligibility> {
    let service = service(options, issues);
    let facts = field(options, "facts");
    let facts = if facts.is_undefined() || facts.is_null() {
        FactsInput::default()
    } else {
        plain(&facts).unwrap_or_else(|| {
            issues.push(Issue::new("facts", "malformed"));
            FactsInput::default()
        })
    };
    let FactsInput { snapshots, backups, backup_policy, frozen } = facts;
    let facts = Facts { snapshots, backups, backup_policy, frozen };
    let judged = plain(&volume).map(|volume: Volume| eligibility::check(&volume, &facts, service));
    if judged.is_none() {
        issues.push(Issue::new("volume", "malformed"));
    }
    judged
}

/// Plain data out of JavaScript. It goes by way of JSON, since an object may hold itself or throw
/// when it is looked into, and neither may come through to here.
fn plain<T: for<'a> Deserialize<'a>>(value: &JsValue) -> Option<T> {
    let json = JSON::stringify(value).ok()?.as_string()?;
    serde_json::from_str(&json).ok()
}

/// A string's text. The units are looked at before the usual conversion would lose half a character.
fn text_of(value: &JsValue) -> Result<String, Issue> {
    let text = value.dyn_ref::<JsString>().ok_or_else(|| Issue::new("name", "not_a_string"))?;
    from_utf16(text.iter()).map_err(|error| Issue::of_name(&error))
}

fn service(options: &JsValue, issues: &mut Vec<Issue>) -> Service {
    let code = field(options, "service");
    if code.is_undefined() || code.is_null() {
        return Service::default();
    }
    code.as_string().and_then(|code| Service::from_code(&code)).unwrap_or_else(|| {
        issues.push(Issue::new("service", "unknown"));
        Service::default()
    })
}

/// A property; `undefined` of anything that has none.
fn field(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn answer(report: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    // Texts and numbers: nothing of it can fail to become a JavaScript value.
    report.serialize(&serializer).unwrap_or(JsValue::NULL)
}

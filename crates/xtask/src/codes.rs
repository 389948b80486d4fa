//! Exports the core's constants to JavaScript, as `npm/src/codes.ts` and the keys of messages.

use anyhow::{Context, Result};
use std::fmt::Write;
use volume_transfer::{
    Constraint, CreateTransfer, FaultKind, IdError, NameError, ProjectId, Service, TransferName,
    TransportError, Unit, UnknownCause, Verdict, VolumeId, api, eligibility::Eligibility,
    flags::Flag,
};

/// Placeholders that mark where a request contains the project, volume and name.
const PROJECT: &str = "PROJECT";
const VOLUME: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const NAME: &str = "NAME";

/// Generates `codes.ts`.
pub(crate) fn typescript() -> Result<String> {
    let mut file =
        String::from("// Generated from the core by `cargo xtask package`. Do not edit.\n");
    let mut list = |comment: &str, name: &str, codes: &[&str]| {
        let codes: Vec<_> = codes.iter().map(|code| format!("  \"{code}\",\n")).collect();
        write!(file, "\n/** {comment} */\nexport const {name} = [\n{}] as const;\n", codes.concat())
    };
    list(
        "The codes of the services. The first one is the default.",
        "services",
        &Service::ALL.map(Service::code),
    )?;
    list(
        "The codes of the constraints on a volume. Bit n of a mask stands for the nth one.",
        "constraints",
        &Constraint::ALL.map(Constraint::code),
    )?;
    list(
        "The codes for a verdict on one constraint.",
        "verdicts",
        &Verdict::ALL.map(Verdict::code),
    )?;
    list(
        "The codes for the verdict on a volume as a whole.",
        "eligibilities",
        &Verdict::ALL.map(Verdict::eligibility_code),
    )?;
    list("The codes for an invalid name.", "nameCodes", &NameError::CODES)?;
    list("The codes for an invalid ID.", "idCodes", &IdError::ALL.map(IdError::code))?;
    list(
        "The codes for a missing response.",
        "lostCodes",
        &TransportError::ALL.map(TransportError::code),
    )?;
    list("The codes for a service's error.", "faultCodes", &FaultKind::ALL.map(FaultKind::code))?;
    list("The codes for an unknown outcome.", "unknownCodes", &UnknownCause::CODES)?;

    file.push_str("\n/** Each service's name rule, and the parts of its path before and after the project ID. */\n");
    file.push_str("export const profiles = [\n");
    for service in Service::ALL {
        let rule = service.name_rule();
        writeln!(
            file,
            "  {{ limit: {}, unit: \"{}\", required: {}, path: {} }},",
            rule.limit,
            rule.unit.code(),
            rule.required,
            strings(request(service, None)?.path.split(PROJECT)),
        )?;
    }
    file.push_str("] as const;\n\n/** Each service's constraints as a mask. */\n");
    let masks = Service::ALL.map(|service| service.constraints().bits().to_string());
    writeln!(file, "export const masks = [{}] as const;", masks.join(", "))?;

    let named = request(Service::default(), Some(NAME))?;
    let unnamed = request(Service::default(), None)?;
    let (bare, body) = (
        unnamed.body.context("the request has no body")?,
        named.body.clone().context("the request has no body")?,
    );
    let (before, after) = bare.split_once(VOLUME).context("the body has no volume ID")?;
    let (field, end) = body
        .strip_prefix(before)
        .and_then(|rest| rest.strip_prefix(VOLUME))
        .and_then(|rest| rest.split_once(&format!("\"{NAME}\"")))
        .context("the name must follow the volume")?;
    file.push_str(
        "\n/** The parts of a create request: before the volume ID, after it if there is no name, and before and
 * after the name. */\nexport const create = {\n",
    );
    writeln!(file, "  method: \"{}\",", named.method.as_str())?;
    let headers = named.headers().map(|(name, value)| format!("\"{name}\": \"{value}\""));
    writeln!(file, "  headers: {{ {} }},", headers.collect::<Vec<_>>().join(", "))?;
    writeln!(file, "  volume: {},", string(before))?;
    writeln!(file, "  unnamed: {},", string(after))?;
    writeln!(file, "  named: {},", strings([field, end].into_iter()))?;
    file.push_str("} as const;\n");

    file.push_str(
        "\n/** Combines the flags that `of` returns for each field that the rules depend on. */
export const flagsOf = (volume: any, of: (index: number, value: unknown) => number): number => {
  const metadata = volume.metadata;
  return (
",
    );
    for (index, flag) in Flag::ALL.into_iter().enumerate() {
        let (key, in_metadata) = flag.key();
        let record = if in_metadata { "metadata?" } else { "volume" };
        let or = if index == 0 { "  " } else { "| " };
        writeln!(file, "    {or}of({index}, {record}.{key})")?;
    }
    file.push_str(
        "  );\n};\n\n/** The names of the fields that `flagsOf` reads, and whether they are in `metadata`. */\n",
    );
    file.push_str("export const flagFields = [\n");
    for flag in Flag::ALL {
        let (key, in_metadata) = flag.key();
        writeln!(file, "  [\"{key}\", {in_metadata}],")?;
    }
    file.push_str("] as const;\n");
    Ok(file)
}

fn request(service: Service, name: Option<&str>) -> Result<volume_transfer::Request> {
    let project = ProjectId::parse(PROJECT)?;
    let volume = Eligibility::without_record(VolumeId::parse(VOLUME)?, service)
        .admit()
        .ok()
        .context("a volume without known facts must be eligible")?;
    let name = name.map(|name| TransferName::new(name, service.name_rule())).transpose()?;
    Ok(api::create(service, &project, &CreateTransfer::new(volume, name)))
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(string).collect::<Vec<_>>().join(", "))
}

/// Returns the keys of all messages that the package uses: `FIELD.CODE`, or `PARAMETER.CODE` for a
/// parameter whose value is a code.
pub(crate) fn message_keys() -> Vec<String> {
    let mut keys = Vec::new();
    let mut all = |field: &str, codes: &[&str]| {
        keys.extend(codes.iter().map(|code| format!("{field}.{code}")));
    };
    all("name", &NameError::CODES);
    for field in ["projectId", "volumeId"] {
        all(field, &IdError::ALL.map(IdError::code));
    }
    for field in ["name", "projectId", "volumeId"] {
        all(field, &["not_a_string"]);
    }
    all("volume", &Constraint::ALL.map(Constraint::code));
    for field in ["volume", "volumes", "facts", "response"] {
        all(field, &["malformed"]);
    }
    for field in ["options", "service"] {
        all(field, &["unknown"]);
    }
    all("response", &["created"]);
    let kinds = FaultKind::ALL.map(FaultKind::code);
    all("response", &kinds);
    // `blocked` is both a kind and a cause, with the same message.
    let causes = UnknownCause::CODES.into_iter().filter(|code| !kinds.contains(code));
    all("response", &causes.collect::<Vec<_>>());
    all("constraint", &Constraint::ALL.map(Constraint::code));
    all("verdict", &Verdict::ALL.map(Verdict::code));
    all("eligibility", &Verdict::ALL.map(Verdict::eligibility_code));
    for field in ["unit", "counter"] {
        all(field, &Unit::ALL.map(Unit::code));
    }
    all("status", &["none"]);
    keys
}

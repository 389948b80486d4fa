//! What JavaScript has to know of the core as data: `npm/src/codes.ts` and the messages' keys.

use anyhow::{Context, Result};
use std::fmt::Write;
use volume_transfer::{
    Constraint, CreateTransfer, FaultKind, IdError, Lost, NameError, ProjectId, Service,
    TransferName, Unit, UnknownCause, Verdict, VolumeId, api, eligibility::Eligibility,
    signs::Sign,
};

/// What no project, volume or name is; where they stand in a request, the real ones will.
const PROJECT: &str = "PROJECT";
const VOLUME: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const NAME: &str = "NAME";

/// The file `codes.ts`.
pub(crate) fn typescript() -> Result<String> {
    let mut file = String::from(
        "// Made from the core by `cargo xtask package`; a change here is overwritten.\n",
    );
    let mut list = |comment: &str, name: &str, codes: &[&str]| {
        let codes: Vec<_> = codes.iter().map(|code| format!("  \"{code}\",\n")).collect();
        write!(file, "\n/** {comment} */\nexport const {name} = [\n{}] as const;\n", codes.concat())
    };
    list(
        "The services, each by its stable code. The first one is the default.",
        "services",
        &Service::ALL.map(Service::code),
    )?;
    list(
        "The constraints that a service may put on a volume. Bit n of a mask stands for the n-th.",
        "constraints",
        &Constraint::ALL.map(Constraint::code),
    )?;
    list("What is known of a constraint.", "verdicts", &Verdict::ALL.map(Verdict::code))?;
    list(
        "The same of a volume as a whole.",
        "eligibilities",
        &Verdict::ALL.map(Verdict::eligibility),
    )?;
    list("Why a text is not a name.", "nameCodes", &NameError::CODES)?;
    list("Why a text is not an id.", "idCodes", &IdError::ALL.map(IdError::code))?;
    list("Why no answer came.", "lostCodes", &Lost::ALL.map(Lost::code))?;
    list("What a refusal is about.", "faultCodes", &FaultKind::ALL.map(FaultKind::code))?;
    list("Why an outcome is not known.", "unknownCodes", &UnknownCause::CODES)?;

    file.push_str("\n/** Each service's name rule, and its path around a project's id. */\n");
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
    file.push_str("] as const;\n\n/** Each service's constraints, as a mask. */\n");
    let masks = Service::ALL.map(|service| service.constraints().bits().to_string());
    writeln!(file, "export const masks = [{}] as const;", masks.join(", "))?;

    let named = request(Service::default(), Some(NAME))?;
    let unnamed = request(Service::default(), None)?;
    let (bare, body) = (unnamed.body.context("no body")?, named.body.clone().context("no body")?);
    let (before, after) = bare.split_once(VOLUME).context("the body has no volume")?;
    let (field, end) = body
        .strip_prefix(before)
        .and_then(|rest| rest.strip_prefix(VOLUME))
        .and_then(|rest| rest.split_once(&format!("\"{NAME}\"")))
        .context("a name is to stand behind the volume")?;
    file.push_str(
        "\n/** The create request around a volume's id: what follows it without a name, or what stands
 * before and after the name in JSON. */\nexport const create = {\n",
    );
    writeln!(file, "  method: \"{}\",", named.method.as_str())?;
    let headers = named.headers().map(|(name, value)| format!("\"{name}\": \"{value}\""));
    writeln!(file, "  headers: {{ {} }},", headers.collect::<Vec<_>>().join(", "))?;
    writeln!(file, "  volume: {},", string(before))?;
    writeln!(file, "  unnamed: {},", string(after))?;
    writeln!(file, "  named: {},", strings([field, end].into_iter()))?;
    file.push_str("} as const;\n");

    file.push_str(
        "\n/** What the rules look at in a volume's record: the bits that `of` says of each value, together. */
export const signsOf = (volume: any, of: (sign: number, value: unknown) => number): number => {
  const metadata = volume.metadata;
  return (
",
    );
    for (place, sign) in Sign::ALL.into_iter().enumerate() {
        let (key, in_metadata) = sign.key();
        let record = if in_metadata { "metadata?" } else { "volume" };
        let or = if place == 0 { "  " } else { "| " };
        writeln!(file, "    {or}of({place}, {record}.{key})")?;
    }
    file.push_str(
        "  );\n};\n\n/** The same fields, by their names, and whether metadata has them. */\n",
    );
    file.push_str("export const signs = [\n");
    for sign in Sign::ALL {
        let (key, in_metadata) = sign.key();
        writeln!(file, "  [\"{key}\", {in_metadata}],")?;
    }
    file.push_str("] as const;\n");
    Ok(file)
}

fn request(service: Service, name: Option<&str>) -> Result<volume_transfer::Request> {
    let project = ProjectId::parse(PROJECT)?;
    let volume = Eligibility::unseen(VolumeId::parse(VOLUME)?, service)
        .admit()
        .ok()
        .context("a volume that nobody has seen can go")?;
    let name = name.map(|name| TransferName::new(name, service.name_rule())).transpose()?;
    Ok(api::create(service, &project, &CreateTransfer::new(volume, name)))
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(string).collect::<Vec<_>>().join(", "))
}

/// The key of every message that the package can ask for: `FIELD.CODE`, and the words for params.
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
    all("service", &["unknown"]);
    all("response", &["created"]);
    all("response", &FaultKind::ALL.map(FaultKind::code));
    all("response", &UnknownCause::CODES);
    all("constraint", &Constraint::ALL.map(Constraint::code));
    all("verdict", &Verdict::ALL.map(Verdict::code));
    all("eligibility", &Verdict::ALL.map(Verdict::eligibility));
    for field in ["unit", "counter"] {
        all(field, &Unit::ALL.map(Unit::code));
    }
    all("status", &["none"]);
    keys
}

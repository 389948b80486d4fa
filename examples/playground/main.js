// Shows what the package says about a name and a volume, and the request that it creates.

import {
  checkEligibility, createTransferRequest, explain, init, validateTransferName,
} from "./node_modules/volume-transfer/index.js";
import messages from "./node_modules/volume-transfer/messages/en.js";

const element = (id) => document.getElementById(id);

/** Replaces a list's items. */
function list(id, texts) {
  element(id).replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

/** Quotes a word for a POSIX shell. */
const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** Returns a request as a curl command, which reads the endpoint and the token from variables. */
function curl({ method, path, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  return [`curl -X ${method} "$ENDPOINT"${quote(path)}`, `-H "X-Auth-Token: $TOKEN"`, ...lines, `-d ${quote(body)}`].join(" \\\n  ");
}

/** Returns the pasted record, or null if it isn't JSON. If a service's whole response was pasted, returns its `volume`. */
function pasted() {
  try {
    const value = JSON.parse(element("volume").value);
    return value?.volume ?? value;
  } catch {
    return null;
  }
}

function show() {
  const [service, projectId, name] = ["service", "project", "name"].map((id) => element(id).value);
  const { length, limit, unit } = validateTransferName(name, { service });
  element("length").textContent = explain({ field: "counter", code: unit, params: { length, limit } }, messages);

  const volume = pasted();
  const report = checkEligibility(volume, { service });
  element("eligibility").textContent = report.eligibility ? messages[`eligibility.${report.eligibility}`] : "";
  list("findings", report.findings.map(({ constraint, verdict }) =>
    `${messages[`constraint.${constraint}`]}: ${messages[`verdict.${verdict}`]}`));

  const { request, issues } = createTransferRequest({ projectId, volume: volume ?? {}, name, service });
  list("issues", issues.length ? issues.map((issue) => explain(issue, messages)) : ["None"]);
  element("request").textContent = request ? curl(request) : "";
}

await init();
element("service").form.addEventListener("input", show);
element("service").form.addEventListener("submit", (event) => event.preventDefault());
show();

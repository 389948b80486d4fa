// Uses every export of the package under the strictest compiler settings.
import {
  checkEligibility,
  checkVolumes,
  constraints,
  createTransferRequest,
  explain,
  init,
  readCreateResponse,
  screenStream,
  screenVolumes,
  services,
  validateTransferName,
  type Constraint,
  type CreateOutcome,
  type Issue,
  type Messages,
  type NameReport,
  type Service,
} from "volume-transfer";
import { defineTransferName, type VolumeTransferNameElement } from "volume-transfer/element";
import { init as initInline } from "volume-transfer/inline";
import { validateTransferName as light } from "volume-transfer/light";
import { init as initNode } from "volume-transfer/node";
import zh from "volume-transfer/messages/zh-CN";
import en from "volume-transfer/messages/en.json" with { type: "json" };

const messages: Messages = { ...zh, ...en };
const service: Service = services[0];
const report: NameReport = validateTransferName("first volume", { service });
const unit: "bytes" | "characters" = report.unit;
const first: Issue | undefined = report.issues[0];
const constraint: Constraint | undefined = checkEligibility({}, { facts: { frozen: true } }).findings[0]?.constraint;
const { request } = createTransferRequest({ projectId: "p", volumeId: "v", name: null });
if (request) await fetch(request.path, request);
const { id, rows, violated } = screenVolumes(new Uint8Array());
const streamed: number = (await screenStream(new Response().body!)).count;
const unknown: Uint16Array = checkVolumes([{}], { service, facts: { frozen: null } }).unknown;
const known: boolean = constraints.some((name, bit) => name === constraint && ((violated[0] ?? 0) >> bit) & 1);

function describe(outcome: CreateOutcome): string {
  switch (outcome.outcome) {
    case "created":
      return outcome.handover.authKey;
    case "rejected":
      return outcome.fault.message ?? outcome.code;
    case "outcomeUnknown":
      return outcome.fault?.requestId ?? explain(outcome, messages);
  }
}
describe(readCreateResponse({ status: 202, headers: new Headers(), body: "" }));
describe(readCreateResponse({ lost: "timeout" }));

// @ts-expect-error an unknown service
validateTransferName("a", { service: "aws" });
// @ts-expect-error a misspelled option
validateTransferName("a", { servce: "cinder" });
// @ts-expect-error a misspelled fact
checkEligibility({}, { facts: { snapshot: false } });
// @ts-expect-error a misspelled input
createTransferRequest({ projectID: "p", projectId: "p", volumeId: "v" });
// @ts-expect-error neither `status` nor `lost`
readCreateResponse({});
// @ts-expect-error light accepts only an ID
(await import("volume-transfer/light")).createTransferRequest({ projectId: "p", volume: {} });

await Promise.all([init(), initInline(), initNode(), init(new URL("https://example.com/"))]);
await defineTransferName({ messages });
const field = document.querySelector<VolumeTransferNameElement>("volume-transfer-name");
console.log(unit, first, id(0), rows, streamed, unknown, known, light(field?.value ?? "").value);

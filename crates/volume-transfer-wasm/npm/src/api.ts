// The exports that `.` and `./inline` share.

export {
  validateTransferName,
  type CreateRequest,
  type Issue,
  type NameReport,
  type Options,
  type RequestReport,
  type Service,
  type Unit,
} from "./calls.js";
export { constraints, services } from "./codes.js";
export {
  checkEligibility,
  checkVolumes,
  createTransferRequest,
  type EligibilityOptions,
  type EligibilityReport,
  type Facts,
  type Finding,
  type Verdict,
  type VolumeInput,
  type VolumesReport,
} from "./eligibility.js";
export {
  readCreateResponse,
  type CreateOutcome,
  type CreateResponse,
  type Created,
  type Fault,
  type Handover,
  type OutcomeUnknown,
  type Rejected,
  type TransferRecord,
} from "./response.js";
export { explain, type Messages } from "./explain.js";
export { screenStream, screenVolumes, type Constraint, type ScreenReport } from "./lists.js";
export type { Source } from "./load.js";

export * from "./common-api.js";
export { constraints } from "./codes.js";
export { checkEligibility, checkVolumes, createTransferRequest, type EligibilityOptions, type EligibilityReport, type Facts, type Finding, type Verdict, type VolumeInput, type VolumesReport, } from "./eligibility.js";
export { readCreateResponse, type CreateOutcome, type CreateResponse, type Created, type Fault, type Handover, type OutcomeUnknown, type Rejected, type TransferRecord, } from "./response.js";
export { explain, type Messages } from "./explain.js";
export { screenStream, screenVolumes, type Constraint, type ScreenReport } from "./lists.js";

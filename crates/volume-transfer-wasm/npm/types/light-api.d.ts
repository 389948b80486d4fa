export { createTransferRequest, validateTransferName, type CreateInput, type CreateRequest, type Issue, type NameReport, type Options, type RequestReport, type Service, type Unit, } from "./calls.js";
export { constraints, services } from "./codes.js";
export { screenStream, screenVolumes, type Constraint, type ScreenReport } from "./lists.js";
export type { Source } from "./load.js";

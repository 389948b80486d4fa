// The exports that all light entry points share.

export * from "./common-api.js";
export { createTransferRequest, type CreateInput } from "./calls.js";
export { constraints } from "./codes.js";
export { screenStream, screenVolumes, type Constraint, type ScreenReport } from "./lists.js";

// The exports that all form entries share.

export {
  createTransferRequest,
  validateTransferName,
  type CreateInput,
  type CreateRequest,
  type Issue,
  type NameReport,
  type Options,
  type RequestReport,
  type Service,
  type Unit,
} from "./calls.js";
export { services } from "./codes.js";
export { explain, type Messages } from "./explain.js";
export { createTransfer, transferName, type Schema, type SchemaIssue, type SchemaOptions, type SchemaResult } from "./schema.js";
export type { Source } from "./load.js";

// The exports that all form entry points share.

export * from "./common-api.js";
export { createTransferRequest, type CreateInput } from "./calls.js";
export { explain, type Messages } from "./explain.js";
export { createTransfer, transferName, type Schema, type SchemaIssue, type SchemaOptions, type SchemaResult } from "./schema.js";

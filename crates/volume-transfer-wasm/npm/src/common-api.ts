// The exports that all entry points share.

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
export { services } from "./codes.js";
export type { Source } from "./load.js";

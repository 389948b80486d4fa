// The exports that all light entries share.

export {
  createTransferRequest,
  screenStream,
  screenVolumes,
  validateTransferName,
  type Constraint,
  type CreateInput,
  type CreateRequest,
  type Issue,
  type NameReport,
  type Options,
  type RequestReport,
  type ScreenReport,
  type Service,
  type Unit,
} from "./calls.js";
export { constraints, services } from "./codes.js";
export type { Source } from "./load.js";

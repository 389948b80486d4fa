// The package itself, through what it exports and nothing else. `light` has all but the verdict on
// an object, which only the full entry has.

import { constraints, createTransferRequest, init, screenStream, screenVolumes, validateTransferName } from "../../crates/volume-transfer-wasm/pkg/light.js";

export { constraints, createTransferRequest as request, screenStream, screenVolumes as screenBytes, validateTransferName as name };
export const ready = init;

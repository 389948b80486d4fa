// The package, through its public exports. Only the full entry can check objects; everything else is in
// `light`.

import { constraints, createTransferRequest, init, screenStream, screenVolumes, validateTransferName } from "../../crates/volume-transfer-wasm/pkg/light.js";

export { constraints, createTransferRequest as request, screenStream, screenVolumes as screenBytes, validateTransferName as name };
export const ready = init;

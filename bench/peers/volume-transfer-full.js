import { checkVolumes, init } from "../../crates/volume-transfer-wasm/pkg/index.js";

export const ready = init;

/** Checks parsed volumes. */
export const eligibility = (volumes) => checkVolumes(volumes);

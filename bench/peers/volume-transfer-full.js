import { checkVolumes, init } from "../../crates/volume-transfer-wasm/pkg/index.js";

export const ready = init;

/** Volumes that are objects already. */
export const eligibility = (volumes) => checkVolumes(volumes);

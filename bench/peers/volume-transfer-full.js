import { checkEligibility, init } from "../../crates/volume-transfer-wasm/pkg/index.js";

export const ready = init;

/** Volumes that are objects already: there is no call for many of them, so each one is a call. */
export const eligibility = (volumes) => volumes.map((volume) => checkEligibility(volume));

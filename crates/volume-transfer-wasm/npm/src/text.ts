// Converts text to bytes and back. Importing this accesses no globals. jsdom has neither
// TextDecoder nor TextEncoder, so Node's are used there.

const text = () =>
  (globalThis.TextEncoder ? globalThis : process.getBuiltinModule("node:util")) as Pick<
    typeof globalThis,
    "TextDecoder" | "TextEncoder"
  >;

/** @internal */
export const encode = (from: string): Uint8Array => new (text().TextEncoder)().encode(from);

/**
 * Replaces the global class in wasm-bindgen's glue, which creates an encoder on import.
 *
 * @internal
 */
export function TextEncoder() {
  return { encode, encodeInto: (from: string, to: Uint8Array) => new (text().TextEncoder)().encodeInto(from, to) };
}

/**
 * Replaces the global class in wasm-bindgen's glue, which creates a decoder on import.
 *
 * @internal
 */
export function TextDecoder(label: string, options: TextDecoderOptions) {
  let decoder: InstanceType<typeof globalThis.TextDecoder> | undefined;
  return {
    decode: (from?: Uint8Array) => from && (decoder ??= new (text().TextDecoder)(label, options)).decode(from),
  };
}

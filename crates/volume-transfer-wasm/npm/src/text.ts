// Text to bytes and back. Nothing is touched on import, and jsdom, whose window has no
// TextDecoder and no TextEncoder, gets those of Node.

const text = () =>
  (globalThis.TextEncoder ? globalThis : process.getBuiltinModule("node:util")) as Pick<
    typeof globalThis,
    "TextDecoder" | "TextEncoder"
  >;

/** @internal */
export const encode = (from: string): Uint8Array => new (text().TextEncoder)().encode(from);

/**
 * Takes the place of the global class in wasm-bindgen's glue, which creates one on import.
 *
 * @internal
 */
export function TextEncoder() {
  return { encode, encodeInto: (from: string, to: Uint8Array) => new (text().TextEncoder)().encodeInto(from, to) };
}

/**
 * Likewise.
 *
 * @internal
 */
export function TextDecoder(label: string, options: TextDecoderOptions) {
  let decoder: InstanceType<typeof globalThis.TextDecoder> | undefined;
  return {
    decode: (from?: Uint8Array) => from && (decoder ??= new (text().TextDecoder)(label, options)).decode(from),
  };
}

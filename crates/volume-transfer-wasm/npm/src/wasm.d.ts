/** A compiled wasm module, from a bundler for a runtime that compiles none itself. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** A wasm module as text, in base64. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}

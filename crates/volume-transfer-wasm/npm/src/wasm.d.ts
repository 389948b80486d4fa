/** A wasm module that the bundler compiled, for runtimes that can't. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** A wasm module in base64. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}

/** A style sheet's text. */
declare module "*.css" {
  const text: string;
  export default text;
}

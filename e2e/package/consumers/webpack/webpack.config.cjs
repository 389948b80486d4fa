// A console that is built with webpack, with nothing set for wasm.
module.exports = {
  mode: "production",
  entry: "./main.js",
  experiments: { topLevelAwait: true },
};

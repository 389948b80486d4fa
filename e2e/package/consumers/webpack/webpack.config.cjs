// A console built with webpack, without any configuration for wasm.
module.exports = {
  mode: "production",
  entry: "./main.js",
  experiments: { topLevelAwait: true },
};

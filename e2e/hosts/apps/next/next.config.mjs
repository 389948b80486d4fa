// The folder that contains node_modules. Next would look for lock files instead and find several.
const root = new URL("../..", import.meta.url).pathname;

export default { outputFileTracingRoot: root, turbopack: { root } };

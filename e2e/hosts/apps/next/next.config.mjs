// The folder that contains node_modules. Otherwise, Next would look for lock files and find several.
const root = new URL("../..", import.meta.url).pathname;

export default { outputFileTracingRoot: root, turbopack: { root } };

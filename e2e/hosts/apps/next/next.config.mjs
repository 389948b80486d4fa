// The folder that has the packages: Next would look for a lock file, and find one too many.
const root = new URL("../..", import.meta.url).pathname;

export default { outputFileTracingRoot: root, turbopack: { root } };

// A Node script that imports every entry by name.
import assert from "node:assert/strict";
import * as full from "volume-transfer";
import * as node from "volume-transfer/node";
import * as light from "volume-transfer/light";
import * as inline from "volume-transfer/inline";
import * as element from "volume-transfer/element";
import messages from "volume-transfer/messages/zh-CN.json";
import module from "volume-transfer/messages/zh-CN";
import { createRequire } from "node:module";

for (const { validateTransferName } of [full, light, inline]) {
  assert.throws(() => validateTransferName("a"), { code: "not_initialised", message: /await init\(\)/ });
}
assert.throws(() => full.readCreateResponse({ status: 202 }), { code: "not_initialised" });
// Importing the element on a server does nothing and needs no browser.
assert.equal(typeof element.defineTransferName, "function");

assert.equal(node.init, full.init);
await Promise.all([full.init(), full.init(), light.init(), inline.init()]);
for (const { validateTransferName } of [full, light, inline]) {
  assert.equal(validateTransferName(" a ").value, "a");
}
assert.equal(full.explain(full.validateTransferName(" "), messages), messages["name.blank"]);
assert.deepEqual(module, messages);
const require = createRequire(import.meta.url);
assert.deepEqual(require("volume-transfer/messages/zh-CN"), messages);
const required = require("volume-transfer");
assert.deepEqual(Object.keys(required), Object.keys(full));
assert.throws(() => required.validateTransferName("a"), { code: "not_initialised" });
await required.init();
assert.equal(required.validateTransferName(" a ").value, "a");
assert.equal(require("volume-transfer/package.json").name, "volume-transfer");
assert.match(require.resolve("volume-transfer/volume-transfer.wasm"), /volume-transfer\.wasm$/);
console.log("passed");

import * as api from "volume-transfer";
import * as light from "volume-transfer/light";
import { defineTransferName } from "volume-transfer/element";
import messages from "volume-transfer/messages/en";
import { expect, test } from "vitest";
import { probe } from "./probe.js";

test("the package", async () => {
  await light.init();
  expect(light.validateTransferName(" a ").value).toBe("a");
  expect(await probe(api)).toBe(process.env.EXPECTED);
});

// Neither jsdom nor happy-dom supports form-associated custom elements.
test.runIf(globalThis.document)("defineTransferName rejects, because the element needs a browser", async () => {
  await expect(defineTransferName({ messages })).rejects.toThrow(/volume-transfer\/form/);
});

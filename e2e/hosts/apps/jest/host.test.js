import * as api from "volume-transfer";
import * as light from "volume-transfer/light";
import * as inline from "volume-transfer/inline";
import { defineTransferName } from "volume-transfer/element";
import messages from "volume-transfer/messages/en";
import { probe } from "./probe.js";

test("the package", async () => {
  await light.init();
  expect(light.validateTransferName(" a ").value).toBe("a");
  expect(light.screenVolumes('{"volumes":[]}').issues).toEqual([]);
  expect(await probe(inline)).toBe(process.env.EXPECTED);
  expect(await probe(api)).toBe(process.env.EXPECTED);
  expect(messages["options.unknown"]).toContain("{key}");
  expect(typeof defineTransferName).toBe("function");
});

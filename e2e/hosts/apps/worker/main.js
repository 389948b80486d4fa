import * as api from "volume-transfer";
import * as light from "volume-transfer/light";
import { probe } from "./probe.js";

export default {
  async fetch() {
    await light.init();
    return new Response(light.validateTransferName(" a ").value && (await probe(api)));
  },
};

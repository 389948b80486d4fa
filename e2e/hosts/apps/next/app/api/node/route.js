import * as api from "volume-transfer";
import * as light from "volume-transfer/light";
import { probe } from "../../../probe.js";

export const dynamic = "force-dynamic";

export async function GET() {
  await light.init();
  return new Response(light.validateTransferName(" a ").value && (await probe(api)));
}

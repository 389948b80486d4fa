import * as api from "volume-transfer";
import { probe } from "../../probe.js";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <output>{await probe(api)}</output>;
}

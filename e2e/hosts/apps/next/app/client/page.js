"use client";

import { useEffect, useState } from "react";
import * as api from "volume-transfer";
import { probe } from "../../probe.js";

export default function Page() {
  const [said, setSaid] = useState("");
  useEffect(() => {
    probe(api).then(setSaid, (error) => setSaid(String(error)));
  }, []);
  return <output>{said}</output>;
}

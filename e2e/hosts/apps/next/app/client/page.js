"use client";

import { useEffect, useState } from "react";
import * as api from "volume-transfer";
import { probe } from "../../probe.js";

export default function Page() {
  const [result, setResult] = useState("");
  useEffect(() => {
    probe(api).then(setResult, (error) => setResult(String(error)));
  }, []);
  return <output>{result}</output>;
}

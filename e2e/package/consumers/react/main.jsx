// A console that had its form before it had the rules: what was added is marked.
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
// Added.
import { createTransferRequest, explain, init, readCreateResponse, validateTransferName } from "volume-transfer";
import messages from "volume-transfer/messages/en.json";

const VOLUME = {
  id: "c86b9af4-151d-4ead-b62c-5fb967af0e37",
  name: "data-01",
  status: "available",
  bootable: "false",
  service_type: "EVS",
};

function TransferForm({ volume, projectId, token }) {
  const [name, setName] = useState("");
  const [ready, setReady] = useState(false);
  const [said, setSaid] = useState("");
  useEffect(() => {
    // Added.
    init().then(() => setReady(true));
  }, []);
  // Added.
  const report = ready ? validateTransferName(name) : null;
  const wrong = report ? explain(report, messages) : "";

  async function submit(event) {
    event.preventDefault();
    // Added: the request, and what became of it.
    const { request, issues } = createTransferRequest({ projectId, volume, name });
    if (!request) return setSaid(explain({ issues }, messages));
    const { path, ...options } = request;
    const headers = { ...options.headers, "X-Auth-Token": token };
    const outcome = await fetch(path, { ...options, headers }).then(
      async (answer) =>
        readCreateResponse({
          status: answer.status,
          headers: answer.headers,
          body: await answer.text(),
          volumeId: volume.id,
        }),
      () => readCreateResponse({ lost: "connection" }),
    );
    setSaid(explain(outcome, messages));
  }

  return (
    <form onSubmit={submit}>
      <label>
        Transfer name
        <input value={name} onChange={(event) => setName(event.target.value)} aria-invalid={wrong !== ""} />
      </label>
      <output>{wrong || (report ? `${report.length} of ${report.limit} ${report.unit}` : "…")}</output>
      <button disabled={!ready || wrong !== ""}>Create transfer</button>
      <p role="status">{said}</p>
    </form>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <TransferForm volume={VOLUME} projectId="dd14c6ac581f40059e27f5320b60bf2f" token="demo-token-a" />
  </StrictMode>,
);

// A console's own form. The comments mark what the package adds.
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
// The package.
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
  const [message, setMessage] = useState("");
  useEffect(() => {
    // The package.
    init().then(() => setReady(true));
  }, []);
  // The package.
  const report = ready ? validateTransferName(name) : null;
  const error = report ? explain(report, messages) : "";

  async function submit(event) {
    event.preventDefault();
    // The package: the request and its outcome.
    const { request, issues } = createTransferRequest({ projectId, volume, name });
    if (!request) return setMessage(explain({ issues }, messages));
    const { path, ...options } = request;
    const headers = { ...options.headers, "X-Auth-Token": token };
    const outcome = await fetch(path, { ...options, headers }).then(
      async (response) =>
        readCreateResponse({
          status: response.status,
          headers: response.headers,
          body: await response.text(),
          volumeId: volume.id,
        }),
      () => readCreateResponse({ lost: "connection" }),
    );
    setMessage(explain(outcome, messages));
  }

  return (
    <form onSubmit={submit}>
      <label>
        Transfer name
        <input value={name} onChange={(event) => setName(event.target.value)} aria-invalid={error !== ""} />
      </label>
      <output>{error || (report ? `${report.length} of ${report.limit} ${report.unit}` : "…")}</output>
      <button disabled={!ready || error !== ""}>Create transfer</button>
      <p role="status">{message}</p>
    </form>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <TransferForm volume={VOLUME} projectId="dd14c6ac581f40059e27f5320b60bf2f" token="demo-token-a" />
  </StrictMode>,
);

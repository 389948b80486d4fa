// The small page in React, with state kept where it is used, as react.dev recommends.

import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { nameProblem, readVolumes } from "../messages.js";

function NameField() {
  const [name, setName] = useState("");
  const problem = nameProblem(name);
  return (
    <form>
      <div className="field">
        <label htmlFor="name">Transfer name</label>
        <input
          id="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          aria-invalid={problem !== ""}
          aria-describedby="name-error"
        />
        <p className="error" id="name-error">{problem}</p>
      </div>
    </form>
  );
}

function Volumes() {
  const [volumes, setVolumes] = useState([]);
  useEffect(() => {
    const controller = new AbortController();
    fetch("/volumes.json", { signal: controller.signal })
      .then((response) => response.json())
      .then((body) => setVolumes(readVolumes(body)))
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
    return () => controller.abort();
  }, []);
  return (
    <table>
      <thead>
        <tr><th>Name</th><th>ID</th><th>Size</th><th>Status</th><th>Eligibility</th></tr>
      </thead>
      <tbody>
        {volumes.map(({ id, name, size, status, reasons }) => (
          <tr key={id}>
            <td>{name}</td>
            <td><code>{id}</code></td>
            <td>{size} GiB</td>
            <td>{status}</td>
            <td>
              {reasons.length === 0
                ? "Can be transferred"
                : <ul>{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <main>
      <h1>Volume transfer</h1>
      <section><h2>Volumes</h2><Volumes /></section>
      <section><h2>Create volume transfer</h2><NameField /></section>
    </main>
  </StrictMode>,
);

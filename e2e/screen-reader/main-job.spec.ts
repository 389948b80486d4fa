// The main job with the screen reader Orca in Firefox, done without seeing the page.
//
// `UPDATE_TRANSCRIPT=1` writes what Orca spoke to docs/screen-reader.md.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { DATA_01, Server } from "../tests/server.ts";
import { Orca } from "./orca.ts";

const DOCUMENT = new URL("../../docs/screen-reader.md", import.meta.url);
const BEGIN = "<!-- Written by the test. -->\n";

test("hands a volume over by ear", async () => {
  test.setTimeout(300_000);
  const orca = await Orca.start();
  test.skip(!orca, "Orca can't be started here");
  if (!orca) return;
  const server = await Server.start();
  try {
    await orca.open(server.url, "Volume transfer document web.", "Sign in", "Connect");
    await orca.press("b", "Use demo project A push button.");
    await orca.press("Return", "Volumes heading level 2.");

    await orca.press("Tab", "Filter by name or ID entry.");
    await orca.type("worst-case");
    await orca.press("Tab", "Eligibility combo box.");
    await orca.press("Tab", "Refresh push button.");
    await orca.press("x", "Select all eligible check box");
    await orca.press("x", "worst-case check box not checked.", "Not eligible", "It is encrypted.");

    await orca.press("shift+e", "Filter by name or ID entry");
    // Depending on the timing, Orca turns on focus mode by itself.
    if (orca.mode() !== "Focus mode") await orca.press("Insert+a", "Focus mode");
    await orca.press("ctrl+a");
    await orca.type("data-01");
    await orca.press("Tab", "Eligibility combo box.");
    await orca.press("Tab", "Refresh push button.");
    await orca.press("x", "Select all eligible check box");
    await orca.press("x", "data-01 check box not checked.", "Eligible.");
    await orca.press("space", "checked");
    await orca.press("h", "Create volume transfer heading level 2.");
    await orca.press("Tab", "Show all collapsed push button.");
    await orca.press("Tab", "Transfer name entry.", "Optional.");
    await orca.type("first volume");
    // “Creating transfer…” is announced only if the response takes long enough.
    await orca.press("Return");
    await expect.poll(() => server.transfers()).toMatchObject([{ volume_id: DATA_01, name: "first volume" }]);

    // Orca names the dialog only when the focus moves inside it: see docs/screen-reader.md.
    await orca.press("Tab", "Transfer created dialog", "Details collapsed push button.");
    await orca.press("Tab", "Show key toggle button not pressed.");
    await orca.press("Tab", "Copy key push button.");
    await orca.press("Tab", "Passphrase (optional) password text.");
    await orca.press("Tab", "Show passphrase toggle button not pressed.");
    await orca.press("Tab", "Download credentials push button.");
    await orca.press("Tab", "I have saved the key push button.");
    await orca.press("Return", "Volumes heading level 2.");
  } catch (error) {
    console.log(orca.transcript.map(({ action, speech }) => `${action}: ${speech.join(" / ")}`).join("\n"));
    throw error;
  } finally {
    await orca.stop();
    await server.kill();
  }

  if (process.env.UPDATE_TRANSCRIPT) {
    const [head] = readFileSync(DOCUMENT, "utf8").split(BEGIN);
    const rows = orca.transcript.map(({ action, speech }) => `| ${action} | ${speech.join(" / ")} |`);
    writeFileSync(DOCUMENT, `${head}${BEGIN}\n| Action | Orca says |\n| --- | --- |\n${rows.join("\n")}\n`);
  }
});

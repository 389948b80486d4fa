// A page that embeds the transfer form as the package's README does.

import type { Change } from "../proxy.ts";
import { PROJECT_A } from "../tests/server.ts";
import { KEY } from "../traces.ts";
import { project, readme } from "./host.ts";

/** Styles that other pages might apply to every element. */
export const HOSTILE = `
  * { all: unset; }
  *, *::before, *::after { box-sizing: content-box; }
  html { direction: rtl; font-size: 5px; letter-spacing: 1em; text-transform: uppercase; visibility: visible; }
  dialog, button, input { display: none !important; }
`;

/** Drops the responses to create requests. */
export const loseCreated: Change = (request, body) => (request.method === "POST" ? null : body);

/** Replaces the key in the responses to create requests. */
export const insertKey: Change = (_, body) => body.toString().replace(/(?<="auth_key":\s*")[^"]+/, KEY);

/**
 * Creates the page's folder. The page has a token, its endpoint is its own server, and it collects the names and details of the
 * form's events in `window.events`.
 */
export function formPage(styles = ""): string {
  const [html, script] = readme("The transfer form");
  return project({
    "index.html": html!.replace("https://evs.cn-east-3.myhuaweicloud.com", "."),
    "main.js": `
      sessionStorage.setItem("token", ${JSON.stringify(PROJECT_A.token)});
      window.events = [];
      for (const name of ["transfer-created", "transfer-failed", "handover-closed"]) {
        document.addEventListener(name, ({ type, detail }) => window.events.push([type, detail]));
      }
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(${JSON.stringify(styles)});
      document.adoptedStyleSheets = [sheet];
      ${script!}`,
  });
}

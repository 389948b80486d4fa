// Records what the page exposes to assistive technology: the accessibility tree and the
// announcements of live regions.

import type { CDPSession, Page } from "@playwright/test";
import { diffArrays } from "diff";

/** Roles whose elements only repeat the text of their parent, or group others. */
const SILENT = new Set(["none", "generic", "InlineTextBox", "LabelText", "LineBreak", "MenuListPopup"]);
/** The properties that a screen reader speaks. */
const SPOKEN = ["disabled", "invalid", "required", "expanded", "checked", "selected", "pressed", "focused", "modal", "atomic"];

interface Value {
  value?: unknown;
}

interface AXNode {
  nodeId: string;
  ignored: boolean;
  childIds?: string[];
  role?: Value;
  name?: Value;
  description?: Value;
  value?: Value;
  properties?: { name: string; value: Value }[];
}

/** Replaces what differs between runs. */
function normalize(text: string): string {
  return text
    .replace(/\breq-[0-9a-f-]{36}/g, "REQUEST")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "ID")
    .replace(/\b[0-9a-f]{16}\b/g, "KEY")
    .replace(/127\.0\.0\.1:\d+/g, "SERVER")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z| UTC)?/g, "TIME")
    .replace(/\d+\/\d+\/\d{4}, [\d:]+\s[AP]M/g, "TIME");
}

function line(node: AXNode): string {
  const states = (node.properties ?? [])
    .filter(({ name, value }) => SPOKEN.includes(name) && value.value !== false && value.value !== "false")
    .map(({ name, value }) => (value.value === true || value.value === "true" ? name : `${name}=${value.value}`));
  const parts = [
    node.role?.value,
    node.name?.value && JSON.stringify(node.name.value),
    node.value?.value && `= ${JSON.stringify(node.value.value)}`,
    node.description?.value && `(${node.description.value})`,
    ...states.map((state) => `[${state}]`),
  ];
  return normalize(parts.filter(Boolean).join(" "));
}

/** Returns the lines of the accessibility tree, as Chromium computes it. */
async function lines(session: CDPSession): Promise<string[]> {
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as { nodes: AXNode[] };
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const visit = (node: AXNode, depth: number, parent: string): string[] => {
    const role = String(node.role?.value);
    const name = String(node.name?.value ?? "");
    // The text in a button or a heading only repeats its name.
    const shown = !node.ignored && !SILENT.has(role) && !(role === "StaticText" && parent.includes(name.trim()));
    const children = (node.childIds ?? []).flatMap((id) => {
      const child = byId.get(id);
      return child ? [visit(child, shown ? depth + 1 : depth, shown ? name : parent)] : [];
    });
    // Two transfers are created at a time, and either can come first.
    if (role === "rowgroup") children.sort((a, b) => (a.join() < b.join() ? -1 : 1));
    return [...(shown ? ["  ".repeat(depth) + line(node)] : []), ...children.flat()];
  };
  return nodes[0] ? visit(nodes[0], 0, "") : [];
}

/** Records how the accessibility tree changes from state to state, and what is announced meanwhile. */
export class Trees {
  private readonly announced: string[] = [];
  /** The last tree with a modal dialog, which hides the rest of the page, and the last one without one. */
  private readonly previous = { modal: [] as string[], page: [] as string[] };
  private text = "";
  /** The number of requests in progress, and when it last changed. */
  private requests = { open: 0, since: Date.now() };

  private constructor(
    page: Page,
    private readonly session: CDPSession,
  ) {
    const change = (by: number) => () => (this.requests = { open: this.requests.open + by, since: Date.now() });
    page.on("request", change(1)).on("requestfinished", change(-1)).on("requestfailed", change(-1));
  }

  /** Starts recording. Ignores announcements that match `background`: they can come at any time. */
  static async watch(page: Page, background: RegExp): Promise<Trees> {
    const trees = new Trees(page, await page.context().newCDPSession(page));
    await page.exposeFunction("announce", (text: string) => {
      if (!background.test(text)) trees.announced.push(normalize(text));
    });
    await page.evaluate(() => {
      const LIVE = "[aria-live], [role=status], [role=alert]";
      const announce = (window as unknown as { announce(text: string): void }).announce;
      const spoken = (node: Node): string => {
        if (node instanceof Text) return node.data;
        if (!(node instanceof Element) || node.ariaHidden === "true" || !node.checkVisibility()) return "";
        return [...node.childNodes].map(spoken).join(" ").replace(/\s+/g, " ").trim();
      };
      const last = new WeakMap<Element, string>();
      new MutationObserver(() => {
        for (const region of document.querySelectorAll(LIVE)) {
          // A modal dialog hides the rest of the page.
          const modal = document.querySelector("dialog:modal");
          const text = !modal || modal.contains(region) ? spoken(region) : "";
          if (text && text !== last.get(region)) announce(text);
          last.set(region, text);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    return trees;
  }

  /** Adds a state: the lines that are new since the previous state, and those that are gone. */
  async add(state: string): Promise<void> {
    await this.settle();
    const current = await lines(this.session);
    const heard = this.announced.map((text) => `! ${text}`);
    const part = current.some((line) => line.endsWith("[modal]")) ? "modal" : "page";
    const changes = diffArrays(this.previous[part], current).flatMap(({ added, removed, value }) =>
      added || removed ? value.map((line) => `${added ? "+" : "-"} ${line}`) : [],
    );
    this.text += [`# ${state}`, ...heard, ...changes, "", ""].join("\n");
    this.announced.length = 0;
    this.previous[part] = current;
  }

  /**
   * Waits until background requests have finished. Gives up after two seconds, because a test may be
   * holding a request back.
   */
  private async settle(): Promise<void> {
    for (const start = Date.now(); Date.now() < start + 2000; ) {
      if (this.requests.open === 0 && Date.now() > this.requests.since + 400) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  toString(): string {
    return this.text;
  }
}

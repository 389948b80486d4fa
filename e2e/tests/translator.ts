// Imitates the browser's translation of a page, which replaces text nodes with elements.

import type { Page } from "@playwright/test";

/**
 * Replaces every text node of the page with a copy in a `<font>`, as Chrome's translation does, so
 * that the page's own text nodes are no longer in the document. The words stay the same, so that
 * tests can tell stale text from current text. Ignores `translate="no"`, as some translators do.
 */
export async function translate(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const replace = (text: Node) => {
      const parent = text.parentElement;
      if (!text.nodeValue?.trim() || !parent || parent.closest("font, script, style, option, textarea")) return;
      const outer = document.createElement("font");
      const inner = document.createElement("font");
      inner.textContent = text.nodeValue;
      outer.append(inner);
      text.parentNode!.replaceChild(outer, text);
    };
    const replaceAll = (root: Node) => {
      if (root.nodeType === Node.TEXT_NODE) return replace(root);
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts: Node[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      texts.forEach(replace);
    };
    document.addEventListener("DOMContentLoaded", () => {
      replaceAll(document.body);
      new MutationObserver((changes) => {
        for (const { type, target, addedNodes } of changes) {
          if (type === "characterData" && target.isConnected) replace(target);
          addedNodes.forEach((node) => node.isConnected && replaceAll(node));
        }
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  });
}

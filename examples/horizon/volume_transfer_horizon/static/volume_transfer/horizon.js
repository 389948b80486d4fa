// Adds the rules for volume transfers to Horizon's Volumes panel: says why a volume can't be transferred,
// and validates the transfer's name as it is typed. Horizon bundles this file with its other scripts.

(() => {
  const FORM = 'form[action$="/create_transfer/"]';
  const ROW = "#volumes tbody tr[data-object-id]";
  const SERVICE = "cinder";
  /** Makes the field look like Bootstrap's. */
  const STYLE = `
    volume-transfer-name { width: 100%; }
    volume-transfer-name::part(input) { padding: 6px 12px; border: 1px solid #767676; border-radius: 4px; }
    volume-transfer-name::part(error) { color: #a94442; }
  `;

  let loading;

  /** Loads the package, once. */
  const load = () =>
    (loading ??= (async () => {
      const folder = `${window.STATIC_URL}volume_transfer/package/`;
      const language = /^zh/i.test(document.documentElement.lang) ? "zh-CN" : "en";
      const [rules, element, texts] = await Promise.all(
        ["index.js", "element.js", `messages/${language}.js`].map((file) => import(folder + file)),
      );
      const messages = texts.default;
      await Promise.all([rules.init(), element.defineTransferName({ messages })]);
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      document.adoptedStyleSheets.push(style);
      return { rules, messages };
    })());

  /**
   * Returns why a volume can't be transferred, or an empty string. Reads the records from Horizon's own
   * API one by one, because listing them fails while a transfer is pending.
   */
  async function reasonFor(id, { rules, messages }) {
    const url = `${window.WEBROOT}api/cinder/volumes/${id}/`;
    const response = await fetch(url, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    // This also fails for a volume with a pending transfer, for which Horizon offers "Cancel Transfer".
    if (!response.ok) return "";
    const report = rules.checkEligibility(await response.json(), { service: SERVICE });
    return report.eligibility === "ineligible" ? rules.explain(report, messages) : "";
  }

  /** Adds a paragraph with the reason, if there is one. Returns whether there is one. */
  function addReason(parent, text) {
    if (!text) return false;
    const paragraph = document.createElement("p");
    paragraph.className = "volume-transfer-reason help-block";
    paragraph.textContent = text;
    parent.append(paragraph);
    return true;
  }

  /** Shows the reason below the actions of a volume. */
  async function completeRow(row, tools) {
    addReason(row.lastElementChild, await reasonFor(row.dataset.objectId, tools));
  }

  /** Replaces the name field, and prevents requests that the service would reject. */
  async function completeForm(form, tools) {
    const [, id] = /([^/]+)\/create_transfer\/$/.exec(form.getAttribute("action"));
    const input = form.querySelector('input[name="name"]');
    const field = document.createElement("volume-transfer-name");
    field.id = input.id;
    field.setAttribute("service", SERVICE);
    // Horizon requires a name, although Cinder doesn't.
    field.setAttribute("required", "");
    field.value = input.value;
    // Horizon sends the form with jQuery, which skips custom elements, so the input stays but is hidden.
    const copy = () => (input.value = field.report.value ?? field.value);
    field.addEventListener("input", copy);
    input.removeAttribute("id");
    input.type = "hidden";
    input.after(field);
    const reason = await reasonFor(id, tools);
    form.querySelector('[type="submit"]').disabled = addReason(form.querySelector("fieldset") ?? form, reason);
  }

  /** Extends the rows and forms that Horizon has added since the last call. */
  async function complete() {
    const found = [...document.querySelectorAll(`${ROW}, ${FORM}`)].filter((element) => !("volumeTransfer" in element.dataset));
    for (const element of found) element.dataset.volumeTransfer = "";
    if (!found.length) return;
    const tools = await load();
    await Promise.all(found.map((element) => (element.matches(ROW) ? completeRow : completeForm)(element, tools)));
  }

  // Horizon loads forms into dialogs, and replaces rows while a volume's status changes.
  const watch = () => {
    const run = () => void complete().catch((error) => console.error("volume-transfer:", error));
    new MutationObserver(run).observe(document.body, { childList: true, subtree: true });
    run();
  };
  if (document.body) watch();
  else document.addEventListener("DOMContentLoaded", watch);
})();

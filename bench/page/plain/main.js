// The small page without a library, as a lower bound for the others.

import { nameProblem, readVolumes } from "../messages.js";

function element(tag, content = "", attributes = {}) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...[content].flat());
  return node;
}

const error = element("p", " ", { id: "name-error", className: "error" });
const name = element("input", "", { id: "name" });
name.addEventListener("input", () => {
  const problem = nameProblem(name.value);
  error.firstChild.data = problem;
  name.setAttribute("aria-invalid", problem !== "");
});
name.setAttribute("aria-describedby", "name-error");

const rows = element("tbody");
const heads = ["Name", "ID", "Size", "Status", "Eligibility"].map((head) => element("th", head));
document.getElementById("root").replaceWith(
  element("main", [
    element("h1", "Volume transfer"),
    element("section", [element("h2", "Volumes"), element("table", [element("thead", element("tr", heads)), rows])]),
    element("section", [
      element("h2", "Create volume transfer"),
      element("form", element("div", [element("label", "Transfer name", { htmlFor: "name" }), name, error], { className: "field" })),
    ]),
  ]),
);

const body = await (await fetch("/volumes.json")).json();
for (const { id, name, size, status, reasons } of readVolumes(body)) {
  const eligibility = reasons.length ? element("ul", reasons.map((reason) => element("li", reason))) : "Can be transferred";
  rows.append(element("tr", [name, element("code", id), `${size} GiB`, status, eligibility].map((cell) => element("td", cell))));
}

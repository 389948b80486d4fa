// Runs the form recipes in the package's README with the real libraries.

import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { build, type Plugin } from "esbuild";
import { createTransfer, init, transferName, type CreateRequest, type Schema } from "volume-transfer/form";
import { APPLICATION, POLICY, svelte, vue } from "../element/hosts.ts";
import { installed, project, readme, serve } from "../host.ts";

const HEADING = "In a form library";
const messages: Record<string, string> = JSON.parse(readFileSync(join(installed, "messages", "en.json"), "utf8"));
const PROJECT = "dd14c6ac581f40059e27f5320b60bf2f";
const VOLUME = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

interface Library {
  /** The recipe's file, and the script that mounts it. */
  file: string;
  main: string;
  plugins?: Plugin[];
}

const REACT = `
  import { createRoot } from "react-dom/client";
  import { TransferForm } from "./form.jsx";
  createRoot(document.querySelector("main")).render(<TransferForm onCreate={created} />);
`;

/** The libraries, in the order of the recipes. */
const LIBRARIES: Record<string, Library> = {
  "React Hook Form": { file: "form.jsx", main: REACT },
  "TanStack Form": { file: "form.jsx", main: REACT },
  "Ant Design": { file: "form.jsx", main: REACT },
  "vee-validate": {
    file: "form.vue",
    plugins: [vue],
    main: `
      import { createApp } from "vue";
      import TransferForm from "./form.vue";
      createApp(TransferForm, { onCreate: created }).mount("main");
    `,
  },
  Angular: {
    file: "form.ts",
    main: `
      import "@angular/compiler";
      import { provideZonelessChangeDetection } from "@angular/core";
      import { bootstrapApplication } from "@angular/platform-browser";
      import { TransferForm } from "./form.ts";
      document.querySelector("main").append(document.createElement("transfer-form"));
      const app = await bootstrapApplication(TransferForm, { providers: [provideZonelessChangeDetection()] });
      app.components[0].instance.create.subscribe(created);
    `,
  },
  Svelte: {
    file: "form.svelte",
    plugins: [svelte],
    main: `
      import { mount } from "svelte";
      import TransferForm from "./form.svelte";
      mount(TransferForm, { target: document.querySelector("main"), props: { onCreate: created } });
    `,
  },
};

const PAGE = '<!doctype html><meta charset="utf-8" /><title>A form</title><main></main><output></output><script type="module" src="main.js"></script>';

const [schemas, ...recipes] = readme(HEADING);

test("has a recipe for each library", () => {
  expect(recipes).toHaveLength(Object.keys(LIBRARIES).length);
});

for (const [n, [name, { file, main, plugins }]] of Object.entries(LIBRARIES).entries()) {
  test(`the recipe for ${name} validates the name and creates the request`, async ({ page }) => {
    const root = project({
      "index.html": PAGE,
      "schemas.js": schemas!,
      [file]: recipes[n]!,
      "entry.jsx": `function created(request) { document.querySelector("output").textContent = JSON.stringify(request); }\n${main}`,
      "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true, "useDefineForClassFields": false } }',
    });
    await build({
      entryPoints: [join(root, "entry.jsx")],
      outfile: join(root, "main.js"),
      ...APPLICATION,
      nodePaths: [new URL("../../node_modules", import.meta.url).pathname],
      ...(plugins && { plugins }),
    });
    copyFileSync(join(installed, "form.wasm"), join(root, "form.wasm"));
    const site = await serve(root, POLICY);
    await page.goto(site.url);

    const field = page.getByRole("textbox", { name: "Transfer name" });
    const submit = page.getByRole("button", { name: "Create transfer" });
    const error = page.getByText("this name has 256");
    // Types the names, because in Firefox, React misses a value that is set directly.
    await field.pressSequentially("a".repeat(256));
    await submit.click();
    await expect(error).toBeVisible();
    await expect(page.locator("output")).toBeEmpty();

    await field.press("ControlOrMeta+a");
    await field.pressSequentially("  first volume ");
    await expect(error).toBeHidden();
    await submit.click();
    await expect(page.locator("output")).not.toBeEmpty();
    const request = JSON.parse(await page.locator("output").innerText()) as CreateRequest;
    expect(request.path).toBe(`/v2/${PROJECT}/os-volume-transfer`);
    expect(JSON.parse(request.body)).toEqual({ transfer: { volume_id: VOLUME, name: "first volume" } });
    await site.close();
  });
}

// These lines are checked by the compiler.
const asStandard: StandardSchemaV1<string | null | undefined, string | null> = transferName({ service: "cinder" });
const request = createTransfer({ projectId: PROJECT });
const input: StandardSchemaV1.InferInput<typeof request> = { volumeId: VOLUME };
const output: CreateRequest | undefined = undefined as StandardSchemaV1.InferOutput<typeof request> | undefined;
// @ts-expect-error The project is already known.
const twice: StandardSchemaV1.InferInput<typeof request> = { volumeId: VOLUME, projectId: PROJECT };
void [asStandard, output, twice];

const validate = <Input, Output>(schema: Schema<Input, Output>, value: unknown) => schema["~standard"].validate(value);

test("a schema loads the module if it hasn't been loaded", async () => {
  const early = validate(transferName(), " a ");
  expect(early).toBeInstanceOf(Promise);
  expect(await early).toEqual({ value: "a" });
  await init();
  expect(validate(transferName(), " a ")).toEqual({ value: "a" });
});

test("a schema reports issues with their text, field, code and params", async () => {
  await init();
  expect(validate(transferName({ messages }), null)).toEqual({ value: null });
  expect(validate(transferName({ service: "cinder" }), "a".repeat(256))).toEqual({
    issues: [{ message: "name.too_long", path: undefined, code: "too_long", params: { length: 256, limit: 255, unit: "characters" } }],
  });
  expect(validate(transferName({ messages: () => ({ "name.blank": "Type a name." }) }), "  ")).toEqual({
    issues: [{ message: "Type a name.", path: undefined, code: "blank", params: expect.anything() }],
  });
  expect(validate(request, { ...input, name: "a\0" })).toEqual({
    issues: [{ message: "name.nul", path: ["name"], code: "nul", params: { position: 1 } }],
  });
  // The form has no field for the project.
  expect(validate(createTransfer({ projectId: "" }), { volumeId: "x", other: 1 })).toEqual({
    issues: [
      { message: "projectId.empty", path: undefined, code: "empty", params: {} },
      { message: "volumeId.malformed", path: ["volumeId"], code: "malformed", params: {} },
    ],
  });
  for (const nothing of [undefined, null, 1, "text"]) {
    expect(validate(createTransfer(), nothing)).toMatchObject({ issues: [{ path: ["projectId"] }, { path: ["volumeId"] }] });
  }
});

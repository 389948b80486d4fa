// Shared by the tests that use real services: their addresses, requests to Cinder without the page, and
// the steps of handing a volume over.

import { type Page, expect } from "@playwright/test";
import { App } from "../tests/console.ts";
import type { PROJECT_A, Server } from "../tests/server.ts";

type Project = typeof PROJECT_A;

/** Returns an environment variable, which must be set. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** Signs a user in to Keystone, and returns a project with a token. `seeded` contains Keystone's IDs. */
export function signedIn(seeded: Record<string, string>, name: string, project: string): Promise<Project> {
  return signInTo({ id: seeded[name], password: `demo-${name}` }, { id: seeded[project] });
}

/** Signs the administrator in to Keystone. */
export function administrator(): Promise<Project> {
  const domain = { id: "default" };
  return signInTo({ name: "admin", domain, password: "admin-secret" }, { name: "admin", domain });
}

async function signInTo(user: object, project: object): Promise<Project> {
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { project } };
  const response = await fetch(`${variable("KEYSTONE_URL")}/v3/auth/tokens`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const { token } = await response.json();
  return { id: token.project.id, token: response.headers.get("x-subject-token")! };
}

/** Sends a request to Cinder. */
export function send(project: Project, method: string, path: string, body?: object): Promise<Response> {
  return sendTo(`${variable("CINDER_URL")}/v3/${project.id}/${path}`, project, method, body);
}

/** Sends a request to any service, with the project's token. */
export async function sendTo(url: string, project: Project, method: string, body?: object): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { "X-Auth-Token": project.token, "Content-Type": "application/json" },
    body: body ? JSON.stringify(body) : null,
  });
  expect(response.ok, `${method} ${url}: ${response.status}`).toBe(true);
  return response;
}

/** Creates a volume, and returns its ID. */
export async function createVolume(project: Project, name: string): Promise<string> {
  const created = await send(project, "POST", "volumes", { volume: { name, size: 1 } });
  expect(created.status).toBe(202);
  const { volume } = await created.json();
  const status = async () => (await (await send(project, "GET", `volumes/${volume.id}`)).json()).volume.status;
  await expect.poll(status).toBe("available");
  return volume.id;
}

/** Opens the page. */
export async function openPage(page: Page): Promise<App> {
  // Only the URL is used, because another process runs this server.
  const app = new App(page, { url: variable("CONSOLE_URL") } as unknown as Server);
  await app.open();
  return app;
}

/** Accepts the only transfer in a credentials file, and checks that its key is `key`. */
export async function acceptFile(app: App, file: string, key: string, volume: string): Promise<void> {
  await app.show("accept.title");
  await app.page.getByLabel(app.text("accept.file")).setInputFiles(file);
  await expect(app.textbox("handover.key")).toHaveValue(key);
  await app.button("accept.submit").click();
  await expect(app.page.getByText(app.text("accept.done", { volume }))).toBeVisible();
  await app.show("volumes.title");
  await expect(app.checkbox(volume)).toBeVisible();
}

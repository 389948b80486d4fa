// Signs in as users do: with a password, a second factor or an application credential, and again
// when the token expires.

import { randomUUID } from "node:crypto";
import type { Page, Route } from "@playwright/test";
import { type App, LANGUAGES, test, expect } from "./console.ts";
import { deliver } from "./routes.ts";
import { PROJECT_A } from "./server.ts";

const TOKENS = "**/identity/v3/auth/tokens*";
const CREDENTIAL = { id: "e7d0b25c41f84ac3a9f6831d5b7c9e24", name: "console", secret: "demo-secret" };

/** Returns the text that describes the focused field: its error and its hint. */
const description = (page: Page) =>
  page.evaluate(() =>
    (document.activeElement?.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent).join(" "),
  );

/** Opens the connection menu. */
async function openMenu(app: App): Promise<void> {
  await app.closePanel();
  await app.button("connect.menu").click();
}

/** Fills in an application credential, and presses the button. */
async function useCredential(app: App, credential: string, secret: string): Promise<void> {
  await app.signInWith("application");
  await app.textbox("signin.credential").fill(credential);
  await app.page.getByLabel(app.text("signin.secret"), { exact: true }).fill(secret);
  await app.button("connect.submit").click();
}

for (const language of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test("signs in with a password and chooses a project with the keyboard only", async ({ app, page }) => {
      await expect(app.textbox("signin.user")).toBeVisible();
      await app.tabTo(app.text("signin.user"));
      await page.keyboard.type("alice");
      await app.tabTo(app.text("signin.domain"));
      await page.keyboard.type("account-a");
      await page.keyboard.press("Tab");
      await expect(app.password).toBeFocused();
      await page.keyboard.type("demo-alice");
      await page.keyboard.press("Enter");
      const project = app.combobox("signin.project");
      await expect(project).toBeFocused();
      await expect(project.locator("option:checked")).toHaveText("project-a");
      await expect(app.combobox("signin.region")).toBeHidden();
      await app.tabTo(app.text("connect.submit"));
      await page.keyboard.press("Enter");
      await expect(app.checkbox("data-01")).toBeVisible();
      await expect(app.button("connect.menu")).toContainText("project-a");
      await app.button("connect.menu").focus();
      await page.keyboard.press("Enter");
      await expect(page.getByText("alice", { exact: true })).toBeVisible();
      await expect(page.getByText(app.text("signin.hours", { hours: 24, count: 0 }))).toBeVisible();
      expect(await page.locator("html").innerHTML()).not.toContain("demo-alice");
    });

    test("asks for the passcode only when it is required", async ({ app, page }) => {
      const passcode = app.textbox("signin.passcode");
      await expect(passcode).toBeHidden();
      await app.signInAs("dave", "account-a");
      await expect(passcode).toBeFocused();
      for (const wrong of ["000000", "111111"]) {
        await passcode.fill(wrong);
        await page.keyboard.press("Enter");
        await expect(passcode).toHaveAttribute("aria-invalid", "true");
        await expect(passcode).toBeFocused();
        expect(await description(page)).toContain(app.text("rejection.passcode"));
        await expect(app.password).toHaveValue("demo-dave");
      }
      await passcode.fill("123 456");
      await page.keyboard.press("Enter");
      await expect(app.table).toBeVisible();
      // The password was sent only once: later requests contain the receipt instead.
      expect(app.posts.filter(({ body }) => body?.includes("demo-dave"))).toHaveLength(1);
    });
  });
}

test("sends an added passcode together with the password", async ({ app }) => {
  await app.textbox("signin.user").fill("dave");
  await app.textbox("signin.domain").fill("account-a");
  await app.password.fill("demo-dave");
  await app.button("signin.passcode.add").click();
  await app.page.keyboard.type("123456");
  await app.button("connect.submit").click();
  await expect(app.table).toBeVisible();
  expect(app.posts.filter(({ body }) => body?.includes('"password"')).map(({ body }) => JSON.parse(body!).auth.identity.methods)).toEqual([["password", "totp"]]);
});

test("sends the password again if the receipt has expired", async ({ app, page }) => {
  await app.signInAs("dave", "account-a");
  await expect(app.textbox("signin.passcode")).toBeFocused();
  await page.route(TOKENS, (route) =>
    route.request().headers()["openstack-auth-receipt"]
      ? route.fulfill({ status: 404, json: { error: { code: 404, message: "Could not find receipt: x.", title: "Not Found" } } })
      : route.continue(),
  );
  await app.textbox("signin.passcode").fill("123456");
  await app.button("connect.submit").click();
  await expect(app.table).toBeVisible();
});

test("signs in as a demo user with one press", async ({ app }) => {
  await app.button("signin.demo", { label: "bob" }).click();
  await expect(app.signIn).toBeHidden();
  await expect(app.button("connect.menu")).toContainText("project-b");
});

test("shows disabled projects, which can't be chosen", async ({ app }) => {
  await app.signInAs("carol", "account-a");
  const disabled = app.combobox("signin.project").getByRole("option", { name: app.text("signin.project.disabled", { project: "project-a-closed" }) });
  await expect(disabled).toBeDisabled();
  await app.button("connect.submit").click();
  await expect(app.table).toBeVisible();
});

test("signs in with an application credential by ID and by name", async ({ app, page }) => {
  await useCredential(app, CREDENTIAL.id, CREDENTIAL.secret);
  await expect(app.table).toBeVisible();
  await openMenu(app);
  await app.button("signin.out").click();
  await expect(app.signIn).toBeVisible();
  await app.textbox("signin.user").fill("alice");
  await app.textbox("signin.domain").fill("account-a");
  await useCredential(app, CREDENTIAL.name, CREDENTIAL.secret);
  await expect(app.table).toBeVisible();
  await openMenu(app);
  await app.button("signin.out").click();
  await useCredential(app, CREDENTIAL.id, "wrong");
  await expect(page.locator("#secret-error")).toHaveText(app.text("rejection.application_secret"));
  await useCredential(app, "unknown", CREDENTIAL.secret);
  await expect(page.locator("#credential-error")).toHaveText(app.text("rejection.application_credential"));
});

test("marks the invalid field, and sends nothing if a field is empty", async ({ app, page }) => {
  await app.signInAs("", "", "");
  await expect(app.textbox("signin.user")).toBeFocused();
  expect(await description(page)).toContain(app.text("signin.user.empty"));
  await expect(page.locator("#domain-error")).toHaveText(app.text("signin.domain.empty"));
  await expect(page.locator("#password-error")).toHaveText(app.text("signin.password.empty"));
  await useCredential(app, "", "");
  await expect(page.locator("#credential-error")).toHaveText(app.text("signin.credential.empty"));
  await expect(page.locator("#user-error")).toHaveText("");
  expect(app.posts).toEqual([]);
  await app.signInAs("alice", "account-a", "wrong");
  await expect(app.password).toBeFocused();
  await expect(page.locator("#password-error")).toHaveText(app.text("rejection.credentials"));
  await expect(app.password).toHaveValue("wrong");
  await expect(app.alert).toContainText("401");
});

test.describe("failures of the identity service", () => {
  const html = (status: number) => (route: Route) => route.fulfill({ status, contentType: "text/html", body: "<h1>Proxy</h1>" });
  const failures: Record<string, (route: Route) => Promise<void>> = {
    "is down": (route) => route.abort(),
    "returns HTML": html(200),
    "returns an error page": html(503),
    "redirects": (route) => route.fulfill({ status: 302, headers: { Location: "/elsewhere" } }),
  };
  for (const [name, respond] of Object.entries(failures)) {
    test(`says which service ${name}`, async ({ app, page }) => {
      await page.route(TOKENS, respond);
      await app.signInAs("bob", "account-b");
      await expect(app.alert).toContainText(app.text("signin.failed"));
      await page.unroute(TOKENS);
      await page.route("**/*volumes/detail*", respond);
      await app.button("connect.submit").click();
      await expect(app.alert).toContainText(app.text("connect.service.failed"));
      await expect(app.alert).not.toContainText(app.text("signin.failed"));
    });
  }

  test("stops waiting for a slow service", async ({ app, page }) => {
    await page.route(TOKENS, () => {});
    await app.signInAs("bob", "account-b");
    await app.button("progress.stop").click();
    await page.unroute(TOKENS);
    await app.button("connect.submit").click();
    await expect(app.table).toBeVisible();
  });
});

/** Changes the tokens that the identity service returns. */
async function changeTokens(page: Page, change: (token: any) => void): Promise<void> {
  await page.route(TOKENS, async (route) => {
    const response = await deliver(route);
    const body = await response.json();
    change(body.token);
    await route.fulfill({ response, json: body });
  });
}

test("never connects with a token for another project", async ({ app, page }) => {
  await app.signInAs("alice", "account-a");
  await expect(app.combobox("signin.project")).toBeFocused();
  await app.combobox("signin.project").selectOption({ label: "project-a-test" });
  await changeTokens(page, (token) => Object.assign(token.project, { id: PROJECT_A.id, name: "project-a" }));
  await app.button("connect.submit").click();
  await expect(app.alert).toContainText(app.text("rejection.other_project", { project: "project-a" }));
  await expect(app.table).toBeHidden();
});

test("says that a project has no block storage", async ({ app, page }) => {
  await changeTokens(page, (token) => {
    if (token.catalog) token.catalog = [{ type: "compute", name: "nova", endpoints: [] }];
  });
  await app.signInAs("bob", "account-b");
  await expect(app.alert).toContainText(app.text("signin.storage.none"));
  await page.unroute(TOKENS);
});

test("offers the server's regions, and says which ones have block storage", async ({ app, page }) => {
  await page.route("**/console.json", async (route) => {
    const config = await (await deliver(route)).json();
    await route.fulfill({ json: { ...config, regions: ["eu-west-101", ...config.regions] } });
  });
  await page.reload();
  await app.signInAs("bob", "account-b");
  await expect(app.combobox("signin.region")).toHaveValue("eu-west-101");
  await app.button("connect.submit").click();
  await expect(app.alert).toContainText(app.text("signin.region.none", { regions: "cn-east-3" }));
  await app.combobox("signin.region").selectOption("cn-east-3");
  await app.button("connect.submit").click();
  await expect(app.table).toBeVisible();
  await expect(app.button("connect.menu")).toContainText("project-b · cn-east-3");

  // The page warns about a file from another region.
  await app.show("accept.title");
  const transfer = { transfer_id: randomUUID(), auth_key: "0123456789abcdef", volume_id: randomUUID() };
  const file = { version: 2, service: "evs-v2", region: "eu-west-101", source_project: PROJECT_A.id, transfers: [transfer] };
  await page.getByLabel(app.text("accept.file")).setInputFiles({
    name: "credentials.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await expect(page.getByText(app.text("accept.warning.region"))).toBeVisible();
});

test("changes the project without a password", async ({ app, page }) => {
  await app.signInAsAlice();
  await openMenu(app);
  await app.button("signin.change").click();
  const project = app.combobox("signin.project");
  await expect(project).toBeFocused();
  await expect(project.locator("option:checked")).toHaveText("project-a");
  await project.selectOption({ label: "project-a-test" });
  await app.button("connect.submit").click();
  await expect(app.signIn).toBeHidden();
  await expect(app.button("connect.menu")).toContainText("project-a-test");
  await expect(page.getByText("data-01", { exact: true })).toHaveCount(0);
});

test("revokes the token when signing out", async ({ app, page }) => {
  await app.signInAsAlice();
  const revocation = page.waitForResponse((response) => response.request().method() === "DELETE");
  await openMenu(app);
  await app.button("signin.out").click();
  expect((await revocation).status()).toBe(204);
  await expect(app.signIn).toBeVisible();
  await expect(app.password).toHaveValue("");
});

test.describe("with tokens that expire after a few seconds", () => {
  test.use({ serverOptions: ["--token-lifetime", "12"] });

  for (const language of LANGUAGES) {
    test.describe(`in ${language}`, () => {
      test.use({ language });

      test("renews an expired token and loses nothing that was chosen or typed", async ({ app, page }) => {
        await app.signInAsAlice();
        await expect(page.getByText(app.text("signin.ending", { count: 1 }))).toBeVisible();
        await app.choose("data-01");
        await app.name("first volume");
        await app.create();
        await app.button("handover.download").click();
        await app.button("handover.close").click();
        await app.choose("data-02");
        await app.name("second volume");
        await expect(page.getByText(app.text("signin.ended"))).toBeVisible();
        await app.create();
        await expect(app.region("create.title").getByRole("button", { name: app.text("signin.again") })).toBeVisible();
        await app.tabTo(app.text("signin.again"));
        await page.keyboard.press("Enter");
        await expect(app.password).toBeFocused();
        await expect(app.textbox("signin.user")).toHaveValue("alice");
        await page.keyboard.type("demo-alice");
        await page.keyboard.press("Enter");
        await expect(app.signIn).toBeHidden();
        await expect(page.getByText(app.text("signin.ended"))).toBeHidden();
        await expect(app.checkbox("data-02")).toBeChecked();
        await expect(app.textbox("create.name")).toHaveValue("second volume");
        await app.show("transfers.title");
        await app.cancel("first volume");
        await expect(app.transfers).toHaveCount(0);
      });
    });
  }

  test("keeps the token for the tab if asked to, until it expires", async ({ app, page }) => {
    await page.getByLabel(app.text("connect.keep")).check();
    await app.signInAsAlice();
    await page.reload();
    await expect(app.token).not.toHaveValue("");
    await app.button("connect.submit").click();
    await expect(app.button("connect.menu")).toContainText("project-a");
    await expect(page.getByText(app.text("signin.ended"))).toBeVisible();
    await page.reload();
    await expect(app.textbox("signin.user")).toHaveValue("alice");
    await expect(app.password).toHaveValue("");
    await expect(app.token).toHaveValue("");
  });
});

test.describe("an openrc file", () => {
  const file = (text: string) => ({ name: "project-a-test-openrc.sh", mimeType: "text/plain", buffer: Buffer.from(text) });

  test("fills in the form", async ({ app, page }) => {
    await page.getByLabel(app.text("signin.openrc")).setInputFiles(file(`#!/usr/bin/env bash
export OS_PROJECT_NAME="project-a-test"
export OS_USER_DOMAIN_NAME="account-a"
if [ -z "$OS_USER_DOMAIN_NAME" ]; then unset OS_USER_DOMAIN_NAME; fi
export OS_USERNAME="alice"
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
`));
    await expect(app.textbox("signin.user")).toHaveValue("alice");
    await expect(app.textbox("signin.domain")).toHaveValue("account-a");
    await expect(app.password).toBeFocused();
    await expect(app.password).toHaveValue("");
    await page.keyboard.type("demo-alice");
    await page.keyboard.press("Enter");
    await expect(app.combobox("signin.project").locator("option:checked")).toHaveText("project-a-test");
  });

  test("can be dropped", async ({ app, page }) => {
    const data = await page.evaluateHandle(([id, secret]) => {
      const data = new DataTransfer();
      const text = `export OS_AUTH_TYPE=v3applicationcredential\nexport OS_APPLICATION_CREDENTIAL_ID=${id}\nexport OS_APPLICATION_CREDENTIAL_SECRET=${secret}\n`;
      data.items.add(new File([text], "app-cred-console-openrc.sh"));
      return data;
    }, [CREDENTIAL.id, CREDENTIAL.secret]);
    await page.locator("#connect").dispatchEvent("drop", { dataTransfer: data });
    await expect(app.textbox("signin.credential")).toHaveValue(CREDENTIAL.id);
    await expect(app.button("connect.submit")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(app.table).toBeVisible();
  });

  test("is rejected if it names neither a user nor an application credential", async ({ app, page }) => {
    await page.getByLabel(app.text("signin.openrc")).setInputFiles(file("{}"));
    await expect(page.locator("#openrc-error")).toHaveText(app.text("signin.openrc.malformed"));
  });
});

test("asks for a token if the server has no identity service", async ({ app, page }) => {
  await page.route("**/console.json", (route) => route.fulfill({ json: { regions: [], identity: false, demo_projects: [], demo_accounts: [] } }));
  await page.reload();
  await expect(app.token).toBeVisible();
  await expect(page.getByRole("radio")).toHaveCount(0);
});

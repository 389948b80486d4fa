// Helpers for tests that handle the page's requests.

import type { APIResponse, Request, Route } from "@playwright/test";
import * as firefox from "./firefox.ts";

/** Returns the body of a request, if it has one. */
export function postData(request: Request): string | null {
  return request.postData() ?? firefox.bodyOf(request);
}

/** Sends an intercepted request to the server, and returns the response. */
export function deliver(route: Route): Promise<APIResponse> {
  const body = postData(route.request());
  return route.fetch(body === null ? {} : { postData: body });
}

/** Lets the service process the request, but drops its response. */
export async function loseResponse(route: Route): Promise<void> {
  await deliver(route);
  await route.abort("connectionreset");
}

/** Returns a promise for request handlers to await, and the function that resolves it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((done) => (open = done));
  return { opened, open };
}

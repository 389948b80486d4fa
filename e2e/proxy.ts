// A proxy that forwards requests to the server, and can change or drop the responses.

import { createServer, type IncomingMessage, request, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Returns the new body of a response, or `null` to close the connection instead. */
export type Change = (request: IncomingMessage, body: Buffer) => Buffer | string | null;

/** Returns a listener that forwards requests to a server. */
export function forwardTo(server: string, change: Change = (_, body) => body): RequestListener {
  return (incoming, outgoing) => {
    const options = { method: incoming.method, headers: { ...incoming.headers, "accept-encoding": "identity" } };
    const forwarded = request(server + incoming.url, options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const body = change(incoming, Buffer.concat(chunks));
      if (body === null) return outgoing.destroy();
      const { "content-length": _, ...headers } = response.headers;
      outgoing.writeHead(response.statusCode!, headers).end(body);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  };
}

/** Starts a proxy between the browser and the server. */
export async function startProxy(server: string, change: Change): Promise<{ url: string; close(): void }> {
  const proxy = createServer(forwardTo(server, change));
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close: () => proxy.close() };
}

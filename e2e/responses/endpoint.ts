// A service on a bare socket. It responds normally, except that it sends a row of the table when a
// transfer is created or a list with a marker is requested.

import { createServer, type Socket } from "node:net";
import table from "./table.ts";

/** Returns the ID of the volume whose requests get this row of the table. */
export const volumeOf = (row: number) => `00000000-0000-4000-8000-${String(row).padStart(12, "0")}`;

const rowOf = (volume: string) => Number(volume.slice(-12));

/** Returns the body of a normal response. */
function normal(path: string, rows: number[], created: Set<string>): object {
  if (path.includes("transfer")) {
    const transfers = [...created].map((volume) => ({
      id: `7e1a2b3c${volume.slice(8)}`,
      volume_id: volume,
      name: "t",
      created_at: "2026-11-20T10:00:00.000000",
    }));
    return { transfers };
  }
  const volume = (row: number) => ({
    id: volumeOf(row),
    name: `row-${row}`,
    status: created.has(volumeOf(row)) ? "awaiting-transfer" : "available",
    size: 1,
    bootable: "false",
    encrypted: false,
    metadata: {},
  });
  const id = /\/volumes\/([0-9a-f-]{36})/.exec(path)?.[1];
  if (id) return { volume: volume(rowOf(id)) };
  return path.includes("snapshots") ? { snapshots: [] } : { volumes: rows.map(volume) };
}

export interface Endpoint {
  url: string;
  close(): void;
}

/** Starts the service, with a volume for each of these rows. */
export function serve(rows: number[]): Promise<Endpoint> {
  const created = new Set<string>();
  const sockets = new Set<Socket>();
  const respond = (socket: Socket, request: string) => {
    const [method, path = ""] = request.split(" ");
    const volume = /"volume_id":\s*"([^"]+)"/.exec(request)?.[1] ?? /[?&]marker=([^& ]+)/.exec(path)?.[1];
    const odd = volume && table[rowOf(volume)];
    if (!odd) {
      const body = JSON.stringify(normal(path, rows, created));
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    if (method === "POST") created.add(volume);
    socket.write(odd.bytes(volume), () => {
      if (odd.ending === "close") socket.end();
      if (odd.ending === "reset") setTimeout(() => socket.resetAndDestroy(), 20);
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let request = "";
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      request += data.toString("latin1");
      const head = request.indexOf("\r\n\r\n");
      const length = Number(/content-length: *(\d+)/i.exec(request)?.[1] ?? 0);
      if (head < 0 || request.length < head + 4 + length) return;
      const complete = request;
      request = "";
      respond(socket, complete);
    });
  });
  return new Promise((ready) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      const close = () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      };
      ready({ url: `http://127.0.0.1:${port}`, close });
    });
  });
}

// A console server with its sandbox, for a test.

import { spawn, type ChildProcess } from "node:child_process";
import { expect } from "@playwright/test";

/** The sandbox's demo projects. Their tokens are public. */
export const PROJECT_A = { id: "dd14c6ac581f40059e27f5320b60bf2f", token: "demo-token-a" };

export const PROJECT_B = { id: "40acc331ac784f34842ba4f08ff2be48", token: "demo-token-b" };

/** The ID of the sandbox's volume data-01. */
export const DATA_01 = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

/** The path of the console server's binary. */
export const BINARY = process.env.CONSOLE_SERVER ?? "../target/release/console-server";

/** A console server with a new sandbox. */
export class Server {
  /** The server's output so far. */
  log = "";

  private constructor(
    public url: string,
    private readonly process: ChildProcess,
  ) {}

  static start(...options: string[]): Promise<Server> {
    return Server.run(BINARY, ["--page", "../dist", ...options]);
  }

  /** Starts a server by running a program in the given folder. */
  static async run(program: string, options: string[], cwd?: string): Promise<Server> {
    const child = spawn(program, [...options, "--listen", "127.0.0.1:0"], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const server = new Server("", child);
    child.stderr.pipe(process.stderr);
    child.stderr.on("data", (output) => (server.log += output));
    await new Promise<void>((listening, failed) => {
      child.stdout.on("data", (output) => {
        server.log += output;
        const url = /(http:\S+)\n/.exec(server.log)?.[1];
        if (url) listening(void (server.url = url));
      });
      child.once("exit", () => failed(new Error("the console server printed no address")));
    });
    return server;
  }

  /** Kills the server to simulate a crash. */
  kill(): Promise<void> {
    return new Promise((done) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) return done();
      this.process.once("exit", () => done());
      this.process.kill("SIGKILL");
    });
  }

  /** Sends a request to the service directly, not through the page. */
  async request(project: typeof PROJECT_A, method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.url}/v2/${project.id}/${path}`, {
      method,
      headers: { "X-Auth-Token": project.token, "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : null,
    });
    expect(response.ok, `${method} ${path}`).toBe(true);
    return response;
  }

  /** Returns project A's pending transfers. */
  async transfers(): Promise<{ id: string; volume_id: string; name: string | null }[]> {
    const response = await this.request(PROJECT_A, "GET", "os-volume-transfer/detail");
    return (await response.json()).transfers;
  }

  async create(volumeId: string): Promise<void> {
    await this.request(PROJECT_A, "POST", "os-volume-transfer", { transfer: { volume_id: volumeId } });
  }

  /** Accepts a transfer as project B. */
  async accept(transfer: string, key: string): Promise<void> {
    await this.request(PROJECT_B, "POST", `os-volume-transfer/${transfer}/accept`, { accept: { auth_key: key } });
  }

  async cancel(transfer: string): Promise<void> {
    await this.request(PROJECT_A, "DELETE", `os-volume-transfer/${transfer}`);
  }
}

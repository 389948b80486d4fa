// A virtual display, for browsers that need one.

import { type ChildProcess, spawn } from "node:child_process";

/** Returns the first line that a program prints, or an empty string if it can't be started or exits first. */
export function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((done) => {
    program.stdout!.once("data", (output) => done(String(output).trim()));
    for (const event of ["error", "exit"]) program.once(event, () => done(""));
  });
}

/** Starts a virtual display. Returns its server and the value of the environment variable DISPLAY. */
export async function startDisplay(): Promise<{ server: ChildProcess; display: string }> {
  const options = ["-displayfd", "1", "-screen", "0", "1400x1000x24"];
  const server = spawn("Xvfb", options, { stdio: ["ignore", "pipe", "ignore"] });
  return { server, display: `:${await firstLine(server)}` };
}

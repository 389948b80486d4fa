// Measures how idle and slow clients affect other clients. Starts the server, and sends normal
// requests, first alone and then alongside 5,000 connections that send nothing and 2,000 that send
// a byte per second. Prints how long the normal requests took, and the server's memory.
//
//     cargo build --release -p console-server
//     ulimit -n 20000 && node bench/crowd.js

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const IDLE = 5_000;
const SLOW = 2_000;
const REQUESTS = 300;

const server = spawn(process.env.CONSOLE_SERVER ?? "target/release/console-server", ["--listen", "127.0.0.1:0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const port = await new Promise((listening) => {
  server.stdout.on("data", (output) => listening(Number(/:(\d+)/.exec(String(output).split("//")[1])[1])));
});
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024;

/**
 * Sends a request on a new connection, and returns how many milliseconds the complete response
 * took.
 */
function request() {
  const start = performance.now();
  return new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n");
    socket.resume();
    socket.once("end", () => done(performance.now() - start));
    socket.once("error", failed);
  });
}

async function measure() {
  const times = [];
  for (let count = 0; count < REQUESTS; count++) times.push(await request());
  times.sort((a, b) => a - b);
  return { median: times[REQUESTS / 2], p99: times[Math.floor(REQUESTS * 0.99)] };
}

let open = 0;
let closing = false;

/** Keeps a connection open, and opens another when the server closes it. */
function keepOpen(slow) {
  if (closing) return;
  const socket = connect(port, "127.0.0.1", () => open++);
  let timer;
  if (slow) {
    socket.write("GET / HTTP/1.1\r\nX-Slow: ");
    timer = setInterval(() => socket.write("a"), 1000);
  }
  socket.on("error", () => {});
  socket.once("close", () => {
    open--;
    clearInterval(timer);
    setTimeout(keepOpen, 10, slow);
  });
}

await measure();
const before = await measure();
const memoryBefore = memory();
for (let count = 0; count < IDLE + SLOW; count++) {
  keepOpen(count < SLOW);
  if (count % 200 === 0) await sleep(10);
}
await sleep(3000);
const connected = open;
const during = await measure();
const ratio = (name) => (during[name] / before[name]).toFixed(2);
console.log(`with ${connected} other connections: median ${ratio("median")} times and 99th percentile ${ratio("p99")} times as long as without`);
console.log(`median ${before.median.toFixed(2)} ms, then ${during.median.toFixed(2)} ms`);
console.log(`memory ${memoryBefore.toFixed(1)} MB, then ${memory().toFixed(1)} MB`);
closing = true;
server.kill("SIGKILL");
process.exit();

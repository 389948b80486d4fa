// Measures how idle and slow clients affect other clients. Starts the server, and sends normal
// requests, first alone and then alongside 5,000 connections that send nothing and 2,000 that send
// a byte per second. Prints how long the normal requests took, and how much memory the server used.
//
//     cargo build --release -p console-server
//     ulimit -n 20000 && node bench/crowd.js

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const IDLE = 5_000;
const SLOW = 2_000;
/** This many take longer than the 10 seconds after which the server closes idle connections. */
const REQUESTS = 40_000;
const PERCENTILES = { median: 0.5, p99: 0.99 };

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const percentile = (times, name) => times[Math.floor(REQUESTS * PERCENTILES[name])];

if (isMainThread) await main();
else await crowd(workerData);

async function main() {
  const server = spawn(process.env.CONSOLE_SERVER ?? "target/release/console-server", ["--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(server.stdout, "data");
  const port = Number(/:(\d+)/.exec(String(output).split("//")[1])[1]);
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024;

  await measure(port);
  const before = await measure(port);
  const memoryBefore = memory();
  // The crowd runs in its own thread, so that it delays the server, but not the measuring code.
  const others = new Worker(new URL(import.meta.url), { workerData: port });
  const [connected] = await once(others, "message");
  const during = await measure(port);
  console.log(`without and with ${connected} other connections:`);
  for (const name in PERCENTILES) {
    const ratio = (percentile(during, name) / percentile(before, name)).toFixed(2);
    console.log(`${name}: ${percentile(before, name).toFixed(2)} and ${percentile(during, name).toFixed(2)} ms, ${ratio} times as long`);
  }
  const limit = 2 * percentile(before, "median");
  const share = (times) => ((100 * times.filter((time) => time <= limit).length) / REQUESTS).toFixed(1);
  console.log(`at most twice the usual median: ${share(before)}% and ${share(during)}%`);
  console.log(`memory: ${memoryBefore.toFixed(1)} and ${memory().toFixed(1)} MB`);
  server.kill("SIGKILL");
  process.exit();
}

/** Sends requests one after another, and returns how many milliseconds each took, in ascending order. */
async function measure(port) {
  const times = [];
  for (let count = 0; count < REQUESTS; count++) times.push(await request(port));
  return times.sort((a, b) => a - b);
}

/** Sends a request on a new connection, and returns how many milliseconds the complete response took. */
function request(port) {
  const start = performance.now();
  return new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n");
    socket.resume();
    socket.once("end", () => done(performance.now() - start));
    socket.once("error", failed);
  });
}

/** Opens the other connections, and reports how many are open. */
async function crowd(port) {
  let open = 0;
  /** Keeps a connection open, and opens another when the server closes it. */
  function keepOpen(slow) {
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
  for (let count = 0; count < IDLE + SLOW; count++) {
    keepOpen(count < SLOW);
    if (count % 200 === 0) await sleep(10);
  }
  await sleep(3000);
  parentPort.postMessage(open);
}

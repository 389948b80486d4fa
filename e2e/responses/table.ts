// Unusual responses to a request that creates a transfer, as raw bytes.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";

export const KEY = "0123456789abcdef";

/** What happens to the connection after the last byte. */
type Ending = "stays open" | "close" | "reset";

export interface OddResponse {
  name: string;
  /** Returns the bytes of the response for a volume. */
  bytes: (volume: string) => Buffer;
  ending: Ending;
  /** Whether Node rejects the response but browsers or curl read it. If so, the gateway must read it, too. */
  others: boolean;
}

interface Parts {
  line?: string;
  headers?: string[];
  body?: (json: string) => Buffer | string;
  framing?: "length" | "chunked" | "close";
  newline?: string;
  before?: string;
}

const TYPE = "Content-Type: application/json";

const json = (volume: string, change: object = {}) =>
  JSON.stringify({
    transfer: {
      id: `7e1a2b3c${volume.slice(8)}`,
      name: "t",
      volume_id: volume,
      created_at: "2026-11-20T10:00:00.000000",
      auth_key: KEY,
      links: [],
      ...change,
    },
  });

const table: OddResponse[] = [];

function add(name: string, bytes: OddResponse["bytes"], ending: Ending = "stays open", others = false): void {
  table.push({ name, bytes, ending, others });
}

const latin = (text: string) => Buffer.from(text, "latin1");

const response = (parts: Parts) => (volume: string): Buffer => {
  const { line = "HTTP/1.1 202 Accepted", headers = [TYPE], framing = "length", newline = "\r\n", before = "" } = parts;
  const body = Buffer.from(parts.body?.(json(volume)) ?? json(volume));
  const frame = {
    length: [`Content-Length: ${body.length}`],
    chunked: ["Transfer-Encoding: chunked"],
    close: [],
  }[framing];
  const head = latin(before + [line, ...headers, ...frame, "", ""].join(newline));
  const chunked = [latin(`${body.length.toString(16)}\r\n`), body, latin("\r\n0\r\n\r\n")];
  return Buffer.concat(framing === "chunked" ? [head, ...chunked] : [head, body]);
};

const FRAMINGS = ["length", "chunked", "close"] as const;

const each = (name: string, parts: Parts, others = false) => {
  for (const framing of FRAMINGS) {
    add(`${name}, ${framing}`, response({ ...parts, framing }), framing === "close" ? "close" : "stays open", others);
  }
};

each("normal", {});
for (const line of [
  "HTTP/1.1 200 OK", "HTTP/1.1 201 Created", "HTTP/1.1 203 Non-Authoritative Information", "HTTP/1.1 206 Partial",
  "HTTP/1.1 299 Odd", "HTTP/1.1 202", "HTTP/1.1 202 ", "HTTP/1.1 202  Accepted", "HTTP/1.1 202 Acc\xe9pt\xe9",
  "HTTP/1.1 202 \xe5\xb7\xb2", `HTTP/1.1 202 ${"x".repeat(9000)}`, "HTTP/1.0 202 Accepted",
  "HTTP/2.0 202 Accepted", "HTTP/0.9 202 Accepted", "\r\nHTTP/1.1 202 Accepted", "\nHTTP/1.1 202 Accepted",
  "\r\n\r\nHTTP/1.1 202 Accepted", "\r\rHTTP/1.1 202 Accepted", "HTTP/1.1 202 Ac\x01c",
]) each(`line ${JSON.stringify(line.slice(0, 30))}`, { line });
for (const line of [
  "HTTP/1.1  202 Accepted", "HTTP/1.1 202\tAccepted", "http/1.1 202 Accepted", "HTTP/1.2 202 Accepted", "HTTP/2 202",
  "HTTP/1.1 202-Accepted",
]) add(`line ${JSON.stringify(line)}`, response({ line }), "stays open", true);
for (const line of [
  "HTTP/1.1 400 Bad Request", "HTTP/1.1 409 Conflict", "HTTP/1.1 500 Odd", "HTTP/1.1 204 No Content",
  "HTTP/1.1 304 Not Modified", "HTTP/1.1 600 Odd",
]) add(`line ${line}`, response({ line }));
for (const line of ["", "{}", "SSH-2.0-OpenSSH_9.2", "ICY 202 OK", "HTTP/1.1 OK", "HTTP/1.1 20x Odd"]) {
  add(`line ${JSON.stringify(line)}`, response({ line }), "close");
}

const headers: Record<string, string> = {
  "a space before the colon": "X-A : 1",
  "no name": ": 1",
  "a space in the name": "X A: 1",
  "a value in Latin-1": "X-A: \xe9",
  "a value in UTF-8": "X-A: \xe5\xb7\xb2",
  "no value": "X-A:",
  "no space": "X-A:1",
  "a folded line": "X-A: 1\r\n 2",
  "a line folded with a tab": "X-A: 1\r\n\t2",
  "a folded blank line": "X-A: 1\r\n \r\n 2",
  "a value that starts on a folded line": "X-A:\r\n 2",
  "a PHP warning": "PHP Warning:  something in /x.php on line 3",
  "a long line": `X-A: ${"a".repeat(15_000)}`,
  "a long name": `X-${"a".repeat(2000)}: 1`,
  "99 lines": Array.from({ length: 99 }, (_, n) => `X-${n}: 1`).join("\r\n"),
  "1,500 lines": Array.from({ length: 1500 }, (_, n) => `X-${n}: 1`).join("\r\n"),
  cookies: Array.from({ length: 50 }, (_, n) => `Set-Cookie: a${n}=b; Path=/`).join("\r\n"),
  "Connection: close": "Connection: close",
  "Connection: odd": "Connection: foo, , keep-alive",
  Upgrade: "Upgrade: h2,h2c\r\nConnection: Upgrade",
  "Retry-After": "Retry-After: 5",
  "a request ID": "X-Openstack-Request-Id: req-1",
  Location: "Location: /elsewhere",
};
const headersOfOthers: Record<string, string> = {
  "a tab before the colon": "X-A\t: 1",
  "no colon": "X-A",
  "a name in Latin-1": "X-\xe9: 1",
  "a name in brackets": "[a]: 1",
  "a control character in the name": "X\x01A: 1",
  "a control character in the value": "X-A: a\x01b",
  "a lone CR": "X-A: a\rb",
  "a bare LF": "X-A: 1\nX-B: 2",
  HTML: "<meta charset=utf-8>",
  "the status line twice": "HTTP/1.1 202 Accepted",
  "a line longer than Node's limit": `X-A: ${"a".repeat(60_000)}`,
  "more lines than Node's limit": Array.from({ length: 3000 }, (_, n) => `X-${n}: 1`).join("\r\n"),
};
for (const [others, all] of [[false, headers], [true, headersOfOthers]] as const) {
  for (const [name, line] of Object.entries(all)) {
    add(`${name}, first`, response({ headers: [line, TYPE] }), "stays open", others);
    add(`${name}, last, chunked`, response({ headers: [TYPE, line], framing: "chunked" }), "stays open", others);
  }
}
add("a NUL in a header", response({ headers: ["X-A: a\0b"] }), "close");

const lengths: [string, (length: number) => string, boolean][] = [
  ["in lower case", (n) => `content-length: ${n}`, false],
  ["in upper case", (n) => `CONTENT-LENGTH: ${n}`, false],
  ["with zeros", (n) => `Content-Length: 000${n}`, false],
  ["with spaces", (n) => `Content-Length: \t${n}  `, false],
  ["folded", (n) => `Content-Length:\r\n ${n}`, false],
  ["too short", (n) => `Content-Length: ${n - 5}`, false],
  ["too long", (n) => `Content-Length: ${n + 5}`, false],
  ["zero", () => "Content-Length: 0", false],
  ["two that differ", (n) => `Content-Length: ${n}\r\nContent-Length: ${n - 1}`, false],
  ["twice", (n) => `Content-Length: ${n}\r\nContent-Length: ${n}`, true],
  ["a list", (n) => `Content-Length: ${n}, ${n}`, true],
  ["a space before the colon", (n) => `Content-Length : ${n}`, true],
  ["a semicolon", (n) => `Content-Length: ${n};`, true],
  ["a fraction", (n) => `Content-Length: ${n}.0`, true],
  ["empty, and an empty coding", () => "Content-Length:\r\nTransfer-Encoding:", true],
];
for (const [name, line, others] of lengths) {
  const bytes = (volume: string) => {
    const body = json(volume);
    return Buffer.concat([latin(["HTTP/1.1 202 Accepted", TYPE, line(body.length), "", ""].join("\r\n")), latin(body)]);
  };
  add(`length: ${name}`, bytes, "close", others);
}

function chunks(
  name: string,
  payload: (size: string, body: string) => string,
  { coding = "Transfer-Encoding: chunked", ending = "stays open" as Ending, line = "HTTP/1.1 202 Accepted", others = false } = {},
): void {
  const bytes = (volume: string) => {
    const body = json(volume);
    return latin([line, TYPE, coding, "", payload(body.length.toString(16), body)].join("\r\n"));
  };
  add(`chunks, ${name}`, bytes, ending, others);
}

const usual = (size: string, body: string) => `${size}\r\n${body}\r\n0\r\n\r\n`;
for (const coding of [
  "TRANSFER-ENCODING: CHUNKED", "Transfer-Encoding:   chunked  ", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
  "Transfer-Encoding: identity, chunked", "Transfer-Encoding:\r\n chunked",
]) chunks(JSON.stringify(coding), usual, { coding });
for (const coding of [
  "Transfer-Encoding: chunked,", "Transfer-Encoding : chunked", "Transfer-Encoding: chunked\r\nContent-Length: 9",
  "Content-Length: 9\r\nTransfer-Encoding: chunked",
]) chunks(JSON.stringify(coding), usual, { coding, others: true });
chunks("HTTP/1.0", usual, { line: "HTTP/1.0 202 Accepted" });
chunks("upper-case size", (size, body) => usual(size.toUpperCase(), body));
chunks("leading zeros", (size, body) => `0000000000000000000000${size}\r\n${body}\r\n000\r\n\r\n`);
chunks("an extension", (size, body) => `${size};a="b;c"\r\n${body}\r\n0;d\r\n\r\n`);
chunks("a long extension", (size, body) => `${size};${"a".repeat(3000)}\r\n${body}\r\n0\r\n\r\n`);
chunks("one per byte", (_, body) => `${[...body].map((byte) => `1\r\n${byte}\r\n`).join("")}0\r\n\r\n`);
chunks("trailers", (size, body) => `${size}\r\n${body}\r\n0\r\nX-T: 1\r\nX-U: \xe9\r\n\r\n`);
chunks("a trailer with a space before the colon", (size, body) => `${size}\r\n${body}\r\n0\r\nX-T : 1\r\n\r\n`);
chunks("a long trailer", (size, body) => `${size}\r\n${body}\r\n0\r\nX-T: ${"a".repeat(10_000)}\r\n\r\n`);
chunks("a bare LF at the very end", (size, body) => `${size}\r\n${body}\r\n0\r\n\n`);
chunks("bytes after the end", (size, body) => `${usual(size, body)}HTTP/1.1 400 Bad Request\r\n\r\n`);
chunks("an empty one first", (size, body) => `0\r\n\r\n${size}\r\n${body}\r\n`);
for (const [name, payload] of Object.entries({
  "a space after the size": (size: string, body: string) => `${size} \r\n${body}\r\n0\r\n\r\n`,
  "an empty extension": (size: string, body: string) => `${size};\r\n${body}\r\n0\r\n\r\n`,
  "bare LF": (size: string, body: string) => `${size}\n${body}\n0\n\n`,
  "a bare LF after the size": (size: string, body: string) => `${size}\n${body}\r\n0\r\n\r\n`,
  "a bare LF after a chunk": (size: string, body: string) => `${size}\r\n${body}\n0\r\n\r\n`,
  "a trailer without a colon": (size: string, body: string) => `${size}\r\n${body}\r\n0\r\nnothing\r\n\r\n`,
  "a length in a trailer": (size: string, body: string) => `${size}\r\n${body}\r\n0\r\nContent-Length: 5\r\n\r\n`,
})) chunks(name, payload, { others: true });
for (const [name, payload] of Object.entries({
  "no last chunk": (size: string, body: string) => `${size}\r\n${body}\r\n`,
  "no last line": (size: string, body: string) => `${size}\r\n${body}\r\n0\r\n`,
  "cut off": (size: string, body: string) => `${size}\r\n${body.slice(0, 40)}`,
  "a size that is too large": (size: string, body: string) => `f${size}\r\n${body}\r\n0\r\n\r\n`,
  "a size that is too small": (_: string, body: string) => `9\r\n${body}\r\n0\r\n\r\n`,
  "a size that isn't a number": (_: string, body: string) => `zz\r\n${body}\r\n0\r\n\r\n`,
  "a negative size": (_: string, body: string) => `-1\r\n${body}\r\n0\r\n\r\n`,
  "no size": (_: string, body: string) => `\r\n${body}\r\n0\r\n\r\n`,
  "no chunks": (_: string, body: string) => body,
})) chunks(name, payload, { ending: "close" });
chunks("a reset inside a chunk", (size, body) => `${size}\r\n${body.slice(0, 40)}`, { ending: "reset" });

for (const before of [
  "HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nX-A : 1\r\n\r\n", "HTTP/1.1 199 Odd\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
]) each(`after ${JSON.stringify(before.slice(0, 40))}`, { before });
for (const before of [
  "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100\r\n\r\n", "HTTP/1.1 100 Continue\n\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
]) each(`after ${JSON.stringify(before)}`, { before }, true);

add("bare LF", response({ newline: "\n" }), "stays open", true);
add("CR alone", response({ newline: "\r" }), "close");
add("a reset that ends the body", response({ framing: "close" }), "reset");
add("a reset after the body", response({}), "reset");
add("a reset after the chunks", response({ framing: "chunked" }), "reset");
add("an immediate reset", () => Buffer.alloc(0), "reset");
add("nothing", () => Buffer.alloc(0), "close");
add("half a head", () => latin("HTTP/1.1 202 Accepted\r\nConte"), "close");
add("no body", () => latin("HTTP/1.1 202 Accepted\r\n\r\n"), "close");
add("half a body", (volume) => response({})(volume).subarray(0, -20), "close");
add("half a body, reset", (volume) => response({})(volume).subarray(0, -20), "reset");
add("half a body, without a length", (volume) => response({ framing: "close" })(volume).subarray(0, -20), "close");
add("bytes after the body", (volume) => Buffer.concat([response({})(volume), latin("junk")]));
add("two responses", (volume) => Buffer.concat([response({})(volume), response({})(volume)]));

each("a byte order mark", { body: (text) => `\ufeff${text}` });
each("whitespace around the JSON", { body: (text) => `\r\n\t ${text}\r\n ` });
each("UTF-16", { body: (text) => Buffer.from(`\ufeff${text}`, "utf16le") });
each("no content type", { headers: [] });
each("content type HTML", { headers: ["Content-Type: text/html; charset=iso-8859-1"] });
each("a body that isn't JSON", { body: () => "<html>Accepted</html>" });
each("no key", { body: (text) => text.replace("auth_key", "key") });
for (const [coding, encode] of Object.entries({
  gzip: gzipSync, "x-gzip": gzipSync, GZIP: gzipSync, deflate: deflateSync, br: brotliCompressSync,
})) each(`encoding ${coding}`, { body: (text) => encode(text), headers: [TYPE, `Content-Encoding: ${coding}`] });
add("encoding deflate, raw (without zlib's header)", response({ body: (text) => deflateRawSync(text), headers: ["Content-Encoding: deflate"] }));
add("encoding gzip twice", response({ body: (text) => gzipSync(gzipSync(text)), headers: ["Content-Encoding: gzip, gzip"] }));
add("encoding gzip in name only", response({ headers: ["Content-Encoding: gzip"] }));
add("encoding identity", response({ headers: ["Content-Encoding: identity"] }));
add("unknown encoding", response({ headers: ["Content-Encoding: x-foo"] }));

export default table;

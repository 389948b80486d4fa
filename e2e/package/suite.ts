// Tests of the package's documented behavior, for every host. Node runs them directly, and Vite
// bundles them for a browser.
//
// This is one long file so that a host needs a single import. The suites for the two entry points
// share data and helpers.

import type * as Full from "volume-transfer";
import type * as Light from "volume-transfer/light";
import type {
  CreateOutcome,
  CreateResponse,
  EligibilityReport,
  Issue,
  NameReport,
  Rejected,
  RequestReport,
  ScreenReport,
} from "volume-transfer";

/** Tests by name. A failing test throws. */
export type Suite = Record<string, () => void | Promise<void>>;

const VOLUME_ID = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const OTHER_ID = "b104b8db-170d-441b-897a-3c8ba9c5a214";
const PROJECT_ID = "dd14c6ac581f40059e27f5320b60bf2f";
const VOLUME = {
  id: VOLUME_ID,
  status: "available",
  size: "40",
  bootable: "false",
  service_type: "EVS",
  metadata: {},
};

/** Converts a report to plain data. */
const plain = ({ id, ...report }: ScreenReport) => ({
  ids: Array.from({ length: report.count }, (_, n) => id(n)),
  ...report,
});

/** Throws if two values differ as JSON. `T` is the type that the package declares. */
function same<T>(actual: T, expected: T): void {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? Array.from(part as Uint16Array) : part));
  if (text(actual) !== text(expected)) throw new Error(`${text(actual)} is not ${text(expected)}`);
}

const issue = (field: Issue["field"], code: string, params: Issue["params"] = {}): Issue => ({
  field,
  code,
  params,
});

const BYTES = { limit: 255, unit: "bytes", required: false } as const;

/** Returns tests of what both entries export. */
export function lightSuite(api: typeof Light | typeof Full): Suite {
  const { validateTransferName, screenVolumes, screenStream, createTransferRequest, services, constraints } = api;
  const name = (text: unknown, options: unknown, expected: NameReport) =>
    same(validateTransferName(text as string, options as never), expected);
  const invalid = (text: unknown, length: number, ...issues: Issue[]) =>
    name(text, undefined, { value: null, length, ...BYTES, issues });

  return {
    "trims a name and measures its length by the service's rule"() {
      name("  first volume ", undefined, { value: "first volume", length: 12, ...BYTES, issues: [] });
      name("\u{1c}卷\u{3000}", { service: "cinder" }, {
        value: "卷",
        length: 1,
        limit: 255,
        unit: "characters",
        required: false,
        issues: [],
      });
      name("", undefined, { value: null, length: 0, ...BYTES, issues: [] });
      // JavaScript's `trim` removes this character, but Cinder keeps it.
      name("\ufeffa", undefined, { value: "\ufeffa", length: 4, ...BYTES, issues: [] });
    },

    "reports the issues with an invalid name"() {
      invalid("   ", 0, issue("name", "blank", { length: 0, limit: 255, unit: "bytes" }));
      invalid("a\0", 2, issue("name", "nul", { position: 1 }));
      invalid("卷".repeat(86), 258, issue("name", "too_long", { length: 258, limit: 255, unit: "bytes" }));
      invalid("ab\ud800", 5, issue("name", "lone_surrogate", { position: 2 }));
      invalid("\ude00\ud83d", 6, issue("name", "lone_surrogate", { position: 0 }));
      for (const other of [5, true, null, undefined, ["a"], {}, Symbol(), 1n]) {
        invalid(other, 0, issue("name", "not_a_string"));
      }
      name("a", { service: "aws" }, { value: null, length: 1, ...BYTES, issues: [issue("service", "unknown")] });
      name("a", { servce: "cinder" }, { value: null, length: 1, ...BYTES, issues: [issue("options", "unknown", { key: "servce" })] });
      name("a", { a: 1, b: 2 }, { value: null, length: 1, ...BYTES, issues: [issue("options", "unknown", { key: "a" })] });
      name("a", 7, { value: "a", length: 1, ...BYTES, issues: [] });
    },

    "validates names that are longer than any buffer"() {
      const long = "卷😀".repeat(100_000);
      const length = 700_000;
      invalid(` ${long} `, length, issue("name", "too_long", { length, limit: 255, unit: "bytes" }));
      const padding = "\t".repeat(300_000);
      name(`${padding}a${padding}`, undefined, { value: "a", length: 1, ...BYTES, issues: [] });
    },

    "creates a request from IDs and a name"() {
      same<RequestReport>(
        createTransferRequest({ projectId: ` ${PROJECT_ID} `, volumeId: VOLUME_ID.toUpperCase(), name: 'a "b"\\\n卷 ' }),
        {
          request: {
            method: "POST",
            path: `/v2/${PROJECT_ID}/os-volume-transfer`,
            headers: { Accept: "application/json", "Content-Type": "application/json" },
            body: `{"transfer":{"volume_id":"${VOLUME_ID}","name":"a \\"b\\"\\\\\\n卷"}}`,
          },
          issues: [],
        },
      );
      const unnamed = createTransferRequest({ projectId: "p", volumeId: VOLUME_ID, service: "cinder" });
      same(unnamed.request?.path, "/v3/p/os-volume-transfer");
      same(unnamed.request?.body, `{"transfer":{"volume_id":"${VOLUME_ID}"}}`);
      for (const none of [null, undefined, ""]) {
        const { request } = createTransferRequest({ projectId: "p", volumeId: VOLUME_ID, name: none });
        same(request?.body, unnamed.request?.body);
      }
    },

    "reports all issues with an invalid request"() {
      const rejects = (input: unknown, ...issues: Issue[]) =>
        same<RequestReport>(createTransferRequest(input as never), { request: null, issues });
      rejects(
        { projectId: "a/b", volumeId: "no uuid", name: " ", service: "aws" },
        issue("service", "unknown"),
        issue("projectId", "malformed"),
        issue("volumeId", "malformed"),
        issue("name", "blank", { length: 0, limit: 255, unit: "bytes" }),
      );
      rejects({ projectId: "p", volumeId: VOLUME_ID, nmae: "a" }, issue("options", "unknown", { key: "nmae" }));
      const empty = [issue("projectId", "empty"), issue("volumeId", "empty")];
      for (const nothing of [undefined, null, 7, "text", {}, []]) rejects(nothing, ...empty);
      rejects({ projectId: "p".repeat(100_000), volumeId: VOLUME_ID }, issue("projectId", "malformed"));
    },

    "reads a list from text and from bytes"() {
      const rows = [VOLUME, { ...VOLUME, id: OTHER_ID, status: "in-use", bootable: "true" }, { id: "no uuid" }];
      const text = JSON.stringify({ volumes: rows, volumes_links: [{ rel: "next", href: "h" }] });
      const bit = (...of: (typeof constraints)[number][]) =>
        of.reduce((mask, constraint) => mask | (1 << constraints.indexOf(constraint)), 0);
      const unknown = bit("frozen", "backups_and_snapshots", "backup_policy");
      const at = [0, 1].map((n) => text.indexOf(JSON.stringify(rows[n])));
      const expected = {
        ids: [VOLUME_ID, OTHER_ID],
        count: 2,
        violated: Uint16Array.of(0, bit("status", "system_disk")),
        unknown: Uint16Array.of(unknown, unknown),
        rows: Uint32Array.from([0, 1].flatMap((n) => [at[n]!, at[n]! + JSON.stringify(rows[n]).length])),
        unreadable: 1,
        more: true,
        issues: [],
      };
      const bytes = new TextEncoder().encode(text);
      const within = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
      for (const list of [text, bytes, bytes.buffer, within, new DataView(bytes.buffer)]) {
        same(plain(screenVolumes(list)), expected);
      }
    },

    async "reads several lists at once as they arrive"() {
      const rows = Array.from({ length: 3_000 }, (_, n) => ({ ...VOLUME, status: n % 7 ? "available" : "in-use" }));
      const bytes = new TextEncoder().encode(JSON.stringify({ volumes: rows }));
      const stream = (chunkSize: number) => {
        let at = 0;
        return new ReadableStream<Uint8Array>({
          pull(controller) {
            controller.enqueue(bytes.slice(at, (at += chunkSize)));
            if (at >= bytes.length) controller.close();
          },
        });
      };
      const whole = plain(screenVolumes(bytes));
      same(whole.count, rows.length);
      const reports = await Promise.all([500, 70_000, bytes.length, 1_000_000].map((chunkSize) => screenStream(stream(chunkSize))));
      for (const report of reports) same(plain(report), whole);
      const cut = await screenStream(new Response('{"volumes":[').body!);
      same(cut.issues, [issue("volumes", "malformed", { position: 12 })]);
      const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("lost")) });
      same(await screenStream(failing).catch((error: Error) => error.message), "lost");
    },

    async "accepts a byte order mark, null and NaN in a list"() {
      const other = { ...VOLUME, id: OTHER_ID };
      const rows = `{"id":"${VOLUME_ID}","size":NaN,"x":[-Infinity]},NaN,${JSON.stringify(other)}`;
      const list = `\ufeff{"volumes":[${rows}]}`;
      for (const report of [screenVolumes(list), await screenStream(new Response(list).body!)]) {
        const { ids, unreadable, rows, issues } = plain(report);
        same([ids, unreadable, issues], [[VOLUME_ID, OTHER_ID], 1, []]);
        const row = new TextEncoder().encode(list).subarray(rows[2], rows[3]);
        same(JSON.parse(new TextDecoder().decode(row)), other);
      }
      const { count, unreadable, issues } = screenVolumes('{"volumes":null}');
      same([count, unreadable, issues], [0, 0, []]);
    },

    "reports the position at which a list is malformed"() {
      const rejects = (list: unknown, position: number) =>
        same(plain(screenVolumes(list as never)), {
          ids: [],
          count: 0,
          violated: new Uint16Array(),
          unknown: new Uint16Array(),
          rows: new Uint32Array(),
          unreadable: 0,
          more: false,
          issues: [issue("volumes", "malformed", { position })],
        });
      rejects("", 0);
      rejects('{"volumes":[', 12);
      rejects('{"volumes":7}', 12);
      rejects(`{"volumes":[${JSON.stringify(VOLUME)},]}`, 12 + JSON.stringify(VOLUME).length + 1);
      for (const none of [undefined, null, 7, {}, [], Symbol(), 1n]) rejects(none, 0);
    },

    "reads all rows of a list of 100,000"() {
      const id = (at: number) => `00000000-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;
      const count = 100_000;
      const rows = Array.from({ length: count }, (_, at) => ({ id: id(at), status: at % 3 ? "available" : "in-use" }));
      const text = JSON.stringify({ volumes: rows });
      const { ids, violated, rows: ranges, issues } = plain(screenVolumes(text, { service: "cinder" }));
      same(issues, []);
      same(ids.length, count);
      ids.forEach((found, at) => found === id(at) || same(found, id(at)));
      // The list is ASCII, so byte positions are also string positions.
      for (const at of [0, 1, 54_321, count - 1]) {
        same(JSON.parse(text.slice(ranges[2 * at], ranges[2 * at + 1])), rows[at]!);
      }
      violated.forEach((mask, at) => mask === (at % 3 ? 0 : 1) || same(mask, at % 3 ? 0 : 1));
    },

    "exports the codes that the types declare"() {
      same(services, ["evs-v2", "evs-v3", "cinder"]);
      same(new Set(constraints).size, constraints.length);
    },
  };
}

/** Returns tests of what only the full entry exports. */
export function fullSuite(api: typeof Full): Suite {
  const { checkEligibility, checkVolumes, createTransferRequest, readCreateResponse } = api;
  const created = {
    id: "1a7059f5-8ed7-45b7-8d05-2811e5d09f24",
    name: "first volume",
    volume_id: VOLUME_ID,
    created_at: "2015-02-25T03:56:53.081642",
    auth_key: "9266c59563c84664",
    links: [{ href: "javascript:alert(1)", rel: "self" }],
  };
  const body = JSON.stringify({ transfer: created });
  const check = (response: unknown, expected: CreateOutcome) =>
    same(readCreateResponse(response as CreateResponse), expected);

  return {
    "returns a verdict for every constraint"() {
      const unknown = ["frozen", "backup_policy"];
      same<EligibilityReport>(checkEligibility(VOLUME, { facts: { snapshots: false, backups: false } }), {
        eligibility: "unknown",
        findings: api.constraints.map((constraint) => (
          { constraint, verdict: unknown.includes(constraint) ? "unknown" : "met" }
        )),
        issues: [],
      });
      same<EligibilityReport>(checkEligibility({ ...VOLUME, encrypted: true, status: "error" }, { service: "cinder" }), {
        eligibility: "ineligible",
        findings: [
          { constraint: "status", verdict: "violated" },
          { constraint: "encryption", verdict: "violated" },
        ],
        issues: [
          issue("volume", "status", { status: "error" }),
          issue("volume", "encryption", { status: "error" }),
        ],
      });
      const clear = { snapshots: false, backups: false, backupPolicy: false, frozen: false };
      same(checkEligibility(VOLUME, { facts: clear }).eligibility, "eligible");
    },

    "returns the same verdicts for many volumes as for each one alone"() {
      const values = [undefined, null, true, false, 0, 1, 1.5, "", "1", "False", "available", "in-use", "EVS", "dss", [], {}];
      const keys = ["status", "bootable", "encrypted", "service_type", "dedicated_storage_id"];
      const volumes: Record<string, unknown>[] = [VOLUME];
      for (const value of values) {
        for (const key of keys) volumes.push({ ...VOLUME, [key]: value });
        for (const key of ["orderID", "__system__encrypted", "policy"]) volumes.push({ ...VOLUME, metadata: { [key]: value } });
        volumes.push({ ...VOLUME, metadata: value });
      }
      // Adds more distinct strings than the cache can hold, each of them twice.
      for (let n = 0; n < 200; n++) volumes.push({ ...VOLUME, metadata: { orderID: `CS${n >> 1}` } });
      const options = { facts: { snapshots: false, backups: false } };
      const { violated, unknown, issues } = checkVolumes(volumes, options);
      same(issues, []);
      volumes.forEach((volume, n) => {
        for (const { constraint, verdict } of checkEligibility(volume, options).findings) {
          const bit = 1 << api.constraints.indexOf(constraint);
          const found = violated[n]! & bit ? "violated" : unknown[n]! & bit ? "unknown" : "met";
          if (found !== verdict) throw new Error(`${JSON.stringify(volume)}: ${constraint} is ${verdict}, not ${found}`);
        }
      });
      const throwing = { get status() { throw new Error("no"); } };
      const nothing = checkVolumes([{}]);
      for (const none of [null, undefined, 7, "text", [], throwing]) same(checkVolumes([none]), nothing);
      for (const none of [undefined, null, 7, "text", {}]) {
        same(checkVolumes(none as never).issues, [issue("volumes", "malformed", { position: 0 })]);
      }
    },

    "rejects input that isn't a volume"() {
      const own: Record<string, unknown> = {};
      own["metadata"] = own;
      const throwing = { get id() { throw new Error("no"); } };
      const none = [null, undefined, 5, "text", [], {}, { id: "no uuid" }, { id: 7 }, own, throwing, 10n, Symbol(), () => 1];
      for (const volume of [...none, JSON.parse("[".repeat(5000) + "]".repeat(5000))]) {
        same<EligibilityReport>(checkEligibility(volume), {
          eligibility: null,
          findings: [],
          issues: [issue("volume", "malformed")],
        });
      }
      same(checkEligibility(VOLUME, { service: "x", facts: { frozen: "yes" } } as never).issues, [
        issue("service", "unknown"),
        issue("facts", "malformed"),
      ]);
      same(checkEligibility(VOLUME, { fact: {}, facts: { snapshot: false } } as never).issues, [
        issue("options", "unknown", { key: "fact" }),
        issue("options", "unknown", { key: "snapshot" }),
      ]);
    },

    "reports why it doesn't create a request for an ineligible volume"() {
      const { request, issues } = createTransferRequest({
        projectId: PROJECT_ID,
        volume: { ...VOLUME, status: "in-use", bootable: true },
        facts: { frozen: true },
      });
      same(request, null);
      same(issues.map(({ code }) => code), ["status", "frozen", "system_disk"]);
      same(createTransferRequest({ projectId: PROJECT_ID, volume: VOLUME }).issues, []);
      same(createTransferRequest({ projectId: PROJECT_ID, volume: 7 }).issues, [issue("volume", "malformed")]);
      same(createTransferRequest({ projectId: PROJECT_ID, volumeId: VOLUME_ID }).issues, []);
    },

    "returns a created transfer with its key"() {
      const expected: CreateOutcome = {
        outcome: "created",
        code: "created",
        record: {
          id: created.id,
          name: "first volume",
          volumeId: VOLUME_ID,
          createdAt: created.created_at,
          links: created.links,
        },
        handover: { transferId: created.id, authKey: created.auth_key },
        field: "response",
        params: {},
      };
      check({ status: 202, body, volumeId: VOLUME_ID }, expected);
      check({ status: 202, body: new TextEncoder().encode(body) }, expected);
      for (const status of [200, 201, 203, 299]) check({ status, body }, expected);
      // Input that lenient JSON parsers accept.
      const odd = body.replace("{", '\ufeff {"x":[NaN,1e999,"\\ud800"],');
      check({ status: 202, body: odd }, expected);
      check({ status: 202, body: body.replace(created.created_at, "2015-02-25 11:56:53.081642+08:00") }, expected);
      // Invalid headers don't prevent the key from being returned.
      for (const headers of [null, 7, [1], [[1, 2]], { get a() { throw new Error("no"); } }]) {
        check({ status: 202, body, headers }, expected);
      }
    },

    "returns the server's error message"() {
      const error = '{"badRequest":{"code":400,"message":"Invalid volume: status must be available"}}';
      const pairs: [string, string][] = [["X-Openstack-Request-Id", "req-1"], ["Retry-After", "7"]];
      for (const headers of [pairs, Object.fromEntries(pairs), new Headers(pairs), new Map(pairs)]) {
        check({ status: 400, headers, body: error }, {
          outcome: "rejected",
          code: "refused",
          fault: {
            status: 400,
            code: "400",
            message: "Invalid volume: status must be available",
            requestId: "req-1",
            retryAfter: "7",
          },
          field: "response",
          params: { status: 400 },
        });
      }
    },

    "finds error messages in any envelope and removes keys from them"() {
      const decoded = (status: number, body: string) => {
        const { outcome, code, fault } = readCreateResponse({ status, body }) as Rejected;
        return [outcome, code, fault.message];
      };
      same(decoded(400, '{"errors":[{"detail":"m"}]}'), ["rejected", "refused", "m"]);
      same(decoded(400, `no: {"auth_key":"${created.auth_key}"}`), ["rejected", "refused", 'no: {"auth_key":"…"}']);
      same(decoded(431, ""), ["rejected", "token_too_long", null]);
      same(decoded(403, "<title>403</title> Blocked"), ["outcomeUnknown", "blocked", "403 Blocked"]);
      same(decoded(200, '{"error":{"code":"EVS.5400","message":"m"}}'), ["outcomeUnknown", "unreadable", "m"]);
    },

    "returns the cause of an unknown outcome"() {
      const unknown = (code: string, status: number | null): CreateOutcome => ({
        outcome: "outcomeUnknown",
        code: code as "timeout",
        fault: status === null ? null : { status, code: null, message: null, requestId: null, retryAfter: null },
        field: "response",
        params: status === null ? {} : { status },
      });
      check({ lost: "timeout" }, unknown("timeout", null));
      check({ lost: "connection" }, unknown("connection", null));
      check({ status: 502, body: "<html>" }, unknown("failed", 502));
      check({ status: 202, body: "" }, unknown("unreadable", 202));
      check({ status: 202 }, unknown("unreadable", 202));
      check({ status: 0 }, unknown("unreadable", 0));
      check({ status: 202, body, volumeId: OTHER_ID }, unknown("other_volume", 202));
      for (const none of [undefined, null, 7, "x", {}, { status: "202" }, { status: 1.5 }, { status: 202, body: {} }, { lost: "x" }]) {
        check(none, unknown("malformed", null));
      }
    },
  };
}

/** Runs a suite without a test runner. Returns the failures. */
export async function failures(suite: Suite): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, run] of Object.entries(suite)) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${error}`);
    }
  }
  return failed;
}

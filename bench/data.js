// Generates the input data: names, requests, and list responses in EVS's format. The same seed gives
// the same data everywhere.

/** Returns a pseudorandom number generator (mulberry32). */
function random(seed) {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const WORDS = {
  ascii: ["order", "billing", "data", "cache", "web-server", "analytics", "backup", "shard", "media", "log"],
  chinese: ["订单", "账单", "数据盘", "缓存", "网站服务器", "数据分析", "备份", "上海", "北京", "日志"],
};
const TYPES = ["SAS", "SSD", "GPSSD", "ESSD"];
const STATUSES = ["in-use", "in-use", "in-use", "awaiting-transfer", "error", "extending", "frobnicating"];
const PROJECT = "dd14c6ac581f40059e27f5320b60bf2f";

/**
 * Returns the text of a list response.
 *
 * Several fields are each missing, or have an unusual spelling that services are known to use, in
 * about one volume in a hundred. The comparison before the timing catches candidates that misread
 * such fields.
 */
export function listText(count, { names = "ascii", pretty = false, seed = 1 } = {}) {
  const below = random(seed);
  const volumes = Array.from({ length: count }, () => volume(below, names));
  return JSON.stringify({ volumes }, null, pretty ? 2 : 0);
}

function volume(below, names) {
  const pick = (of) => of[below(of.length)];
  const often = (percent) => below(100) < percent;
  const hex = (length) => Array.from({ length }, () => below(16).toString(16)).join("");
  const day = (year) => `${year}-${String(1 + below(12)).padStart(2, "0")}-${String(1 + below(28)).padStart(2, "0")}`;
  const id = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const name = `${pick(WORDS[names])}-${pick(WORDS[names])}-${String(below(1000)).padStart(3, "0")}`;
  const type = pick(TYPES);
  const status = often(60) ? "available" : pick(STATUSES);
  const metadata = { hw_passthrough: "false" };
  if (often(12)) Object.assign(metadata, { orderID: `CS${hex(15).toUpperCase()}`, productID: "00301-117002-0--0" });
  if (often(8)) Object.assign(metadata, { __system__encrypted: "1", __system__cmkid: id });
  if (often(2)) metadata.policy = id;
  if (often(1)) metadata.orderID = "";
  const place = below(100);
  const record = {
    attachments:
      status === "in-use"
        ? [{ server_id: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`, attachment_id: id, volume_id: id, device: "/dev/vdb", host_name: null, attached_at: `${day(2026)}T07:41:02.103552`, id }]
        : [],
    availability_zone: `cn-east-3${pick(["a", "b", "c"])}`,
    bootable: often(20) ? "true" : "false",
    created_at: `${day(2025)}T22:08:56.635517`,
    dedicated_storage_id: null,
    description: often(30) ? `${name} ${pick(WORDS[names])}` : null,
    encrypted: false,
    enterprise_project_id: "0",
    id,
    links: [
      { href: `https://evs.cn-east-3.myhuaweicloud.com/v2/${PROJECT}/os-vendor-volumes/${id}`, rel: "self" },
      { href: `https://evs.cn-east-3.myhuaweicloud.com/${PROJECT}/os-vendor-volumes/${id}`, rel: "bookmark" },
    ],
    metadata,
    multiattach: false,
    name,
    "os-vol-host-attr:host": `az21.dc1.${hex(8)}#${type}`,
    "os-vol-tenant-attr:tenant_id": PROJECT,
    replication_status: "disabled",
    serial_number: null,
    service_type: place < 3 ? "DSS" : place < 5 ? "DESS" : "EVS",
    shareable: false,
    size: 10 * (1 + below(200)),
    snapshot_id: null,
    source_volid: null,
    status,
    tags: often(20) ? { team: pick(WORDS[names]) } : {},
    updated_at: `${day(2026)}T11:30:41.280513`,
    user_id: hex(32),
    volume_image_metadata: {},
    volume_type: type,
    wwn: `6888603${hex(25)}`,
  };
  if (place < 5) record.dedicated_storage_id = id;
  if (often(1)) record.bootable = pick(["False", "True", null, false, true]);
  if (often(1)) record.encrypted = pick([null, "false", "True", true]);
  if (often(1)) record.dedicated_storage_id = pick(["", id]);
  if (often(1)) delete record.service_type;
  if (often(1)) record.metadata = pick([null, {}]);
  if (often(1)) record.size = String(record.size);
  return record;
}

/**
 * Returns names to validate: Latin and Chinese ones after each typed character, long ones, and
 * invalid ones.
 */
export function names() {
  const typed = (name) => Array.from(name, (_, at) => name.slice(0, at + 1));
  return [
    ...typed("first volume"),
    ...typed("order-service-shard-01"),
    ...typed("数据盘-上海-01"),
    "  padded\u3000",
    "\x1cpadded\x85",
    "😀".repeat(20),
    "a".repeat(255),
    "卷".repeat(85),
    ...invalidNames,
  ];
}

const invalidNames = ["   ", "a\0b", "half \ud83d of it", "a".repeat(256), "卷".repeat(86)];

const volumeId = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

/** Valid requests. */
export const validRequests = [
  { projectId: PROJECT, volumeId, name: "first volume" },
  { projectId: PROJECT, volumeId, name: "" },
  { projectId: ` ${PROJECT}\n`, volumeId: volumeId.toUpperCase(), name: " 数据盘-上海-01 " },
  { projectId: PROJECT, volumeId, name: 'say "hello"' },
];

/** Invalid requests, each with errors in several fields. */
export const invalidRequests = [
  { projectId: "", volumeId: "c86b9af4", name: "a".repeat(300) },
  { projectId: "../admin", volumeId: "", name: "   " },
  { projectId: "a b", volumeId: `{${volumeId}}`, name: "卷".repeat(86) },
  { projectId: "项目", volumeId: "first volume", name: "a\0b" },
  { projectId: PROJECT, volumeId: `urn:uuid:${volumeId}`, name: "half \ud83d of it" },
];

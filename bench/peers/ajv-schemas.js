// The schemas that `build.js` compiles to standalone code, so that the browser doesn't load ajv itself.

import Ajv from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { _ } from "ajv/dist/compile/codegen/index.js";
import { nameCode } from "./json-schema.js";

const none = { enum: ["", null] };
const off = { enum: [false, "false", "False", "FALSE", "0", "", null] };
const name = { type: "string", nullable: true, format: "transfer-name" };
const dedicated = "^[Dd][Ee]?[Ss][Ss]$";

const schemas = {
  Name: name,
  Request: {
    type: "object",
    required: ["projectId", "volumeId", "name"],
    properties: {
      projectId: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
      volumeId: { type: "string", pattern: "^[\\da-fA-F]{8}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{12}$" },
      name,
    },
  },
  Volume: {
    type: "object",
    required: ["id", "status"],
    properties: {
      id: { type: "string" },
      status: { const: "available" },
      encrypted: off,
      bootable: off,
      service_type: { type: "string", nullable: true, not: { type: "string", pattern: dedicated } },
      dedicated_storage_id: { type: "string", nullable: true },
      metadata: {
        type: "object",
        nullable: true,
        properties: { orderID: none, __system__encrypted: off, policy: none },
      },
    },
    // A dedicated storage pool without a matching service type means DSS.
    if: { required: ["dedicated_storage_id"], properties: { dedicated_storage_id: { type: "string", minLength: 1 } } },
    then: { required: ["service_type"], properties: { service_type: { type: "string", pattern: dedicated } } },
  },
};

export function compile() {
  const ajv = new Ajv({
    allErrors: true,
    schemas: Object.entries(schemas).map(([id, schema]) => ({ $id: id, ...schema })),
    formats: { "transfer-name": (text) => nameCode(text) === "" },
    code: { source: true, esm: true, formats: _`require("../peers/ajv-formats.js")` },
  });
  return standalone(ajv, Object.fromEntries(Object.keys(schemas).map((id) => [id, id])));
}

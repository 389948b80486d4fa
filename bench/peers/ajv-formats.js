import { nameCode } from "./json-schema.js";

const isName = (text) => nameCode(text) === "";

export { isName as "transfer-name" };

// Runs a static binary as the container does: as another user, with a read-only root folder that contains
// nothing else. Plain JavaScript, because the tests that Node runs use it, too.

import { spawnSync } from "node:child_process";

const BWRAP =
  "bwrap --unshare-user --unshare-pid --unshare-ipc --uid 65532 --gid 65532 --cap-drop ALL --clearenv --die-with-parent";

/**
 * Returns the reason why this machine can't run a binary in a container, or `undefined` if it can.
 *
 * @param {string | undefined} binary
 * @returns {string | undefined}
 */
export function containerProblem(binary) {
  if (!binary?.includes("musl")) return "there is no static binary";
  if (spawnSync("bwrap", ["--version"]).error) return "bubblewrap is missing";
  const { status } = spawnSync("bwrap", ["--ro-bind", "/", "/", "--unshare-user", "true"]);
  return status === 0 ? undefined : "bubblewrap isn't permitted";
}

/**
 * Returns the command that runs a binary with its folder as the root folder.
 *
 * @param {string} folder
 * @param {string} binary
 * @returns {[string, ...string[]]}
 */
export function inContainer(folder, binary) {
  return [...BWRAP.split(" "), "--ro-bind", folder, "/", "--chdir", "/", `/${binary}`];
}

import { flushSync, mount as start, unmount } from "svelte";
import Form from "./svelte.svelte";

export function mount(target, tag, state) {
  const host = {};
  const form = start(Form, { target, props: { tag, start: state, host } });
  flushSync();
  return Object.assign(host, { unmount: () => unmount(form) });
}

import { createApp } from "vue";
import Form from "./vue.vue";

export function mount(root, tag, start) {
  const host = {};
  const app = createApp(Form, { tag, start, host });
  app.mount(root);
  return Object.assign(host, { unmount: () => app.unmount() });
}

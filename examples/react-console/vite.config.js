import { defineConfig } from "vite";

// The address that `cargo xtask run` prints. In production, the console's own server takes the place of this proxy.
const service = process.env.SERVICE ?? "http://127.0.0.1:8090";

export default defineConfig({
  server: { proxy: { "/v2": service, "/v3": service } },
});

import { defineConfig } from "@hey-api/openapi-ts";

const plugins = ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"] as const;

export default defineConfig(
  ["core", "ai"].map((service) => ({
    input: `./documents/${service}.json`,
    output: { path: `./src/${service}`, importFileExtension: ".js" },
    plugins: [...plugins],
    logs: { level: "warn" as const },
  })),
);

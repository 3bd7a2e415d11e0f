import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig(
  ["core", "ai"].map((service) => ({
    input: `./documents/${service}.json`,
    output: { path: `./generated/${service}` },
    parser: { transforms: { readWrite: { enabled: false } } },
    plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"] as const,
    logs: { level: "warn" as const },
  })),
);

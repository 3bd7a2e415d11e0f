import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const root = import.meta.dirname;

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: root,
  // Images are served as they are, so the resizer and its libraries stay out.
  outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
  images: { unoptimized: true },
  // `make check` checks the types, those of routes included.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root },
  poweredByHeader: false,
  // core's paths end in a slash; a redirect would cost a round trip on a bad line.
  skipTrailingSlashRedirect: true,
};

export default createNextIntlPlugin("./server/messages.ts")(config);

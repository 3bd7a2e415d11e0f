import "server-only";
import { Redis } from "ioredis";
import { settings } from "./settings";

let connection: Redis | undefined;

/** The server of the sessions. A command fails within a second or two while it is away. */
export function valkey(): Redis {
  connection ??= connect();
  return connection;
}

function connect(): Redis {
  const redis = new Redis(settings.sessionsUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    connectTimeout: 1000,
    commandTimeout: 1000,
    retryStrategy: (attempts) => Math.min(attempts * 100, 1000),
  });
  // Each command that fails is reported where it was sent; without a listener the process would end.
  redis.on("error", () => {});
  return redis;
}

import "server-only";
import { Redis } from "ioredis";
import { log } from "./log";
import { settings } from "./settings";
import { Unavailable } from "./unavailable";

let connection: Redis | undefined;

/**
 * Awaits what a command of the sessions' server answers. While the server is away that fails within a
 * second or two, with `Unavailable`.
 */
export async function inValkey<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
  connection ??= connect();
  try {
    return await command(connection);
  } catch (error) {
    log("error", "the store of sessions failed", { error: String(error) });
    throw new Unavailable("the store of sessions");
  }
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

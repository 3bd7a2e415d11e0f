import "server-only";

/** One line of JSON, as core and ai write them. Nothing personal belongs into it. */
export function log(level: "info" | "warning" | "error", event: string, facts: object = {}): void {
  const line = { time: new Date().toISOString(), level, logger: "web", event, ...facts };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export { decode, type FactType, type Outcome, type Received, type WireRecord } from "./decode.js";
export { LatestFacts } from "./latest.js";
export type { Declaration } from "./validate.js";
export * from "./generated/facts.js";

import type { Competency } from "@/api/core";
import { TRACKS } from "../learn/vocabulary.ts";

/** The value of a role of a framework. */
export function roleValue({ framework, code }: Competency): string {
  return `${framework}:${code}`;
}

/** As ai reads it; another text of the address counts as none. */
const ROLE = /^[a-z0-9][a-z0-9._-]{0,31}:[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

export function askedRole(text: string | undefined): string | undefined {
  const isRole = text !== undefined && (TRACKS.some((one) => one === text) || ROLE.test(text));
  return isRole ? text : undefined;
}

/** The roles by their frameworks, in the order in which core lists them. */
export function byFramework(all: Competency[]): [string, Competency[]][] {
  const groups = new Map<string, Competency[]>();
  for (const one of all) {
    groups.set(one.framework, [...(groups.get(one.framework) ?? []), one]);
  }
  return [...groups];
}

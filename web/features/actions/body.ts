import { pricesIn } from "../billing/money.ts";
import { instantOf } from "./instants.ts";

/** How the value of an input becomes a value of JSON. */
export type Kind =
  | "text"
  /** Left out while it is empty. */
  | "optional"
  /** Null while it is empty. */
  | "nullable"
  | "number"
  | "optionalNumber"
  | "checked"
  /** The chosen ones of inputs with one name. */
  | "list"
  /** One value on each line. */
  | "lines"
  /** Values with commas between them. */
  | "words"
  /** Prices, one on each line; left out where there is no such input. */
  | "prices"
  /** A time by the clock of a zone. */
  | { zone: string }
  /** Inputs named `name.row.field`; a row without its `needs` is left out. */
  | Rows;

interface Rows {
  rows: Record<string, Kind>;
  needs: string;
}

export type Shape = Record<string, Kind>;
export type Body = Record<string, unknown>;

export function bodyOf(data: FormData, shape: Shape, prefix = ""): Body {
  const body: Body = {};
  for (const [name, kind] of Object.entries(shape)) {
    const value = jsonOf(data, prefix + name, kind);
    if (value !== undefined) {
      body[name] = value;
    }
  }
  return body;
}

function jsonOf(data: FormData, name: string, kind: Kind): unknown {
  if (typeof kind === "object") {
    return "zone" in kind ? zoned(data, name, kind.zone) : rowsOf(data, name, kind);
  }
  const text = String(data.get(name) ?? "").trim();
  switch (kind) {
    case "optional":
      return text || undefined;
    case "nullable":
      return text || null;
    case "number":
      return Number(text);
    case "optionalNumber":
      return text ? Number(text) : undefined;
    case "checked":
      return data.has(name);
    case "list":
      return data.getAll(name).map(String);
    case "lines":
      return parts(text, /\r?\n/);
    case "prices":
      return data.has(name) ? pricesIn(text) : undefined;
    case "words":
      return parts(text, /[,\n]/);
    default:
      return text;
  }
}

function parts(text: string, between: RegExp): string[] {
  return text
    .split(between)
    .map((part) => part.trim())
    .filter(Boolean);
}

function zoned(data: FormData, name: string, zone: string): string | undefined {
  const local = String(data.get(name) ?? "");
  return local ? instantOf(local, zone) : undefined;
}

function rowsOf(data: FormData, name: string, kind: Rows): Body[] {
  return rowNames(data, name, kind).map((row) => bodyOf(data, kind.rows, `${name}.${row}.`));
}

function rowNames(data: FormData, name: string, kind: Rows): string[] {
  const keys = [...data.keys()].filter((key) => key.startsWith(`${name}.`));
  const rows = [...new Set(keys.map((key) => key.split(".")[1] ?? ""))];
  return rows.filter((row) => String(data.get(`${name}.${row}.${kind.needs}`) ?? "").trim());
}

/** The input whose value became a field of the body, such as `pools.paid.size` for `pools.0.size`. */
export function inputOf(data: FormData, shape: Shape, field: string, prefix = ""): string {
  const [name = "", place, ...rest] = field.split(".");
  const kind = shape[name];
  if (kind === undefined) {
    return field;
  }
  if (typeof kind === "object" && "rows" in kind && rest.length > 0) {
    const row = rowNames(data, name, kind)[Number(place)];
    return inputOf(data, kind.rows, rest.join("."), `${name}.${row}.`);
  }
  return prefix + name;
}

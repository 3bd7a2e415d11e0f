// Whether a body is what a published schema says: the keywords that our schemas use, and no other.

export type Schema = { readonly [keyword: string]: any };

/** What the catalogue says of a fact. */
export interface Declaration {
  name: string;
  topic: string;
  /** The fields whose values, joined by ":", are the record's key. */
  key: readonly string[];
  /** The field with the user whose erasure deletes the entity; null where it belongs to nobody. */
  owner: string | null;
  /** Whether the fact ends its entity. */
  deletion: boolean;
  schema: Schema;
}

const FORMATS: Record<string, RegExp> = {
  "date-time": /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/** Fields that the schema does not name are allowed: they are of a later version. */
export function isValid(value: unknown, schema: Schema, root: Schema = schema): boolean {
  const node = resolve(schema, root);
  if (node.anyOf) return node.anyOf.some((option: Schema) => isValid(value, option, root));
  if ("const" in node && value !== node.const) return false;
  if (node.enum && !node.enum.includes(value)) return false;
  if (node.type && !TYPES[node.type]!(value)) return false;
  if (typeof value === "string") return isValidText(value, node);
  if (typeof value === "number") return isWithin(value, node.minimum, node.maximum);
  if (Array.isArray(value)) {
    return (
      isWithin(value.length, node.minItems, node.maxItems) &&
      value.every((item) => isValid(item, node.items ?? {}, root))
    );
  }
  return !isObject(value) || areFieldsValid(value, node, root);
}

/** The value with the defaults of the fields that it lacks, as they are absent from older facts. */
export function withDefaults(value: Record<string, unknown>, schema: Schema): Record<string, unknown> {
  const defaults = Object.entries<Schema>(schema.properties).flatMap(([name, field]) =>
    "default" in field ? [[name, field.default]] : [],
  );
  return { ...Object.fromEntries(defaults), ...value };
}

function resolve(schema: Schema, root: Schema): Schema {
  if (!schema.$ref) return schema;
  return root.$defs[schema.$ref.replace("#/$defs/", "")];
}

function isWithin(value: number, least = -Infinity, most = Infinity): boolean {
  return value >= least && value <= most;
}

function isValidText(value: string, node: Schema): boolean {
  const length = [...value].length;
  return (
    isWithin(length, node.minLength, node.maxLength) &&
    (!node.pattern || new RegExp(node.pattern, "u").test(value)) &&
    (!node.format || isOfFormat(value, node.format))
  );
}

function isOfFormat(value: string, format: string): boolean {
  return FORMATS[format]!.test(value) && (format === "uuid" || isTime(value));
}

/** `Date` reads the 30th of February as a day in March. */
function isTime(value: string): boolean {
  const day = value.slice(0, 10);
  return !Number.isNaN(Date.parse(value)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function areFieldsValid(value: Record<string, unknown>, node: Schema, root: Schema): boolean {
  const names = Object.keys(value);
  const others = names.filter((name) => !(name in (node.properties ?? {})));
  return (
    isWithin(names.length, node.minProperties, node.maxProperties) &&
    (node.required ?? []).every((name: string) => name in value) &&
    names.every((name) => isValid(value[name], node.properties?.[name] ?? {}, root)) &&
    (!node.propertyNames || names.every((name) => isValid(name, node.propertyNames, root))) &&
    (!node.additionalProperties ||
      others.every((name) => isValid(value[name], node.additionalProperties, root)))
  );
}

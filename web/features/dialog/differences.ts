export interface ComparedField {
  name: string;
  label: string;
  /** The label of each value; a value without a label is shown unchanged. */
  values?: Record<string, string>;
  isDate?: boolean;
}

type Values = Record<string, unknown>;

/** The fields that were sent and that have another value in the other version. */
export function differingFields(
  fields: ComparedField[],
  sent: Values,
  other: Values,
): ComparedField[] {
  return fields.filter(({ name }) => name in sent && sent[name] !== other[name]);
}

/** Each field with its value in words. */
export function fieldLines(fields: ComparedField[], values: Values, locale: string): string[] {
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return fields.map(({ name, label, values: named, isDate }) => {
    const value = String(values[name] ?? "");
    const shown = isDate && value ? dates.format(new Date(value)) : (named?.[value] ?? value);
    return `${label}: ${shown || "–"}`;
  });
}

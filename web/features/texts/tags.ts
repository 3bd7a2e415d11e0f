/**
 * An opening tag as core's sanitiser writes it: every attribute has a value between double quotes,
 * in which no other one stands. What looks like a tag inside a value is part of the tag around it.
 */
const TAG = /<([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*\/?>/g;

export interface Tag {
  name: string;
  /** As written, with a space before each. */
  attributes: string;
  whole: string;
}

/** Changes the opening tags of HTML that core has sanitised. */
export function replaceTags(html: string, change: (tag: Tag) => string): string {
  return html.replace(TAG, (whole, name: string, attributes: string) =>
    change({ name, attributes, whole }),
  );
}

/** The value of an attribute, escaped for use as text too. */
export function attributeOf({ attributes }: Tag, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

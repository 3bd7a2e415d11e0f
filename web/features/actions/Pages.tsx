interface Properties {
  label: string;
  /** Of the answer of the API, which hold cursors. */
  next: string | null;
  previous: string | null;
  /** The page, with its other parameters. */
  page: string;
  texts: { next: string; previous: string };
}

/** Links to the neighbouring pages of a list. */
export function Pages({ label, next, previous, page, texts }: Properties) {
  const links = [
    { address: previous, text: texts.previous, rel: "prev" },
    { address: next, text: texts.next, rel: "next" },
  ].filter(({ address }) => address !== null);
  if (links.length === 0) {
    return null;
  }
  return (
    <nav className="acts" aria-label={label}>
      {links.map(({ address, text, rel }) => (
        <a key={rel} rel={rel} className="btn" href={`${withCursor(page, address ?? "")}`}>
          {text}
        </a>
      ))}
    </nav>
  );
}

function withCursor(page: string, address: string): string {
  const cursor = new URL(address, "http://core").searchParams.get("cursor") ?? "";
  return `${page}${page.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
}

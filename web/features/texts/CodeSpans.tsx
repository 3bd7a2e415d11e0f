/** A line of text in which what stands between backticks is code. */
export function CodeSpans({ text }: { text: string }) {
  const parts = text.split("`");
  const isPaired = parts.length % 2 === 1;
  if (!isPaired) {
    return text;
  }
  let at = 0;
  return parts.map((part, place) => {
    at += part.length + 1;
    return place % 2 ? <code key={at}>{part}</code> : part;
  });
}

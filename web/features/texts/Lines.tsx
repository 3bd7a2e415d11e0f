/** A text that a person wrote, as it was wrapped. */
export function Lines({ text }: { text: string }) {
  return text.split("\n").map((line, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text never change
    <p key={place}>{line}</p>
  ));
}

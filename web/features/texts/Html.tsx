import { replaceTags } from "./tags";

interface Properties {
  /** Rendered and sanitised by core. */
  html: string;
  className?: string;
}

/** A text that somebody wrote in Markdown, as core rendered it: without scripts and styles. */
export function Html({ html, className = "" }: Properties) {
  // A block of code scrolls, so that the keyboard has to reach it.
  const reachable = replaceTags(html, ({ name, whole }) =>
    name === "pre" ? '<pre tabindex="0">' : whole,
  );
  return (
    <div
      className={`prose text stack ${className}`.trim()}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: core sanitised it
      dangerouslySetInnerHTML={{ __html: reachable }}
    />
  );
}

/** HTML that core made of a person's text, and sanitized. */
export function Sanitized({ html }: { html: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: core sanitized it
  return <div className="prose stack tight" dangerouslySetInnerHTML={{ __html: html }} />;
}

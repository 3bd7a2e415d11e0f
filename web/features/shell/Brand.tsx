/** The mark: an O that opens, and two dashes of road that lead out. */
export function Brand({ href }: { href: string }) {
  return (
    <a className="brand" href={href}>
      <svg viewBox="0 0 32 32" fill="none" aria-hidden="true">
        <path d="M19 6.5A10.5 10.5 0 1 0 25.5 13" stroke="currentColor" strokeWidth="5" />
        <path d="m16 16 4.500-4.500m3-3L28 4" stroke="var(--next)" strokeWidth="5" />
      </svg>
      Ongoza
    </a>
  );
}

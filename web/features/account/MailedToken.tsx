"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

const TOKEN = /^#token=([A-Za-z0-9._~-]{10,200})$/;

/**
 * Shows its form when the page was opened by a mailed link, whose token stands behind the `#` so that
 * no server logs it. The token goes into the form and leaves the address.
 */
export function MailedToken({ children }: { children: ReactNode }) {
  const [token, setToken] = useState<string | null>(null);
  const place = useRef<HTMLElement>(null);

  useEffect(() => {
    const found = TOKEN.exec(location.hash)?.[1];
    if (found) {
      history.replaceState(null, "", location.pathname + location.search);
      setToken(found);
    }
  }, []);

  useEffect(() => {
    const input = place.current?.querySelector<HTMLInputElement>("input[name=token]");
    if (token && input) {
      input.value = token;
    }
  }, [token]);

  return (
    <section className="card now" ref={place} hidden={token === null}>
      {children}
    </section>
  );
}

"use client";

import { useEffect, useState } from "react";
import en from "@/messages/en/failure.json";
import fr from "@/messages/fr/failure.json";
import sw from "@/messages/sw/failure.json";

const TEXTS = { en, sw, fr };

/** For a page that failed as a whole, also while the server gives no texts. */
export default function Failed({ error }: { error: Error & { digest?: string } }) {
  const [language, setLanguage] = useState<keyof typeof TEXTS>("en");
  useEffect(() => {
    const stated = document.documentElement.lang;
    setLanguage(stated === "sw" || stated === "fr" ? stated : "en");
  }, []);
  const { title, text, again } = TEXTS[language];
  return (
    <main id="main" className="state" role="alert">
      <h1>{title}</h1>
      <p>{text}</p>
      <button type="button" className="btn" onClick={() => location.reload()}>
        {again}
      </button>
      {error.digest && <p className="meta mono">{error.digest}</p>}
    </main>
  );
}

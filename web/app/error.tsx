"use client";

import { useEffect, useState } from "react";

const WORDS = {
  en: [
    "This page does not open for now",
    "The fault is on our side. What you sent is safe.",
    "Load again",
  ],
  sw: [
    "Ukurasa huu haufunguki kwa sasa",
    "Hitilafu ni yetu. Ulichotuma kiko salama.",
    "Fungua tena",
  ],
  fr: [
    "Cette page ne s’ouvre pas pour l’instant",
    "C’est de notre côté. Ce que vous avez envoyé est en sécurité.",
    "Recharger",
  ],
} as const;

/** For a page that failed as a whole, also while no catalogue of texts can be read. */
export default function Failed({ error }: { error: Error & { digest?: string } }) {
  const [language, setLanguage] = useState<keyof typeof WORDS>("en");
  useEffect(() => {
    const stated = document.documentElement.lang;
    setLanguage(stated === "sw" || stated === "fr" ? stated : "en");
  }, []);
  const [title, text, again] = WORDS[language];
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

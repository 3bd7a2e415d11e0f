"use client";

import { useEffect, useRef, useState } from "react";

export interface VersionTexts {
  title: string;
  text: string;
  mine: string;
  theirs: string;
  keep: string;
}

interface Properties {
  texts: VersionTexts;
  mine: string[];
  theirs: string[];
  isSending: boolean;
  onKeep: (which: "mine" | "theirs") => void;
}

/** What was written here and what is stored now, both shown: the person chooses. */
export function TwoVersions({ texts, mine, theirs, isSending, onKeep }: Properties) {
  const [which, setWhich] = useState<"mine" | "theirs">("mine");
  const versions = { mine, theirs };
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus(), []);
  return (
    <section className="stack" role="alert" tabIndex={-1} ref={section}>
      <h3>{texts.title}</h3>
      <p>{texts.text}</p>
      <div className="choices">
        {(["mine", "theirs"] as const).map((name) => (
          <label className="choice" key={name}>
            <input
              type="radio"
              name="version"
              checked={which === name}
              onChange={() => setWhich(name)}
            />
            <span>
              <strong>{texts[name]}</strong>
              {versions[name].map((line) => (
                <span className="hint label" key={line}>
                  {line}
                </span>
              ))}
            </span>
          </label>
        ))}
      </div>
      <p className="acts">
        <button type="button" className="btn" disabled={isSending} onClick={() => onKeep(which)}>
          {texts.keep}
        </button>
      </p>
    </section>
  );
}

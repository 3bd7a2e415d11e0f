import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Brand } from "./Brand";
import { Languages } from "./Languages";

/** A page of one narrow column, for callers who are not signed in or do one thing only. */
export async function NarrowPage({ children }: { children: ReactNode }) {
  const t = await getTranslations("shell");
  return (
    <div className="narrow">
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <header className="top">
        <Brand href="/" />
        <Languages />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

import type { Metadata, Viewport } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import "./tokens.css";
import "./base.css";

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  colorScheme: "light dark",
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("shell");
  return {
    title: { default: "Ongoza CyberHub", template: "%s · Ongoza CyberHub" },
    description: t("description"),
    robots: { index: false },
  };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [errors, forms] = [await getTranslations("errors"), await getTranslations("forms")];
  return (
    <html lang={await getLocale()}>
      <body data-offline={forms("offline")} data-failed={errors("failed")}>
        {children}
      </body>
    </html>
  );
}

import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { errorsIn } from "@/server/forms";
import { formToken } from "@/server/formToken";
import { Form } from "./Form";

interface Properties {
  /** Of `app/bff/forms`. */
  name: string;
  /** The query of the page. */
  query: Record<string, string | undefined>;
  children: ReactNode;
}

/** A form of a page: with its token, its texts and what the address says is wrong. */
export async function ServerForm({ name, query, children }: Properties) {
  const t = await getTranslations("forms");
  const secret = (await headers()).get("x-form-secret") ?? "";
  const texts = { one: t("one"), more: t.raw("more") as string, offline: t("offline") };
  return (
    <Form
      action={`/bff/forms/${name}`}
      texts={texts}
      errors={await errorsIn(query)}
      token={formToken(secret)}
    >
      {children}
    </Form>
  );
}

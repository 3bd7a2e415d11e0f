import type { NextRequest } from "next/server";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf } from "@/features/notifications/addresses";

interface Context {
  params: Promise<{ kind: string }>;
}

/** What a browser shows for a pushed notification, in the language that was chosen in it. */
export async function GET(_request: NextRequest, { params }: Context): Promise<Response> {
  const { kind } = await params;
  const [t, push] = [await getTranslations("settings"), await getTranslations("settings.push")];
  const name = `kinds.${kind}` as "title";
  return Response.json({
    title: t.has(name) ? t(name) : push("anything"),
    text: push("open"),
    address: addressOf(kind) ?? "/notifications",
    language: await getLocale(),
  });
}

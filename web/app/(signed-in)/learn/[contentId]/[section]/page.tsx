import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readContent } from "@/features/learn/catalogue";
import { ItemPage } from "@/features/learn/ItemPage";
import { requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ contentId: string; section: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { data } = await readContent((await params).contentId);
  return data ? { title: data.title } : {};
}

/** A section has an address of its own, so that each is kept for reading without a line. */
export default async function SectionPage({ params }: Properties) {
  await requireSession();
  const { contentId, section } = await params;
  if (!/^[1-9]\d?$/.test(section)) {
    notFound();
  }
  return <ItemPage contentId={contentId} section={Number(section)} />;
}

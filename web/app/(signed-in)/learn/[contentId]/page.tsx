import type { Metadata } from "next";
import { readContent } from "@/features/learn/catalogue";
import { ItemPage } from "@/features/learn/ItemPage";
import { requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ contentId: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { data } = await readContent((await params).contentId);
  return data ? { title: data.title } : {};
}

export default async function Item({ params }: Properties) {
  await requireSession();
  return <ItemPage contentId={(await params).contentId} section={null} />;
}

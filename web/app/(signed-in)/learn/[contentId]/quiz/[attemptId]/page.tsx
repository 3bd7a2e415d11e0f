import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { QuizPage } from "@/features/learn/QuizPage";
import { requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ contentId: string; attemptId: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("learn"))("quiz.title") };
}

export default async function QuizAttempt({ params }: Properties) {
  await requireSession();
  return <QuizPage {...(await params)} />;
}

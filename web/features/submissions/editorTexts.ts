import "server-only";
import { getTranslations } from "next-intl/server";
import type { EditorTexts } from "./texts";

/** The catalogue's texts for the editor of a draft; what has places to fill stays a template. */
export async function editorTexts(): Promise<EditorTexts> {
  const t = await getTranslations("submissions");
  return {
    sync: { kept: t("sync.kept"), sent: t("sync.sent"), accepted: t.raw("sync.accepted") },
    text: {
      label: t("text.label"),
      hint: t("text.hint"),
      keep: t("text.keep"),
      notKept: t("text.notKept"),
    },
    versions: {
      title: t("versions.title"),
      text: t("versions.text"),
      mine: t("versions.mine"),
      theirs: t("versions.theirs"),
      keep: t("versions.keep"),
      summary: t.raw("versions.summary"),
    },
    links: {
      label: t("links.label"),
      hint: t("links.hint"),
      add: t("links.add"),
      remove: t("files.remove"),
      none: t("links.none"),
    },
    files: {
      label: t("files.label"),
      add: t("files.add"),
      limits: t("files.limits"),
      of: t.raw("files.of"),
      reading: t("files.reading"),
      broken: t("files.broken"),
      brokenText: t.raw("files.brokenText"),
      goesOn: t("files.goesOn"),
      pause: t("files.pause"),
      paused: t("files.paused"),
      resume: t("files.resume"),
      retry: t("files.retry"),
      remove: t("files.remove"),
      removeName: t.raw("files.removeName"),
      pauseName: t.raw("files.pauseName"),
      progressName: t.raw("files.progressName"),
      unfinished: t("files.unfinished"),
      chooseAgain: t("files.chooseAgain"),
      forget: t("files.forget"),
      empty: t("files.empty"),
      tooLarge: t("files.tooLarge"),
    },
    handIn: {
      button: t("handIn.button"),
      whenThere: t("handIn.whenThere"),
      waiting: t("handIn.waiting"),
      queued: t("handIn.queued"),
      cancel: t("handIn.cancel"),
      nothing: t("handIn.nothing"),
      notSent: t("handIn.notSent"),
    },
  };
}

import type { SyncTexts } from "@/features/texts/Sync";

/** What the editor of a draft says, in the language of the page. */
export interface EditorTexts {
  sync: SyncTexts;
  text: { label: string; hint: string; keep: string; notKept: string };
  versions: {
    title: string;
    text: string;
    mine: string;
    theirs: string;
    keep: string;
    /** With {count} and {end}. */
    summary: string;
  };
  links: { label: string; hint: string; add: string; remove: string; none: string };
  files: {
    label: string;
    add: string;
    limits: string;
    /** With {part} and {whole}. */
    of: string;
    reading: string;
    broken: string;
    /** With {at}. */
    brokenText: string;
    goesOn: string;
    pause: string;
    paused: string;
    resume: string;
    retry: string;
    remove: string;
    /** With {name}. */
    removeName: string;
    pauseName: string;
    progressName: string;
    unfinished: string;
    chooseAgain: string;
    forget: string;
    empty: string;
    tooLarge: string;
  };
  handIn: {
    button: string;
    whenThere: string;
    waiting: string;
    queued: string;
    cancel: string;
    nothing: string;
    notSent: string;
  };
}

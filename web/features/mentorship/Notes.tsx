import { getTranslations } from "next-intl/server";
import { mentorshipNotesList } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField } from "@/features/actions/fields";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** The notes of a match, which both of the two read. */
export async function Notes({ match, isMentor }: { match: string; isMentor: boolean }) {
  const [t, when, notes] = await Promise.all([
    getTranslations("mentorship.mentee"),
    times(),
    load(mentorshipNotesList({ client: core, path: { match_id: match } })),
  ]);
  return (
    <section className="stack" aria-labelledby={`notes-${match}`}>
      <h2 id={`notes-${match}`}>{t("notes")}</h2>
      <p className="meta">{t("notesText")}</p>
      {notes.problem && <ProblemState problem={notes.problem} />}
      {notes.data?.results.length === 0 && <p>{t("noNotes")}</p>}
      <ul className="list">
        {notes.data?.results.map((note) => (
          <li key={note.id}>
            <p>{note.text}</p>
            <p className="meta">
              {t(note.from_mentor === isMentor ? "byYou" : "byOther")},{" "}
              {when.moment(note.created_at)}
            </p>
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("note")}</summary>
        <ApiForm
          path={`/mentorship/matches/${match}/notes/`}
          shape={{ text: "text" }}
          submit={t("noteSubmit")}
        >
          <AreaField id={`note-${match}`} name="text" label={t("note")} rows={4} maxLength={4000} />
        </ApiForm>
      </details>
    </section>
  );
}

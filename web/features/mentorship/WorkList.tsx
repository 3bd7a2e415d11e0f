import { getTranslations } from "next-intl/server";
import { type Match, type Work, workqueueRead } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const KINDS = [
  "request_to_answer",
  "session_to_confirm",
  "session_to_record",
  "messages_to_read",
] as const;

/** What learners wait for, the most pressing first. */
export async function WorkList({ matches }: { matches: Match[] }) {
  const [t, queue] = await Promise.all([
    getTranslations("mentorship.mentees"),
    load(workqueueRead({ client: core })),
  ]);
  if (queue.problem) {
    return <ProblemState problem={queue.problem} />;
  }
  const { overdue, work } = queue.data;
  const [nameOf, when] = [await learnerNames(work.map(({ learner }) => learner)), await times()];
  return (
    <section className="card now stack" aria-labelledby="work">
      <h2 id="work">{t("work")}</h2>
      {work.length === 0 && <p>{t("workNone")}</p>}
      {overdue > 0 && <p className="badge warn">{t("workOverdue", { count: overdue })}</p>}
      <ul className="list">
        {work.map((one) => {
          const kind = KINDS.find((known) => known === one.kind) ?? "other";
          const moment = when.moment(one.due_at);
          return (
            <li className="row apart" key={`${one.kind} ${one.subject}`}>
              <span className="row">
                <a href={placeOf(one, matches)}>{t(`kinds.${kind}`)}</a> {nameOf(one.learner)}
              </span>
              <span className="meta">{t(one.is_overdue ? "late" : "due", { moment })}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function placeOf({ kind, learner }: Work, matches: Match[]): string {
  const match = matches.find((one) => one.learner === learner);
  return kind === "messages_to_read" && match ? `/messages/${match.id}` : "/mentorship/sessions";
}

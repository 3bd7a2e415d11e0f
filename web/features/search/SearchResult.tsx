import { getTranslations } from "next-intl/server";
import type { Found, MissionOffer } from "@/api/ai";
import type { Catalogue, ProgressBook } from "@/features/learn/books";
import { hrefOf } from "@/features/learn/courses";
import { Facts } from "@/features/learn/Facts";
import { sizeText } from "@/features/learn/sizeText";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { nearness, sharedWords } from "./fit";

interface Properties {
  found: Found;
  /** What was asked. */
  asked: string;
  catalogue: Catalogue | null;
  progress: ProgressBook | null;
}

/** An item that was found: what it is, why it fits, and whether it is open to the learner. */
export async function SearchResult({ found, asked, catalogue, progress }: Properties) {
  const t = await getTranslations("search");
  const { content_id: id, title, description, track, level, content_type } = found;
  const item = catalogue?.byId.get(id);
  const words = sharedWords(asked, found);
  const reasons = [t(`fit.${nearness(found.score)}`)];
  if (words.length) {
    reasons.push(t("fit.words", { words: words.join(", ") }));
  }
  if (found.skills.length) {
    reasons.push(t("fit.teaches", { skills: skillsOf(found, item?.skill_labels).join(", ") }));
  }
  return (
    <li>
      <h3>
        <a href={hrefOf(id)}>{title}</a>
      </h3>
      <Facts
        track={track}
        type={content_type}
        level={level}
        minutes={item?.duration_minutes}
        size={await sizeText(item)}
      />
      <p>{description}</p>
      <p className="why">{reasons.join(" ")}</p>
      <Standing id={id} catalogue={catalogue} progress={progress} />
      {found.mission && <Offer offer={found.mission} />}
    </li>
  );
}

const SHOWN_SKILLS = 4;

function skillsOf({ skills }: Found, labels: string[] | undefined): string[] {
  return (labels ?? skills.map((skill) => skill.replaceAll("-", " "))).slice(0, SHOWN_SKILLS);
}

type StandingProperties = Pick<Properties, "catalogue" | "progress"> & { id: string };

/** Completed, begun, or what comes first. */
async function Standing({ id, catalogue, progress }: StandingProperties) {
  const t = await getTranslations("search");
  if (!progress) {
    return null;
  }
  if (progress.isCompleted(id)) {
    return (
      <p className="row">
        <span className="badge ok">
          <Icon name="check" />
          {t("completed")}
        </span>
      </p>
    );
  }
  if (progress.isBegun(id)) {
    return (
      <p className="row">
        <span className="badge info">
          <Icon name="clock" />
          {t("begun")}
        </span>
      </p>
    );
  }
  const ahead = (catalogue?.byId.get(id)?.prerequisites ?? []).flatMap(
    (first) => catalogue?.byId.get(first) ?? [],
  );
  const missing = ahead.find((item) => !progress.isCovered(item));
  return missing ? (
    <p className="error plain">
      <Icon name="lock" className="s" />
      <span>
        {t("first")} <a href={hrefOf(missing.content_id)}>{missing.title}</a>
      </span>
    </p>
  ) : null;
}

/** What a mission takes of the learner's work. */
async function Offer({ offer }: { offer: MissionOffer }) {
  const t = await getTranslations("search");
  if (!offer.open) {
    return <p className="meta">{t("offer.closed")}</p>;
  }
  const parts: string[] = [];
  if (offer.closes_at) {
    parts.push(t("offer.until", { moment: (await times()).longMoment(offer.closes_at) }));
  }
  if (typeof offer.attempts_left === "number") {
    parts.push(t("offer.left", { count: offer.attempts_left }));
  }
  return parts.length ? <p className="meta">{parts.join(" ")}</p> : null;
}

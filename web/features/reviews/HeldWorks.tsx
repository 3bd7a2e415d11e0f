import { getTranslations } from "next-intl/server";
import type { Claim } from "@/api/core";
import { times } from "@/features/times/times";

const MOST = 3;

/** What the reviewer holds, and until when. */
export async function HeldWorks({ claims }: { claims: Claim[] }) {
  const [t, when] = [await getTranslations("reviews"), await times()];
  if (claims.length === 0) {
    return <p className="soft">{t("heldNone")}</p>;
  }
  return (
    <div className="claim">
      <ul className="plain stack tight">
        {claims.map((claim, place) => (
          <li className="row apart" key={claim.id}>
            <span>
              {place === 0 &&
                t.rich("held", {
                  count: claims.length,
                  most: MOST,
                  b: (chunks) => <strong>{chunks}</strong>,
                })}{" "}
              <a href={`/reviews/${claim.submission}`}>{claim.title}</a>
            </span>
            <span>{t("heldUntil", { clock: when.clock(claim.until) })}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

import { getTranslations } from "next-intl/server";
import type { Claim } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField } from "@/features/actions/fields";
import { Icon } from "@/features/shell/Icon";
import { Note } from "@/features/shell/Note";
import { times } from "@/features/times/times";
import { ClaimButton } from "./ClaimButton";
import { Countdown } from "./Countdown";

interface Properties {
  submission: string;
  /** Whether it waits for a review. */
  waits: boolean;
  claim: Claim | null;
  /** Whether the caller has the claim. */
  isOwn: boolean;
  /** Whether the caller may end the claim of another. */
  mayTakeAway: boolean;
}

/** Whose the review is now, and until when. */
export async function ClaimBox(properties: Properties) {
  const { submission, waits, claim, isOwn, mayTakeAway } = properties;
  if (claim && isOwn) {
    return <OwnClaim claim={claim} />;
  }
  return claim ? (
    <OtherClaim claim={claim} mayTakeAway={mayTakeAway} />
  ) : (
    <NoClaim submission={submission} waits={waits} />
  );
}

async function OwnClaim({ claim }: { claim: Claim }) {
  const [t, when] = await Promise.all([getTranslations("reviews.claimBox"), times()]);
  const countdown = {
    label: t("label"),
    one: t("one"),
    more: t.raw("more") as string,
    none: t("none"),
    over: t("over"),
  };
  return (
    <Countdown
      until={claim.until}
      now={Date.now()}
      claimedAt={claim.claimed_at}
      texts={countdown}
      untilText={t.rich("until", {
        clock: when.clock(claim.until),
        b: (chunks) => <b>{chunks}</b>,
      })}
      extend={
        claim.extensions_left > 0 && (
          <ActionButton path={`/reviews/${claim.submission}/extend/`} hasKey={false}>
            {t("extend")}
          </ActionButton>
        )
      }
    >
      <p className="meta">{t("left", { count: claim.extensions_left })}</p>
    </Countdown>
  );
}

async function OtherClaim({ claim, mayTakeAway }: { claim: Claim; mayTakeAway: boolean }) {
  const [t, when] = [await getTranslations("reviews.claimBox"), await times()];
  return (
    <>
      <Note kind="info" icon="lock" title={t("other", { clock: when.clock(claim.until) })}>
        {t("otherText")}
      </Note>
      {mayTakeAway && (
        <details>
          <summary>{t("takeAway")}</summary>
          <ApiForm
            path={`/reviews/${claim.submission}/take-away/`}
            shape={{ reason: "text" }}
            submit={t("takeAway")}
            hasKey={false}
          >
            <AreaField
              id="take-away-reason"
              name="reason"
              label={t("reason")}
              hint={t("reasonHint")}
              rows={3}
              maxLength={1000}
            />
          </ApiForm>
        </details>
      )}
    </>
  );
}

async function NoClaim({ submission, waits }: { submission: string; waits: boolean }) {
  const t = await getTranslations("reviews");
  if (!waits) {
    return (
      <Note kind="info" icon="check" title={t("claimBox.closed")}>
        {t("claimBox.decidedAlready")}
      </Note>
    );
  }
  return (
    <div className="note info">
      <Icon name="clock" />
      <strong>{t("claimBox.free")}</strong>
      <p>{t("claimBox.freeText")}</p>
      <div className="acts">
        <ClaimButton className="btn next" submission={submission} limit={t("limit")}>
          {t("claimBox.claim")}
        </ClaimButton>
      </div>
    </div>
  );
}

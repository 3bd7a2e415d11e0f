import { getFormatter, getTranslations } from "next-intl/server";
import { type ApiToken, authTokensList, authTotpStatus } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { textsOf } from "@/server/texts";
import { ChangePassword } from "./ChangePassword";
import { MakeToken } from "./MakeToken";
import { SecondFactor } from "./SecondFactor";

export async function PasswordCard() {
  const t = await getTranslations("settings");
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">{t("password.heading")}</h2>
      <ChangePassword texts={(await textsOf("settings")).password} />
    </section>
  );
}

export async function SecondFactorCard() {
  const t = await getTranslations("settings");
  const { data, problem } = await load(authTotpStatus({ client: core }));
  const left = data?.recovery_codes_left ?? 0;
  return (
    <section className="card" aria-labelledby="second-factor">
      <h2 id="second-factor">{t("secondFactor.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      {data && (
        <>
          <p>{data.enrolled ? t("secondFactor.on", { count: left }) : t("secondFactor.off")}</p>
          {data.enrolled && left < 3 && <p className="meta">{t("secondFactor.fewCodes")}</p>}
          <SecondFactor
            isEnrolled={data.enrolled}
            texts={(await textsOf("settings")).secondFactorForm}
          />
        </>
      )}
    </section>
  );
}

export async function TokensCard() {
  const t = await getTranslations("settings");
  const [tokens, totp] = await Promise.all([
    load(authTokensList({ client: core, query: { page_size: 100 } })),
    load(authTotpStatus({ client: core })),
  ]);
  return (
    <section className="card" aria-labelledby="tokens">
      <h2 id="tokens">{t("tokens.heading")}</h2>
      <p className="soft">{t("tokens.introduction")}</p>
      {tokens.problem && <ProblemState problem={tokens.problem} />}
      {tokens.data?.count === 0 && <p>{t("tokens.empty")}</p>}
      <ul className="list">
        {tokens.data?.results.map((token) => (
          <Token key={token.id} token={token} />
        ))}
      </ul>
      {totp.data && (
        <MakeToken isEnrolled={totp.data.enrolled} texts={(await textsOf("settings")).tokenForm} />
      )}
    </section>
  );
}

async function Token({ token }: { token: ApiToken }) {
  const [t, format] = [await getTranslations("settings"), await getFormatter()];
  const day = (time: string) => format.dateTime(new Date(time), { dateStyle: "medium" });
  const { id, name, scope, expires_at, last_used_at } = token;
  return (
    <li className="row apart keep">
      <span>
        <strong>{name}</strong>
        <span className="meta label">
          {scopeWords(scope, t)}. {t("tokens.until", { date: day(expires_at) })}{" "}
          {last_used_at ? t("tokens.used", { date: day(last_used_at) }) : t("tokens.neverUsed")}
        </span>
      </span>
      <ActionButton method="delete" path={`/auth/tokens/${id}/`}>
        {t("tokenForm.revoke")}
        <span className="hide"> {name}</span>
      </ActionButton>
    </li>
  );
}

type Texts = Awaited<ReturnType<typeof getTranslations<"settings">>>;

function scopeWords(scope: string[], t: Texts): string {
  if (scope.some((word) => word !== "read" && word !== "write")) {
    return t("tokens.other", { words: scope.join(", ") });
  }
  return scope.includes("write") ? t("tokens.write") : t("tokens.read");
}

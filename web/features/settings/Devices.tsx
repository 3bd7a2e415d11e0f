import { getFormatter, getTranslations } from "next-intl/server";
import { authSessionsList, type SignIn } from "@/api/core";
import { Press } from "@/features/dialog/Press";
import { ProblemState } from "@/features/shell/Problem";
import { core, got } from "@/server/caller";
import { refusals } from "@/server/refusals";

/** The devices on which the caller is signed in: each can be logged out. */
export async function DevicesCard() {
  const t = await getTranslations("settings");
  const { data, problem } = await got(
    authSessionsList({ client: core, query: { page_size: 100 } }),
  );
  const texts = await refusals(t.raw("errors"));
  const others = data?.results.filter(({ current }) => !current) ?? [];
  return (
    <section className="card" aria-labelledby="devices">
      <h2 id="devices">{t("devices.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      <ul className="list">
        {data?.results.map((signIn) => (
          <Device key={signIn.id} signIn={signIn} texts={texts} />
        ))}
      </ul>
      {others.length > 1 && (
        <Press method="delete" path="/auth/sessions/" refusals={texts}>
          {t("devices.others")}
        </Press>
      )}
    </section>
  );
}

async function Device({ signIn, texts }: { signIn: SignIn; texts: Record<string, string> }) {
  const [t, format] = [await getTranslations("settings.devices"), await getFormatter()];
  const name =
    signIn.device === "Unknown device" ? t("unknown") : signIn.device.replace(" on ", ", ");
  const time = format.dateTime(new Date(signIn.last_used_at), {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <li className="row apart keep">
      <span>
        <strong>{signIn.current ? t("this") : name}</strong>
        <span className="meta label">
          {signIn.current ? `${name}. ${t("inUse")}` : t("lastUsed", { time })}
        </span>
      </span>
      {signIn.current ? (
        <a className="btn" href="#log-out">
          {t("logOut")}
        </a>
      ) : (
        <Press method="delete" path={`/auth/sessions/${signIn.id}/`} refusals={texts}>
          {t("logOut")}
          <span className="hide"> {t("ofDevice", { device: name })}</span>
        </Press>
      )}
    </li>
  );
}

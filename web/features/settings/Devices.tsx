import { getTranslations } from "next-intl/server";
import { authSessionsList, type SignIn } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** The devices on which the caller is signed in: each can be logged out. */
export async function DevicesCard() {
  const t = await getTranslations("settings");
  const { data, problem } = await load(
    authSessionsList({ client: core, query: { page_size: 100 } }),
  );
  const others = data?.results.filter(({ current }) => !current) ?? [];
  return (
    <section className="card" aria-labelledby="devices">
      <h2 id="devices">{t("devices.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      <ul className="list">
        {data?.results.map((signIn) => (
          <Device key={signIn.id} signIn={signIn} />
        ))}
      </ul>
      {others.length > 1 && (
        <ActionButton method="delete" path="/auth/sessions/">
          {t("devices.others")}
        </ActionButton>
      )}
    </section>
  );
}

async function Device({ signIn }: { signIn: SignIn }) {
  const [t, when] = [await getTranslations("settings.devices"), await times()];
  const name =
    signIn.device === "Unknown device" ? t("unknown") : signIn.device.replace(" on ", ", ");
  const time = when.dateAndClock(signIn.last_used_at);
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
        <ActionButton method="delete" path={`/auth/sessions/${signIn.id}/`}>
          {t("logOut")}
          <span className="hide"> {t("ofDevice", { device: name })}</span>
        </ActionButton>
      )}
    </li>
  );
}

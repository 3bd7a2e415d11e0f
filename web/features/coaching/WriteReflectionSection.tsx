import { getTranslations } from "next-intl/server";
import { reflectionShared } from "./reflectionData";
import { WriteReflection } from "./WriteReflection";

export async function WriteReflectionSection() {
  const t = await getTranslations("coaching.reflections");
  return (
    <section className="stack" aria-labelledby="write">
      <h2 id="write">{t("writeHeading")}</h2>
      <WriteReflection shared={await reflectionShared()} />
    </section>
  );
}

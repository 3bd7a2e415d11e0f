import { TextField } from "@/features/actions/fields";
import type { SecretTexts } from "./texts";

/** The secret that signs the requests, which is shown once. */
export function Secret({ secret, texts }: { secret: string; texts: SecretTexts }) {
  return (
    <div className="stack tight">
      <p role="alert">{texts.shown}</p>
      <TextField
        id="webhook-secret"
        name="secret"
        label={texts.label}
        className="mono"
        readOnly
        value={secret}
      />
    </div>
  );
}

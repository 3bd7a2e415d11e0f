import { Icon } from "@/features/shell/Icon";

/** Why something did not work, announced when it appears; nothing without a text. */
export function ErrorText({ text, id }: { text: string | null | undefined; id?: string }) {
  return text ? (
    <p className="error" role="alert" id={id}>
      <Icon name="alert" className="s" />
      {text}
    </p>
  ) : null;
}

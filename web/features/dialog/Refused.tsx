import { Icon } from "@/features/shell/Icon";

/** Why something that a person did was refused; nothing while it was not. */
export function Refused({ text }: { text: string | null }) {
  if (!text) {
    return null;
  }
  return (
    <p className="error" role="alert">
      <Icon name="alert" className="s" />
      {text}
    </p>
  );
}

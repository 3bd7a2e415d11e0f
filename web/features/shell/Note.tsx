import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface Properties {
  kind: "ok" | "info" | "warn" | "bad";
  icon: IconName;
  title: string;
  children?: ReactNode;
}

/** One thing that was done or is so, said where it matters. */
export function Note({ kind, icon, title, children }: Properties) {
  return (
    <div className={`note ${kind}`} role="status">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}

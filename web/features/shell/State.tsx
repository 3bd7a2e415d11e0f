import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface Properties {
  icon: IconName;
  title: string;
  /** What is safe and what to do. */
  children: ReactNode;
  level?: 1 | 2;
}

/** What a page, or a part of one, shows instead of its content. */
export function State({ icon, title, children, level = 2 }: Properties) {
  const Title = level === 1 ? "h1" : "h2";
  return (
    <div className="state">
      <Icon name={icon} />
      <Title>{title}</Title>
      {children}
    </div>
  );
}

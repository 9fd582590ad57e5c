"use client";
/** Tabs; `value` usually lives in the address, so that Back and links work. */
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./tabs.module.css";

export interface TabItem<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  readonly count?: number | undefined;
}

export function Tabs<Value extends string>({
  label,
  value,
  onChange,
  items,
  className,
  children,
}: {
  /** What the tabs choose between, for screen readers. */
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly items: readonly TabItem<Value>[];
  readonly className?: string | undefined;
  /** <TabPanel>s. */
  readonly children?: ReactNode;
}) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)} className={className}>
      {/* A click changes the address, and with it who has the focus: the ring is for keys only. */}
      <Radix.List
        aria-label={label}
        className={styles.list}
        onPointerDown={(event) => event.currentTarget.setAttribute("data-pointer", "")}
        onKeyDown={(event) => event.currentTarget.removeAttribute("data-pointer")}
      >
        {items.map((item) => (
          <Radix.Trigger key={item.value} value={item.value} className={styles.tab}>
            {item.label}
            {item.count !== undefined && item.count > 0 && <span className={styles.count}>{item.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

export const TabPanel = Radix.Content;

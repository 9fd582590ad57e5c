"use client";
/** Tabs; `value` usually lives in the address, so that Back and links work. */
import { Tabs as Radix } from "radix-ui";
import { useEffect, useRef, type ReactNode } from "react";
import { formatNumber } from "./format-number";
import styles from "./tabs.module.css";

/** So much of the next tab stays in sight. */
const edge = 32;

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
  const list = useRef<HTMLDivElement>(null);
  // On a phone not all of them fit.
  useEffect(() => {
    const box = list.current;
    const active = box?.querySelector<HTMLElement>('[data-state="active"]');
    if (!box || !active) return;
    const left = active.offsetLeft - box.offsetLeft;
    if (left < box.scrollLeft) box.scrollLeft = left - edge;
    else if (left + active.offsetWidth > box.scrollLeft + box.clientWidth)
      box.scrollLeft = left + active.offsetWidth - box.clientWidth + edge;
  }, [value]);
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)} className={className}>
      {/* A click changes the address, and with it who has the focus: the ring is for keys only. */}
      <Radix.List
        ref={list}
        aria-label={label}
        className={styles.list}
        onPointerDown={(event) => event.currentTarget.setAttribute("data-pointer", "")}
        onKeyDown={(event) => event.currentTarget.removeAttribute("data-pointer")}
      >
        {items.map((item) => (
          <Radix.Trigger key={item.value} value={item.value} className={styles.tab}>
            {item.label}
            {item.count !== undefined && item.count > 0 && <span className={styles.count}>{formatNumber(item.count)}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

export const TabPanel = Radix.Content;

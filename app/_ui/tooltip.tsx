"use client";
import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./floating.module.css";

export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={400} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

/** Words for what the pointer or the focus is on. `children` is one element that takes a ref. */
export function Tooltip({
  text,
  keys,
  side,
  children,
}: {
  readonly text: ReactNode;
  readonly keys?: string | undefined;
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.tooltip} side={side ?? "bottom"} sideOffset={4} collisionPadding={8}>
          {text}
          {keys !== undefined && <span className={styles.keys}>{keys}</span>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

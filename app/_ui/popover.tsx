"use client";
import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./floating.module.css";

export function Popover({
  trigger,
  align = "start",
  children,
  open,
  onOpenChange,
}: {
  readonly trigger: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly children: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.popover} align={align} sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

"use client";
/** Menus: `<Menu trigger={…}>` around MenuItem, MenuLink, MenuSeparator, MenuLabel. */
import Link from "next/link";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import styles from "./floating.module.css";

export function Menu({
  trigger,
  align = "start",
  side = "bottom",
  children,
  open,
  onOpenChange,
}: {
  readonly trigger: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})} modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} align={align} side={side} sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({
  icon,
  hint,
  danger,
  disabled,
  onSelect,
  children,
}: {
  readonly icon?: ReactNode;
  /** At the right: keys, or a word about the choice. */
  readonly hint?: ReactNode;
  readonly danger?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Radix.Item className={classNames(styles.item, danger && styles.danger)} disabled={disabled ?? false} onSelect={onSelect}>
      {icon}
      {children}
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </Radix.Item>
  );
}

export function MenuLink({ href, icon, children }: { readonly href: string; readonly icon?: ReactNode; readonly children: ReactNode }) {
  return (
    <Radix.Item className={styles.item} asChild>
      <Link href={href}>
        {icon}
        {children}
      </Link>
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className={styles.separator} />;
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className={styles.label}>{children}</Radix.Label>;
}

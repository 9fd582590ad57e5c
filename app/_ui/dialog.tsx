"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";
import { classNames } from "./class-names";
import styles from "./floating.module.css";

/** A question that must be answered first. `text` says why. */
export function Dialog({
  open,
  onOpenChange,
  title,
  text,
  wide,
  children,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly text?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={styles.scrim} />
        <Radix.Content
          className={classNames(styles.dialog, wide && styles.wide)}
          {...(text === undefined ? { "aria-describedby": undefined } : {})}
        >
          <Radix.Title className={styles.dialogTitle}>{title}</Radix.Title>
          {text !== undefined && <Radix.Description className={styles.dialogText}>{text}</Radix.Description>}
          {children}
          <Radix.Close asChild>
            {/* No hint on it: it has the focus first, and Escape would only close the hint. */}
            <Button look="quiet" small aria-label="Close" className={styles.dialogClose}>
              <X size={16} />
            </Button>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Detail from the right that does not lose the list behind it: not modal, Esc closes. */
export function SideDrawer({
  open,
  onOpenChange,
  title,
  children,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** For screen readers; the content draws its own heading. */
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Radix.Portal>
        <Radix.Content
          className={styles.drawer}
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => {
            // The drawer as a whole: a button would open its hint over what one came to read.
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

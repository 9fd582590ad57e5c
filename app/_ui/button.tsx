"use client";
/** Buttons. A page has one `primary`; most are `quiet`. `IconButton` always has a name, shown as a tooltip. */
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { classNames } from "./class-names";
import { Tooltip } from "./tooltip";

export type ButtonLook = "plain" | "primary" | "quiet" | "danger";

interface LookProps {
  readonly look?: ButtonLook | undefined;
  readonly small?: boolean | undefined;
}

export type ButtonProps = ComponentProps<"button"> & LookProps;

export function Button({ look = "plain", small, className, type = "button", ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={classNames(styles.button, styles[look], small && styles.small, className)} />;
}

export function LinkButton({ look = "plain", small, className, ...rest }: ComponentProps<typeof Link> & LookProps) {
  return <Link {...rest} className={classNames(styles.button, styles[look], small && styles.small, className)} />;
}

export type IconButtonProps = Omit<ButtonProps, "children" | "aria-label" | "title"> & {
  /** What it does: the accessible name and the tooltip. */
  readonly label: string;
  /** Shown in the tooltip, e.g. "Shift Enter". */
  readonly keys?: string | undefined;
  readonly children: ReactNode;
};

export function IconButton({ label, keys, look = "quiet", small, className, type = "button", children, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        className={classNames(styles.button, styles[look], styles.icon, small && styles.small, className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}

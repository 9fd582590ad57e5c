"use client";
/** Form parts: a Field gives its control a label, a hint and the fault that belongs to it. */
import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "./class-names";
import styles from "./field.module.css";

interface ControlProps {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

export function Field({
  label,
  hint,
  fault,
  aside,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  /** Beside the label: a unit, a reset button. */
  readonly aside?: ReactNode;
  readonly children: (props: ControlProps) => ReactNode;
}) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, fault !== undefined && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <label htmlFor={id}>{label}</label>
        {aside}
      </span>
      {children({ id, "aria-invalid": fault !== undefined, "aria-describedby": described === "" ? undefined : described })}
      {fault !== undefined && (
        <span id={`${id}-fault`} className={styles.fault} role="alert">
          {fault}
        </span>
      )}
      {hint !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={classNames(styles.input, className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={classNames(styles.input, className)} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...rest} className={classNames(styles.select, className)} />;
}

export function Checkbox({ children, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return (
    <label className={styles.checkbox}>
      <input {...rest} type="checkbox" />
      {children}
    </label>
  );
}

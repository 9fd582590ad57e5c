/** Sentences in place: Notice (something to know), ErrorNotice (what happened and what to do), EmptyState, Skeleton. */
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { Button } from "./button";
import { classNames } from "./class-names";
import styles from "./notice.module.css";

export function Notice({
  look = "plain",
  actions,
  children,
  className,
}: {
  readonly look?: "plain" | "warning" | "failed";
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  const Icon = look === "plain" ? Info : look === "warning" ? TriangleAlert : CircleAlert;
  return (
    <div className={classNames(styles.notice, look !== "plain" && styles[look], className)} role={look === "failed" ? "alert" : "status"}>
      <Icon size={16} aria-hidden />
      <div className={styles.body}>{children}</div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** What Chrome, Firefox and Safari say when nobody answers. */
const browserWords = new Set(["Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed"]);

/** `doing` completes "Could not …": "load the notebooks". */
export function ErrorNotice({
  doing,
  error,
  onRetry,
}: {
  readonly doing: string;
  readonly error: { readonly message: string };
  readonly onRetry?: () => void;
}) {
  return (
    <Notice
      look="failed"
      actions={
        onRetry && (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <strong>Could not {doing}.</strong> {browserWords.has(error.message) ? "Heddle does not answer." : error.message}
    </Notice>
  );
}

/** Teaches: one sentence, one button, one example. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      <p>{children}</p>
      {actions !== undefined && <div className={styles.emptyActions}>{actions}</div>}
    </div>
  );
}

/** Has the size of what is coming, so that nothing jumps. */
export function Skeleton({
  width = "100%",
  height = 12,
  style,
}: {
  readonly width?: number | string;
  readonly height?: number | string;
  readonly style?: CSSProperties;
}) {
  return <span className={styles.skeleton} style={{ width, height, ...style }} aria-hidden />;
}

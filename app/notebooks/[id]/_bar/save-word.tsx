import Link from "next/link";
import type { SaveState } from "../_document/use-autosave";
import { classNames } from "../../../_ui/class-names";
import styles from "./editor-bar.module.css";

const words: Record<SaveState["type"], string> = {
  saved: "Saved",
  unsaved: "Saving…",
  saving: "Saving…",
  failed: "Not saved; trying again",
  conflict: "Not saved",
};

/** Leads to what was saved before. */
export function SaveWord({ id, state }: { readonly id: string; readonly state: SaveState }) {
  const bad = state.type === "failed" || state.type === "conflict";
  return (
    <span className={classNames(styles.save, bad && styles.failed)} role="status" title={"message" in state ? state.message : undefined}>
      {bad ? (
        words[state.type]
      ) : (
        <Link href={`/notebooks/${id}/versions`} prefetch={false} title="All versions of this notebook">
          {words[state.type]}
        </Link>
      )}
    </span>
  );
}

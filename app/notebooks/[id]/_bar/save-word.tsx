import Link from "next/link";
import type { SaveState } from "../_document/save-state";
import { classNames } from "../../../_ui/class-names";
import styles from "./editor-bar.module.css";

function wordsOf(state: SaveState): string {
  switch (state.type) {
    case "saved":
      return "Saved";
    case "unsaved":
      return "Saving…";
    case "offline":
      return state.kept ? "Offline: kept here" : "Offline";
    case "failed":
      return "Not saved; trying again";
    case "gone":
      return "Not saved: this notebook is gone";
    default:
      return state satisfies never;
  }
}

const hints: Partial<Record<SaveState["type"], string>> = {
  offline:
    "There is no connection to the server. Go on writing: it is kept in this page, and brought together with what others wrote when the connection is back.",
  gone: "It was deleted, or taken away from you. Your text is still in this page: copy what you need.",
};

/** Leads to what was saved before. */
export function SaveWord({ id, state, reads }: { readonly id: string; readonly state: SaveState; readonly reads: string | undefined }) {
  const bad = state.type === "failed" || state.type === "gone" || state.type === "offline";
  return (
    <span
      className={classNames(styles.save, bad && styles.failed)}
      role="status"
      title={bad ? ("message" in state ? state.message : hints[state.type]) : reads}
    >
      {bad ? (
        wordsOf(state)
      ) : reads !== undefined ? (
        "Read only"
      ) : (
        <Link href={`/notebooks/${id}/versions`} prefetch={false} title="All versions of this notebook">
          {wordsOf(state)}
        </Link>
      )}
    </span>
  );
}

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

export function SaveWord({ state }: { readonly state: SaveState }) {
  const bad = state.type === "failed" || state.type === "conflict";
  return (
    <span className={classNames(styles.save, bad && styles.failed)} role="status" title={"message" in state ? state.message : undefined}>
      {words[state.type]}
    </span>
  );
}

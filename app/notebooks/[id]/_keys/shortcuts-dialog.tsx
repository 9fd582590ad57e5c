"use client";
import { Keys } from "../../../_ui/chip";
import { Dialog } from "../../../_ui/dialog";
import styles from "./shortcuts-dialog.module.css";
import { shortcuts } from "./shortcuts";

export function ShortcutsDialog({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keys"
      text="On a Mac, Cmd does what Ctrl does. Single letters work while a cell is taken as a whole: press Esc first."
      wide
    >
      <div className={styles.groups}>
        {shortcuts.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl className={styles.keys}>
              {group.keys.map(([keys, words]) => (
                <div key={keys}>
                  <dt>
                    <Keys>{keys}</Keys>
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

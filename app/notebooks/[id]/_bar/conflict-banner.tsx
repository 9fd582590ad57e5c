"use client";
import { Button } from "../../../_ui/button";
import { Notice } from "../../../_ui/notice";

/** Two people saved: nothing is lost on either side, and the person decides. */
export function ConflictBanner({
  message,
  onKeepCopy,
  onLoadTheirs,
  busy,
}: {
  readonly message: string;
  readonly onKeepCopy: () => void;
  readonly onLoadTheirs: () => void;
  readonly busy: boolean;
}) {
  return (
    <Notice
      look="warning"
      actions={
        <>
          <Button small onClick={onKeepCopy} disabled={busy}>
            Keep mine as a copy
          </Button>
          <Button small onClick={onLoadTheirs} disabled={busy}>
            Load theirs
          </Button>
        </>
      }
    >
      <strong>Your last changes are not saved.</strong> {message}
    </Notice>
  );
}

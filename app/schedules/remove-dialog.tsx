"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../_trpc/client";
import type { ScheduleRow } from "../_trpc/outputs";
import { Button } from "../_ui/button";
import { Dialog } from "../_ui/dialog";
import { ErrorNotice } from "../_ui/notice";
import { useToast } from "../_ui/toast";
import styles from "./schedules.module.css";

/** Its history goes with it, so that it cannot be brought back: it is asked first. */
export function RemoveDialog({
  schedule,
  onClose,
  onRemoved,
}: {
  readonly schedule: Pick<ScheduleRow, "id" | "name">;
  readonly onClose: () => void;
  readonly onRemoved?: () => void;
}) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.schedule.remove.mutationOptions({
      onSuccess: () => {
        toast({ text: `“${schedule.name}” is removed.` });
        onClose();
        onRemoved?.();
        void queries.invalidateQueries({ queryKey: trpc.schedule.list.pathKey() });
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove “${schedule.name}”?`}
      text="It fires no more, and its history of fire times and backfills goes with it. Its runs stay, and what runs goes on. To stop it for a while, pause it instead."
    >
      {remove.error && <ErrorNotice doing="remove the schedule" error={remove.error} />}
      <div className={styles.buttons}>
        <span className={styles.space} />
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id: schedule.id })}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}

"use client";
/** Makes a pool or a lock, changes one, or takes one away, and says what that means for what runs and waits. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Labels, Rate } from "@/pipelines/limit/limit";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { Dialog } from "../../_ui/dialog";
import { Field, Input, Select } from "../../_ui/field";
import { Notice } from "../../_ui/notice";
import { useToast } from "../../_ui/toast";
import styles from "./pools.module.css";

export interface PlaceDraft {
  readonly kind: "pool" | "lock";
  readonly name: string;
  readonly slots?: number | undefined;
  readonly rate?: Rate | undefined;
  readonly labels?: Labels | undefined;
  readonly isNew: boolean;
  readonly isConfigured?: boolean;
}

const periods = [
  { seconds: 1, word: "second" },
  { seconds: 60, word: "minute" },
  { seconds: 3600, word: "hour" },
  { seconds: 86_400, word: "day" },
];

export function PlaceDialog({ draft, onClose }: { readonly draft: PlaceDraft; readonly onClose: () => void }) {
  const { kind, isNew } = draft;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [removing, setRemoving] = useState(false);
  const done = (text: string) => {
    void queries.invalidateQueries({ queryKey: trpc.pool.list.queryKey() });
    toast({ text });
    onClose();
  };
  const save = useMutation(
    trpc.pool.save.mutationOptions({
      onSuccess: (_, { name }) => done(isNew ? `The ${kind} “${name}” is there.` : `The ${kind} “${name}” was changed.`),
    }),
  );
  const remove = useMutation(
    trpc.pool.remove.mutationOptions({ onSuccess: (_, { name }) => done(`The ${kind} “${name}” was taken away.`) }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const number = (key: string) => (Number(data.get(key)) > 0 ? Number(data.get(key)) : undefined);
    const [slots, count] = [number("slots"), number("count")];
    const labels = readLabels(String(data.get("labels") ?? ""));
    save.mutate({
      kind,
      name: isNew ? String(data.get("name")).trim() : draft.name,
      ...(slots === undefined ? {} : { slots }),
      ...(count === undefined ? {} : { rate: { count, seconds: Number(data.get("seconds")) } }),
      ...(labels === undefined ? {} : { labels }),
      create: isNew,
    });
  };
  const known = periods.some(({ seconds }) => seconds === draft.rate?.seconds);
  const isDefault = kind === "pool" && draft.name === "default";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isNew ? `New ${kind}` : `${kind === "pool" ? "Pool" : "Lock"} “${draft.name}”`}
      text={isNew ? undefined : "What runs already goes on; a smaller size holds for what starts from now on."}
    >
      <form className={styles.form} onSubmit={submit}>
        {isNew && (
          <Field label="Name" hint={`As cells write it: ${kind}=name`} fault={save.error?.message}>
            {(control) => (
              <Input {...control} name="name" required maxLength={60} pattern={'[^\\s"=]+'} defaultValue={draft.name} autoComplete="off" />
            )}
          </Field>
        )}
        <Field
          label={kind === "pool" ? "Places" : "Permits"}
          hint={kind === "pool" ? "Tasks at once. Empty: as many as the workers have room for." : "Tasks at once. Empty: one."}
          fault={isNew ? undefined : save.error?.message}
        >
          {(control) => <Input {...control} name="slots" type="number" min={1} max={100_000} defaultValue={draft.slots ?? ""} />}
        </Field>
        <div className={styles.pair}>
          <Field label="Starts" hint="Empty: at any rate.">
            {(control) => <Input {...control} name="count" type="number" min={1} max={100_000} defaultValue={draft.rate?.count ?? ""} />}
          </Field>
          <Field label="In a">
            {(control) => (
              <Select {...control} name="seconds" defaultValue={String(draft.rate?.seconds ?? 60)}>
                {periods.map(({ seconds, word }) => (
                  <option key={seconds} value={seconds}>
                    {word}
                  </option>
                ))}
                {draft.rate && !known && <option value={draft.rate.seconds}>{draft.rate.seconds} seconds</option>}
              </Select>
            )}
          </Field>
        </div>
        {kind === "pool" && !isDefault && (
          <Field label="Labels" hint="As gpu=a100, zone=eu: served by the workers that have all of these. Empty: by those that name the pool, or the server.">
            {(control) => (
              <Input
                {...control}
                name="labels"
                maxLength={2000}
                pattern={labelsPattern}
                title="key=value, with commas between them"
                placeholder="card=a100, zone=eu"
                defaultValue={showLabels(draft.labels).join(", ")}
                autoComplete="off"
              />
            )}
          </Field>
        )}
        {removing && (
          <Notice look="warning">
            {isDefault
              ? "The pool “default” stays, without a limit: its tasks run as the workers have room for."
              : kind === "pool"
                ? `Tasks with pool=${draft.name} that wait go on waiting until there is a pool of that name again; new runs that ask for it are refused. What runs goes on.`
                : `Cells with lock=${draft.name} run one at a time again. What runs goes on.`}
          </Notice>
        )}
        {remove.error && <Notice look="failed">{remove.error.message}</Notice>}
        <div className={styles.buttons}>
          {draft.isConfigured &&
            (removing ? (
              <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ kind, name: draft.name })}>
                {isDefault ? "Take the limit away" : `Take the ${kind} away`}
              </Button>
            ) : (
              <Button look="quiet" onClick={() => setRemoving(true)}>
                {isDefault ? "Take the limit away…" : `Take the ${kind} away…`}
              </Button>
            ))}
          <span className={styles.space} />
          <Button type="submit" look="primary" disabled={save.isPending}>
            {isNew ? `Make the ${kind}` : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const labelsPattern = "\\s*(?:[A-Za-z0-9][\\w.\\-]*\\s*=\\s*[^,\\s=]+\\s*(?:,\\s*|$))*";

/** `card=a100, zone=eu`, as the pattern of the field allows it. */
function readLabels(text: string): Labels | undefined {
  const pairs = text.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
  const all = pairs.filter(([key, value]) => key && value) as [string, string][];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

export function showLabels(labels: Labels | undefined): string[] {
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}

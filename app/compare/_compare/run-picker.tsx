"use client";
/** Adds runs to the comparison, from the newest of the workspace. */
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { Input } from "../../_ui/field";
import { ErrorNotice, Skeleton } from "../../_ui/notice";
import { Popover } from "../../_ui/popover";
import { StateIcon } from "../../_ui/state-icon";
import { RelativeTime } from "../../_ui/times";
import { RunNumber } from "../../runs/run-number";
import styles from "./compare.module.css";
import { mostRuns } from "./run-list-in-address";

export function RunPicker({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  return (
    <Popover
      align="end"
      trigger={
        <Button look="primary">
          <Plus size={16} /> Add runs
        </Button>
      }
    >
      <Choices chosen={chosen} onChange={onChange} />
    </Popover>
  );
}

function Choices({ chosen, onChange }: { readonly chosen: readonly string[]; readonly onChange: (ids: readonly string[]) => void }) {
  const trpc = useTRPC();
  const list = useQuery(trpc.run.list.queryOptions({ limit: 200 }));
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase().replace(/^#/, "");
  const rows = list.data?.rows.filter(
    (row) => wanted === "" || String(row.number).startsWith(wanted) || row.notebookTitle.toLowerCase().includes(wanted),
  );
  const full = chosen.length >= mostRuns;
  return (
    <div className={styles.picker}>
      <Input
        type="search"
        autoFocus
        placeholder="Number or notebook"
        aria-label="Find a run"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {list.error ? (
        <ErrorNotice doing="load the runs" error={list.error} />
      ) : (
        <ul>
          {rows === undefined && [0, 1, 2, 3].map((i) => <Skeleton key={i} height={20} style={{ margin: "6px 0" }} />)}
          {rows?.slice(0, 60).map((row) => {
            const on = chosen.includes(row.id);
            return (
              <li key={row.id}>
                <label className={styles.pickRow}>
                  <input
                    type="checkbox"
                    checked={on}
                    disabled={!on && full}
                    onChange={() => onChange(on ? chosen.filter((id) => id !== row.id) : [...chosen, row.id])}
                  />
                  <StateIcon state={row.status} />
                  <RunNumber number={row.number} />
                  <span className={styles.ellipsis}>{row.notebookTitle}</span>
                  <span className={styles.quiet}>
                    <RelativeTime at={row.startedAt ?? row.createdAt} />
                  </span>
                </label>
              </li>
            );
          })}
          {rows?.length === 0 && <li className={styles.quiet}>No run fits.</li>}
        </ul>
      )}
      {full && <p className={styles.quiet}>{mostRuns} runs are the most that can be compared.</p>}
    </div>
  );
}

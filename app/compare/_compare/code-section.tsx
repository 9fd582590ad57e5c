"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useAddress } from "../../_charts/use-address";
import { CellDiffs } from "../../_code/cell-diffs";
import { prepareCodeDiff } from "../../_code/prepare-code-diff";
import { useTRPC } from "../../_trpc/client";
import type { RunDetail } from "../../_trpc/outputs";
import { Select } from "../../_ui/field";
import { ErrorNotice, Skeleton } from "../../_ui/notice";
import styles from "./compare.module.css";

const words = { added: "only in the second", removed: "only in the first" };

/** What changed in the code between two of the runs. */
export function CodeSection({ runs }: { readonly runs: readonly RunDetail[] }) {
  const address = useAddress();
  const base = runs.find((run) => run.id === address.get("base")) ?? runs[0];
  const other = runs.find((run) => run.id === address.get("with")) ?? runs.findLast((run) => run.id !== base?.id);
  if (!base || !other) return null;
  // Choosing the run of the other side changes sides.
  const setPair = (first: string, second: string) => address.set({ base: first, with: second });
  const choose = (name: string, value: string, onChange: (id: string) => void) => (
    <Select aria-label={name} value={value} onChange={(event) => onChange(event.target.value)}>
      {runs.map((run) => (
        <option key={run.id} value={run.id}>
          #{run.number} {run.notebookTitle}
          {run.revision === undefined ? "" : ` v${run.revision}`}
        </option>
      ))}
    </Select>
  );
  return (
    <section aria-labelledby="code">
      <div className={styles.sectionHead}>
        <h2 id="code">Code</h2>
        <span className={styles.pick}>
          From {choose("First run", base.id, (id) => setPair(id, id === other.id ? base.id : other.id))} to{" "}
          {choose("Second run", other.id, (id) => setPair(id === base.id ? other.id : base.id, id))}
        </span>
      </div>
      <Diff key={`${base.id} ${other.id}`} base={base} other={other} />
    </section>
  );
}

function Diff({ base, other }: { readonly base: RunDetail; readonly other: RunDetail }) {
  const trpc = useTRPC();
  const before = useQuery(trpc.run.source.queryOptions({ id: base.id }, { staleTime: Infinity }));
  const after = useQuery(trpc.run.source.queryOptions({ id: other.id }, { staleTime: Infinity }));
  const diff = useMemo(() => before.data && after.data && prepareCodeDiff(before.data.text, after.data.text), [before.data, after.data]);
  const error = before.error ?? after.error;
  if (error) return <ErrorNotice doing="load the code" error={error} />;
  if (!diff) return <Skeleton height={120} />;
  if (diff.cells.length === 0 && !diff.frontMatter) return <p className={styles.quiet}>Both ran the very same code.</p>;
  return <CellDiffs diff={diff} words={words} />;
}

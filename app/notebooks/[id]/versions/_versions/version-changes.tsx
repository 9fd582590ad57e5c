"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo, useState } from "react";
import { useAddress } from "../../../../_charts/use-address";
import { CellDiffs } from "../../../../_code/cell-diffs";
import { prepareCodeDiff } from "../../../../_code/prepare-code-diff";
import { useSession } from "../../../../_frame/use-session";
import { useTRPC } from "../../../../_trpc/client";
import type { VersionRow } from "../../../../_trpc/outputs";
import { Button } from "../../../../_ui/button";
import { classNames } from "../../../../_ui/class-names";
import { Select } from "../../../../_ui/field";
import { ErrorNotice, Skeleton } from "../../../../_ui/notice";
import { NameDialog } from "./name-dialog";
import { useVersionActions } from "./use-version-actions";
import styles from "./versions.module.css";

const words = { added: "added", removed: "removed" };

export interface VersionChangesProps {
  readonly id: string;
  readonly title: string;
  readonly newest: number;
  readonly revision: number;
  /** Unless it is older than what the list shows. */
  readonly version: VersionRow | undefined;
  /** The version before it; undefined for the first. */
  readonly before: number | undefined;
}

export function VersionChanges({ id, title, newest, revision, version, before }: VersionChangesProps) {
  const address = useAddress();
  const mayEdit = useSession().data?.role !== "viewer";
  const { restore, fork, name } = useVersionActions(id, title, newest);
  const [naming, setNaming] = useState(false);
  const against = address.get("against") === "newest" && revision !== newest ? "newest" : "before";
  const sideBySide = address.get("look") === "side";
  return (
    <section aria-label={`Version ${revision}`} className={styles.changes}>
      <header className={styles.head}>
        <h2>{version?.name ?? `Version ${revision}`}</h2>
        {mayEdit && (
          <div className={styles.actions}>
            <Button small onClick={() => setNaming(true)}>
              {version?.name === undefined ? "Name it…" : "Rename…"}
            </Button>
            <Button small onClick={() => fork.mutate({ id, revision })} disabled={fork.isPending}>
              New notebook from it
            </Button>
            {revision !== newest && (
              <Button small look="primary" onClick={() => restore(revision)}>
                Restore
              </Button>
            )}
          </div>
        )}
      </header>
      {version && version.runCount > 0 && (
        <p className={styles.quiet}>
          Runs of this very text:{" "}
          {version.runs.map((run, index) => (
            <span key={run.id}>
              {index > 0 && ", "}
              <Link href={`/runs/${run.id}`}>#{run.number}</Link>
            </span>
          ))}
          {version.runCount > version.runs.length && ` and ${version.runCount - version.runs.length} more`}
        </p>
      )}
      <div className={styles.choices}>
        <Select
          aria-label="Compared with"
          value={against}
          onChange={(event) => address.set({ against: event.target.value === "newest" ? "newest" : undefined })}
        >
          <option value="before">{before === undefined ? "Changes: its beginning" : `Changes since version ${before}`}</option>
          {revision !== newest && <option value="newest">What changed since, up to the newest</option>}
        </Select>
        <div className={classNames(styles.choice, styles.sides)} role="group" aria-label="How differences are shown">
          <Button small look={sideBySide ? "quiet" : "plain"} aria-pressed={!sideBySide} onClick={() => address.set({ look: undefined })}>
            One text
          </Button>
          <Button small look={sideBySide ? "plain" : "quiet"} aria-pressed={sideBySide} onClick={() => address.set({ look: "side" })}>
            Side by side
          </Button>
        </div>
      </div>
      <Changes
        id={id}
        from={against === "newest" ? revision : before}
        to={against === "newest" ? newest : revision}
        sideBySide={sideBySide}
      />
      {naming && (
        <NameDialog
          revision={revision}
          name={version?.name}
          onClose={() => setNaming(false)}
          onName={(given) => name.mutate({ id, revision, name: given })}
        />
      )}
    </section>
  );
}

function Changes({
  id,
  from,
  to,
  sideBySide,
}: {
  readonly id: string;
  /** Undefined: nothing was before. */
  readonly from: number | undefined;
  readonly to: number;
  readonly sideBySide: boolean;
}) {
  const trpc = useTRPC();
  // A saved text never changes.
  const options = (revision: number, enabled = true) =>
    trpc.notebook.version.queryOptions({ id, revision }, { staleTime: Infinity, enabled });
  const older = useQuery(options(from ?? 1, from !== undefined));
  const newer = useQuery(options(to));
  const before = from === undefined ? "" : older.data?.text;
  const after = newer.data?.text;
  const diff = useMemo(() => (before === undefined || after === undefined ? undefined : prepareCodeDiff(before, after)), [before, after]);
  const error = older.error ?? newer.error;
  if (error) return <ErrorNotice doing="load the version" error={error} />;
  if (!diff) return <Skeleton height={160} />;
  if (diff.cells.length === 0 && !diff.frontMatter) return <p className={styles.quiet}>Both have the very same cells.</p>;
  return <CellDiffs diff={diff} words={words} sideBySide={sideBySide} />;
}

"use client";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { VersionRow } from "../../../../_trpc/outputs";
import { IconButton } from "../../../../_ui/button";
import { Chip } from "../../../../_ui/chip";
import { classNames } from "../../../../_ui/class-names";
import { plural } from "../../../../_ui/format-number";
import { RelativeTime } from "../../../../_ui/times";
import { foldVersions } from "./fold-versions";
import styles from "./versions.module.css";

export function VersionList({
  versions,
  newest,
  chosen,
  onChoose,
}: {
  readonly versions: readonly VersionRow[];
  readonly newest: number;
  readonly chosen: number;
  readonly onChoose: (revision: number) => void;
}) {
  const groups = useMemo(() => foldVersions(versions), [versions]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (revision: number) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(revision)) after.add(revision);
      return after;
    });
  const line = (version: VersionRow) => <Line version={version} newest={newest} chosen={chosen} onChoose={onChoose} />;
  return (
    <ol className={styles.lines}>
      {groups.map(({ version, onTheWay }) => {
        const { revision } = version;
        const isOpen = open.has(revision) || onTheWay.some((one) => one.revision === chosen);
        return (
          <li key={revision}>
            <div className={styles.group}>
              {line(version)}
              {onTheWay.length > 0 && (
                <IconButton
                  label={`${isOpen ? "Hide" : "Show"} ${plural(onTheWay.length, "save", "saves")} on the way to version ${revision}`}
                  aria-expanded={isOpen}
                  onClick={() => toggle(revision)}
                >
                  {isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
                </IconButton>
              )}
            </div>
            {isOpen && (
              <ol className={styles.onTheWay}>
                {onTheWay.map((one) => (
                  <li key={one.revision}>{line(one)}</li>
                ))}
              </ol>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Line({
  version,
  newest,
  chosen,
  onChoose,
}: {
  readonly version: VersionRow;
  readonly newest: number;
  readonly chosen: number;
  readonly onChoose: (revision: number) => void;
}) {
  const { revision, name, author, createdAt, runCount } = version;
  return (
    <button
      type="button"
      className={classNames(styles.line, revision === chosen && styles.chosen)}
      aria-current={revision === chosen ? "true" : undefined}
      onClick={() => onChoose(revision)}
    >
      <span className={styles.lineTitle}>
        <strong>{name ?? `Version ${revision}`}</strong>
        {revision === newest && <Chip>newest</Chip>}
      </span>
      <span className={styles.quiet}>
        {name === undefined ? "" : `v${revision} · `}
        {author.name} · <RelativeTime at={createdAt} />
        {runCount > 0 && ` · ${plural(runCount, "run", "runs")}`}
      </span>
    </button>
  );
}

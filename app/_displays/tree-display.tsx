"use client";
import { ChevronRight } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import type { Display } from "@/pipelines/protocol/display";
import { formatNumber } from "../_ui/format-number";
import styles from "./displays.module.css";
import { countNodes, mostFound, searchTree } from "./search-tree";

type Json = Extract<Display, { type: "tree" }>["value"];

/** A value one can look into, level by level; long lists unfold a hundred at a time. */
export function TreeDisplay({ tree }: { readonly tree: Extract<Display, { type: "tree" }> }) {
  const [wanted, setWanted] = useState("");
  const deferred = useDeferredValue(wanted.trim());
  const size = useMemo(() => countNodes(tree.value), [tree.value]);
  const found = useMemo(() => (deferred === "" ? undefined : searchTree(tree.value, deferred)), [tree.value, deferred]);
  const [whole, setWhole] = useState(false);
  return (
    <div>
      {size > fewestSearched && (
        <div className={styles.treeTools}>
          <input
            type="search"
            aria-label="Search in the value"
            placeholder="Search"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          {found && <span role="status">{found.length >= mostFound ? `${mostFound} or more` : found.length} found</span>}
          <button type="button" onClick={() => setWhole(!whole)}>
            {whole ? "Less high" : "Full height"}
          </button>
        </div>
      )}
      <div className={styles.tree} data-whole={whole || undefined}>
        {found ? (
          <ul className={styles.found} aria-label="Found">
            {found.map(({ path, value }) => (
              <li key={path}>
                <span className={styles.key}>{path}</span>: <Leaf value={value} />
              </li>
            ))}
          </ul>
        ) : (
          <div className={styles.treeRoot}>
            <Node value={tree.value} summary={tree.summary} open />
          </div>
        )}
      </div>
      {tree.cut && <p className={styles.foot}>The value is larger: only a part of it was kept for display.</p>}
    </div>
  );
}

const step = 100;
/** Smaller values are seen at a glance. */
const fewestSearched = 12;

function Node({
  name,
  value,
  summary,
  open = false,
}: {
  readonly name?: string;
  readonly value: Json;
  readonly summary?: string;
  readonly open?: boolean;
}) {
  const [expanded, setExpanded] = useState(open);
  const [limit, setLimit] = useState(step);
  if (value === null || typeof value !== "object") {
    return (
      <div className={styles.node}>
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((each, index) => [String(index), each] as const)
    : Object.entries(value);
  const words =
    summary ??
    (Array.isArray(value)
      ? `Array(${formatNumber(entries.length)})`
      : `{${Object.keys(value).slice(0, 4).join(", ")}${entries.length > 4 ? ", …" : ""}}`);
  return (
    <div className={styles.node}>
      <button
        type="button"
        className={styles.twist}
        aria-expanded={expanded}
        onClick={() => setExpanded(!expanded)}
        disabled={entries.length === 0}
      >
        <ChevronRight size={14} />
        <span>
          <Name name={name} />
          <span className={styles.missing}>{words}</span>
        </span>
      </button>
      {expanded && entries.length > 0 && (
        <ul>
          {entries.slice(0, limit).map(([key, each]) => (
            <li key={key}>
              <Node name={key} value={each} open={entries.length === 1} />
            </li>
          ))}
          {entries.length > limit && (
            <li>
              <button type="button" className={styles.missing} onClick={() => setLimit(limit + step)}>
                … {formatNumber(entries.length - limit)} more
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : (
    <>
      <span className={styles.key}>{name}</span>:{" "}
    </>
  );
}

function Leaf({ value }: { readonly value: null | string | number | boolean }) {
  if (typeof value === "string") return <span className={styles.string}>{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className={styles.num}>{String(value)}</span>;
  return <span className={styles.word}>{String(value)}</span>;
}

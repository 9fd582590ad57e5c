"use client";
/**
 * The packages of the notebook: what it wants, what it got, which cell uses what; added, changed and removed here. The text of
 * the front matter is the truth; the server tells what became of it (environment.watch). Neighbours: add-package.tsx,
 * package-row.tsx, use-change-packages.ts.
 */
import { useMutation } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { findImports, type PackageUse } from "@/pipelines/environment/find-imports";
import { readWish } from "@/pipelines/environment/wish";
import { useTRPC } from "../../../_trpc/client";
import type { EnvironmentView } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { formatBytes, plural } from "../../../_ui/format-number";
import { Notice } from "../../../_ui/notice";
import { AddPackage } from "./add-package";
import { PackageRow } from "./package-row";
import { usePackagesContext } from "./packages-context";
import styles from "./packages-tab.module.css";
import { useChangePackages } from "./use-change-packages";

export function PackagesTab() {
  const trpc = useTRPC();
  const { notebookId, notebook, base } = usePackagesContext();
  const settled = useDeferredValue(notebook);
  const { data: view, error } = useSubscription(trpc.environment.watch.subscriptionOptions({ id: notebookId }));
  const [looking, setLooking] = useState(false);
  const change = useChangePackages();
  const wish = useMemo(() => readWish(settled.frontMatter), [settled.frontMatter]);
  const uses = useMemo(() => Map.groupBy(findImports(settled), (use) => use.package), [settled]);
  const installed = useMemo(() => new Map(view?.packages.map((each) => [each.name, each])), [view]);

  const own = Object.keys(wish);
  const missing = [...uses.keys()].filter((name) => !(name in wish) && !base.includes(name)).sort();
  const shared = base.filter((name) => !(name in wish));
  const row = (name: string, more: { readonly range?: string; readonly kind: "own" | "missing" | "base" }) => (
    <PackageRow
      key={name}
      name={name}
      uses={uses.get(name) ?? noUses}
      facts={installed.get(name)}
      looking={looking}
      change={change}
      {...more}
    />
  );
  return (
    <div className={styles.tab}>
      <AddPackage change={change} has={(name) => name in wish || base.includes(name)} />
      {error && <Notice look="warning">The server does not say how the packages are ({error.message}).</Notice>}
      <State view={view} wish={wish} />
      {missing.length > 0 && (
        <section aria-label="Imported, but not there">
          <h3 className={styles.heading}>Imported, but not there</h3>
          <ul>{missing.map((name) => row(name, { kind: "missing" }))}</ul>
        </section>
      )}
      <section aria-label="Of this notebook">
        <h3 className={styles.heading}>
          Of this notebook
          {own.length > 0 && (
            <Button small look="quiet" disabled={looking} onClick={() => setLooking(true)}>
              {looking ? "Newer versions are marked" : "Look for newer versions"}
            </Button>
          )}
        </h3>
        {own.length === 0 ? (
          <p className={styles.quiet}>
            None yet. Name a package above: it is installed once, for the editor&apos;s types and for every run.
          </p>
        ) : (
          <ul>{own.map((name) => row(name, { range: wish[name]!, kind: "own" }))}</ul>
        )}
      </section>
      <section aria-label="In every notebook">
        <h3 className={styles.heading}>In every notebook</h3>
        <ul>{shared.map((name) => row(name, { kind: "base" }))}</ul>
      </section>
      {view && view.bytes > 0 && (
        <p className={styles.quiet}>
          {plural(view.count, "package")} with all that they need, {formatBytes(view.bytes)}. Lock <code>{view.hash.slice(0, 8)}</code>,
          kept with each version of the notebook.
        </p>
      )}
    </div>
  );
}

const noUses: readonly PackageUse[] = [];

function State({ view, wish }: { readonly view: EnvironmentView | undefined; readonly wish: Readonly<Record<string, string>> }) {
  const trpc = useTRPC();
  const { notebookId } = usePackagesContext();
  const retry = useMutation(trpc.environment.retry.mutationOptions());
  if (!view) return <p className={styles.quiet}>Asking the server…</p>;
  const isSaved = JSON.stringify(Object.entries(view.wish).sort()) === JSON.stringify(Object.entries(wish).sort());
  if (!isSaved)
    return (
      <p className={styles.state} role="status">
        Installed once the change is saved…
      </p>
    );
  const meanwhile =
    view.inUse === "before" ? "Until then runs use the packages from before." : "Until then runs have only what every notebook has.";
  switch (view.state) {
    case "base":
    case "ready":
      return null;
    case "resolving":
      return (
        <div className={styles.state} role="status">
          <Bar share={undefined} />
          Looking for versions that fit together… {meanwhile}
        </div>
      );
    case "installing": {
      const { done, total, bytes } = view.progress ?? { done: 0, total: 0, bytes: 0 };
      return (
        <div className={styles.state} role="status">
          <Bar share={total === 0 ? undefined : done / total} />
          Installing{total > 0 && ` ${plural(total, "package")}`}
          {bytes > 0 && `, ${formatBytes(bytes)} so far`}… {meanwhile}
        </div>
      );
    }
    case "failed":
      return (
        <Notice
          look="failed"
          actions={
            <Button small disabled={retry.isPending} onClick={() => retry.mutate({ id: notebookId })}>
              Try again
            </Button>
          }
        >
          <strong>Not installed.</strong> {view.fault?.message} {meanwhile}
        </Notice>
      );
  }
}

function Bar({ share }: { readonly share: number | undefined }) {
  return (
    <span
      className={share === undefined ? `${styles.bar} ${styles.unknown}` : styles.bar}
      role="progressbar"
      aria-label="Installing packages"
      {...(share !== undefined && { "aria-valuenow": Math.round(share * 100), "aria-valuemin": 0, "aria-valuemax": 100 })}
    >
      <span style={share === undefined ? undefined : { width: `${Math.max(4, share * 100)}%` }} />
    </span>
  );
}

"use client";
/**
 * What may run at once: pools, locks and limits, who has a place and who waits for one. Neighbours: place-row.tsx (one pool or
 * lock), place-dialog.tsx (make or change one), limits-section.tsx (notebooks and workspace).
 */
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAddress } from "../../_charts/use-address";
import { PageBar } from "../../_frame/page-bar";
import { useSession } from "../../_frame/use-session";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { LimitsSection } from "./limits-section";
import { PlaceDialog, type PlaceDraft } from "./place-dialog";
import { PlaceRow } from "./place-row";
import styles from "./pools.module.css";

export function PoolsPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const session = useSession().data;
  const mayChange = session?.role === "owner" || session?.role === "editor";
  // Who has a place changes with every task of every run: looked at again rather than pushed.
  const pools = useQuery(trpc.pool.list.queryOptions(undefined, { refetchInterval: 2_000 }));
  const [draft, setDraft] = useState<PlaceDraft>();
  const asked = address.get("new");
  const shown: PlaceDraft | undefined =
    draft ?? (asked !== null && asked !== undefined && mayChange ? { kind: "pool", name: asked, isNew: true } : undefined);
  const close = () => {
    setDraft(undefined);
    if (asked) address.set({ new: undefined });
  };
  return (
    <>
      <PageBar
        title="Pools"
        actions={
          mayChange && (
            <Button look="primary" onClick={() => setDraft({ kind: "pool", name: "", isNew: true })}>
              <Plus size={16} aria-hidden />
              New pool
            </Button>
          )
        }
      />
      <div className={styles.page}>
        {pools.error && <ErrorNotice doing="load the pools" error={pools.error} onRetry={() => void pools.refetch()} />}
        <section className={styles.section} aria-label="Pools">
          <p className={styles.quiet}>
            A pool is a queue with a number of places: a cell with <code>pool=name</code> takes one while it runs, or waits for one. Higher{" "}
            <code>priority=</code> goes first, then the older run.
          </p>
          {pools.isPending ? (
            <Skeleton height={56} />
          ) : (
            <ul className={styles.list}>
              {pools.data?.pools.map((place) => (
                <PlaceRow key={place.name} place={place} mayChange={mayChange} onChange={setDraft} />
              ))}
            </ul>
          )}
        </section>
        <section className={styles.section}>
          <div className={styles.head}>
            <h2>Locks</h2>
            {mayChange && (
              <Button small onClick={() => setDraft({ kind: "lock", name: "", isNew: true })}>
                New lock
              </Button>
            )}
          </div>
          <p className={styles.quiet}>
            Cells with the same <code>lock=name</code> run one at a time, in all runs of the workspace; with more permits here, so many at a
            time. A lock needs no making: the name in a cell is enough.
          </p>
          {pools.data?.locks.length === 0 && <p className={styles.none}>No lock is held, wanted or set up now.</p>}
          <ul className={styles.list}>
            {pools.data?.locks.map((place) => (
              <PlaceRow key={place.name} place={place} mayChange={mayChange} onChange={setDraft} />
            ))}
          </ul>
        </section>
        {pools.data && <LimitsSection pools={pools.data} mayChange={mayChange} />}
        {pools.data?.cut && <Notice>More tasks wait than are counted here: these are the thousand that come first.</Notice>}
      </div>
      {shown && <PlaceDialog key={`${shown.kind} ${shown.name}`} draft={shown} onClose={close} />}
    </>
  );
}

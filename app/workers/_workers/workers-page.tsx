"use client";
/** The machines that run tasks: this server and the workers elsewhere; how busy they are, and how to add one. */
import { Plus } from "lucide-react";
import { useState } from "react";
import { PageBar } from "../../_frame/page-bar";
import { useSession } from "../../_frame/use-session";
import { Button } from "../../_ui/button";
import { ErrorNotice, Skeleton } from "../../_ui/notice";
import { AddWorker } from "./add-worker";
import { useWorkers } from "./use-workers";
import { WorkerRow } from "./worker-row";
import styles from "./workers.module.css";

export function WorkersPage() {
  const workers = useWorkers();
  const isOwner = useSession().data?.role === "owner";
  const [adding, setAdding] = useState(false);
  const elsewhere = workers.data?.filter(({ kind }) => kind === "worker") ?? [];
  return (
    <>
      <PageBar
        title="Workers"
        actions={
          isOwner && (
            <Button look="primary" onClick={() => setAdding(true)}>
              <Plus size={16} aria-hidden />
              Add a worker
            </Button>
          )
        }
      />
      <div className={styles.page}>
        {workers.error && <ErrorNotice doing="load the workers" error={workers.error} onRetry={() => void workers.refetch()} />}
        {workers.isPending && <Skeleton height={88} />}
        <ul className={styles.list}>
          {workers.data?.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} isOwner={isOwner} />
          ))}
        </ul>
        {workers.data && elsewhere.length === 0 && (
          <p className={styles.teach}>
            Tasks run on the machine of the server. A worker on another machine, one with a GPU for instance, takes the cells that say{" "}
            <code>pool=gpu</code>, and needs nothing but https to this server.
          </p>
        )}
      </div>
      <AddWorker open={adding} onOpenChange={setAdding} />
    </>
  );
}

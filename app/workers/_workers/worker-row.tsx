"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "../../_trpc/client";
import type { WorkerView } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Chip } from "../../_ui/chip";
import { classNames } from "../../_ui/class-names";
import { RelativeTime } from "../../_ui/times";
import { useToast } from "../../_ui/toast";
import { Meter } from "./meter";
import styles from "./workers.module.css";

const mostLinks = 8;

export function WorkerRow({ worker, isOwner }: { readonly worker: WorkerView; readonly isOwner: boolean }) {
  const { name, host, kind, state, pools, labels, slots, running } = worker;
  const tags = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  return (
    <li className={styles.worker} data-worker={name} data-state={state}>
      <div className={styles.head}>
        <State state={state} />
        <h2 className={styles.name} title={name}>
          {name}
        </h2>
        <span className={styles.quiet}>
          {kind === "server" || host !== name ? `${host} · ` : ""}
          {worker.executor === "docker" ? "containers" : "local processes"}
          {worker.gpus > 0 && ` · ${worker.gpus} GPU${worker.gpus === 1 ? "" : "s"}`}
        </span>
        <span className={styles.space} />
        <Seen worker={worker} />
        {isOwner && kind === "worker" && <Actions worker={worker} />}
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>Slots</dt>
          <dd>
            <Meter part={slots.used / slots.total} words={`${slots.used} of ${slots.total}`} label="Slots in use" />
          </dd>
        </div>
        <div>
          <dt>CPU</dt>
          <dd>
            {worker.cpuLoad === undefined ? (
              <span className={styles.quiet}>–</span>
            ) : (
              <Meter part={worker.cpuLoad} words={`${Math.round(worker.cpuLoad * 100)} % of ${worker.cpus}`} label="CPU load" />
            )}
          </dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>
            {worker.memoryUsed === undefined ? (
              <span className={styles.quiet}>–</span>
            ) : (
              <Meter
                part={worker.memoryUsed / worker.memoryBytes}
                words={`${gigabytes(worker.memoryUsed)} of ${gigabytes(worker.memoryBytes)} GB`}
                label="Memory in use"
              />
            )}
          </dd>
        </div>
        <div>
          <dt>Pools</dt>
          <dd className={styles.chips}>
            {pools.map((pool) => (
              <Chip key={pool}>{pool}</Chip>
            ))}
          </dd>
        </div>
        {tags.length > 0 && (
          <div>
            <dt>Labels</dt>
            <dd className={styles.chips}>
              {tags.map(([key, value]) => (
                <Chip key={key}>
                  {key}={value}
                </Chip>
              ))}
            </dd>
          </div>
        )}
      </dl>
      {running.length > 0 && (
        <p className={styles.running}>
          <span className={styles.quiet}>Running</span>
          {running.slice(0, mostLinks).map((task) => (
            <Link key={task.taskRunId} href={`/runs/${task.runId}?task=${encodeURIComponent(task.taskRunId)}`}>
              {task.title}
              {task.mapIndex === undefined ? "" : ` [${task.mapIndex}]`} <span className={styles.quiet}>#{task.runNumber}</span>
            </Link>
          ))}
          {slots.used > Math.min(running.length, mostLinks) && (
            <span className={styles.quiet}>and {slots.used - Math.min(running.length, mostLinks)} more</span>
          )}
        </p>
      )}
    </li>
  );
}

const stateWords = { online: "Online", draining: "Draining", gone: "Gone" } as const;

/** Colour and shape: a disc, a ring, a hollow dash. */
function State({ state }: { readonly state: WorkerView["state"] }) {
  return (
    <span className={classNames(styles.state, styles[state])}>
      <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden>
        {state === "online" && <circle cx={6} cy={6} r={4} fill="currentColor" />}
        {state === "draining" && <path d="M4 2.5v7M8 2.5v7" stroke="currentColor" strokeWidth={2} />}
        {state === "gone" && <circle cx={6} cy={6} r={4} fill="none" stroke="currentColor" strokeWidth={1.5} strokeDasharray="2.4 1.8" />}
      </svg>
      {stateWords[state]}
    </span>
  );
}

function Seen({ worker }: { readonly worker: WorkerView }) {
  return (
    <span className={styles.quiet}>
      {worker.state === "gone" ? "since " : "seen "}
      <RelativeTime at={worker.seenAt} />
    </span>
  );
}

function Actions({ worker }: { readonly worker: WorkerView }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.worker.list.queryKey() });
  const drain = useMutation(
    trpc.worker.drain.mutationOptions({
      onSuccess: (_, { on }) => {
        toast({ text: on ? `${worker.name} ends what it has and takes nothing new.` : `${worker.name} takes work again.` });
        void refresh();
      },
      onError: (error) => toast({ text: `Could not change ${worker.name}: ${error.message}`, failed: true }),
    }),
  );
  const remove = useMutation(
    trpc.worker.remove.mutationOptions({
      onSuccess: () => {
        toast({ text: `${worker.name} is removed.` });
        void refresh();
      },
      onError: (error) => toast({ text: `Could not remove ${worker.name}: ${error.message}`, failed: true }),
    }),
  );
  if (worker.state === "gone") {
    return (
      <Button small look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id: worker.id })}>
        Remove
      </Button>
    );
  }
  const on = worker.state === "online";
  return (
    <Button small disabled={drain.isPending} onClick={() => drain.mutate({ id: worker.id, on })}>
      {on ? "Drain" : "Undrain"}
    </Button>
  );
}

function gigabytes(bytes: number): string {
  const value = bytes / 1024 ** 3;
  return value.toFixed(value < 10 ? 1 : 0);
}

"use client";
/**
 * Cells to try things out in: they read the notebook's values and are never a part of it. Kept in this browser; each run is
 * a throw-away run (server/run/start-scratch.ts) that the notebook shows nothing of.
 */
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import type { Json } from "@/pipelines/compile/dag";
import { Button } from "../../../_ui/button";
import { useStored } from "../../../_ui/use-stored";
import { ScratchCell } from "./scratch-cell";
import styles from "./scratch.module.css";

export interface ScratchParts {
  readonly notebookId: string;
  readonly saveNow: () => Promise<number>;
  readonly given: Readonly<Record<string, Json>>;
}

interface Scratch {
  readonly id: string;
  readonly source: string;
}

const first: readonly Scratch[] = [{ id: "first", source: "" }];

export function ScratchTab(parts: ScratchParts) {
  const [cells, setCells] = useStored<readonly Scratch[]>(`heddle.scratch.${parts.notebookId}`, first);
  const [added, setAdded] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  return (
    <div className={styles.scratch} ref={list}>
      <p className={styles.word}>Try things out here: these cells read the notebook’s values and never become a part of it.</p>
      {cells.map((cell, index) => (
        <ScratchCell
          key={cell.id}
          name={`Scratch ${index + 1}`}
          source={cell.source}
          parts={parts}
          focus={added === cell.id}
          onSource={(source) => setCells(cells.map((one) => (one.id === cell.id ? { ...one, source } : one)))}
          onRemove={() => setCells(cells.filter((one) => one.id !== cell.id))}
        />
      ))}
      <Button
        small
        look="quiet"
        onClick={() => {
          const id = crypto.randomUUID();
          setAdded(id);
          setCells([...cells, { id, source: "" }]);
        }}
      >
        <Plus size={14} /> Scratch cell
      </Button>
    </div>
  );
}

"use client";
/** The bar of the editor: the title, what is saved, and at the right always in the same place: Run all, or Stop. */
import { ChevronDown, Grid3x3, History, Keyboard, ListChecks, PanelRight, Play, Square } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { PageBar } from "../../../_frame/page-bar";
import type { RunRow } from "../../../_trpc/outputs";
import { Button, IconButton } from "../../../_ui/button";
import { Menu, MenuItem, MenuSeparator } from "../../../_ui/menu";
import { StateIcon } from "../../../_ui/state-icon";
import { stateWords } from "../../../_ui/state-words";
import { Duration } from "../../../_ui/times";
import type { SaveState } from "../_document/save-state";
import type { Rights } from "../editor-context";
import { ExportMenu } from "../../_exchange/export-menu";
import styles from "./editor-bar.module.css";
import { SaveWord } from "./save-word";
import { TitleInput } from "./title-input";

export interface EditorBarProps {
  readonly id: string;
  readonly title: string;
  readonly onTitle: (title: string) => void;
  readonly saveState: SaveState;
  readonly rights: Rights;
  /** Who else is here. */
  readonly people: ReactNode;
  readonly run: RunRow | undefined;
  readonly running: boolean;
  readonly starting: boolean;
  readonly stopping: boolean;
  readonly onRunAll: (cache: "use" | "off") => void;
  readonly onRunCell: (() => void) | undefined;
  /** Tells what would run. */
  readonly onPreview: () => void;
  readonly onStop: () => void;
  readonly panelOpen: boolean;
  readonly onPanel: () => void;
  readonly onKeys: () => void;
  /** Resolves once all is saved. */
  readonly onSave: () => Promise<unknown>;
}

export function EditorBar(props: EditorBarProps) {
  const { title, run, running, starting, stopping, rights } = props;
  const mayNotRun = rights.run !== undefined;
  return (
    <PageBar
      title={title}
      crumbs={[{ label: "Notebooks", href: "/notebooks" }]}
      heading={
        <>
          <TitleInput title={title} onTitle={props.onTitle} reads={rights.edit} />
          <SaveWord id={props.id} state={props.saveState} reads={rights.edit} />
        </>
      }
      actions={
        <>
          {props.people}
          {run && (
            <Link href={`/runs/${run.id}`} className={styles.run} title={`Run #${run.number}: ${stateWords[run.status]}. Open it.`}>
              <StateIcon state={run.status} label="" />
              <span className={styles.wide}>Run #{run.number}</span>
              <Duration from={run.startedAt ?? run.createdAt} ms={run.durationMs} />
            </Link>
          )}
          <Link href={`/notebooks/${props.id}/runs`} prefetch={false} className={styles.runs} title="Its runs side by side">
            <Grid3x3 size={16} aria-hidden />
            <span className="sr-only">Its runs side by side</span>
          </Link>
          <Link href={`/notebooks/${props.id}/versions`} prefetch={false} className={styles.runs} title="Its versions">
            <History size={16} aria-hidden />
            <span className="sr-only">Its versions</span>
          </Link>
          <ExportMenu id={props.id} save={props.onSave} className={styles.wide} />
          <IconButton label="Keys" keys="?" onClick={props.onKeys} className={styles.wide}>
            <Keyboard size={16} />
          </IconButton>
          <IconButton
            label={props.panelOpen ? "Hide the panel" : "Show graph, parameters, problems"}
            keys="G"
            aria-pressed={props.panelOpen}
            onClick={props.onPanel}
          >
            <PanelRight size={16} />
          </IconButton>
          <span className={styles.split}>
            {running ? (
              <Button className={styles.main} look="danger" onClick={props.onStop} disabled={stopping || mayNotRun} title={rights.run}>
                <Square size={12} fill="currentColor" /> {stopping ? "Stopping…" : "Stop"}
              </Button>
            ) : (
              <Button
                className={styles.main}
                look="primary"
                onClick={() => props.onRunAll("use")}
                disabled={starting || mayNotRun}
                title={rights.run}
              >
                <Play size={14} /> {starting ? "Starting…" : "Run all"}
              </Button>
            )}
            <Menu
              align="end"
              trigger={
                <IconButton label="More ways to run" look={running ? "plain" : "primary"} className={styles.more} disabled={starting}>
                  <ChevronDown size={14} />
                </IconButton>
              }
            >
              <MenuItem
                icon={<Play size={14} />}
                hint="Ctrl Shift Enter"
                disabled={running || mayNotRun}
                onSelect={() => props.onRunAll("use")}
              >
                Run all
              </MenuItem>
              <MenuItem icon={<Play size={14} />} disabled={running || mayNotRun} onSelect={() => props.onRunAll("off")}>
                Run all, ignoring the cache
              </MenuItem>
              <MenuItem icon={<ListChecks size={14} />} onSelect={props.onPreview}>
                Preview: what would run…
              </MenuItem>
              <MenuSeparator />
              <MenuItem
                icon={<Play size={14} />}
                hint="Ctrl Enter"
                disabled={running || mayNotRun || !props.onRunCell}
                onSelect={() => props.onRunCell?.()}
              >
                Run this cell and what it needs
              </MenuItem>
            </Menu>
          </span>
        </>
      }
    />
  );
}

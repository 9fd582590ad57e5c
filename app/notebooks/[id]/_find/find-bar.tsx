"use client";
/** Finds in the texts of all cells, and replaces there as one step. Loaded when first asked for; one cell has no search of its own. */
import { ArrowDown, ArrowUp, CaseSensitive, ChevronRight, Regex, Replace, ReplaceAll, WholeWord, X } from "lucide-react";
import { useDeferredValue, useEffect, useEffectEvent, useImperativeHandle, useMemo, useRef, useState, type Ref } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { takeTyped } from "../../../_palette/type-ahead";
import { IconButton } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { useStored } from "../../../_ui/use-stored";
import { useEditor } from "../editor-context";
import styles from "./find-bar.module.css";
import { findMatches, mostMatches, replaceMatches, type FindQuery, type Match } from "./find-matches";
import { markMatches, markRead, showMatch, watchEditors } from "./mark-matches";

export interface FindHandle {
  again(offset: 1 | -1): void;
  focus(withReplace: boolean): void;
}

export interface FindBarProps {
  readonly cells: readonly Cell[];
  readonly withReplace: boolean;
  /** What was selected when it was opened. */
  readonly initial: string;
  readonly onShow: (cell: string) => void;
  readonly onClose: () => void;
  readonly ref?: Ref<FindHandle>;
}

export function FindBar({ cells, withReplace, initial, onShow, onClose, ref }: FindBarProps) {
  const editor = useEditor();
  const [text, setText] = useState(initial);
  const [options, setOptions] = useStored("heddle.find", { regex: false, matchCase: false, wholeWord: false });
  const [replacing, setReplacing] = useState(withReplace);
  const [by, setBy] = useState("");
  const [said, setSaid] = useState("");
  /** Where one is: the match that begins there, or the next one behind it. */
  const [spot, setSpot] = useState<{ readonly cell: string; readonly from: number }>();
  const input = useRef<HTMLInputElement>(null);

  const query: FindQuery = useMemo(() => ({ text, ...options }), [text, options]);
  const shownCells = useDeferredValue(cells);
  const found = useMemo(() => findMatches(shownCells, query), [shownCells, query]);
  const { matches, fault } = found;
  const order = useMemo(() => new Map(shownCells.map(({ id }, index) => [id, index])), [shownCells]);
  const at = spot === undefined ? -1 : matches.findIndex((match) => isAtOrAfter(order, match, spot));
  const index = spot === undefined ? -1 : at < 0 ? 0 : at;
  const now = matches[index];

  const mark = useEffectEvent(() => markMatches(matches, now));
  useEffect(() => mark(), [matches, now]);
  useEffect(() => {
    const stop = watchEditors(() => mark());
    return () => {
      stop();
      markMatches([], undefined);
      markRead([]);
    };
  }, []);

  const show = (match: Match | undefined) => {
    if (!match) return;
    setSpot({ cell: match.cell, from: match.from });
    onShow(match.cell);
    const source = shownCells.find(({ id }) => id === match.cell)?.source ?? "";
    const words = source.slice(match.from, match.to);
    showMatch(match, source.slice(0, match.from).split(words).length - 1, words);
  };
  const again = (offset: 1 | -1) => {
    if (matches.length === 0) return;
    setSaid("");
    // The first press goes to where one is already, if nothing has been shown yet.
    show(matches[index < 0 ? (offset > 0 ? 0 : matches.length - 1) : (index + offset + matches.length) % matches.length]);
  };
  const replaceOne = () => {
    if (!now) return again(1);
    const { edits } = replaceMatches(shownCells, query, by, now);
    editor.step(edits);
    const length = edits[0] ? edits[0].source.length - (shownCells.find(({ id }) => id === now.cell)?.source.length ?? 0) : 0;
    setSpot({ cell: now.cell, from: now.to + length });
    const next = matches[index + 1] ?? matches[0];
    if (next && next !== now) onShow(next.cell);
  };
  const replaceAll = () => {
    const { edits, count } = replaceMatches(shownCells, query, by);
    editor.step(edits);
    const words = `Replaced ${count} ${count === 1 ? "match" : "matches"} in ${edits.length} ${edits.length === 1 ? "cell" : "cells"}.`;
    setSaid(words);
    editor.sayWithUndo(words);
  };
  useImperativeHandle(ref, () => ({
    again,
    focus(more) {
      if (more) setReplacing(true);
      const selected = getSelection()?.toString() ?? "";
      if (selected !== "" && !selected.includes("\n")) setText(selected);
      input.current?.focus();
      input.current?.select();
    },
  }));
  useEffect(() => {
    const typed = takeTyped();
    input.current?.focus();
    // eslint-disable-next-line react-hooks/set-state-in-effect -- typed while this was on its way
    if (typed !== "") setText(typed);
    else input.current?.select();
  }, []);

  const count =
    fault !== undefined
      ? ""
      : text === ""
        ? ""
        : matches.length === 0
          ? "No match"
          : `${index < 0 ? "" : `${index + 1} of `}${found.cut ? `${mostMatches}+` : matches.length}`;
  const toggle = (key: "regex" | "matchCase" | "wholeWord", label: string, Icon: typeof Regex) => (
    <IconButton
      small
      label={label}
      aria-pressed={options[key]}
      className={options[key] ? styles.pressed : undefined}
      onClick={() => setOptions({ ...options, [key]: !options[key] })}
    >
      <Icon size={14} />
    </IconButton>
  );
  return (
    <div
      className={styles.bar}
      role="search"
      aria-label="Find in all cells"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <IconButton
        small
        label={replacing ? "Hide replacing" : "Replace too"}
        aria-expanded={replacing}
        className={classNames(styles.more, replacing && styles.open)}
        onClick={() => setReplacing(!replacing)}
      >
        <ChevronRight size={14} />
      </IconButton>
      <div className={styles.rows}>
        <div className={styles.row}>
          <div className={classNames(styles.field, fault !== undefined && styles.bad)}>
            <input
              ref={input}
              aria-label="Find"
              placeholder="Find in all cells"
              aria-invalid={fault !== undefined}
              aria-describedby="find-says"
              spellCheck={false}
              autoComplete="off"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setSaid("");
                setSpot(undefined);
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
                event.preventDefault();
                again(event.shiftKey ? -1 : 1);
              }}
            />
            {toggle("matchCase", "Match case", CaseSensitive)}
            {toggle("wholeWord", "Whole words", WholeWord)}
            {toggle("regex", "Regular expression", Regex)}
          </div>
          <span className={styles.count} role="status">
            {said === "" ? count : said}
          </span>
          <IconButton small label="Previous match" onClick={() => again(-1)} disabled={matches.length === 0}>
            <ArrowUp size={14} />
          </IconButton>
          <IconButton small label="Next match" onClick={() => again(1)} disabled={matches.length === 0}>
            <ArrowDown size={14} />
          </IconButton>
          <IconButton small label="Close" keys="Esc" onClick={onClose}>
            <X size={14} />
          </IconButton>
        </div>
        {fault !== undefined && (
          <p id="find-says" role="alert" className={styles.fault}>
            This is no regular expression: {fault}.
          </p>
        )}
        {replacing && (
          <div className={styles.row}>
            <div className={styles.field}>
              <input
                aria-label="Replace by"
                placeholder={options.regex ? "Replace by ($1 for a group)" : "Replace by"}
                spellCheck={false}
                autoComplete="off"
                value={by}
                onChange={(event) => setBy(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
                  event.preventDefault();
                  if (event.ctrlKey || event.metaKey) replaceAll();
                  else replaceOne();
                }}
              />
            </div>
            <IconButton small label="Replace this one" keys="Enter" onClick={replaceOne} disabled={matches.length === 0}>
              <Replace size={14} />
            </IconButton>
            <IconButton small label="Replace all" keys="Ctrl Enter" onClick={replaceAll} disabled={matches.length === 0}>
              <ReplaceAll size={14} />
            </IconButton>
          </div>
        )}
      </div>
    </div>
  );
}

function isAtOrAfter(order: ReadonlyMap<string, number>, match: Match, spot: { readonly cell: string; readonly from: number }): boolean {
  const [a, b] = [order.get(match.cell) ?? 0, order.get(spot.cell) ?? 0];
  return a > b || (a === b && match.from >= spot.from);
}

"use client";
/** The choices shared by all line charts of a page: axis, smoothing, scale, fan-outs. */
import { useEffect, useState } from "react";
import { Checkbox, Select } from "../_ui/field";
import type { XKind } from "./axis";
import { xWords } from "./chart-choices";
import styles from "./chart.module.css";
import type { LineChoices } from "./prepare-lines";
import type { Smoothing } from "./smooth";

const kinds = { none: "No smoothing", ema: "Moving average, exponential", average: "Moving average", gaussian: "Gaussian" } as const;

const starts: Record<Smoothing["type"], Smoothing> = {
  none: { type: "none" },
  ema: { type: "ema", weight: 0.6 },
  average: { type: "average", window: 10 },
  gaussian: { type: "gaussian", sigma: 3 },
};

export function ChartToolbar({
  choices,
  onChange,
  fans,
}: {
  readonly choices: LineChoices;
  readonly onChange: (change: Partial<LineChoices>) => void;
  /** Whether any line belongs to a fan-out. */
  readonly fans: boolean;
}) {
  return (
    <div className={styles.toolbar} role="group" aria-label="How the lines are drawn">
      <label className={styles.choice}>
        Over
        <Select value={choices.x} onChange={(event) => onChange({ x: event.target.value as XKind })}>
          {Object.entries(xWords).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </label>
      <label className={styles.choice}>
        <span className="sr-only">Smoothing</span>
        <Select
          value={choices.smoothing.type}
          onChange={(event) => onChange({ smoothing: starts[event.target.value as Smoothing["type"]] })}
        >
          {Object.entries(kinds).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </label>
      <Amount key={choices.smoothing.type} smoothing={choices.smoothing} onChange={(smoothing) => onChange({ smoothing })} />
      <Checkbox checked={choices.logY} onChange={(event) => onChange({ logY: event.target.checked })}>
        Log scale
      </Checkbox>
      {fans && (
        <label className={styles.choice}>
          Fan-outs
          <Select value={choices.fan} onChange={(event) => onChange({ fan: event.target.value as LineChoices["fan"] })}>
            <option value="each">A line for each</option>
            <option value="mean">Mean and range</option>
          </Select>
        </label>
      )}
    </div>
  );
}

function Amount({ smoothing, onChange }: { readonly smoothing: Smoothing; readonly onChange: (smoothing: Smoothing) => void }) {
  const [type, value] = amountOf(smoothing);
  const [local, setLocal] = useState(value);
  useEffect(() => {
    // The address is written when the hand rests, not for every pixel of the slider.
    const timer = setTimeout(() => {
      if (local !== value && type !== "none") onChange(withAmount(type, local));
    }, 80);
    return () => clearTimeout(timer);
  }, [local, value, type, onChange]);
  if (type === "none") return null;
  const range = { ema: [0, 0.99, 0.01], average: [2, 100, 1], gaussian: [1, 50, 1] }[type];
  return (
    <label className={styles.choice}>
      <span className="sr-only">How much</span>
      <input
        type="range"
        min={range[0]}
        max={range[1]}
        step={range[2]}
        value={local}
        onChange={(event) => setLocal(Number(event.target.value))}
      />
      <output>{type === "ema" ? local.toFixed(2) : `${local} ${type === "average" ? "points" : "σ"}`}</output>
    </label>
  );
}

function amountOf(smoothing: Smoothing): [Smoothing["type"], number] {
  switch (smoothing.type) {
    case "none":
      return ["none", 0];
    case "ema":
      return ["ema", smoothing.weight];
    case "average":
      return ["average", smoothing.window];
    case "gaussian":
      return ["gaussian", smoothing.sigma];
  }
}

function withAmount(type: Exclude<Smoothing["type"], "none">, amount: number): Smoothing {
  switch (type) {
    case "ema":
      return { type, weight: amount };
    case "average":
      return { type, window: amount };
    case "gaussian":
      return { type, sigma: amount };
  }
}

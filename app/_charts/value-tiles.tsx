"use client";
/** Metrics that have one value each, above the curves: a number, or a bar for each element or run. */
import { useState } from "react";
import { formatNumber } from "../_ui/format-number";
import { cssColour } from "./run-colour";
import type { Tile, TileBar } from "./prepare-tiles";
import styles from "./value-tiles.module.css";

const few = 10;

export function ValueTiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  if (tiles.length === 0) return null;
  return (
    <dl className={styles.tiles} aria-label="Metrics with one value">
      {tiles.map((tile) => (
        <div key={tile.name} className={styles.tile} data-tile={tile.name}>
          <dt title={tile.name}>{tile.name}</dt>
          <dd>{tile.bars.length === 1 ? <span className={styles.number}>{words(tile.bars[0]!)}</span> : <Bars bars={tile.bars} />}</dd>
        </div>
      ))}
    </dl>
  );
}

function Bars({ bars }: { readonly bars: readonly TileBar[] }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <ul className={styles.bars}>
        {(all ? bars : bars.slice(0, few)).map((bar) => (
          <li key={bar.id}>
            <span className={styles.label} title={bar.label}>
              {bar.label}
            </span>
            <span className={styles.track}>
              <span className={styles.bar} style={{ width: `${bar.share * 100}%`, background: cssColour(bar.style.colour) }} />
            </span>
            <span className={styles.value}>{words(bar)}</span>
          </li>
        ))}
      </ul>
      {bars.length > few && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `and ${bars.length - few} more`}
        </button>
      )}
    </>
  );
}

function words(bar: TileBar): string {
  return bar.value === undefined ? (bar.text ?? "") : formatNumber(bar.value);
}

/** The displays of one attempt, at most 8 MB together; what is left out is said. */
import { displayValuePrefix, type Display } from "@/pipelines/protocol/display";
import type { WireValue } from "@/pipelines/protocol/messages";

export const mostDisplayBytes = 8 * 1024 * 1024;

export class DisplayList {
  private readonly displays: Display[] = [];
  private bytes = 0;
  private left = 0;
  /** Tables of which a display holds the first rows only. */
  private readonly long = new Map<Extract<Display, { type: "table" }>, unknown>();

  /** `whole`: what it shows a part of. */
  add(display: Display | undefined, whole?: unknown): void {
    if (!display) return;
    const bytes = JSON.stringify(display).length;
    if (this.left > 0 || this.bytes + bytes > mostDisplayBytes || this.displays.length >= 1000) {
      this.left++;
      return;
    }
    this.bytes += bytes;
    this.displays.push(display);
    if (display.type === "table" && display.rows.length < display.rowCount && whole !== undefined) this.long.set(display, whole);
  }

  /**
   * Long tables are kept whole, so that a page can look at all their rows: under the name that the cell gives the value, or
   * under one that only the display knows. A table that cannot be kept shows its first rows, as it would have.
   */
  keepLong(given: Readonly<Record<string, unknown>>, encode: (name: string, value: unknown) => WireValue): Record<string, WireValue> {
    const kept: Record<string, WireValue> = {};
    for (const [display, value] of this.long) {
      const own = Object.keys(given).find((name) => given[name] === value);
      const name = own ?? `${displayValuePrefix}${this.displays.indexOf(display)}`;
      try {
        if (own === undefined) kept[name] = encode(name, value);
        display.stored = name;
      } catch {
        // Its cells hold something that cannot travel.
      }
    }
    return kept;
  }

  list(): Display[] {
    if (this.left === 0) return this.displays;
    const text = `${this.left} more ${this.left === 1 ? "display was" : "displays were"} left out: a task shows at most 8 MB.`;
    return [...this.displays, { type: "text", text, cut: true }];
  }
}

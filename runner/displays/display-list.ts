/** The displays of one attempt, at most 8 MB together; what is left out is said. */
import type { Display } from "@/pipelines/protocol/display";

export const mostDisplayBytes = 8 * 1024 * 1024;

export class DisplayList {
  private readonly displays: Display[] = [];
  private bytes = 0;
  private left = 0;

  add(display: Display | undefined): void {
    if (!display) return;
    const bytes = JSON.stringify(display).length;
    if (this.left > 0 || this.bytes + bytes > mostDisplayBytes || this.displays.length >= 1000) {
      this.left++;
      return;
    }
    this.bytes += bytes;
    this.displays.push(display);
  }

  list(): Display[] {
    if (this.left === 0) return this.displays;
    const text = `${this.left} more ${this.left === 1 ? "display was" : "displays were"} left out: a task shows at most 8 MB.`;
    return [...this.displays, { type: "text", text, cut: true }];
  }
}

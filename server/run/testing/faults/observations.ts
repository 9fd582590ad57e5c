/** What the tests of faults saw, for the table of docs/reliability.md: a JSON line each in the file HEDDLE_FAULT_REPORT names. */
import fs from "node:fs";

export function observe(faults: string, injected: string, times: number, seen: string): void {
  const file = process.env.HEDDLE_FAULT_REPORT;
  if (file) fs.appendFileSync(file, `${JSON.stringify({ faults, injected, times, seen })}\n`);
}

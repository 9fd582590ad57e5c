/** What `heddle run` prints on a terminal: one line when a task ends, one when the run does. */
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import type { TaskForecast } from "@/server/run/forecast-run";
import { forecastSentence } from "@/server/run/plan-view";
import type { RunReport, TaskReport } from "@/server/run/read-report";

const marks = {
  succeeded: "\x1b[32m✓\x1b[0m",
  cached: "\x1b[36m✓⚡\x1b[0m",
  failed: "\x1b[31m✗\x1b[0m",
  skipped: "\x1b[2m–\x1b[0m",
  cancelled: "\x1b[33m■\x1b[0m",
} as const;

export function printTask(task: TaskReport, printed: Set<string>): void {
  const name = task.mapIndex === undefined ? task.key : `${task.key}[${task.mapIndex}]`;
  if (!(task.status in marks) || printed.has(name)) return;
  printed.add(name);
  const time = task.status === "cached" || task.status === "skipped" ? task.status : duration(task.durationMs);
  const why = task.reason === undefined ? "" : `  ${reasonSentence(task.reason)}`;
  console.error(`${marks[task.status as keyof typeof marks]} ${name}  \x1b[2m${time}\x1b[0m${why}`);
  if (task.error !== undefined) console.error(`  ${task.error}`);
}

const verdicts = {
  cached: marks.cached,
  runs: "\x1b[34m▶\x1b[0m",
  waits: "\x1b[33m‖\x1b[0m",
  depends: "\x1b[2m?\x1b[0m",
  skipped: marks.skipped,
} as const;

/** A task of a dry run. */
export function printForecast(task: TaskForecast): void {
  console.log(`${verdicts[task.verdict]} ${task.key}  \x1b[2m${forecastSentence(task)}\x1b[0m`);
}

export function printEnd({ run, outputs, metrics }: RunReport): void {
  for (const [name, { last, count }] of Object.entries(metrics)) console.error(`\x1b[2m${name}: ${last} (${count} points)\x1b[0m`);
  for (const [name, value] of Object.entries(outputs)) console.log(`${name} = ${JSON.stringify(value)}`);
  const mark = marks[run.status as keyof typeof marks] ?? "";
  console.error(`${mark} ${run.status} in ${duration(run.durationMs)}${run.message === undefined ? "" : `. ${run.message}`}`);
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} m ${String(Math.round((ms % 60_000) / 1000)).padStart(2, "0")} s`;
}

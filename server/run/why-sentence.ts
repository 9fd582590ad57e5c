/** "Why did this run?" in a sentence. */
import type { Why } from "./run-views";

export function whySentence(type: Why["type"], name: string | undefined): string {
  switch (type) {
    case "cached":
      return "It did not run: a stored result with the same program, inputs and parameters was reused.";
    case "first-run":
      return "It ran because this task had not run in this notebook before.";
    case "cache-off":
      return "It ran because the cache is off for this cell or this run.";
    case "calls":
      return "It ran because it runs other notebooks, which may have changed. Their own tasks are looked for in the cache.";
    case "expired":
      return "It ran because the stored result is too old or no longer kept.";
    case "program":
      return "It ran because its code, or a definition that it uses, was changed.";
    case "input":
      return `It ran because its input ${name ?? ""} is another value than last time.`;
    case "param":
      return `It ran because the parameter ${name ?? ""} is another than last time.`;
    case "data":
      return `It ran because the file ${name ?? ""} was changed.`;
    case "environment":
      return `It ran because its environment was changed${name === undefined ? "" : ` (${name})`}.`;
    case "options":
      return `It ran because its option ${name ?? ""} was changed.`;
    case "retry":
      return "It ran again because the run was retried.";
    case "cleared":
      return "It ran because it was cleared by hand, or something before it was.";
    case "waits":
      return "It runs no code: it waits for an answer or for a time.";
    case "not-started":
      return "It has not started.";
  }
}

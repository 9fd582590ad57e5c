/** What a dry run tells: per task what would become of it, and why, in a sentence. */
import type { Parameter } from "@/pipelines/compile/dag";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import type { TaskForecast } from "./forecast-run";
import { whySentence } from "./why-sentence";

export interface PlanView {
  readonly parameters: readonly Parameter[];
  readonly tasks: readonly { readonly key: string; readonly title: string }[];
  /** What the notebook says a run may take, in milliseconds. */
  readonly timeout: number | undefined;
  /** Why it could not be started like this, a sentence each. */
  readonly faults: readonly string[];
  /** In the order of the graph; undefined when there are faults. */
  readonly forecast: readonly PlannedTask[] | undefined;
}

export interface PlannedTask extends Omit<TaskForecast, "why" | "cachedFrom"> {
  readonly cachedFrom: { readonly runId: string; readonly runNumber: number; readonly taskRunId: string } | undefined;
  readonly sentence: string;
}

export function forecastSentence({ verdict, why, reason, on, elements }: Omit<TaskForecast, "cachedFrom" | "key" | "title">): string {
  switch (verdict) {
    case "cached":
      return "A stored result with the same program, inputs and parameters would be reused.";
    case "runs": {
      const some = elements && elements.cached > 0 ? ` ${elements.cached} of ${elements.cached + elements.runs} elements are stored.` : "";
      return `${why === undefined ? "It would run." : whySentence(why.type, why.name).replace(/^It ran/, "It would run")}${some}`;
    }
    case "waits":
      return "It would wait for an answer or a time.";
    case "depends":
      return on.length === 0
        ? "It waits until everything else has ended."
        : `Open until ${on.join(", ")} ${on.length === 1 ? "has" : "have"} ended: with equal values it would be reused, else it would run.`;
    case "skipped":
      return reason === undefined ? "It would not run." : reasonSentence(reason);
  }
}

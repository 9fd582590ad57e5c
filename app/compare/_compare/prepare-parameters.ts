/** Parameters of several runs side by side. */
import type { Json } from "@/pipelines/compile/dag";

export interface ParameterRow {
  readonly name: string;
  /** One for each run, in their order; undefined: the run has no such parameter. */
  readonly values: readonly (Json | undefined)[];
  readonly differs: boolean;
}

/** What differs first, otherwise in the order the parameters first appear. */
export function prepareParameters(runs: readonly { readonly params: Readonly<Record<string, Json>> }[]): ParameterRow[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.params)))];
  const rows = names.map((name) => {
    const values = runs.map((run) => run.params[name]);
    return { name, values, differs: new Set(values.map((value) => JSON.stringify(value))).size > 1 };
  });
  return [...rows.filter((row) => row.differs), ...rows.filter((row) => !row.differs)];
}

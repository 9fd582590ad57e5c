/** What a scatter shows before anybody has chosen: a parameter that was changed, and a value that came out different. */
import type { ParameterRow } from "./prepare-parameters";
import type { ValueRow } from "./prepare-values";

/** Undefined where nothing differs: dots above one another say nothing. */
export function chooseAxes(
  parameters: readonly ParameterRow[],
  values: readonly ValueRow[],
): { readonly parameter: ParameterRow | undefined; readonly value: ValueRow | undefined } {
  const changed = parameters.filter((row) => row.differs);
  const parameter =
    // A number of several values says more across an axis than a word.
    changed.find((row) => row.values.every((value) => typeof value === "number")) ??
    changed.find((row) => row.values.filter((value) => value !== undefined).length > 1) ??
    changed[0];
  const value = values.find((row) => new Set(row.values.filter((one) => one !== undefined)).size > 1) ?? values[0];
  return { parameter, value };
}

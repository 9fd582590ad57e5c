"use client";
import { useMemo } from "react";
import { prepareScatter } from "../../_charts/prepare-scatter";
import { ScatterChart } from "../../_charts/scatter-chart";
import { useAddress } from "../../_charts/use-address";
import type { RunDetail } from "../../_trpc/outputs";
import { Select } from "../../_ui/field";
import { chooseAxes } from "./choose-axes";
import styles from "./compare.module.css";
import { prepareParameters } from "./prepare-parameters";
import type { ValueRow } from "./prepare-values";

/** Does a parameter move a value? One dot for each run. */
export function ScatterSection({ runs, values }: { readonly runs: readonly RunDetail[]; readonly values: readonly ValueRow[] }) {
  const address = useAddress();
  const parameters = useMemo(() => prepareParameters(runs), [runs]);
  const first = useMemo(() => chooseAxes(parameters, values), [parameters, values]);
  const parameter = parameters.find((row) => row.name === address.get("param")) ?? first.parameter;
  const value = values.find((row) => row.name === address.get("value")) ?? first.value;
  const model = useMemo(
    () => parameter && value && prepareScatter(runs.map((run, i) => ({ run, parameter: parameter.values[i], value: value.values[i] }))),
    [runs, parameter, value],
  );
  if (parameters.length === 0 || !value) return null;
  return (
    <section aria-labelledby="scatter">
      <div className={styles.sectionHead}>
        <h2 id="scatter">Parameter against value</h2>
        <label className={styles.pick}>
          Across
          <Select value={parameter?.name ?? ""} onChange={(event) => address.set({ param: event.target.value })}>
            {!parameter && <option value="">a parameter</option>}
            {parameters.map((row) => (
              <option key={row.name} value={row.name}>
                {row.name}
                {row.differs ? "" : " (the same in all)"}
              </option>
            ))}
          </Select>
        </label>
        <label className={styles.pick}>
          Up
          <Select value={value.name} onChange={(event) => address.set({ value: event.target.value })}>
            {values.map((row) => (
              <option key={row.name}>{row.name}</option>
            ))}
          </Select>
        </label>
      </div>
      {parameter && model ? (
        <ScatterChart title={`${value.name} by ${parameter.name}`} xTitle={parameter.name} yTitle={value.name} model={model} />
      ) : (
        <p className={styles.quiet}>
          No parameter differs between these runs. Run the notebook with another value of one, and see here what it moves.
        </p>
      )}
    </section>
  );
}

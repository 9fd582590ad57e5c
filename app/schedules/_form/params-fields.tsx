"use client";
/** The parameters of the runs, from the notebook as it would run now; one of them may be given the date of each run. */
import type { Json, Parameter } from "@/pipelines/compile/dag";
import { ParamControl } from "../../_params/param-control";
import { Button } from "../../_ui/button";
import { Field, Input, Select } from "../../_ui/field";
import styles from "./form.module.css";

export function ParamsFields({
  params,
  given,
  dateParam,
  faults,
  onGiven,
  onDateParam,
}: {
  readonly params: readonly Parameter[];
  readonly given: Readonly<Record<string, Json>>;
  readonly dateParam: string | undefined;
  readonly faults: ReadonlyMap<string, string>;
  readonly onGiven: (given: Readonly<Record<string, Json>>) => void;
  readonly onDateParam: (name: string | undefined) => void;
}) {
  const known = new Set(params.map(({ name }) => name));
  const strays = Object.keys(given).filter((name) => !known.has(name));
  const dated = params.filter(({ type, multiple, options }) => type === "string" && !multiple && !options);
  const lost = dateParam !== undefined && !dated.some(({ name }) => name === dateParam);
  if (params.length === 0 && strays.length === 0 && !lost) return <p className={styles.word}>The notebook has no parameters.</p>;
  return (
    <div className={styles.group}>
      {params.length > 0 && (
        <div className={styles.params}>
          {params.map((param) => (
            <Field
              key={param.name}
              label={param.title ?? param.name}
              hint={param.description}
              fault={param.name === dateParam ? undefined : faults.get(param.name)}
            >
              {(control) =>
                param.name === dateParam ? (
                  <Input {...control} disabled value={param.format === "date" ? "The day of the run" : "The time of the run"} />
                ) : (
                  <ParamControl
                    param={param}
                    value={given[param.name] ?? param.default}
                    onChange={(value) => {
                      const { [param.name]: _, ...rest } = given;
                      onGiven(value === undefined ? rest : { ...rest, [param.name]: value });
                    }}
                    {...control}
                  />
                )
              }
            </Field>
          ))}
        </div>
      )}
      {(dated.length > 0 || lost) && (
        <Field
          label="Gets the date of the run"
          hint="The time it fires for, also when it starts late or is made up for. Cells read it as run.logicalDate, too."
          fault={lost ? `The notebook has no text parameter “${dateParam}”.` : undefined}
        >
          {(control) => (
            <Select {...control} value={dateParam ?? ""} onChange={(event) => onDateParam(event.target.value || undefined)}>
              <option value="">No parameter</option>
              {lost && <option value={dateParam}>{dateParam}</option>}
              {dated.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title ?? name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {strays.length > 0 && (
        <p>
          This version has no {strays.join(", ")}.{" "}
          <Button small look="quiet" onClick={() => onGiven(Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name))))}>
            Leave out
          </Button>
        </p>
      )}
    </div>
  );
}

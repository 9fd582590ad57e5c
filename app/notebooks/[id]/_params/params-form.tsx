"use client";
/** The notebook's parameters as a form: the values of the next run. Made from what the code says, fault beside field. */
import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import type { Parameter } from "@/pipelines/compile/dag";
import { Button, IconButton } from "../../../_ui/button";
import { Field } from "../../../_ui/field";
import { formatNumber } from "../../../_ui/format-number";
import { ParamControl } from "../../../_params/param-control";
import styles from "./params.module.css";
import type { ParamValues } from "./use-param-values";

export function ParamsForm({ params, values }: { readonly params: readonly Parameter[]; readonly values: ParamValues }) {
  const changed = Object.keys(values.given).length;
  if (params.length === 0) {
    return (
      <p className={styles.word}>
        No parameter yet. Add a parameters cell with <code>{"const epochs = param(20, { min: 1 })"}</code>, and its form appears here.
      </p>
    );
  }
  return (
    <div className={styles.form}>
      <div className={styles.fields}>
        {params.map((param) => {
          const isSet = Object.hasOwn(values.given, param.name);
          return (
            <Field
              key={param.name}
              label={param.title ?? param.name}
              hint={hintOf(param)}
              fault={values.faults.get(param.name)}
              aside={
                isSet && (
                  <IconButton
                    small
                    className={styles.reset}
                    label={`Back to ${JSON.stringify(param.default)}`}
                    onClick={() => values.set(param.name, undefined)}
                  >
                    <RotateCcw size={12} />
                  </IconButton>
                )
              }
            >
              {(control) => (
                <ParamControl
                  param={param}
                  value={values.values[param.name] ?? null}
                  onChange={(value) => values.set(param.name, value)}
                  {...control}
                />
              )}
            </Field>
          );
        })}
      </div>
      <p className={styles.word}>
        Used by the next run.{" "}
        {changed > 0 ? (
          <Button small look="quiet" onClick={values.reset}>
            Back to the defaults
          </Button>
        ) : (
          "All are as the code says."
        )}
      </p>
    </div>
  );
}

function hintOf(param: Parameter): ReactNode {
  const words = param.description ?? rangeWords(param);
  if (param.title === undefined) return words;
  return (
    <>
      <code>{param.name}</code>
      {words !== undefined && ` · ${words}`}
    </>
  );
}

function rangeWords({ min, max, integer }: Parameter): string | undefined {
  const kind = integer ? "whole number" : "number";
  if (min !== undefined && max !== undefined) return `${kind} from ${formatNumber(min)} to ${formatNumber(max)}`;
  if (min !== undefined) return `${kind}, ${formatNumber(min)} or more`;
  if (max !== undefined) return `${kind}, ${formatNumber(max)} or less`;
  return undefined;
}

"use client";
/** Values for the next run, kept in this browser for each notebook. Only those that differ from the default are there. */
import { useMemo } from "react";
import type { Json, Parameter } from "@/pipelines/compile/dag";
import { validateParams } from "@/pipelines/compile/validate-params";
import { useStored } from "../../../_ui/use-stored";

export interface ParamValues {
  /** What will be sent: no unknown names. */
  readonly given: Readonly<Record<string, Json>>;
  /** With the defaults filled in. */
  readonly values: Readonly<Record<string, Json>>;
  readonly faults: ReadonlyMap<string, string>;
  readonly set: (name: string, value: Json | undefined) => void;
  readonly reset: () => void;
}

const none: Readonly<Record<string, Json>> = {};

export function useParamValues(notebookId: string, params: readonly Parameter[]): ParamValues {
  const [stored, store] = useStored<Readonly<Record<string, Json>>>(`heddle.params.${notebookId}`, none);
  return useMemo(() => {
    const given = Object.fromEntries(
      params.filter((param) => Object.hasOwn(stored, param.name)).map((param) => [param.name, stored[param.name] as Json]),
    );
    const checked = validateParams(params, given);
    return {
      given,
      values: Object.fromEntries(params.map((param) => [param.name, given[param.name] ?? param.default])),
      faults: new Map("faults" in checked ? checked.faults.map(({ name, message }) => [name, message]) : []),
      set: (name, value) => {
        const { [name]: _, ...rest } = stored;
        store(value === undefined ? rest : { ...rest, [name]: value });
      },
      reset: () => store(none),
    };
  }, [params, stored, store]);
}

export function useStableParams(params: readonly Parameter[] | undefined): readonly Parameter[] {
  const text = JSON.stringify(params ?? []);
  return useMemo(() => JSON.parse(text) as Parameter[], [text]);
}

"use client";
import { useState } from "react";
import type { Json, Parameter } from "@/pipelines/compile/dag";
import { Checkbox, Input, Select, TextArea } from "../_ui/field";

interface Props {
  readonly param: Parameter;
  readonly value: Json;
  /** Undefined goes back to the default. */
  readonly onChange: (value: Json | undefined) => void;
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

/** The control that fits a parameter's type and options. */
export function ParamControl({ param, value, onChange, ...control }: Props) {
  const { options } = param;
  if (options && param.multiple) {
    const chosen = Array.isArray(value) ? (value as readonly Json[]) : [];
    return (
      <div {...control} role="group">
        {options.map((option) => {
          const has = chosen.some((each) => isSame(each, option));
          return (
            <Checkbox
              key={toText(option)}
              checked={has}
              onChange={() => onChange(options.filter((each) => (isSame(each, option) ? !has : chosen.some((one) => isSame(one, each)))))}
            >
              {toText(option)}
            </Checkbox>
          );
        })}
      </div>
    );
  }
  if (options) {
    const at = options.findIndex((option) => isSame(option, value));
    return (
      <Select {...control} value={at} onChange={(event) => onChange(options[Number(event.target.value)])}>
        {at < 0 && <option value={-1}>{toText(value)}</option>}
        {options.map((option, index) => (
          <option key={index} value={index}>
            {toText(option)}
          </option>
        ))}
      </Select>
    );
  }
  if (param.type === "boolean" && !param.multiple) {
    return (
      <Checkbox {...control} checked={value === true} onChange={(event) => onChange(event.target.checked)}>
        {value === true ? "On" : "Off"}
      </Checkbox>
    );
  }
  if (param.type === "number" && !param.multiple)
    return <TypedInput key={String(value === null)} {...control} value={value} onChange={onChange} read={readNumber} inputMode="decimal" />;
  if (param.type === "string" && !param.multiple) {
    const text = typeof value === "string" ? value : toText(value);
    if (param.format === "text") return <TextArea {...control} rows={3} value={text} onChange={(event) => onChange(event.target.value)} />;
    const type = param.format === "date" ? "date" : param.format === "secret" ? "password" : "text";
    return <Input {...control} type={type} value={text} onChange={(event) => onChange(event.target.value)} />;
  }
  return <TypedInput {...control} value={value} onChange={onChange} read={readJson} spellCheck={false} />;
}

/** Text that is a value only when it can be read as one; what cannot be read stays as text, and validation says so. */
function TypedInput({
  value,
  onChange,
  read,
  ...control
}: {
  readonly value: Json;
  readonly onChange: (value: Json) => void;
  readonly read: (text: string) => Json;
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
  readonly inputMode?: "decimal";
  readonly spellCheck?: boolean;
}) {
  const [text, setText] = useState<string>();
  const shown = text !== undefined && isSame(read(text), value) ? text : toText(value);
  return (
    <Input
      {...control}
      value={shown}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}

function readNumber(text: string): Json {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function toText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isSame(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

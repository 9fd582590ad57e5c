import type { Cell } from "@/pipelines/notebook/notebook";

/** Kinds one can add, with what each is for. Others that a file has are kept and shown as text. */
export const addableKinds = [
  { kind: "code", word: "Code", hint: "TypeScript" },
  { kind: "markdown", word: "Text", hint: "Markdown" },
  { kind: "sql", word: "SQL", hint: "Queries tables" },
  { kind: "approval", word: "Approval", hint: "Asks a person" },
  { kind: "wait", word: "Wait", hint: "For a time" },
  { kind: "params", word: "Parameters", hint: "One per notebook" },
] as const;

const firstTexts: Readonly<Record<string, string>> = {
  sql: "select 1 as one",
  approval: "Shall it go on?",
  params: 'import { param } from "heddle";\nconst learningRate = param(0.05, { min: 0, max: 1, title: "Learning rate" });',
};

/** A wait that waits for nothing is an error: it begins with something to change. */
const firstOptions: Readonly<Record<string, Cell["options"]>> = {
  wait: [{ key: "for", value: "10s" }],
  sql: [{ key: "out", value: "rows" }],
};

export function newCellId(): string {
  return `n${crypto.randomUUID()}`;
}

export function newCell(kind: string): Cell {
  return {
    id: newCellId(),
    kind,
    title: kind === "params" ? "Parameters" : "",
    options: firstOptions[kind] ?? [],
    source: firstTexts[kind] ?? "",
  };
}

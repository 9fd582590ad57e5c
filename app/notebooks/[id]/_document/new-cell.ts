import type { Cell } from "@/pipelines/notebook/notebook";

/** Kinds one can add, with what each is for. Others that a file has are kept and shown as text. */
export const addableKinds = [
  { kind: "code", word: "Code", hint: "TypeScript" },
  { kind: "markdown", word: "Text", hint: "Markdown" },
  { kind: "params", word: "Parameters", hint: "One per notebook" },
] as const;

const firstTexts: Readonly<Record<string, string>> = {
  params: 'import { param } from "heddle";\nconst learningRate = param(0.05, { min: 0, max: 1, title: "Learning rate" });',
};

export function newCellId(): string {
  return `n${crypto.randomUUID()}`;
}

export function newCell(kind: string): Cell {
  return { id: newCellId(), kind, title: kind === "params" ? "Parameters" : "", options: [], source: firstTexts[kind] ?? "" };
}
